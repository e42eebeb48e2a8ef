package step

import (
	"reflect"
	"slices"
	"strings"

	"rung/engine/guard"
)

// anywhere is a host that stands for every one.
var anywhere = Host{Name: "host", Node: "host"}

// Certain plans the step where that can be done before any host is known: known is false where a field waits for more than
// the name of its host, or a secret. The error is that of the step's Plan, which refuses what it is given.
func (d *Draft) Certain() (actions []Action, known bool, err error) {
	if !d.base.IsValid() {
		return nil, false, nil
	}
	s := d.Type.fresh().Elem()
	s.Set(d.base)
	names := guard.Values{"host": map[string]any{"name": anywhere.Name, "node": anywhere.Node}}
	for _, h := range d.holes {
		field := s.Field(h.field.index)
		switch {
		case h.field.Type.Kind == guard.SecretText: // whatever the secret is
			field.Set(reflect.ValueOf(guard.Withheld(h.field.Name)))
		case slices.ContainsFunc(h.read, func(e *guard.Expr) bool { return !isName(e) }):
			return nil, false, nil
		default:
			if missing, err := h.fill(names, field); err != nil || len(missing.names) > 0 {
				return nil, false, nil
			}
		}
	}
	actions, err = s.Interface().(Step).Plan(Scope{Host: anywhere})
	return actions, true, err
}

// isName says whether e is the name of the host and nothing else: what is made of one may be meant for that host alone.
func isName(e *guard.Expr) bool {
	name := strings.TrimSpace(e.Source)
	return name == "host.name" || name == "host.node"
}

// Sketch plans the step with the names of what its texts wait for in their place: to be looked at, and not to be carried out.
// It is nil where that cannot be done.
func (d *Draft) Sketch() []Action {
	if !d.base.IsValid() {
		return nil
	}
	s, _, err := d.Fill(guard.Values{})
	if err != nil || s == nil {
		return nil
	}
	actions, err := s.Plan(Scope{Host: anywhere})
	if err != nil {
		return nil
	}
	return actions
}
