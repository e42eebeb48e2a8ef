package playbook

import (
	"fmt"
	"slices"

	"rung/engine/diag"
	"rung/engine/guard"
	"rung/engine/step"
	"rung/engine/yamldoc"
)

var modifiers, forms = names(Modifiers()), names(Forms())

// maxSteps bounds what a few sequences that call each other several times can
// make of a small file.
const maxSteps = 10000

// steps reads a list of steps; prefix tells the lists of one stage apart.
func (l *loader) steps(n *yamldoc.Node, s *scope, prefix string) []*Step {
	if !l.wantList(n, "steps", "drain: {}") {
		return nil
	}
	if len(n.Items) == 0 {
		doc := l.documents[n.Pos.File]
		doc.bare = append(doc.bare, n.Pos)
	}
	var steps []*Step
	for i, item := range n.Items {
		if !l.want(item, yamldoc.Map, "a step") {
			continue
		}
		if l.size++; l.size > maxSteps {
			l.errorf("too-many", n.Pos, "the playbook has more than %d steps, those of every sequence's call counted", maxSteps)
			break
		}
		st := l.step(item, s)
		st.Key = fmt.Sprintf("%s%d", prefix, i+1)
		if st.Draft != nil {
			st.Key += ":" + st.Draft.Type.Name
		}
		for _, inner := range st.Body {
			rekey(inner, st.Key+".")
		}
		steps = append(steps, st)
	}
	return steps
}

func rekey(s *Step, prefix string) {
	s.Key = prefix + s.Key
	for _, inner := range s.Body {
		rekey(inner, prefix)
	}
}

func (l *loader) step(n *yamldoc.Node, s *scope) *Step {
	st := &Step{Pos: n.Pos}
	names := s.names()
	boolean := guard.Type{Kind: guard.Bool}
	st.Name = l.template(n.Get("name"), "name", names)
	if w := n.Get("when"); w != nil {
		st.When = l.expression(w, "when", names, boolean)
	}
	if r := n.Get("require"); r != nil {
		st.Require = l.expression(r, "require", names, boolean)
	}
	if e := n.Get("else"); e != nil {
		st.Else = l.template(e, "else", names)
		if n.Get("require") == nil {
			l.errorf("misplaced", e.Pos, "else goes with require: it says what to do when the guard is false")
		}
	}
	st.On = l.template(n.Get("on"), "on", names)
	l.tries(st, n, names)
	st.Ignore, st.Skip = l.ifGiven(n, "ignore_failure", names), l.ifGiven(n, "skip_host", names)
	known := l.kind(st, n, s)
	if known {
		l.misplaced(st, n)
	}
	if id := n.Get("id"); id != nil {
		l.untyped[id.Text] = l.untyped[id.Text] || !known
		l.identify(st, id, s)
	}
	return st
}

// misplaced reports modifiers that only a step with a type can have.
func (l *loader) misplaced(st *Step, n *yamldoc.Node) {
	what := "a step of guards alone performs nothing"
	switch {
	case st.Calls != "":
		what = "put it on the steps of the sequence " + st.Calls
	case st.Confirm != nil:
		what = "a question performs nothing"
	}
	for _, f := range n.Fields {
		if f.Key == "with" && st.Calls == "" && n.Get("sequence") == nil {
			l.add(diag.Errorf("misplaced", f.Pos, "with goes with sequence: it gives a sequence its parameters").Over(len(f.Key)).
				WithHint("the fields of a step stand below its type"))
		}
		if st.Draft == nil && slices.Contains([]string{"on", "retry", "timeout", "ignore_failure", "skip_host"}, f.Key) {
			l.add(diag.Errorf("misplaced", f.Pos, "%s belongs to a step type", f.Key).Over(len(f.Key)).WithHint("%s", what))
		}
	}
}

func (l *loader) identify(st *Step, n *yamldoc.Node, s *scope) {
	if !l.scalar(n, "id") {
		return
	}
	st.ID = n.Text
	switch {
	case !identifier.MatchString(st.ID):
		l.add(diag.Errorf("name", n.Pos, "the id %q is not a name: want lower-case letters, digits and _", st.ID).Over(n.Width()))
	case s.has(st.ID):
		l.add(diag.Errorf("duplicate-id", n.Pos, "an earlier step has the id %s", st.ID).Over(n.Width()))
	case st.Calls != "":
		l.errorf("misplaced", n.Pos, "a sequence has no outputs, and so no id")
	default:
		s.publish(st)
	}
}

// kind reads the one key that names the step's type; false: it has keys that
// are not known.
func (l *loader) kind(st *Step, n *yamldoc.Node, s *scope) bool {
	var kinds []yamldoc.Field
	for _, f := range n.Fields {
		switch {
		case slices.Contains(modifiers, f.Key):
		case slices.Contains(forms, f.Key) || l.types.Get(f.Key) != nil:
			kinds = append(kinds, f)
		default:
			l.unknownStep(f, n)
			return false
		}
	}
	switch {
	case len(kinds) > 1:
		l.add(diag.Errorf("two-types", kinds[1].Pos, "the step has two types, %s and %s", kinds[0].Key, kinds[1].Key).
			Over(len(kinds[1].Key)).WithHint("make two steps of it: start the second with its own dash"))
	case len(kinds) == 0 && st.Require == nil && n.Get("require") == nil:
		l.add(diag.Errorf("no-type", n.Pos, "the step does nothing: it names no step type and requires nothing").
			WithHint("rung steps lists the step types"))
	case len(kinds) == 1 && kinds[0].Key == "sequence":
		st.Calls = l.text(kinds[0].Value, "sequence")
		if st.Calls != "" {
			st.Body = l.call(st, kinds[0].Value, n.Get("with"), s)
		}
	case len(kinds) == 1 && kinds[0].Key == "confirm":
		st.Confirm = l.template(kinds[0].Value, "confirm", s.names())
	case len(kinds) == 1:
		l.draft(st, kinds[0], s)
	}
	return true
}

// draft reads the fields of a step.
func (l *loader) draft(st *Step, f yamldoc.Field, s *scope) {
	var found diag.List
	st.Draft, found = l.types.Get(f.Key).Decode(f.Value, s.names())
	for i := range found {
		if word := f.Value.At(found[i].Pos); found[i].Code == "unknown-field" && slices.Contains(modifiers, word) {
			found[i].Hint = word + " belongs to the step: let it begin in the column of " + f.Key
		}
	}
	l.add(found...)
	if st.Draft == nil { // so that reading its outputs is no further mistake
		st.Draft = &step.Draft{Type: l.types.Get(f.Key), Node: f.Value}
	}
}

// unknownStep reports a key of the step n that is neither a modifier nor a
// type.
func (l *loader) unknownStep(f yamldoc.Field, n *yamldoc.Node) {
	_, hint := suggestion(f.Key, slices.Concat(forms, modifiers, l.types.Names()))
	for _, other := range n.Fields {
		if t := l.types.Get(other.Key); t != nil && slices.ContainsFunc(t.Fields, func(field step.Field) bool { return field.Name == f.Key }) {
			hint = "it is a field of " + other.Key + ": indent it deeper than that"
		}
	}
	if hint == "" {
		hint = "rung steps lists the step types"
	}
	l.add(diag.Errorf("unknown-step", f.Pos, "there is no step type %q", f.Key).Over(len([]rune(f.Key))).WithHint("%s", hint))
}
