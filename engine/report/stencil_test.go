package report

import (
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rung/engine/step"
)

// everything is a step in which nothing is empty; each text is text.
func everything(text string) *Entry {
	e := &Entry{}
	setAll(reflect.ValueOf(e).Elem(), text)
	return e
}

func setAll(v reflect.Value, text string) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		setAll(v.Elem(), text)
	case reflect.Struct:
		for i := range v.NumField() {
			setAll(v.Field(i), text)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		setAll(v.Index(0), text)
	case reflect.String:
		v.SetString(text)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int:
		v.SetInt(1)
	case reflect.Float64:
		v.SetFloat(1)
	default:
		panic(v.Kind())
	}
}

// each calls do for every value that is no struct, pointer or list itself.
func each(v reflect.Value, path string, do func(path string, v reflect.Value)) {
	switch v.Kind() {
	case reflect.Pointer:
		each(v.Elem(), path, do)
	case reflect.Struct:
		for i := range v.NumField() {
			each(v.Field(i), path+"."+v.Type().Field(i).Name, do)
		}
	case reflect.Slice:
		each(v.Index(0), path, do)
	default:
		do(path, v)
	}
}

// A stencil is made of every field: hosts that differ in any of them have two, and each gets its own back.
func TestHostsThatDifferInAnyFieldShareNoStencil(t *testing.T) {
	for i := 0; ; i++ {
		known, other := stencils{}, everything("x")
		n, changed := 0, ""
		each(reflect.ValueOf(other).Elem(), "", func(path string, v reflect.Value) {
			if n++; n-1 != i {
				return
			}
			changed = path
			switch v.Kind() {
			case reflect.String:
				v.SetString("y")
			case reflect.Bool:
				v.SetBool(false)
			case reflect.Int:
				v.SetInt(2)
			case reflect.Float64:
				v.SetFloat(1.0000001)
			}
		})
		if changed == "" {
			if i < 30 {
				t.Errorf("a step has only %d fields", i)
			}
			return
		}
		same := known.of(&Page{Host: "w1"}, everything("x")) == known.of(&Page{Host: "w2"}, other)
		if script := changed == ".Actions.Check.Script" || changed == ".Actions.Do.Script"; same != script { // its key says what it is
			t.Errorf("they differ in %s, and share a stencil: %v", changed, same)
		}
	}
}

func TestWhatAHostDoesComesBackFromAStencilWithItsOwnName(t *testing.T) {
	known := stencils{}
	of := func(name string) *Entry {
		e := everything("")
		each(reflect.ValueOf(e).Elem(), "", func(path string, v reflect.Value) {
			if v.Kind() == reflect.String && v.Type() == reflect.TypeFor[string]() && !slices.Contains([]string{".Actions.Do.Script", ".Actions.Check.Script", ".Actions.Do.Called", ".Actions.Check.Called"}, path) {
				v.SetString("drain " + name + ", w12, " + name + ": x-" + name)
			}
		})
		e.Outcome = step.Planned
		return e
	}
	var first *stencil
	for _, p := range []*Page{{Host: "w1", Node: "ip-1"}, {Host: "w2", Node: "ip-22"}, {Host: "drain"}, {Host: "w12"}, {Host: "x"}, {Host: "\x02"}} {
		for _, name := range []string{p.Host, p.Node} {
			s := known.of(p, of(name))
			if diff := cmp.Diff(of(name), s.on(p)); diff != "" {
				t.Errorf("%s is written as (-), and read back as (+):\n%s", name, diff)
			}
			switch name {
			case "w1":
				first = s
			case "w2":
				if s != first || !s.shared {
					t.Error("w1 and w2 do the same, and share no stencil")
				}
			}
		}
	}
}
