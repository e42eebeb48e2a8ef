package plan

import (
	"strings"

	"rung/engine/diag"
	"rung/engine/guard"
	"rung/engine/playbook"
)

// settled reports what a stage's own expressions come to where it is known already that no host could ever be worked on:
// a run would find out in the middle of its work. What depends on outputs is left to the run, and so is a stage whose
// guard is false.
type settled struct{ found diag.List }

// stages looks at stages, whose expressions may read values.
func (s *settled) stages(stages []*Stage, values guard.Values) {
	for _, st := range stages {
		if isFalse(st.When, values) {
			continue
		}
		s.loop(st.ForEach, values)
		s.counts(st.Stage, values, len(st.Hosts))
		inner := values
		if st.Inside != nil {
			inner = st.Inside
		}
		s.stages(st.Stages, inner)
	}
}

func isFalse(when *guard.Expr, values guard.Values) bool {
	if when == nil {
		return false
	}
	truth, _, err := when.Decide(values)
	return err == nil && truth == guard.False
}

func (s *settled) loop(loop *playbook.Loop, values guard.Values) {
	if loop == nil || loop.List == nil {
		return
	}
	if _, _, err := loop.List.Value(values); err != nil {
		s.found = append(s.found, diag.Errorf("value", loop.List.Pos, "for_each: %v", err))
	}
}

// counts looks at the counts of a stage of so many hosts.
func (s *settled) counts(st *playbook.Stage, values guard.Values, hosts int) {
	s.count("at_once", st.AtOnce, st.AtOncePos, values, func(text string) error { _, err := Window(text, max(hosts, 1)); return err })
	s.count("max_failures", st.MaxFailures, st.MaxFailuresPos, values, func(text string) error { _, err := playbook.Count(text, hosts); return err })
}

func (s *settled) count(key string, t *guard.Template, pos diag.Pos, values guard.Values, read func(string) error) {
	if t == nil {
		return
	}
	text, unknown, err := t.Text(values)
	if err == nil && unknown == nil {
		err = read(text)
	}
	if err == nil {
		return
	}
	problem := err.Error()
	if !strings.HasPrefix(problem, key+" ") {
		problem = key + ": " + problem
	}
	d := diag.Errorf("value", pos, "%s", problem)
	var seen []string
	for _, e := range t.Exprs() {
		seen = append(seen, e.Seen(values, "")...)
	}
	if len(seen) > 0 {
		d = d.WithHint("%s", strings.Join(seen, ", "))
	}
	s.found = append(s.found, d)
}

// byDefault is what expressions may read where nothing is given: the defaults of inputs, and nothing else.
func byDefault(pb *playbook.Playbook) guard.Values {
	inputs := map[string]any{}
	for _, in := range pb.Inputs {
		if in.Default != nil {
			inputs[in.Name] = in.Default
		}
	}
	return guard.Values{"inputs": inputs}
}
