package cli

import (
	"context"
	"errors"

	"rung/engine/plan"
	"rung/engine/run"
)

// settled holds a run of p against what its files say, before anything is connected to, or asked: what would stop it on any
// answer of the hosts stops it here.
func settled(ctx context.Context, p *plan.Plan) error {
	found, end := run.Settled(ctx, p)
	switch {
	case found.Err() != nil:
		return &failure{run.ExitUsage, found, "nothing was touched"}
	case end.Exit != run.ExitDone:
		return &failure{end.Exit, errors.New("the run would stop: " + end.Text), "nothing was touched"}
	}
	return nil
}
