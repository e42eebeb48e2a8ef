package run

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"rung/engine/diag"
	"rung/engine/guard"
	"rung/engine/plan"
	"rung/engine/playbook"
	"rung/engine/step"
)

// window gives the hosts of a stage their slots: a free one is taken at once.
type window struct {
	around
	loop  *loop
	stage *plan.Stage

	hosts   []string // that still take part
	todo    []string // of them, those that were not done in an earlier life of the run; who was at work comes first
	atOnce  int      // of them, as the playbook says
	size    int      // of them, as the lanes allow
	allowed int      // failures
	guessed bool     // a count is not known

	readsWindow bool // its expressions ask who is in the window
	alone       bool // a dry-run knows that each host is in the window by itself

	slots *gate
	look  *look // that hosts are let in on; nil: none, as in a dry-run

	mu       sync.Mutex
	inside   []string // who holds a place in the window
	nodes    []any    // their nodes, as expressions read them: what is in it stays
	failures int
	worst    step.Outcome
}

// measure finds the hosts that still take part, and how many at a time; text
// says why the stage cannot start, and at of which of its counts.
func (w *window) measure() (at diag.Pos, text, hint string) {
	l := w.loop
	for _, h := range w.stage.Hosts {
		if !l.isLost(h) {
			w.hosts = append(w.hosts, h)
		}
	}
	v := l.view(w.frame, nil, "")
	w.atOnce = len(w.hosts)
	if w.stage.AtOnce != nil {
		if w.atOnce, text, hint = w.count(w.stage.AtOnce, v, plan.Window, 1); text != "" {
			return w.stage.AtOncePos, "at_once: " + text, hint
		}
	}
	w.alone = len(w.hosts) <= 1 || w.atOnce == 1 && !w.guessed
	if w.stage.MaxFailures != nil {
		if w.allowed, text, hint = w.count(w.stage.MaxFailures, v, playbook.Count, len(w.hosts)); text != "" {
			return w.stage.MaxFailuresPos, "max_failures: " + text, hint
		}
	}
	w.size = w.atOnce
	if l.Lanes > 0 {
		w.size = min(w.size, l.Lanes)
	}
	return diag.Pos{}, "", ""
}

// count reads a count of the stage's hosts. A dry-run that cannot know it goes by guess: all hosts may
// fail, or one at a time takes its turn.
func (w *window) count(t *guard.Template, v *view, read func(string, int) (int, error), guess int) (n int, text, hint string) {
	written, missing, err := t.Text(v.values)
	switch {
	case err == nil && missing != nil && v.open(missing):
		w.guessed = true
		return guess, "", ""
	case err == nil && missing != nil:
		text, hint = v.lacking(missing)
		return 0, text, hint
	case err == nil:
		n, err = read(written, len(w.hosts))
	}
	if err != nil {
		return 0, err.Error(), ""
	}
	return n, "", ""
}

// turns adds to data how many hosts at a time, where not all are.
func (w *window) turns(data map[string]any) map[string]any {
	if w.atOnce >= len(w.hosts) {
		return data
	}
	all := map[string]any{"at_once": w.atOnce}
	maps.Copy(all, data)
	return all
}

func (w *window) describe() string {
	switch total := len(w.hosts); {
	case len(w.todo) < total:
		return fmt.Sprintf("%d of %s, the others were done before the run was resumed", len(w.todo), w.all(total))
	case len(w.stage.Hosts) == 0:
		return "no hosts"
	case total == 0:
		return "no host is left"
	case total == 1:
		return w.hosts[0]
	}
	return w.all(len(w.hosts))
}

func (w *window) all(total int) string {
	if w.stage.AtOnce == nil {
		return fmt.Sprintf("%d hosts, all at once", total)
	}
	return fmt.Sprintf("%d hosts, %d at a time", total, w.atOnce)
}

// slide runs the steps on every host, each in its slot, and waits for all.
func (w *window) slide(ctx context.Context) {
	w.slots = newGate(w.size, w.loop.Clock)
	defer w.slots.empty()
	w.nodes = []any{}
	w.readsWindow = readsWindow(w.stage.Admit, w.stage.Steps, w.stage.Rescue, w.stage.Always)
	for _, host := range w.todo {
		w.slots.enter()
		if !w.start(ctx, host) {
			w.slots.leave()
			return
		}
	}
}

// start begins with a host that has its slot, and says whether it did. The slot is free again when the host is done.
func (w *window) start(ctx context.Context, host string) bool {
	if !w.loop.starts(w.slots.alone) {
		w.see(w.loop.halting())
		return false
	}
	h := w.loop.Plan.Inventory.Host(host)
	began := Event{Kind: HostStarted, Stage: w.path, Host: host}
	if h.Node != host {
		began.Node = h.Node
	}
	w.loop.emit(began)
	v := w.visit(h)
	if !v.enters(ctx) {
		return false
	}
	w.slots.start(func() {
		defer w.slots.leave()
		defer w.confess(host)
		outcome := v.walk(ctx)
		v.turned() // before its place is free: whoever waits for it must see that a rest is due
		w.leave(host)
		w.settle(host, outcome, v.spared)
	})
	return true
}

// confess turns a panic, a fault of rung or of a step type, into an end of the
// run that the journal tells: other hosts finish what they do.
func (w *window) confess(host string) {
	fault := recover()
	if fault == nil {
		return
	}
	text := fmt.Sprintf("internal fault on %s: %v; this is a mistake of rung or of a step type, please report it", host, fault)
	w.loop.emit(Event{Kind: HostEnded, Stage: w.path, Host: host, Outcome: step.Failed, Text: text})
	w.loop.fail(ExitInternal, text)
	w.leave(host)
	w.settle(host, step.Failed, false)
}

func (w *window) see(outcome step.Outcome) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.worst = worse(w.worst, outcome)
}

// settle counts what came of a host; one that is spared counts for none but itself.
func (w *window) settle(host string, outcome step.Outcome, spared bool) {
	w.see(outcome)
	if goesOn(outcome) {
		return
	}
	if w.gather && (outcome == step.Failed || outcome == step.Refused) {
		return // see visit.end
	}
	w.mu.Lock()
	alone := spared && outcome == step.Failed
	if !alone {
		w.failures++
	}
	over := !alone && (w.failures > w.allowed || outcome != step.Failed || w.loop.isPlane(host))
	w.mu.Unlock()
	w.loop.mu.Lock()
	defer w.loop.mu.Unlock()
	w.loop.lost[host] = outcome
	w.loop.full = w.loop.full || over
}

// isPlane says whether host is a control plane: the first that fails ends the run, for the next one may be its quorum.
func (l *loop) isPlane(host string) bool {
	group := l.Plan.Inventory.Group(ControlPlanes)
	return group != nil && slices.Contains(group.Hosts, host)
}

func (l *loop) occupy(host string, busy bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.busy[host] = busy
}

// skipped are the nodes of the hosts that take no further part.
func (l *loop) skipped() []any {
	l.mu.Lock()
	defer l.mu.Unlock()
	nodes := []any{}
	if len(l.lost) == 0 {
		return nodes
	}
	for _, h := range l.Plan.Inventory.Hosts {
		if _, lost := l.lost[h.Name]; lost {
			nodes = append(nodes, h.Node)
		}
	}
	return nodes
}

func (l *loop) isLost(host string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, lost := l.lost[host]
	return lost
}
