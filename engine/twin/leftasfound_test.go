package twin_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rung/engine/report"
	"rung/engine/run"
	"rung/engine/step"
	"rung/engine/twin"
)

// The ways in which a run can end at a change.
var waysOut = []string{"stopped", "cancelled", "refuses", "fails", "lost", "away", "dies"}

// exit leads out of a run at its nth change: it is the run's sink, and the way to its hosts.
type exit struct {
	*diary
	hosts   step.Exec
	cluster *twin.Cluster
	how     string
	at      int
	stop    func()
	cancel  func()

	mu      sync.Mutex
	changes int
	armed   bool   // the next command is the one
	where   string // the change
}

func (x *exit) Record(e run.Event) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if e.Kind == run.ActionStarted && e.Mutates {
		if x.changes++; x.changes == x.at {
			x.where = fmt.Sprintf("%s, %s: %s", e.Stage, e.Host, e.Title)
			switch x.how {
			case "stopped":
				x.stop()
			case "cancelled":
				x.stop()
				x.cancel()
			case "away":
				if e.On == "" {
					e.On = e.Host
				}
				x.cluster.Down(e.On)
			case "dies":
				x.diary.dies = x.diary.changes + 1
			default:
				x.armed = true
			}
		}
	}
	return x.diary.Record(e)
}

func (x *exit) Exec(ctx context.Context, host string, c step.Command, output io.Writer) (step.Result, error) {
	x.mu.Lock()
	armed := x.armed
	x.armed = false
	x.mu.Unlock()
	no := step.Result{Exit: 1, Stderr: []byte("no\n")}
	switch {
	case armed && x.how == "refuses":
		return no, nil
	case armed:
		r, err := x.hosts.Exec(ctx, host, c, output)
		if x.how == "lost" {
			return step.Result{}, step.ErrLost
		}
		if err == nil {
			r.Exit, r.Stderr = no.Exit, no.Stderr
		}
		return r, err
	}
	return x.hosts.Exec(ctx, host, c, output)
}

// leave begins the bundled upgrade, and leaves it at its nth change; there is none where that is beyond its end.
func leave(t *testing.T, how string, at int) (site, *exit) {
	s := siteOf(twin.Shape{ControlPlanes: 1, Workers: 1, Version: version("1.31.4"), Web: -1})
	s.plan = bundled(t, inventoryOf([]string{"cp1"}, []string{"w1"}), map[string]any{"target": version("1.32.6")})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	stop := make(chan struct{})
	x := &exit{diary: &diary{}, hosts: s.detached("r"), cluster: s.Cluster, how: how, at: at, stop: sync.OnceFunc(func() { close(stop) }), cancel: cancel}
	do := &run.Execute{Exec: x, Hosts: s.plan.Inventory, Clock: s.clock, Sink: x}
	run.Run{ID: "r", Plan: s.plan, Perform: do, Sink: x, Clock: s.clock, Reached: s.plan.Hosts(), Stop: stop, Probe: do.Probe, Confirm: yes}.Do(ctx)
	return s, x
}

// again mends what ended the run, and runs the playbook anew, as an operator does who waits for the hosts.
func (s site) again(t *testing.T, x *exit) {
	for _, host := range s.Hosts() {
		if s.IsDown(host) {
			s.Up(host)
		}
	}
	s.clock.Sleep(5*time.Minute, nil)
	end, d := s.run(t, "again", 0)
	if end.Exit != run.ExitDone {
		t.Fatalf("%s at %q: the next run ended with %d: %s%s", x.how, x.where, end.Exit, end.Text, d.why())
	}
	s.arrived(t, "1.32.6")
}

// Whatever ends a run, and wherever: a node that it has closed is open again, or stands in the last lines with the
// command that opens it. A new run goes on from there, and leaves nothing closed.
func TestNoNodeIsLeftCordonedUnsaid(t *testing.T) {
	_, whole := leave(t, "not at all", 0)
	first := slices.IndexFunc(whole.events, func(e run.Event) bool { return e.Kind == run.ActionStarted && e.Mutates && e.Type == "drain" })
	if first < 0 {
		t.Fatal("nothing is drained")
	}
	before := len(slices.DeleteFunc(slices.Clone(whole.events[:first]), func(e run.Event) bool { return e.Kind != run.ActionStarted || !e.Mutates }))
	var mu sync.Mutex
	left := map[string]int{}
	t.Run("ways", func(t *testing.T) {
		for i, how := range waysOut {
			for at := before + 1 + i%thinned; at <= whole.changes+1; at += thinned {
				t.Run(fmt.Sprintf("%s at %d", how, at), func(t *testing.T) {
					t.Parallel()
					s, x := leave(t, how, at)
					if s.closedUnsaid(t, x) {
						mu.Lock()
						left[how]++
						mu.Unlock()
					}
					if (at+i)%3 == 0 { // every one would take as long again
						s.again(t, x)
					}
				})
			}
		}
	})
	for _, how := range []string{"cancelled", "lost", "away", "dies"} {
		if left[how] == 0 && thinned == 1 {
			t.Errorf("no run that was left because it %s left a node closed: this shows nothing", how)
		}
	}
	t.Logf("%d changes from the first drain on; runs that left a node closed: %v", whole.changes-before, left)
}

