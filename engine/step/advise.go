package step

import (
	"slices"

	"rung/engine/diag"
)

// placeOf is where a belongs: to a line of a field, or to the step, which stands at pos.
func (d *Draft) placeOf(a Advice, pos diag.Pos) diag.Pos {
	n := d.Node.Get(a.Field)
	if a.Field == "" || n == nil {
		return pos
	}
	at := n.Content()
	if n.Block && a.Line > 0 {
		at.Line += a.Line - 1
	}
	return at
}

// Advise is what the step type says of the step as it is written; pos is
// where it stands.
func (d *Draft) Advise(pos diag.Pos) diag.List {
	if !d.base.IsValid() {
		return nil
	}
	s, ok := d.base.Interface().(Adviser)
	if !ok {
		return nil
	}
	var found diag.List
	open := func(field string) bool {
		return slices.ContainsFunc(d.holes, func(h hole) bool { return h.field.Name == field })
	}
	for _, a := range s.Advise(open) {
		found = append(found, diag.Advicef(a.Code, d.placeOf(a, pos), "%s", a.Text).WithHint("%s", a.Hint))
	}
	return found
}
