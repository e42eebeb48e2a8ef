package run

import (
	"context"
	"maps"

	"rung/engine/playbook"
	"rung/engine/step"
)

// parametersName is what the steps of a sequence read their parameters of.
const parametersName = "parameters"

// call runs the steps of the sequence that s calls. What the call gives is worked out once, as it begins.
func (v *visit) call(ctx context.Context, s *playbook.Step, e Event) step.Outcome {
	given, err := s.Parameters(v.view.values)
	if err != nil {
		return v.end(s, e, ended{outcome: step.Failed, text: err.Error(), final: true})
	}
	around := v.view
	v.view = around.within(given)
	if s.Apart {
		v.view.alone()
	}
	defer func() { v.view = around }()
	return v.steps(ctx, s.Body)
}

// within is what the steps of a sequence see: what v does, and what they are given.
func (v *view) within(given map[string]any) *view {
	inner := &view{values: maps.Clone(v.values), steps: v.steps, planned: v.planned}
	inner.values[parametersName] = given
	return inner
}

// alone leaves out what the steps around a sequence of another file have put out: its own ids may be the same. What a
// dry-run has planned of them stays known, for what the sequence is given may be made of it.
func (v *view) alone() {
	v.steps, v.planned = map[string]any{}, maps.Clone(v.planned)
	v.values["steps"] = v.steps
}