// closedUnsaid holds the nodes that are closed against the last lines of the run, and says whether any is.
func (s site) closedUnsaid(t *testing.T, x *exit) bool {
	var told bytes.Buffer
	if err := report.Show(&told, x.events, report.Options{Run: "r"}); err != nil {
		t.Fatal(err)
	}
	_, last, _ := strings.Cut(told.String(), "left cordoned by this run")
	closed := false
	for _, n := range s.Nodes() {
		named := strings.Contains(last, "\n  "+n.Name+"\n") && strings.Contains(strings.ReplaceAll(last, "\n", " ")+" ", " "+n.Name+" ") && strings.Contains(last, "kubectl --kubeconfig /etc/kubernetes/admin.conf uncordon ")
		ours := n.Unschedulable && n.Annotations["rung-cordoned-by"] != ""
		closed = closed || ours
		if n.Unschedulable && !named {
			t.Errorf("%s at %q: %s is closed (by %q), and the last lines say\n%s", x.how, x.where, n.Name, n.Annotations["rung-cordoned-by"], last)
		}
		if !n.Unschedulable && named && !slices.Contains([]string{"lost", "away", "dies", "cancelled"}, x.how) {
			t.Errorf("%s at %q: %s is open, and the last lines say\n%s", x.how, x.where, n.Name, last)
		}
	}
	return closed
}

// A node that the API does not open again is named, and so is one whose kubelet does not come back.
func TestANodeThatCannotBeOpenedIsNamed(t *testing.T) {
	t.Parallel()
	for _, fault := range []string{"command-fails:cp1:kubectl --kubeconfig /etc/kubernetes/admin.conf uncordon w1", "kubelet-crash:w1"} {
		s, d, _ := fails(t, twin.Shape{ControlPlanes: 1, Workers: 1, Version: version("1.31.4"), Web: -1}, map[string]any{"target": version("1.32.6")}, fault)
		if !s.closedUnsaid(t, &exit{diary: d, how: fault}) {
			t.Errorf("%s: no node is closed", fault)
		}
	}
}

// A run that gets no further than looking tells which nodes an earlier one has closed.
func TestANodeThatAnEarlierRunClosedIsNamedToo(t *testing.T) {
	s := siteOf(twin.Shape{ControlPlanes: 1, Workers: 2, Version: version("1.31.4"), Web: -1})
	s.admin(t, "cp1", "kubectl", "annotate", "node", "w1", "rung-cordoned-by=died")
	s.admin(t, "cp1", "kubectl", "cordon", "w1")
	s.admin(t, "cp1", "kubectl", "cordon", "w2") // an operator's
	s.inject(t, "swap-on:w2")
	s.plan = bundled(t, inventoryOf([]string{"cp1"}, []string{"w1", "w2"}), map[string]any{"target": version("1.32.6")})
	end, d := s.run(t, "next", 0)
	var told bytes.Buffer
	if err := report.Show(&told, d.events, report.Options{Run: "next"}); err != nil || end.Exit != run.ExitRefused {
		t.Fatalf("%v, exit %d", err, end.Exit)
	}
	_, last, _ := strings.Cut(told.String(), "left cordoned by an earlier run")
	if !strings.Contains(last, "\n  w1\n") || strings.Contains(last, "\n  w2\n") || !strings.Contains(last, "uncordon w1\n") {
		t.Errorf("the last lines say\n%s", last)
	}
	s.admin(t, "w2", "swapoff", "-a")
	s.admin(t, "w2", "sed", "-i", "/swap/d", "/etc/fstab")
	end, d = s.run(t, "third", 0)
	told.Reset()
	if err := report.Show(&told, d.events, report.Options{Run: "third"}); err != nil || end.Exit != run.ExitDone || strings.Contains(told.String(), "left cordoned by an earlier run") {
		t.Errorf("%v, exit %d: %s\n%s", err, end.Exit, d.why(), told.String())
	}
}
