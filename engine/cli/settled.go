package cli

import (
	"context"
	"errors"
	"slices"

	"rung/engine/plan"
	"rung/engine/run"
)

// settled holds a run of p against what its files say, before anything is connected to, or asked: what would stop it on any
// answer of the hosts stops it here, and all of it is told. What the run has touched before is more than nothing where it
// is resumed.
func settled(ctx context.Context, p *plan.Plan, resumed bool) error {
	hint := "nothing was touched"
	if resumed {
		hint = "nothing more was touched"
	}
	mistakes, refusals, end := run.Settled(ctx, p)
	all := slices.Concat(mistakes, refusals)
	all.Sort()
	switch {
	case len(mistakes) > 0:
		return &failure{run.ExitUsage, all, hint}
	case len(refusals) > 0:
		return &failure{run.ExitRefused, all, "the run would stop there; " + hint}
	case end.Exit != run.ExitDone:
		return &failure{end.Exit, errors.New(end.Text), hint}
	}
	return nil
}
