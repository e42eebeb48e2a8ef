package step

import (
	"reflect"
	"slices"
	"strings"

	"rung/engine/diag"
	"rung/engine/guard"
	"rung/engine/yamldoc"
)

// Draft is a step as it was written: fields that are plain are decoded, those
// with expressions are compiled and wait for values. It is immutable and safe
// for use by several goroutines.
type Draft struct {
	Type  *Type
	Node  *yamldoc.Node
	base  reflect.Value // S, with defaults and plain fields
	holes []hole
}

// hole is a field that an expression fills.
type hole struct {
	slot
	field Field
}

// Decode reads the fields of a step of t from n, a map. Every mistake is
// reported with its place. names are in scope of the expressions.
func (t *Type) Decode(n *yamldoc.Node, names guard.Names) (*Draft, diag.List) {
	d := &Draft{Type: t, Node: n, base: t.fresh().Elem()}
	d.base.Set(t.defaults)
	var found diag.List
	if n.Kind != yamldoc.Map && !n.Null {
		d, _ := yamldoc.WantKind(n, yamldoc.Map, "the fields of "+t.Name)
		return nil, diag.List{d.WithHint("for example:\n%s", indented(t.Example))}
	}
	var meant []string
	for _, f := range n.Fields {
		field, ok := t.field(f.Key)
		if !ok {
			d, near := t.unknownField(f)
			found, meant = append(found, d), append(meant, near)
			continue
		}
		found = append(found, d.field(field, f.Value, names)...)
	}
	for _, f := range t.Fields {
		if f.Required && n.Get(f.Name) == nil && !slices.Contains(meant, f.Name) {
			found = append(found, diag.Errorf("missing-field", n.Pos, "%s needs %s: %s", t.Name, f.Name, f.Doc))
		}
	}
	if len(found) > 0 {
		return nil, found
	}
	return d, nil
}

// setDefault reads the default of f, if there is one.
func (f Field) setDefault(target reflect.Value) error {
	if f.Default == "" {
		return nil
	}
	n := yamldoc.Plain(diag.Pos{}, f.Default)
	if !f.Type.Scalar() {
		var found diag.List
		if n, found = yamldoc.Parse("default", []byte(f.Default)); found != nil {
			return found
		}
	}
	s, found := compileField(f, n, nil)
	if found != nil {
		return found
	}
	_, err := s.fill(nil, target)
	return err
}

// unknownField reports f, and names the field that seems to be meant.
func (t *Type) unknownField(f yamldoc.Field) (d diag.Diagnostic, meant string) {
	known := fieldNames(t.Fields)
	d = diag.Errorf("unknown-field", f.Pos, "%s has no field %q", t.Name, f.Key).Over(len([]rune(f.Key)))
	if meant = diag.Suggest(f.Key, known); meant != "" {
		return d.WithHint("did you mean %s?", meant), meant
	}
	return d.WithHint("%s has %s", t.Name, orNone(known)), ""
}

func orNone(names []string) string {
	if len(names) == 0 {
		return "no fields"
	}
	return strings.Join(names, ", ")
}

func indented(text string) string {
	return "    " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n    ")
}

func (t *Type) field(name string) (Field, bool) {
	for _, f := range t.Fields {
		if f.Name == name {
			return f, true
		}
	}
	return Field{}, false
}

func fieldNames(fields []Field) []string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.Name
	}
	return names
}

func (d *Draft) field(f Field, n *yamldoc.Node, names guard.Names) diag.List {
	s, found := compileField(f, n, names)
	switch {
	case found != nil:
		return found
	case s.open:
		d.holes = append(d.holes, hole{slot: s, field: f})
		return nil
	}
	if _, err := s.fill(nil, d.base.Field(f.index)); err != nil {
		return diag.List{diag.Errorf("value", n.Pos, "%s %v", f.Name, err).Over(n.Width())}
	}
	return nil
}

// Fill makes the step for one host. unknown lists the names that have no
// value. Where they stand in text, the text holds <name> in their place, and
// there is a step: good to show, not to perform. Where any other field depends
// on one, s is nil. An error says which field has no value, as a FieldError, and wraps why.
func (d *Draft) Fill(v guard.Values) (s Step, unknown []string, err error) {
	p := d.Type.fresh()
	p.Elem().Set(d.base)
	var open gap
	for _, h := range d.holes {
		missing, err := h.fill(v, p.Elem().Field(h.field.index))
		if err != nil {
			return nil, nil, Refuse(h.field.Name, "%s: %w", h.field.Name, err)
		}
		open.widen(missing)
	}
	if open.hard {
		return nil, open.names, nil
	}
	return p.Elem().Interface().(Step), open.names, nil
}

// Refs are the names that the fields read.
func (d *Draft) Refs() []string {
	var refs []string
	for _, e := range d.Exprs() {
		refs = append(refs, e.Refs...)
	}
	return refs
}

// Exprs are the expressions in the fields.
func (d *Draft) Exprs() []*guard.Expr {
	var list []*guard.Expr
	for _, h := range d.holes {
		list = append(list, h.read...)
	}
	return list
}
