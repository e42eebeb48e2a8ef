package steps

import (
	_ "embed"
	"time"

	"rung/engine/step"
)

// Uncordon lets pods onto a node again, unless an operator had closed it (S24).
type Uncordon struct {
	Timeout time.Duration `yaml:"timeout" default:"2m" doc:"How long to try: a fresh apiserver refuses for some seconds."`
}

//go:embed scripts/uncordon-check.sh
var uncordonCheck string

//go:embed scripts/uncordon.sh
var uncordonScript string

func uncordonType() step.Type {
	return step.Define[Uncordon](step.About{
		Name:    "uncordon",
		Summary: "Releases a node that rung cordoned, and no other.",
		Doc: `Only a node with the annotation rung-cordoned-by is released, whichever run wrote it;
an operator's cordon has none, and stays (S24). A mark that is left on a node which takes
pods again is removed, so that a later cordon of an operator's is not taken for ours.

An apiserver that has just started answers 403 for some seconds (S20), so it is tried
again until the timeout.
`,
		Example: "uncordon: {timeout: 2m}\n",
	})
}

// Plan returns the one action.
func (s Uncordon) Plan(scope step.Scope) ([]step.Action, error) {
	node := scope.Host.Node
	return []step.Action{{
		Title: "uncordon " + node,
		On:    step.AdminHost,
		Check: &step.Command{Script: uncordonCheck, Argv: []string{node}},
		Do:    step.Command{Script: uncordonScript, Argv: []string{node}},
		Until: &step.Until{Every: 5 * time.Second, For: s.Timeout, What: "the API lets us uncordon " + node},
	}}, nil
}
