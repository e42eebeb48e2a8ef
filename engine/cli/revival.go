package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"rung/engine/journal"
	"rung/engine/plan"
	"rung/engine/report"
	"rung/engine/run"
)

// revival is what the operator says of a run that is to be resumed.
type revival struct {
	playbook  string
	inventory string
	inputs    []string
	changed   bool
	assume    string
}

func (o *revival) flags(f *pflag.FlagSet) {
	f.StringVar(&o.playbook, "playbook", "", "another playbook in place of the run's own")
	f.StringVarP(&o.inventory, "inventory", "i", "", "another inventory in place of the run's own; where RUN is left out, that of the run that is meant")
	f.StringArrayVarP(&o.inputs, "input", "e", nil, "another value of an input, as name=value, or several in a file, as @file.yaml; may be given several times")
	f.BoolVar(&o.changed, "changed", false, "go on although the playbook, the inventory or an input is not that of the run, or the world not that of its plan")
	f.StringVar(&o.assume, "assume", "", "of what nothing else can tell: ok, it has done its work; failed, it is to be done again")
}

// life is another life of a run.
type life struct {
	journal   *journal.Journal
	memory    *run.Memory
	events    []run.Event // of the lives before
	plan      *plan.Plan
	inventory []byte
	fate      string          // how the life before ended
	used      map[string]bool // hosts on which something was started
	planned   *report.Book    // what it is held to; nil: nothing
	assume    run.Assume
}

// revive makes another life of the run called name; nil where it has ended well. The life's journal must be closed.
func (a *app) revive(ctx context.Context, name string, o revival) (*life, error) {
	assume, err := a.assumes(o.assume)
	if err != nil {
		return nil, err
	}
	j, header, events, err := a.reopen(name, o.inventory)
	if err != nil || j == nil {
		return nil, err
	}
	l := &life{journal: j, memory: run.Remember(events), events: events, fate: fateOf(events), used: map[string]bool{}, assume: assume}
	for _, e := range events {
		if e.Unit != "" {
			l.used[e.Host], l.used[e.On] = true, true
		}
	}
	if err := l.load(ctx, a, header, o); err != nil {
		return nil, errors.Join(err, j.Close())
	}
	return l, nil
}

// fateOf says how the last life of a run ended.
func fateOf(events []run.Event) string {
	if len(events) == 0 {
		return "was about to begin"
	}
	last := events[len(events)-1]
	if last.Kind != run.RunEnded {
		return fmt.Sprintf("was broken off at %s", last.At.Format("2006-01-02 15:04:05"))
	}
	return fmt.Sprintf("ended at %s: %s", last.At.Format("2006-01-02 15:04:05"), last.Text)
}

// load makes the plan again of what the run keeps, and of what the operator has in place of it.
func (l *life) load(ctx context.Context, a *app, header journal.Header, o revival) error {
	k := kept{header: header, dir: l.journal.Dir(), files: map[string][]byte{}}
	edited, err := k.read()
	if err != nil {
		return err
	}
	pb, otherSteps, err := k.playbook(a, o)
	if err != nil {
		return err
	}
	inv, otherHosts, err := k.inventory(a, o)
	if err != nil {
		return err
	}
	given, otherInputs, err := k.inputs(pb, o)
	if err != nil {
		return err
	}
	switch l.planned, err = k.planned(); {
	case o.changed && (l.planned != nil || err != nil):
		fmt.Fprintln(a.err, "rung: the run is held to its plan no longer, as --changed says")
		l.planned = nil
	case err != nil:
		return err
	}
	changes := slices.Concat(edited, otherSteps, otherHosts, otherInputs)
	if len(changes) > 0 && !o.changed {
		fmt.Fprintln(a.err, strings.Join(changes, "\n"))
		return &failure{run.ExitUsage, errors.New("this is not what the run " + header.Run + " began with; nothing was touched"), "say --changed to go on with it, or leave it out to go on with what the run keeps"}
	}
	p, bad := plan.New(pb, inv, given, plan.Narrowing{Limit: header.Limit, Stages: header.Stages})
	if bad.Err() != nil {
		return &failure{code: run.ExitUsage, err: once(bad)}
	}
	l.plan, l.inventory = p, k.files[inventoryKept]
	if len(changes) > 0 {
		if len(changes) > len(otherHosts) {
			l.memory.Afresh()
		}
		if err := settled(ctx, p, true); err != nil { // what cannot be carried out takes the place of nothing
			return err
		}
		if err := k.keep(l.journal, p); err != nil {
			return err
		}
	}
	if err := os.Chdir(header.Folder); header.Folder != "" && err != nil {
		fmt.Fprintf(a.err, "rung: the folder where the run began is gone, and relative paths begin here now: %v\n", err)
	}
	return nil
}

// absolute is where a file lies, whatever folder is at hand later; the name of a bundled playbook stays as it is.
func absolute(file string) string {
	if _, err := os.Stat(file); err != nil {
		return file
	}
	path, err := filepath.Abs(file)
	if err != nil {
		return file
	}
	return path
}
