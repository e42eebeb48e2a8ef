// Package guard is the expression language of playbooks: the guards when,
// require and admit, and the ${{ … }} in fields.
//
// Every expression is compiled and type-checked against the names in scope
// before any host is touched. Evaluation is three-valued: an expression that
// reads what is not known has no value and says which names it lacked, unless
// and, or, not and ?: decide without them. Versions are a type of the language
// and compare as versions; comparing one with text does not compile.
//
// The package knows neither steps nor hosts: callers give the names and types
// in scope (Names) and, per evaluation, the values (Values). Nothing else in
// the project imports the expression library.
package guard

import (
	"strings"
)

// Kind is the sort of a value.
type Kind int

// The kinds. Text covers choices, paths and counts too.
const (
	Text Kind = iota
	Bool
	Int
	Duration
	Version
	List
	Record
	Table      // text to Elem, any key
	SecretText // shown to nobody
)

var kindNames = [...]string{"text", "bool", "int", "duration", "version", "list", "record", "table", "secret"}

// Type describes a value: the Go value behind it is string, bool, int,
// time.Duration, kube.Version, []any, map[string]any or Secret.
type Type struct {
	Kind   Kind
	Elem   *Type  // of a List or Table
	Fields []Name // of a Record
}

// Name is a name in scope, or a field of a record, with its type.
type Name struct {
	Name string
	Type Type
	Doc  string
}

// Names are the names in scope of an expression.
type Names []Name

// ListOf returns the type of a list of elem.
func ListOf(elem Type) Type { return Type{Kind: List, Elem: &elem} }

// TableOf returns the type of a map from text to elem.
func TableOf(elem Type) Type { return Type{Kind: Table, Elem: &elem} }

// RecordOf returns the type of a record.
func RecordOf(fields ...Name) Type { return Type{Kind: Record, Fields: fields} }

// String names the type in messages and documentation.
func (t Type) String() string {
	switch t.Kind {
	case List:
		return "list of " + t.Elem.String()
	case Record:
		names := make([]string, len(t.Fields))
		for i, f := range t.Fields {
			names[i] = f.Name
		}
		return "record (" + strings.Join(names, ", ") + ")"
	}
	return kindNames[t.Kind]
}

// Scalar says whether a value of t can stand inside a text.
func (t Type) Scalar() bool { return t.Kind <= Version }

// Find returns the type at a path of names such as steps, facts, swap.
func (n Names) Find(path ...string) (Type, bool) {
	for _, name := range n {
		if len(path) > 0 && name.Name == path[0] {
			if len(path) == 1 {
				return name.Type, true
			}
			if name.Type.Kind == Table {
				return *name.Type.Elem, len(path) == 2
			}
			return Names(name.Type.Fields).Find(path[1:]...)
		}
	}
	return Type{}, false
}

// Values are what is known, as nested map[string]any. A name that the Names
// declare and the Values lack is not known.
type Values map[string]any

// Known says whether every name on path has a value.
func (v Values) Known(path []string) bool {
	var at any = map[string]any(v)
	for _, name := range path {
		m, ok := at.(map[string]any)
		if !ok {
			return true // a field of a list element or a table: known with its holder
		}
		if at, ok = m[name]; !ok {
			return false
		}
	}
	_, pending := at.(Pending)
	return !pending
}

// Pending stands in Values for a value that is made of what is not known yet, such as the parameter of a sequence in a
// dry-run. To an expression it is not known, for the reasons that Lacks gives.
type Pending struct {
	Text  string   // how it is shown: its text, with <names> in it
	Gaps  []string // what of Text stands for what is not known: those <names>
	Lacks []string // the names that it is made of and that have no value
}

// pending is what stands for the value at path, where it is still to come.
func (v Values) pending(path []string) (Pending, bool) {
	var at any = map[string]any(v)
	for _, name := range path {
		m, ok := at.(map[string]any)
		if !ok {
			return Pending{}, false
		}
		at = m[name]
	}
	p, ok := at.(Pending)
	return p, ok
}
