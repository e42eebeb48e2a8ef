package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"rung/engine/detach"
	"rung/engine/journal"
	"rung/engine/run"
)

func (a *app) resumeVerb() *cobra.Command {
	var o revival
	var m manner
	verb := &cobra.Command{
		Use:   "resume [RUN]",
		Short: "Go on with a run that did not come to its end",
		Long: `Go on with a run that failed, was stopped or killed, or lost its hosts.

What ended well is not done again. What was under way is followed to its end on its host, or
decided by its check; guards are asked again, of the hosts as they are now. A host that the run
had lost takes part again. RUN may be left out where there is only one to resume: one that changed
nothing does not count, nor one that a later run of the same playbook, inventory and inputs brought
to its end, nor one that rung runs --forget has put away. Of several, -i INVENTORY means the one of that inventory.

The playbook, the inventory and the inputs are those of the run, as it keeps them. Where you
give others, rung shows what differs, and wants --changed.

What was started without detach or a check, and whose end nobody saw, only you can decide: rung
asks, or ends with exit code 5 where nobody can be asked and --assume does not say it.`,
		Example: "  rung resume 20260314-150926-kubeadm-upgrade\n  rung resume --yes\n  rung resume -i inventory.yaml",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usage("name one run; rung runs lists them")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			m.begins()
			l, err := a.revive(cmd.Context(), strings.Join(args, ""), o)
			if err != nil || l == nil {
				return err
			}
			defer func() { _ = l.journal.Close() }() // where it is closed already, nothing happens
			return m.carry(cmd.Context(), execution{app: a, plan: l.plan, inventory: l.inventory, life: l})
		},
	}
	o.flags(verb.Flags())
	m.flags(verb.Flags())
	return verb
}

// id is that of the run that is resumed; "" for a new one.
func (e *execution) id() string {
	if e.life == nil {
		return ""
	}
	return e.life.journal.ID()
}

// find is the directory of the run called name, or of the only one that can be resumed, of those on the inventory that is
// given, where there are any.
func (a *app) find(name, inventory string) (string, error) {
	root, err := journal.Root()
	if err != nil {
		return "", err
	}
	if name == "" {
		if name, err = only(root, inventory); err != nil {
			return "", err
		}
	}
	dir, err := journal.Find(root, name)
	if err != nil {
		return "", usage("%v", err)
	}
	return dir, nil
}

// reopen takes the journal of a run up, where there is anything to resume.
func (a *app) reopen(name, inventory string) (*journal.Journal, journal.Header, []run.Event, error) {
	dir, err := a.find(name, inventory)
	if err != nil {
		return nil, journal.Header{}, nil, err
	}
	j, header, events, err := journal.Reopen(dir)
	var alive *journal.AliveError
	switch {
	case errors.As(err, &alive):
		return nil, header, nil, &failure{run.ExitRefused, err, "to watch it: rung show " + dir[strings.LastIndexByte(dir, os.PathSeparator)+1:] + " --follow"}
	case err != nil:
		return nil, header, nil, err
	}
	if header.Demo {
		return nil, header, nil, errors.Join(usage("the hosts of %s were those of rung demo, and are gone with it", header.Run), j.Close())
	}
	if n := len(events); n > 0 && events[n-1].Kind == run.RunEnded && events[n-1].Exit == run.ExitDone {
		fmt.Fprintf(a.err, "the run %s has ended well: there is nothing to resume, and nothing was touched\n", header.Run)
		return nil, header, nil, j.Close()
	}
	return j, header, events, nil
}

// enter makes r, which x performs, another life of the run.
func (l *life) enter(r *run.Run, x *run.Execute, d *detach.Exec) {
	r.Memory, x.Memory, x.Attach = l.memory, l.memory, d.Attach
	r.By, r.Assume = "resumed by "+journal.Operator(), l.assume
	for _, h := range r.Plan.Inventory.Hosts {
		if l.used[h.Name] {
			d.Left(h.Name, h.Sudo)
		}
	}
}

// assumes is what answers for actions that only a person can tell of: what --assume says, or who sits at the terminal.
func (a *app) assumes(word string) (run.Assume, error) {
	switch word {
	case "ok", "failed":
		return func(context.Context, string) (worked, known bool) { return word == "ok", true }, nil
	case "":
	default:
		return nil, usage("--assume: want ok, where what was under way has done its work, or failed, where it is to be done again; not %q", word)
	}
	if f, ok := a.in.(*os.File); !ok || !term.IsTerminal(int(f.Fd())) {
		return nil, nil
	}
	return func(ctx context.Context, question string) (worked, known bool) {
		return a.answered(ctx, question), ctx.Err() == nil
	}, nil
}

// tell says what the run is, and how far it has come.
func (l *life) tell(e *execution) {
	describe(e.err, l.plan)
	fmt.Fprintf(e.err, "  resumes %s, which %s\n", l.journal.ID(), l.fate)
	for _, start := range l.memory.Open() {
		fmt.Fprintf(e.err, "  open    %s: %s, in %s\n", start.Host, start.Title, start.Stage)
	}
	e.tellRestraint()
}
