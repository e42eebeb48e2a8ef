package playbook

import (
	"slices"

	"rung/engine/diag"
	"rung/engine/guard"
	"rung/engine/yamldoc"
)

// Include makes the stages of another playbook those of a stage. They know the inputs that the stage gives them, the
// inventory and each other; nothing of what stands around the stage, and nothing there knows of them.
type Include struct {
	Playbook *Playbook
	With     []Argument // its inputs
}

// Inputs are the inputs of the included playbook, v being what the stage's own playbook knows before anything runs. What
// is made of an input that was not given is a guard.Pending.
func (i *Include) Inputs(v guard.Values) (map[string]any, error) { return valuesOf(i.With, v) }

// includedKeys are those of a stage that includes a playbook.
var includedKeys = []string{"stage", "include", "with", "when", "for_each", "gather"}

// include reads the stages of the playbook that n, a stage, includes.
func (l *loader) include(st *Stage, n *yamldoc.Node, s *scope) {
	for _, f := range n.Fields {
		if !slices.Contains(includedKeys, f.Key) && slices.Contains(names(StageKeys()), f.Key) {
			l.add(diag.Errorf("misplaced", f.Pos, "%s does not go with include: the stages of the included playbook have their own", f.Key).Over(len(f.Key)))
		}
	}
	name := n.Get("include")
	inner, root := l.open(name)
	if inner == nil {
		return
	}
	if isLibrary(root) {
		l.add(diag.Errorf("include", name.Pos, "%s has sequences, and no stages", name.Text).Over(name.Width()).
			WithHint("let the playbook include it, at its head:  include: [%s]", name.Text))
		return
	}
	l.inside(inner, func() { inner.root(root) })
	st.Stages = inner.pb.Stages
	st.Include = &Include{Playbook: inner.pb, With: l.passed(inner.pb, name, n.Get("with"), s)}
}

// passed reads what a stage gives to the inputs of the playbook that it includes.
func (l *loader) passed(pb *Playbook, at, with *yamldoc.Node, s *scope) []Argument {
	if with != nil && !l.want(with, yamldoc.Map, "with") {
		return nil
	}
	var meant []string
	if with != nil {
		meant = l.undeclared("unknown-input", with, "input", "the playbook "+pb.Name, pb.Inputs)
	}
	settled := &scope{base: s.base[:settledNames]}
	var all []Argument
	for _, in := range pb.Inputs {
		var a Argument
		var there bool
		l.hinting(nil, "this is settled before anything runs: with reads inputs, groups, nodes and inventory", func() {
			a, there = l.given(in, with, settled)
		})
		switch {
		case there:
			all = append(all, a)
		case !in.Optional && !slices.Contains(meant, in.Name):
			l.add(diag.Errorf("missing-input", at.Pos, "the playbook %s needs the input %s", pb.Name, in.Name).Over(at.Width()).
				WithHint("give it below:  with: {%s: …}%s", in.Name, colon(in.About)))
		}
	}
	return all
}
