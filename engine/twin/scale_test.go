package twin_test

import (
	"fmt"
	"io/fs"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rung/engine/inventory"
	"rung/engine/plan"
	"rung/engine/playbook"
	"rung/engine/run"
	"rung/engine/step"
	"rung/engine/twin"
	"rung/playbooks"
	"rung/steps"
)

// A fleet of a twin is upgraded by the bundled playbook, all workers at once, in a bubble of virtual time:
// time moves on when everything waits for it, so that nothing is ever really slept.
type fleet struct {
	planes, workers int
	from, to        string
	packages        string // twin.Yum where empty
}

// upgrade runs the playbook and returns how long it took in the bubble's time.
func (f fleet) upgrade(t testing.TB) time.Duration {
	c := twin.New(twin.Shape{ControlPlanes: f.planes, Workers: f.workers, Version: version(f.from), Web: -1}, twin.Wall{}) // where every worker is drained at once, no budget is kept
	p := f.plan(t, c, "100%")
	began := time.Now()
	x := &run.Execute{Exec: c, Hosts: p.Inventory, Clock: run.Wall{}, Sink: silent{}}
	end := run.Run{ID: "scale", Plan: p, Perform: x, Sink: silent{}, Clock: run.Wall{}, Probe: x.Probe}.Do(t.Context())
	took := time.Since(began)
	if end.Exit != run.ExitDone {
		t.Fatalf("the run ended with %d: %s", end.Exit, end.Text)
	}
	for _, n := range c.Nodes() {
		if n.Kubelet != version(f.to) || !n.Ready || n.Unschedulable {
			t.Errorf("in the end: %+v", n)
		}
	}
	for _, e := range c.Unknown() {
		t.Errorf("unknown to the twin: %q", e.Argv)
	}
	return took
}

func (f fleet) plan(t testing.TB, c *twin.Cluster, atOnce string) *plan.Plan {
	hosts, planes := c.Hosts(), len(c.ControlPlanes())
	return bundled(t, inventoryOf(hosts[:planes], hosts[planes:]), map[string]any{"target": version(f.to), "at_once": atOnce})
}

// inventoryOf is an inventory of control planes, workers and others.
func inventoryOf(planes, workers []string, others ...string) string {
	var text strings.Builder
	text.WriteString("hosts:\n")
	for _, host := range slices.Concat(planes, workers, others) {
		fmt.Fprintf(&text, "  %s: {}\n", host)
	}
	fmt.Fprintf(&text, "groups:\n  control_plane: [%s]\n  workers: [%s]\n", strings.Join(planes, ", "), strings.Join(workers, ", "))
	return text.String()
}

// bundled is the bundled playbook with an inventory and inputs.
func bundled(t testing.TB, hosts string, inputs map[string]any) *plan.Plan {
	return planned(t, "kubeadm-upgrade.yaml", hosts, inputs)
}

// planned is a bundled playbook with an inventory and inputs, and with texts in it replaced: old, new, old, new ….
func planned(t testing.TB, name, hosts string, inputs map[string]any, edit ...string) *plan.Plan {
	inv, found := inventory.Load("inventory.yaml", []byte(hosts))
	if found.Err() != nil {
		t.Fatal(found)
	}
	source, err := fs.ReadFile(playbooks.FS, name)
	if err != nil {
		t.Fatal(err)
	}
	for ; len(edit) > 0; edit = edit[2:] {
		if !strings.Contains(string(source), edit[0]) {
			t.Fatalf("the playbook has no %q", edit[0])
		}
		source = []byte(strings.ReplaceAll(string(source), edit[0], edit[1]))
	}
	types, err := step.NewSet(steps.All()...)
	if err != nil {
		t.Fatal(err)
	}
	pb, found := (&playbook.Files{Folder: playbooks.FS, Bundled: playbooks.FS}).Load(name, source, types)
	if found.Err() != nil {
		t.Fatal(found)
	}
	p, found := plan.New(pb, inv, inputs, plan.Narrowing{})
	if found.Err() != nil {
		t.Fatal(found)
	}
	return p
}

// silent keeps nothing.
type silent struct{}

func (silent) Record(run.Event) error { return nil }

// peak watches the heap until it is closed, in real time.
type peak struct {
	stop   chan struct{}
	ended  sync.WaitGroup
	before uint64
	most   uint64
}

func watchHeap() *peak {
	p := &peak{stop: make(chan struct{})}
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	p.before = m.HeapAlloc
	p.ended.Go(func() {
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-p.stop:
				return
			case <-tick.C:
				runtime.ReadMemStats(&m)
				p.most = max(p.most, m.HeapAlloc)
			}
		}
	})
	return p
}

// close returns how many bytes more than before there were at most.
func (p *peak) close() uint64 {
	close(p.stop)
	p.ended.Wait()
	return max(p.most, p.before) - p.before
}

// BenchmarkUpgrade1000 is a whole upgrade of 1,000 nodes by one minor.
func BenchmarkUpgrade1000(b *testing.B) {
	f := fleet{planes: 3, workers: 997, from: "1.30.4", to: "1.31.14"}
	var most uint64
	var took time.Duration
	for b.Loop() {
		heap := watchHeap()
		ok := testing.RunTests(func(string, string) (bool, error) { return true, nil }, []testing.InternalTest{{Name: "upgrade", F: func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { took = f.upgrade(t) })
		}}})
		most = max(most, heap.close())
		if !ok {
			b.Fatal("the upgrade failed")
		}
	}
	b.ReportMetric(float64(most)/float64(f.planes+f.workers), "peakB/host")
	b.ReportMetric(took.Minutes(), "virtual-min")
}

func TestAFleetIsUpgradedByTheBundledPlaybook(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		took := fleet{planes: 3, workers: 20, from: "1.30.4", to: "1.31.14"}.upgrade(t)
		if took > 2*time.Hour {
			t.Errorf("it took %s", took)
		}
	})
}
