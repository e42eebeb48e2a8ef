package step

import (
	"fmt"
	"reflect"
	"sort"

	"rung/engine/guard"
)

// About describes a step type for people.
type About struct {
	Name    string // as written in a playbook: yum-install
	Summary string // one sentence
	Doc     string // what it does, its rules and their sources; Markdown
	Example string // a step, in YAML; checked by a test
	Undo    string // the type of step that takes back what this one leaves behind: uncordon of drain; "" for most
}

// Type is a step type: its description, and how to make steps of it.
type Type struct {
	About
	Fields  []Field
	Outputs []guard.Name
	// fresh makes a pointer to a zero S; defaults is an S with its defaults.
	fresh    func() reflect.Value
	defaults reflect.Value
	collect  func(Step, []Result) (map[string]any, []Note, error)
}

// Define makes a type of step struct S, which has no outputs. The fields of S
// carry tags: `yaml` (the key, and ",required"), `doc`, `default`, `enum` (a
// comma-separated list). It panics on a description that is wrong: it is
// called when the program starts.
func Define[S Step](about About) Type {
	t := Type{About: about, Fields: fieldsOf(reflect.TypeFor[S]()), fresh: func() reflect.Value { return reflect.New(reflect.TypeFor[S]()) }}
	t.defaults = t.fresh().Elem()
	for _, f := range t.Fields {
		if err := f.setDefault(t.defaults.Field(f.index)); err != nil {
			panic(fmt.Sprintf("the default of %s in %T: %s %v", f.Name, *new(S), f.Name, err))
		}
	}
	return t
}

// DefineWith makes a type of step struct S with outputs O, a struct whose
// fields carry the tags `yaml` (the name) and `doc`.
func DefineWith[S Collector[O], O any](about About) Type {
	t := Define[S](about)
	t.Outputs = namesOf(reflect.TypeFor[O]())
	record := recordOf(reflect.TypeFor[O]())
	t.collect = func(s Step, results []Result) (map[string]any, []Note, error) {
		out, notes, err := s.(Collector[O]).Collect(results)
		if err != nil {
			return nil, notes, err
		}
		return record(reflect.ValueOf(out)).(map[string]any), notes, nil
	}
	return t
}

// HasOutputs says whether steps of t have outputs of their own.
func (t *Type) HasOutputs() bool { return t.collect != nil }

// Collect computes the outputs of a step of t as guard values; nil where t has
// none.
func (t *Type) Collect(s Step, results []Result) (map[string]any, []Note, error) {
	if t.collect == nil {
		return nil, nil, nil
	}
	return t.collect(s, results)
}

// Set is the step types that a program knows.
type Set struct {
	types map[string]*Type
}

// NewSet makes a set; two types of one name are a mistake of the program.
func NewSet(types ...Type) (*Set, error) {
	s := &Set{types: map[string]*Type{}}
	for i := range types {
		if _, twice := s.types[types[i].Name]; twice {
			return nil, fmt.Errorf("two step types are called %s", types[i].Name)
		}
		s.types[types[i].Name] = &types[i]
	}
	return s, nil
}

// Get returns the type called name, or nil.
func (s *Set) Get(name string) *Type { return s.types[name] }

// Names returns the names of all types, sorted.
func (s *Set) Names() []string {
	names := make([]string, 0, len(s.types))
	for name := range s.types {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}
