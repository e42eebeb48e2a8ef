package plan

import (
	"rung/engine/diag"
	"rung/engine/guard"
	"rung/engine/inventory"
	"rung/engine/playbook"
)

// Fits holds a playbook against an inventory before any input is given: hosts
// that a stage names and the inventory lacks are mistakes, and so is a window
// that lets no host in by the defaults of the inputs; one that is larger than
// its stage is advice. What else depends on inputs is left to New.
// Without an inventory only the selectors themselves are read.
func Fits(pb *playbook.Playbook, inv *inventory.Inventory) diag.List {
	f := &fit{inv: inv}
	f.stages(pb.Stages, byDefault(pb))
	f.found.Sort()
	return f.found
}

type fit struct {
	inv   *inventory.Inventory
	found diag.List
}

// stages looks at stages, whose expressions may read values.
func (f *fit) stages(stages []*playbook.Stage, values guard.Values) {
	for _, s := range stages {
		if hosts, ok := constant(s.Hosts); ok && f.inv == nil {
			f.found = append(f.found, inventory.CheckSelector(hosts, s.HostsPos)...)
		} else if ok {
			names, found := f.inv.Select(hosts, s.HostsPos)
			f.found = append(f.found, found...)
			if found == nil && s.Except == nil {
				f.window(s, len(names))
			}
		}
		inner := values
		if s.Include != nil || isFalse(s.When, values) {
			inner = nil // the inputs there are others, or it is left out
		}
		if !isFalse(s.When, values) {
			var early settled
			early.counts(s, values, 100)
			f.found = append(f.found, early.found...)
		}
		f.stages(s.Stages, inner)
	}
}

func (f *fit) window(s *playbook.Stage, hosts int) {
	text, ok := constant(s.AtOnce)
	if !ok || hosts == 0 {
		return
	}
	if n, err := playbook.Count(text, hosts); err == nil && n > hosts {
		f.found = append(f.found, diag.Advicef("window-too-large", s.AtOncePos, "at_once is %s, and the stage has %s: all of them at once", text, counted(hosts)).
			Over(len(text)).WithHint("say how many may be away together, or leave at_once out"))
	}
}

func counted(hosts int) string {
	if hosts == 1 {
		return "1 host"
	}
	return guard.Format(hosts) + " hosts"
}

// constant is the text of t where nothing is to be filled in.
func constant(t *guard.Template) (string, bool) {
	if t == nil || len(t.Exprs()) > 0 {
		return "", false
	}
	text, _, err := t.Text(nil)
	return text, err == nil
}
