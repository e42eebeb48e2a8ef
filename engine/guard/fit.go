package guard

import (
	"reflect"
	"time"

	"github.com/expr-lang/expr/checker/nature"
	"github.com/expr-lang/expr/types"

	"rung/engine/kube"
)

var (
	versionType  = reflect.TypeFor[kube.Version]()
	durationType = reflect.TypeFor[time.Duration]()
)

// goTypes are what the library's checker takes the scalar kinds for.
var goTypes = map[Kind]reflect.Type{
	Text: reflect.TypeFor[string](), Bool: reflect.TypeFor[bool](), Int: reflect.TypeFor[int](),
	Duration: durationType, Version: versionType, SecretText: secretType,
}

func (t Type) forExpr() types.Type {
	switch t.Kind {
	case List:
		if t.Elem.Scalar() {
			return types.TypeOf(reflect.MakeSlice(reflect.SliceOf(goTypes[t.Elem.Kind]), 0, 0).Interface())
		}
		return types.Array(t.Elem.forExpr())
	case Record:
		m := types.Map{}
		for _, f := range t.Fields {
			m[f.Name] = f.Type.forExpr()
		}
		return m
	case Table:
		return types.Map{types.Extra: t.Elem.forExpr()}
	}
	return types.TypeOf(reflect.Zero(goTypes[t.Kind]).Interface())
}

// only is the names at paths, and what holds them. A record that is itself at
// the end of a path is left empty: it is no value, and a field that it does
// not have is missed in an empty one too.
func (n Names) only(paths [][]string) types.Map {
	m := types.Map{}
	for _, path := range paths {
		n.put(path, m)
	}
	return m
}

func (n Names) put(path []string, into types.Map) {
	t, _ := n.Find(path[0])
	if t.Kind != Record {
		into[path[0]] = t.forExpr()
		return
	}
	if into[path[0]] == nil {
		into[path[0]] = types.Map{}
	}
	if len(path) > 1 {
		Names(t.Fields).put(path[1:], into[path[0]].(types.Map))
	}
}

func firstFit(got nature.Nature, wants []Type) (Type, bool) {
	for _, want := range wants {
		if fits(got, want) {
			return want, true
		}
	}
	return Type{}, false
}

// fits says whether a value that the checker describes as got is one of want.
// What the checker is not certain of is settled at evaluation; a guard must be
// certain.
func fits(got nature.Nature, want Type) bool {
	switch {
	case got.Nil:
		return false
	case got.Type == nil || got.Kind == reflect.Interface:
		return want.Kind != Bool && want.Kind != SecretText
	case want.Kind == List:
		return got.Kind == reflect.Slice && fits(got.Elem(new(nature.Cache)), *want.Elem)
	case want.Scalar() || want.Kind == SecretText:
		return got.Type == goTypes[want.Kind]
	}
	return got.Kind == reflect.Map
}

func natureOf(t reflect.Type) nature.Nature { return nature.FromType(t) }

// a says what t is in the words of the language, with an article.
func a(t reflect.Type) string {
	if t == nil || t.Kind() == reflect.Interface {
		return "a value of no certain type"
	}
	return article(libraryType(t.String()))
}

func article(name string) string {
	if name == "int" {
		return "an int"
	}
	return "a " + name
}

// libraryType says the name of a Go type in the words of the language.
func libraryType(name string) string {
	if len(name) > 2 && name[:2] == "[]" && name != "[]interface {}" {
		return "list of " + libraryType(name[2:])
	}
	words := map[string]string{
		"string": "text", "kube.Version": "version", "time.Duration": "duration", "guard.Secret": "secret", "float64": "number",
		"map[string]interface {}": "record", "[]interface {}": "list", "interface {}": "value of no certain type", "unknown": "value of no certain type",
	}
	if word, ok := words[name]; ok {
		return word
	}
	return name
}
