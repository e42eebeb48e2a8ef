package twin_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"rung/engine/detach"
	"rung/engine/plan"
	"rung/engine/run"
	"rung/engine/step"
	"rung/engine/twin"
)

// errDied is what a dying run hears of its journal.
var errDied = errors.New("the disk is full")

// diary keeps the events of a run; it dies once it has kept so many ends of actions that change something,
// as a machine does that loses its power there. 0 never dies.
type diary struct {
	dies int

	mu      sync.Mutex
	changes int
	events  []run.Event
}

func (d *diary) Record(e run.Event) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.dies > 0 && d.changes >= d.dies {
		return errDied
	}
	d.events = append(d.events, e)
	if e.Kind == run.ActionEnded && e.Mutates {
		d.changes++
		if d.changes == d.dies {
			return errDied
		}
	}
	return nil
}

// last is the change after which the run died.
func (d *diary) last() string {
	for i := len(d.events) - 1; i >= 0; i-- {
		if e := d.events[i]; e.Kind == run.ActionEnded && e.Mutates {
			return fmt.Sprintf("%s, %s: %s", e.Stage, e.Host, e.Title)
		}
	}
	return "nothing"
}

// why are the steps that did not end well.
func (d *diary) why() string {
	text := ""
	for _, e := range d.events {
		if e.Outcome == step.Failed || e.Outcome == step.Refused {
			text += fmt.Sprintf("\n  %s %s %s: %s; %s", e.Stage, e.Host, e.Title, e.Text, e.Hint)
		}
	}
	return text
}

// site is a twin, and the plan that is carried out on it several times.
type site struct {
	*twin.Cluster
	clock run.Clock
	plan  *plan.Plan
}

// site is the fleet before its upgrade, without a plan.
func (f fleet) site() site {
	return siteOf(twin.Shape{ControlPlanes: f.planes, Workers: f.workers, Version: version(f.from), PerMinorRepository: version(f.from).Minor >= 28, Packages: f.packages})
}

// siteOf is a site without a plan.
func siteOf(shape twin.Shape) site {
	clock := &virtual{now: time.Date(2026, time.March, 14, 9, 0, 0, 0, time.UTC)}
	return site{Cluster: twin.New(shape, clock), clock: clock}
}

// bubbled is a site in a bubble of synctest. Its time stands still while anybody works; that of siteOf goes on with every
// sleep, and a host that waits for minutes uses them up for one that the machine has not let work meanwhile.
func bubbled(shape twin.Shape) site {
	return site{Cluster: twin.New(shape, twin.Wall{}), clock: run.Wall{}}
}

// yes is an operator who confirms everything.
func yes(context.Context, string) run.Answer { return run.Answer{Yes: true, How: "yes"} }

// detached is the way to the site's hosts, as a run takes it.
func (s site) detached(id string) step.Exec {
	return &detach.Exec{Raw: s.Cluster, Run: id, Clock: s.clock}
}

// run carries the plan out until the end, or until the diary dies.
func (s site) run(t *testing.T, id string, dies int) (run.Ending, *diary) {
	d := &diary{dies: dies}
	return s.runInto(t, id, d), d
}

// runInto tells a sink of it.
func (s site) runInto(t *testing.T, id string, d run.Sink) run.Ending {
	x := &run.Execute{Exec: s.detached(id), Hosts: s.plan.Inventory, Clock: s.clock, Sink: d}
	return run.Run{ID: id, Plan: s.plan, Perform: x, Sink: d, Clock: s.clock, Stop: make(chan struct{}), Probe: x.Probe, Confirm: yes}.Do(t.Context())
}

// arrived wants every node at the target, and nothing cordoned.
func (s site) arrived(t *testing.T, target string) {
	t.Helper()
	for _, n := range s.Nodes() {
		if n.Kubelet != version(target) || !n.Ready || n.Unschedulable || n.Annotations["rung-cordoned-by"] != "" {
			t.Errorf("in the end: %+v", n)
		}
	}
}

// TestARunThatDiedAnywhereIsContinued breaks the bundled playbook off after one change, after two and so on, and runs
// it again each time, as an operator does a minute later.
func TestARunThatDiedAnywhereIsContinued(t *testing.T) {
	for _, test := range []struct {
		fleet
		every int // how many changes lie between two deaths: all would take minutes
	}{
		{fleet{planes: 1, workers: 2, from: "1.20.0", to: "1.21.14"}, 1},
		{fleet{planes: 3, workers: 2, from: "1.20.0", to: "1.21.14"}, 5},
		{fleet{planes: 3, workers: 3, from: "1.27.0", to: "1.29.15", packages: twin.Mixed}, 11},
	} {
		f := test.fleet
		t.Run(fmt.Sprintf("%d+%d from %s to %s", f.planes, f.workers, f.from, f.to), func(t *testing.T) {
			t.Parallel()
			whole := f.site()
			whole.plan = f.plan(t, whole.Cluster, "1")
			end, d := whole.run(t, "whole", 0)
			if end.Exit != run.ExitDone {
				t.Fatalf("unbroken, it ended with %d: %s%s", end.Exit, end.Text, d.why())
			}
			for dies := 1; dies < d.changes; dies += test.every * thinned {
				t.Run(fmt.Sprint(dies), func(t *testing.T) {
					t.Parallel()
					f.diesAfter(t, whole.plan, dies)
				})
			}
		})
	}
}

// diesAfter breaks a run off after so many changes, continues it, and runs it once more: then there is nothing to change.
func (f fleet) diesAfter(t *testing.T, p *plan.Plan, changes int) {
	s := f.site()
	s.plan = p
	_, first := s.run(t, "first", changes)
	s.clock.Sleep(time.Minute, nil)
	end, second := s.run(t, "second", 0)
	if end.Exit != run.ExitDone {
		t.Fatalf("after %q the second run ended with %d: %s%s", first.last(), end.Exit, end.Text, second.why())
	}
	s.arrived(t, f.to)
	if end, third := s.run(t, "third", 0); end.Exit != run.ExitDone || third.changes > 0 {
		t.Errorf("after %q the third run ended with %d and changed %d: %s", first.last(), end.Exit, third.changes, third.last())
	}
	if t.Failed() {
		t.Logf("the first run died after %q", first.last())
	}
}

// kubeadm writes kubeadm-config before the rest. Where it gives up behind that, all that a look at the manifests and at
// kubeadm-config tells is done, and the kubelets' configuration is of the minor before.
func TestS17AnApplyThatGaveUpBehindKubeadmConfigIsDoneAgain(t *testing.T) {
	for _, f := range []fleet{{planes: 3, workers: 2, from: "1.31.4", to: "1.32.6"}, {planes: 1, workers: 2, from: "1.25.16", to: "1.26.15"}} {
		s := f.site()
		s.plan = f.plan(t, s.Cluster, "1")
		s.inject(t, "apply-fails:kubeadm-config")
		if end, d := s.run(t, "first", 0); end.Exit != run.ExitFailed || s.Truth().Kubelets != version(f.from) || !strings.Contains(d.why(), "unable to create ConfigMap") {
			t.Fatalf("it ended with %d: %s, the kubelets' configuration is of %s%s", end.Exit, end.Text, s.Truth().Kubelets, d.why())
		}
		if end, d := s.run(t, "second", 0); end.Exit != run.ExitDone {
			t.Fatalf("again, it ended with %d: %s%s", end.Exit, end.Text, d.why())
		}
		if got := s.Truth().Kubelets; got != version(f.to) {
			t.Errorf("the kubelets' configuration is of %s", got)
		}
		s.arrived(t, f.to)
	}
}
