package run

import (
	"context"

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
	around, within := v.view.values[parametersName]
	v.view.values[parametersName] = given
	defer func() {
		if delete(v.view.values, parametersName); within {
			v.view.values[parametersName] = around
		}
	}()
	return v.steps(ctx, s.Body)
}
