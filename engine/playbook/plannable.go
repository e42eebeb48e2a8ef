package playbook

import (
	"slices"
	"strings"

	"rung/engine/diag"
)

// Plannable reports the steps that refuse the fields they are given, whatever
// the host: those that have both of two, or neither. Steps with fields that
// wait for values are left to the run.
func Plannable(pb *Playbook) diag.List {
	var found diag.List
	for _, s := range everyStep(pb.Stages) {
		if s.Draft == nil {
			continue
		}
		if err := s.Draft.Refused(); err != nil {
			d := Unplannable(s, err)
			if !slices.Contains(found, d) { // a sequence stands at every call
				found = append(found, d)
			}
		}
	}
	return found
}

// Unplannable is the mistake err that a Plan of s has returned, at its place.
func Unplannable(s *Step, err error) diag.Diagnostic {
	name := s.Draft.Type.Name
	pos, width := s.Draft.Place(err, s.Pos)
	return diag.Errorf("value", pos, "%s: %s", name, strings.TrimPrefix(err.Error(), name+" ")).Over(width)
}

// everyStep lists the steps of stages, the bodies of sequences included.
func everyStep(stages []*Stage) []*Step {
	var all []*Step
	for _, s := range stages {
		for _, list := range [][]*Step{s.Admit, s.Steps, s.Rescue, s.Always} {
			for _, l := range flat(nil, list, nil) {
				all = append(all, l.step)
			}
		}
		all = append(all, everyStep(s.Stages)...)
	}
	return all
}
