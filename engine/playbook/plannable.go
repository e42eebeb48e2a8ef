package playbook

import (
	"slices"
	"strings"

	"rung/engine/diag"
	"rung/engine/step"
)

// Plannable reports the steps that cannot be carried out, whatever the host: those that refuse the fields they are given,
// that have both of two, or neither; and those that would change something in a stage that gathers, or in admit. Steps with
// fields that wait for values are left to the run.
func Plannable(pb *Playbook) diag.List {
	var found diag.List
	plannable(pb.Stages, false, func(d diag.Diagnostic) {
		if !slices.Contains(found, d) { // a sequence stands at every call
			found = append(found, d)
		}
	})
	return found
}

func plannable(stages []*Stage, gathers bool, add func(diag.Diagnostic)) {
	for _, s := range stages {
		gathers := gathers || s.Gather
		for _, l := range flat(nil, s.Admit, nil) {
			l.step.plannable("the steps of admit only read, and this one would change something", "put it into the steps of the stage", add)
		}
		var where, hint string
		if gathers {
			where, hint = "a stage that gathers only reads, and this step would change something", "put it into a stage without gather"
		}
		for _, l := range flat(nil, slices.Concat(s.Steps, s.Rescue, s.Always), nil) {
			l.step.plannable(where, hint, add)
		}
		plannable(s.Stages, gathers, add)
	}
}

// plannable looks at one step. Where says why it may change nothing; "" where it may.
func (s *Step) plannable(where, hint string, add func(diag.Diagnostic)) {
	if s.Draft == nil {
		return
	}
	if _, _, err := s.Draft.Certain(); err != nil {
		add(Unplannable(s, err))
		return
	}
	if where != "" && slices.ContainsFunc(s.Draft.Sketch(), changes) {
		add(diag.Errorf("changes", s.Pos, "%s", where).WithHint("%s", hint))
	}
}

// Unplannable is the mistake err that a Plan of s has returned, at its place.
func Unplannable(s *Step, err error) diag.Diagnostic {
	name := s.Draft.Type.Name
	pos, width := s.Draft.Place(err, s.Pos)
	return diag.Errorf("value", pos, "%s: %s", name, strings.TrimPrefix(err.Error(), name+" ")).Over(width)
}

func changes(a step.Action) bool { return !a.ReadOnly }
