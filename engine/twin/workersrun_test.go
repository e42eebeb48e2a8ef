package twin_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rung/engine/run"
	"rung/engine/twin"
)

// A node that becomes NotReady outside of the window pauses the run: no further worker leaves, until it is back.
func TestS11ANodeThatIsLostPausesTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := twin.New(twin.Shape{ControlPlanes: 1, Workers: 4, Version: version("1.31.4"), Web: -1}, twin.Wall{})
		p := bundled(t, inventoryOf([]string{"cp1"}, []string{"w1", "w2", "w3", "w4"}), map[string]any{"target": version("1.31.14")})
		lost, back := time.Time{}, time.Time{}
		d := &told{then: func(e run.Event) {
			switch {
			case e.Kind == run.StepStarted && e.Host == "w1" && e.Type == "drain":
				c.Stop("w4") // NotReady 40 seconds later, while w1 is away
				lost = e.At
			case strings.Contains(e.Text, "these nodes are NotReady: w4") && back.IsZero():
				time.AfterFunc(5*time.Minute, func() { c.Start("w4") })
				back = e.At.Add(5 * time.Minute)
			}
		}}
		x := &run.Execute{Exec: c, Hosts: p.Inventory, Clock: run.Wall{}, Sink: d}
		end := run.Run{ID: "r", Plan: p, Perform: x, Sink: d, Clock: run.Wall{}, Probe: x.Probe}.Do(t.Context())
		if end.Exit != run.ExitDone || lost.IsZero() || back.IsZero() {
			t.Fatalf("it ended with %d: %s; lost %s, back %s%s", end.Exit, end.Text, lost, back, d.why())
		}
		for _, e := range d.events {
			if e.Kind == run.HostStarted && strings.HasSuffix(e.Stage, "/Workers") && e.Host != "w1" && e.At.Before(back) && e.At.After(lost.Add(time.Minute)) {
				t.Errorf("%s took its place at %s, and w4 was lost until %s", e.Host, e.At, back)
			}
		}
	})
}

// told is a diary that reacts to what it is told.
type told struct {
	diary
	then func(run.Event)
}

func (d *told) Record(e run.Event) error {
	d.then(e)
	return d.diary.Record(e)
}

func TestS21ADrainThatFails(t *testing.T) {
	const stuck = "error when evicting pods/\"web-1\": global timeout reached"
	for _, test := range []struct {
		policy  string
		exit    int
		upgrade []string // workers that are at the target in the end
		drains  int      // of w1
	}{
		{"stop", run.ExitFailed, nil, 1},
		{"retry", run.ExitFailed, nil, 3},
		{"skip-node", run.ExitFailed, []string{"w2", "w3"}, 1},
	} {
		t.Run(test.policy, func(t *testing.T) {
			s := siteOf(twin.Shape{ControlPlanes: 1, Workers: 3, Version: version("1.31.4"), Web: -1})
			s.Fail("", "kubectl --kubeconfig /etc/kubernetes/admin.conf drain w1", 1, stuck+"\n")
			s.plan = bundled(t, inventoryOf([]string{"cp1"}, []string{"w1", "w2", "w3"}), map[string]any{"target": version("1.31.14"), "on_drain_failure": test.policy, "drain_tries": 2})
			end, d := s.run(t, "r", 0)
			if end.Exit != test.exit {
				t.Errorf("it ended with %d: %s%s", end.Exit, end.Text, d.why())
			}
			var at []string
			for _, n := range s.Nodes() {
				if n.Kubelet == version("1.31.14") && !n.ControlPlane {
					at = append(at, n.Name)
				}
				if n.Unschedulable {
					t.Errorf("%s is left cordoned", n.Name)
				}
			}
			drains := 0
			for _, e := range d.events {
				if e.Kind == run.ActionEnded && e.Title == "drain w1" {
					drains++
				}
			}
			if !slices.Equal(at, test.upgrade) || drains != test.drains {
				t.Errorf("at the target are %v, want %v; w1 was drained %d times, want %d", at, test.upgrade, drains, test.drains)
			}
		})
	}
}

// A worker that was skipped waits for its next run, and the control planes must not run away from it meanwhile.
func TestS4NoHopLeavesASkippedWorkerTooFarBehind(t *testing.T) {
	s := siteOf(twin.Shape{ControlPlanes: 1, Workers: 3, Version: version("1.26.15"), Web: -1})
	s.Fail("", "kubectl --kubeconfig /etc/kubernetes/admin.conf drain w1", 1, "error when evicting pods/\"web-1\": global timeout reached\n")
	s.plan = bundled(t, inventoryOf([]string{"cp1"}, []string{"w1", "w2", "w3"}), map[string]any{"target": version("1.28.15"), "on_drain_failure": "skip-node"})
	end, d := s.run(t, "r", 0)
	const want = "the kubelets of w1 are too old for the control planes to go to v1.28.15, and kubeadm would refuse"
	if end.Exit != run.ExitFailed || !strings.Contains(d.why(), want) {
		t.Errorf("it ended with %d: %s%s", end.Exit, end.Text, d.why())
	}
	if cp1, w2 := s.node("cp1"), s.node("w2"); cp1.APIServer != version("1.27.16") || w2.Kubelet != version("1.27.16") {
		t.Errorf("cp1: %+v; w2: %+v", cp1, w2)
	}
}
