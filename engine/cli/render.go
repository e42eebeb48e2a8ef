package cli

import (
	"bufio"
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"rung/engine/report"
	"rung/engine/run"
)

func (a *app) renderVerb() *cobra.Command {
	var r request
	var c contact
	var from string
	var live bool
	verb := &cobra.Command{
		Use:   "render PLAYBOOK",
		Short: "Say exactly what a playbook would do, without doing it",
		Long: `Print, stage by stage and host by host, the commands that a run would carry out.

Without a connection, what only a host can tell is not known: a step whose guard depends
on it says "runs if …", and text that depends on it stands as <name>. With --live the
read-only steps are performed, and nothing else.`,
		Example: "  rung render kubeadm-upgrade -i inventory.yaml -e target=1.21.14 --from 1.20.0",
		Args:    playbookArg,
		RunE: func(cmd *cobra.Command, args []string) error {
			r.playbook = args[0]
			if from != "" {
				r.inputs = append(r.inputs, "from="+from)
			}
			return a.render(cmd.Context(), r, c, live)
		},
	}
	r.flags(verb.Flags())
	c.flags(verb.Flags())
	verb.Flags().StringVar(&from, "from", "", "the version that runs now, for the input from")
	verb.Flags().BoolVar(&live, "live", false, "connect, and perform what only reads")
	return verb
}

func (a *app) render(ctx context.Context, r request, c contact, live bool) error {
	p, _, err := a.load(r)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(a.out, 1<<16)
	book, err := report.NewRunbook(out, report.Text)
	if err != nil {
		return err
	}
	offline := &run.Offline{Hosts: p.Inventory, Sink: book}
	dry := run.Run{Plan: p, Perform: offline, Sink: book, Clock: a.Clock, Lanes: 1}
	if live {
		h, err := a.hosts(p.Inventory, c)
		if err != nil {
			return err
		}
		defer func() { _ = h.close() }()
		if err := h.connect(ctx, p); err != nil {
			return (&execution{app: a}).refuse(err)
		}
		x := &run.Execute{Exec: h, Hosts: p.Inventory, Clock: a.Clock, Sink: book}
		dry.Perform, dry.Probe, dry.Lanes = &run.Live{Execute: x, Offline: offline}, x.Probe, 0
	}
	end := dry.Do(ctx)
	if err := out.Flush(); err != nil {
		return fmt.Errorf("the runbook cannot be written: %w", err)
	}
	if end.Exit != run.ExitDone {
		fmt.Fprintf(a.err, "rung: a run would stop: %s\n", end.Text)
		return told{end.Exit}
	}
	return nil
}
