package step

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"rung/engine/guard"
	"rung/engine/kube"
)

// Field describes one field of a step type.
type Field struct {
	Name     string
	Doc      string
	Type     guard.Type
	Required bool
	Default  string // as written in YAML; "" where there is none
	Enum     []string
	Shell    bool // sh reads its text (the tag shell:"true")
	index    int
}

var (
	durationType = reflect.TypeFor[time.Duration]()
	versionType  = reflect.TypeFor[kube.Version]()
)

func fieldsOf(t reflect.Type) []Field {
	var fields []Field
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if name == "" || !f.IsExported() {
			panic(fmt.Sprintf("field %s of %s has no yaml tag, or is not exported", f.Name, t))
		}
		if f.Tag.Get("doc") == "" {
			panic(fmt.Sprintf("field %s of %s has no doc tag", f.Name, t))
		}
		if slices.ContainsFunc(fields, func(f Field) bool { return f.Name == name }) {
			panic(fmt.Sprintf("field %s of %s: the name %s stands there twice", f.Name, t, name))
		}
		field := Field{Name: name, Doc: f.Tag.Get("doc"), Type: typeOf(f.Type), Default: f.Tag.Get("default"), Required: options == "required", Shell: f.Tag.Get("shell") == "true", index: i}
		if enum := f.Tag.Get("enum"); enum != "" {
			field.Enum = strings.Split(enum, ",")
		}
		fields = append(fields, field)
	}
	return fields
}

// namesOf describes an outputs struct.
func namesOf(t reflect.Type) []guard.Name {
	var names []guard.Name
	for _, f := range fieldsOf(t) {
		names = append(names, guard.Name{Name: f.Name, Type: f.Type, Doc: f.Doc})
	}
	return names
}

func typeOf(t reflect.Type) guard.Type {
	switch {
	case t == durationType:
		return guard.Type{Kind: guard.Duration}
	case t == versionType:
		return guard.Type{Kind: guard.Version}
	case t == secretType:
		return guard.Type{Kind: guard.SecretText}
	}
	switch t.Kind() {
	case reflect.String:
		return guard.Type{Kind: guard.Text}
	case reflect.Bool:
		return guard.Type{Kind: guard.Bool}
	case reflect.Int:
		return guard.Type{Kind: guard.Int}
	case reflect.Slice:
		return guard.ListOf(typeOf(t.Elem()))
	case reflect.Map:
		return guard.TableOf(typeOf(t.Elem()))
	case reflect.Struct:
		return guard.RecordOf(namesOf(t)...)
	}
	panic(fmt.Sprintf("a field of type %s cannot be described", t))
}
