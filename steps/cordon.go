package steps

import (
	_ "embed"

	"rung/engine/step"
)

// Cordon keeps new pods off a node, and marks it as ours.
type Cordon struct{}

//go:embed scripts/cordon-check.sh
var cordonCheck string

//go:embed scripts/cordon.sh
var cordonScript string

func cordonType() step.Type {
	return step.Define[Cordon](step.About{
		Name:    "cordon",
		Summary: "Keeps new pods off a node, and marks it with the run's id.",
		Doc: `The annotation rung-cordoned-by tells our cordon from an operator's: uncordon
releases only what carries it (S24). It is written first, because a mark without a
cordon harms nobody, and a cordon without a mark would stay for ever.

A node that is cordoned already is left as it is, unmarked.
`,
		Example: "cordon: {}\n",
		Undo:    "uncordon",
	})
}

// Plan returns the one action.
func (Cordon) Plan(scope step.Scope) ([]step.Action, error) {
	return []step.Action{cordonAction(scope)}, nil
}

// cordonAction is the whole of cordon, and the beginning of drain.
func cordonAction(scope step.Scope) step.Action {
	node := scope.Host.Node
	return step.Action{
		Title: "cordon " + node,
		On:    step.AdminHost,
		Check: &step.Command{Script: cordonCheck, Argv: []string{node}},
		Do:    step.Command{Script: cordonScript, Argv: []string{node, runID(scope.Run)}, Detach: true},
	}
}
