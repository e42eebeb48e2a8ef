package playbook

import (
	"slices"
	"strings"
	"unicode/utf8"

	"rung/engine/diag"
	"rung/engine/guard"
	"rung/engine/yamldoc"
)

// Sequence is steps with a name, and what a call of them must say.
type Sequence struct {
	Name       string
	Pos        diag.Pos // of its name
	About      string
	Parameters []Input
	steps      *yamldoc.Node // nil: what stands in their place was reported
	called     bool
	home       *loader // of the file that it stands in
}

// deepestCall bounds how far sequences call each other: more is no playbook that a person follows.
const deepestCall = 20

// sequence reads a sequence: a list of steps, or a map that declares parameters beside them.
func (l *loader) sequence(f yamldoc.Field) *Sequence {
	s := &Sequence{Name: f.Key, Pos: f.Pos, home: l}
	l.pb.Sequences = append(l.pb.Sequences, s)
	n := f.Value
	switch {
	case n.Kind == yamldoc.List:
		s.steps = n
		return s
	case n.Kind != yamldoc.Map:
		d, _ := yamldoc.WantKind(n, yamldoc.List, "the sequence "+f.Key)
		l.add(d)
		return s
	}
	meant := l.keys(n, "a sequence", SequenceKeys())
	s.About = l.text(n.Get("about"), "about")
	if p := n.Get("parameters"); p != nil {
		s.Parameters = l.inputs(p, "parameter")
	}
	switch steps := n.Get("steps"); {
	case steps != nil && l.wantList(steps, "steps", "drain: {}"):
		s.steps = steps
	case steps == nil && !slices.Contains(meant, "steps"):
		l.add(diag.Errorf("missing-key", n.Pos, "the sequence %s needs steps", f.Key).WithHint("write  %s: {parameters: {…}, steps: […]}, or the list of steps alone", f.Key))
	}
	return s
}

// call expands the sequence that n names, compiled in the scope of the call; its ids end with it. with is what st gives
// to its parameters, or nil.
func (l *loader) call(st *Step, n, with *yamldoc.Node, s *scope) []*Step {
	q := l.sequences[n.Text]
	if q == nil && l.lacking {
		return nil // it may stand in the file that could not be read
	}
	if q == nil {
		names := make([]string, 0, len(l.sequences))
		for name := range l.sequences {
			names = append(names, name)
		}
		slices.Sort(names)
		l.add(diag.Errorf("unknown-sequence", n.Pos, "there is no sequence %q", n.Text).Over(len([]rune(n.Text))).WithHint("%s", diag.DidYouMean(n.Text, names)))
		return nil
	}
	q.called, st.called, st.Apart = true, q, q.home != l
	st.With = l.arguments(q, n, with, s)
	switch {
	case q.steps == nil:
		return nil // what it is instead of a list was said
	case slices.Contains(l.calling, q):
		l.add(diag.Errorf("cycle", n.Pos, "the sequence %s calls itself: %s", n.Text, circle(l.calling, q)).Over(n.Width()))
		return nil
	case len(l.calling) == deepestCall:
		l.add(diag.Errorf("too-many", n.Pos, "sequences call each other more than %d deep here", deepestCall).Over(n.Width()).WithHint("write some of them out where they are called"))
		return nil
	}
	inner := s.child()
	if st.Apart {
		inner = q.home.outermost()
		inner.host = true
	}
	return q.home.expand(q, inner)
}

// expand compiles the steps of q in the scope s, which becomes its own.
func (l *loader) expand(q *Sequence, s *scope) []*Step {
	l.calling = append(l.calling, q)
	defer func() { l.calling = l.calling[:len(l.calling)-1] }()
	s.parameters = nil
	for _, p := range q.Parameters {
		s.parameters = append(s.parameters, guard.Name{Name: p.Name, Type: p.GuardType(), Doc: p.About})
	}
	return l.steps(q.steps, s, "")
}

func circle(calling []*Sequence, last *Sequence) string {
	var names []string
	for _, q := range append(slices.Clone(calling), last) {
		names = append(names, q.Name)
	}
	return strings.Join(names, " → ")
}

// uncalled reports the sequences that no step calls. What names stand in scope
// of a sequence is for its calls to say, so such a one cannot be checked.
func (l *loader) uncalled() {
	for _, q := range l.pb.Sequences {
		if q.steps != nil && !q.called {
			l.add(diag.Errorf("uncalled", q.Pos, "no step calls the sequence %s, so it is not checked", q.Name).
				Over(utf8.RuneCountInString(q.Name)).WithHint("call it with sequence: %s, or remove it", q.Name))
		}
	}
}
