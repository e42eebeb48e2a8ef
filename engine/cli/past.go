package cli

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"rung/engine/journal"
	"rung/engine/report"
	"rung/engine/run"
)

func (a *app) runsVerb() *cobra.Command {
	return &cobra.Command{
		Use:   "runs",
		Short: "List past runs, the newest first",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			root, err := journal.Root()
			if err != nil {
				return err
			}
			list, err := journal.List(root)
			if err != nil {
				return err
			}
			rows := make([]report.PastRun, len(list))
			for i, s := range list {
				rows[i] = report.PastRun{ID: s.ID, Playbook: s.Playbook, Outcome: s.Outcome, Started: s.Started, Ended: s.Ended, Hosts: len(s.Hosts)}
			}
			if len(rows) == 0 {
				fmt.Fprintln(a.err, "there are no runs yet in", root)
				return nil
			}
			return report.Runs(a.out, rows)
		},
	}
}

func (a *app) showVerb() *cobra.Command {
	var asJSON, follow bool
	verb := &cobra.Command{
		Use:   "show RUN",
		Short: "Tell a run again, from its journal; or watch one that goes on",
		Long: `Tell a past run again, as it was told when it was live.

With --follow a run that goes on in another process is told to its end, with what is left of it,
and the exit code is the run's. Ctrl-C ends the watching, and not the run.`,
		Example: "  rung show 20260314-150926-kubeadm-upgrade\n  rung show 20260314 --follow",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage("name one run; rung runs lists them")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			root, err := journal.Root()
			if err != nil {
				return err
			}
			dir, err := journal.Find(root, args[0])
			if err != nil {
				return usage("%v", err)
			}
			if follow {
				return a.follow(dir, asJSON)
			}
			header, events, err := journal.Read(dir)
			if err != nil {
				return err
			}
			if header.Torn {
				fmt.Fprintln(a.err, "the last line of the journal was cut short by a crash and is left out")
			}
			return a.tell(header, events, asJSON)
		},
	}
	verb.Flags().BoolVarP(&follow, "follow", "f", false, "go on to the end of a run that goes on")
	verb.Flags().BoolVar(&asJSON, "json", false, "print the events, one JSON object a line")
	return verb
}

func (a *app) tell(header journal.Header, events []run.Event, asJSON bool) error {
	if asJSON {
		lines := report.NewJSONLines(a.out)
		for _, e := range events {
			if err := lines.Record(e); err != nil {
				return err
			}
		}
		return nil
	}
	_, live := terminal(a.out)
	return report.Show(a.out, events, report.Options{Colour: report.Coloured(live, os.Getenv), Verbose: a.verbosity > 0, Run: header.Run, Size: sizeOf(a.out)})
}
