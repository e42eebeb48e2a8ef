package twin_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"rung/engine/detach"
	"rung/engine/plan"
	"rung/engine/run"
	"rung/engine/step"
	"rung/engine/twin"
)

// wire is the way to the hosts of a twin, which is cut at sessions of that number, and is gone for a while then.
type wire struct {
	*twin.Cluster
	at    int // of the session, from 1; 0 for none
	every int // and again after each so many more; 0: never
	how   string
	away  time.Duration // how long nobody is reached then

	mu       sync.Mutex
	sessions int
	lost     string // what was cut
	back     time.Time
}

// How a session is cut.
const (
	before = "before it leaves" // and the host does not know of it
	during = "in the middle"
	after  = "after its end"
)

var errCut = errors.New("the link is cut")

func (w *wire) Exec(ctx context.Context, host string, c step.Command, output io.Writer) (step.Result, error) {
	cut, gone := w.next(c)
	switch {
	case ctx.Err() != nil:
		return step.Result{}, context.Cause(ctx)
	case gone:
		return step.Result{}, &step.Unreachable{Host: host, Why: step.NoContact, Err: errors.New("connection refused")}
	case !cut:
		return w.Cluster.Exec(ctx, host, c, output)
	case w.how == before:
		return step.Result{}, step.ErrLost
	case w.how == after:
		_, _ = w.Cluster.Exec(ctx, host, c, nil)
		return step.Result{}, step.ErrLost
	}
	broken, breaks := context.WithCancelCause(context.WithoutCancel(ctx))
	timer := time.AfterFunc(1500*time.Millisecond, func() { breaks(errCut) })
	defer timer.Stop()
	c.Detach = false // the twin would wait, and a link that is cut does not
	r, err := w.Cluster.Exec(broken, host, c, output)
	if err == nil { // it was over before
		return r, nil
	}
	return step.Result{}, step.ErrLost
}

// next counts a session, and says whether it is the one to be cut, or nobody is reached.
func (w *wire) next(c step.Command) (cut, gone bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if time.Now().Before(w.back) {
		return false, true
	}
	w.sessions++
	if cut = w.sessions == w.at || w.every > 0 && w.sessions > w.at && (w.sessions-w.at)%w.every == 0; cut {
		w.lost, w.back = c.Line(), time.Now().Add(w.away)
	}
	return cut, false
}

// cutRun upgrades a fleet over a wire, from a bubble of virtual time; it is resumed where an outcome was unknown.
func (f fleet) cutRun(t *testing.T, p *plan.Plan, w *wire) (changes []string) {
	w.Cluster = twin.New(twin.Shape{ControlPlanes: f.planes, Workers: f.workers, Version: version(f.from), Web: -1}, twin.Wall{})
	d := &diary{}
	for n := 1; ; n++ {
		const id = "cut"
		detached := &detach.Exec{Raw: w, Run: id, Clock: run.Wall{}}
		x := &run.Execute{Exec: detached, Attach: detached.Attach, Hosts: p.Inventory, Clock: run.Wall{}, Sink: d}
		if n > 1 {
			x.Memory = run.Remember(d.events)
		}
		end := run.Run{ID: id, Plan: p, Perform: x, Sink: d, Clock: run.Wall{}, Reached: p.Hosts(), Stop: make(chan struct{}), Probe: x.Probe, Confirm: yes, Memory: x.Memory}.Do(t.Context())
		if end.Exit == run.ExitDone {
			break
		}
		if end.Exit != run.ExitUnknown || n == 2 {
			t.Fatalf("run %d ended with %d: %s%s", n, end.Exit, end.Text, d.why())
		}
		if w.detached() {
			t.Errorf("a detached command was given up: %s", end.Text)
		}
		run.Wall{}.Sleep(10*time.Minute, nil)
	}
	for _, e := range w.Log() {
		if line := strings.Join(e.Argv, " "); !strings.HasSuffix(line, " --downloadonly") && slices.ContainsFunc(starts, func(s string) bool { return strings.HasPrefix(line, s) }) {
			changes = append(changes, e.Host+": "+line)
		}
	}
	slices.Sort(changes)
	return changes
}

// starts are what must be started no more than once. A transaction that is only tried changes nothing.
var starts = []string{"kubeadm upgrade apply", "kubeadm upgrade node", "yum install", "kubectl --kubeconfig /etc/kubernetes/admin.conf drain"}

// detached says whether what was cut was the way of a detached command.
func (w *wire) detached() bool { return strings.Contains(w.lost, "Starts a command, once") }

// Wherever the link is cut, once, and however long it is gone, within the run's patience: the cluster arrives, and
// nothing that must not be cut off is started twice.
func TestTheUpgradeSurvivesACutOfAnyLink(t *testing.T) {
	t.Parallel()
	f := fleet{planes: 1, workers: 1, from: "1.20.0", to: "1.21.14"}
	whole := &wire{}
	var want []string
	var p *plan.Plan
	synctest.Test(t, func(t *testing.T) {
		p = f.plan(t, f.site().Cluster, "1")
		want = f.cutRun(t, p, whole)
	})
	if len(want) < 6 {
		t.Fatalf("an unbroken run starts only %q", want)
	}
	var detached atomic.Int32
	t.Run("cuts", func(t *testing.T) {
		for at := 1; at <= whole.sessions; at++ {
			for i, how := range []string{before, during, after} {
				if (at+i)%(linksThinned/everyLink()) > 0 {
					continue
				}
				// Once; and every third time again and again.
				w := &wire{at: at, how: how, away: time.Duration(at%4) * 90 * time.Second}
				if at%3 == 0 {
					w.every, w.away = 11, w.away/9
				}
				t.Run(fmt.Sprintf("session %d %s, and again after %d", at, how, w.every), func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						if got := f.cutRun(t, p, w); !slices.Equal(got, want) {
							t.Errorf("started\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
						}
						if w.detached() {
							detached.Add(1)
						}
						if t.Failed() {
							t.Logf("cut was: %s", w.lost)
						}
					})
				})
			}
		}
	})
	t.Logf("%d sessions; %d detached commands were cut", whole.sessions, detached.Load())
	if detached.Load() == 0 {
		t.Error("no detached command was cut")
	}
}

// everyLink is for what RUNG_CHAOS=1 asks for: all of them.
func everyLink() int {
	if os.Getenv("RUNG_CHAOS") != "" {
		return linksThinned
	}
	return 1
}

// linksThinned leaves cuts out: all of them take minutes.
const linksThinned = 5 * thinned
