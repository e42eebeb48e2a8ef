package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"rung/engine/report"
	"rung/engine/run"
	"rung/engine/saved"
)

// agreement is a saved plan that a run is to be held to.
type agreement struct {
	file    string
	changed bool
}

func (g *agreement) flags(f *pflag.FlagSet) {
	f.StringVar(&g.file, "plan", "", "run this saved plan, and nothing else")
	f.BoolVar(&g.changed, "changed", false, "with --plan: where the hosts are not as they were, show it, and run what would be done now in place of the plan")
}

// alone refuses what the plan says itself.
func (g *agreement) alone(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usage("--plan holds its playbook: leave %s out", args[0])
	}
	for _, name := range []string{"inventory", "input", "limit", "stage"} {
		if cmd.Flags().Changed(name) {
			return &failure{run.ExitUsage, fmt.Errorf("--plan holds what --%s would say: leave it out", name), "for another plan: rung render --live -o NAME.plan"}
		}
	}
	return nil
}

// run runs the plan.
func (g *agreement) run(ctx context.Context, a *app, m manner) error {
	m.begins()
	s, err := readPlan(g.file)
	if err != nil {
		return err
	}
	a.tellPlan(g.file, s)
	p, inventory, err := a.restored(g.file, s)
	if err != nil {
		return err
	}
	return m.carry(ctx, execution{app: a, plan: p, inventory: inventory, from: request{limit: s.Limit, stages: s.Stages}, agreed: s, changed: g.changed})
}

// planned is what the run is held to; nil: nothing.
func (e *execution) planned() *report.Book {
	switch {
	case e.agreed != nil:
		return e.agreed.Book
	case e.life != nil:
		return e.life.planned
	}
	return nil
}

// planned is what a run keeps of s.
func planned(s *saved.Plan) ([]byte, error) {
	if s.Book == nil {
		return nil, errors.New("the plan is empty")
	}
	var text bytes.Buffer
	err := s.Book.WriteJSON(&text)
	return text.Bytes(), err
}
