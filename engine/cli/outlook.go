package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"rung/engine/facts"
	"rung/engine/readonly"
	"rung/engine/report"
	"rung/engine/run"
	"rung/engine/step"
)

// outlook is a run.Sink for the preview that is made before the operator is
// asked: what only a look at the hosts tells.
type outlook struct {
	mu      sync.Mutex
	rounds  []string        // of loops: hop=1.31.14
	changes int             // commands that would change something
	hosts   map[string]bool // on these
	maybe   int             // of the changes, those that only a run decides
}

// Record takes e in.
func (o *outlook) Record(e run.Event) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case e.Kind == run.StageStarted && strings.HasSuffix(e.Stage, "]"):
		o.rounds = append(o.rounds, strings.TrimSuffix(e.Stage[strings.LastIndexByte(e.Stage, '[')+1:], "]"))
	case e.Kind == run.ActionPlanned && e.Mutates:
		o.changes++
		o.hosts[e.Host] = true
		if e.If != "" {
			o.maybe++
		}
	}
	return nil
}

func (o *outlook) tell(w io.Writer) {
	if len(o.rounds) > 0 {
		fmt.Fprintf(w, "  so      %s\n", strings.Join(o.rounds, " → "))
	}
	switch {
	case o.changes == 0:
		fmt.Fprintf(w, "  changes nothing: everything is as it should be\n")
	default:
		fmt.Fprintf(w, "  changes %s on %s%s\n", report.Many(o.changes, "command"), report.Many(len(o.hosts), "host"), o.open())
	}
}

// open says how many of the changes only a run decides.
func (o *outlook) open() string {
	switch {
	case o.maybe == 0:
		return ""
	case o.changes == 1:
		return "; it depends on what is found then"
	case o.maybe == 1:
		return "; 1 of them depends on what is found then"
	}
	return fmt.Sprintf("; %d of them depend on what is found then", o.maybe)
}

// foresee performs what only reads, and says what a run would do, or why it
// would stop. Nothing is changed.
func (e *execution) foresee(ctx context.Context, h *hosts) error {
	describe(e.err, e.plan)
	o := &outlook{hosts: map[string]bool{}}
	reading := readonly.Exec{Of: h}
	binder, found := report.NewBinder(), &facts.Recorder{Of: reading, Clock: e.clock}
	sink, exec := run.Sink(o), step.Exec(reading)
	if e.agreed != nil {
		sink, exec = tee{o, binder, found}, found
	}
	x := &run.Execute{Exec: exec, Hosts: e.plan.Inventory, Clock: e.clock, Sink: sink}
	live := &run.Live{Execute: x, Offline: &run.Offline{Hosts: e.plan.Inventory, Sink: sink}}
	end := run.Run{Plan: e.plan, Perform: live, Sink: sink, Clock: e.clock, Probe: x.Probe}.Do(ctx)
	if end.Exit != run.ExitDone {
		if e.agreed != nil {
			e.tellWhy(found.File(facts.Header{Inventory: factsOf(e.plan.Inventory)}), false)
		}
		return &failure{end.Exit, errors.New("the run would stop: " + end.Text), "nothing was touched"}
	}
	o.tell(e.err)
	if e.agreed != nil {
		if err := e.hold(binder.Book(), found.File(facts.Header{Inventory: factsOf(e.plan.Inventory)})); err != nil {
			return err
		}
	}
	e.tellRestraint()
	return nil
}
