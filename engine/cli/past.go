package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"rung/engine/journal"
	"rung/engine/lock"
	"rung/engine/report"
	"rung/engine/run"
)

func (a *app) runsVerb() *cobra.Command {
	var file string
	var forgotten []string
	var c contact
	verb := &cobra.Command{
		Use:   "runs",
		Short: "List past runs, the newest first; or tell which run holds a cluster",
		Long: `List the runs of this machine and login, the newest first, and which of them hold the lock of
their cluster.

With -i the hosts of an inventory are asked instead: which run holds the lock of the cluster,
whoever started it, and wherever.

With --forget a run is put away that nobody wants to go on with: rung resume offers it no longer.
Nothing of it is removed, and what it left half done stays so.`,
		Example: "  rung runs\n  rung runs -i inventory.yaml\n  rung runs --forget 20260314-150926-kubeadm-upgrade",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if file != "" {
				inv, _, err := readInventory(file)
				if err != nil {
					return err
				}
				return a.withLocks(inv, c, func(context.Context, *hosts, lock.Site, []lock.Found) error { return nil })
			}
			root, err := journal.Root()
			if err != nil {
				return err
			}
			if len(forgotten) > 0 {
				return a.forget(root, forgotten)
			}
			list, err := pastRuns(root)
			if err != nil {
				return err
			}
			rows := make([]report.PastRun, len(list))
			for i, s := range list {
				rows[i] = report.PastRun{ID: s.ID, Playbook: s.Playbook, Outcome: s.Outcome, Started: s.Started, Ended: s.Ended, Hosts: len(s.Hosts), Resumable: s.Resumable, Superseded: s.superseded}
			}
			if len(rows) == 0 {
				fmt.Fprintln(a.err, "there are no runs yet in", root)
				return nil
			}
			if err := report.Runs(a.out, rows); err != nil {
				return err
			}
			a.tellHeld(root, list)
			return nil
		},
	}
	verb.Flags().StringVarP(&file, "inventory", "i", "", "ask the hosts of this inventory who holds the lock of the cluster")
	verb.Flags().StringArrayVar(&forgotten, "forget", nil, "offer this run to rung resume no longer; may be given several times")
	c.flags(verb.Flags())
	verb.MarkFlagsMutuallyExclusive("inventory", "forget")
	return verb
}

// tellHeld says which runs hold the lock of their cluster, or have not given it
// back.
func (a *app) tellHeld(root string, list []pastRun) {
	for _, s := range list {
		f, err := readLockFile(filepath.Join(root, s.ID))
		switch {
		case err != nil: // none
		case s.Outcome == "running":
			fmt.Fprintf(a.out, "%s holds the lock of its cluster, on %s\n", s.ID, strings.Join(f.Hosts, ", "))
		default:
			fmt.Fprintf(a.out, "%s did not give the lock of its cluster back, on %s: it expires, or falls to the next run from here\n", s.ID, strings.Join(f.Hosts, ", "))
		}
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
