package twin_test

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rung/engine/detach"
	"rung/engine/run"
	"rung/engine/step"
	"rung/engine/twin"
)

// chore is maintenance that can be told to be done.
var chore = map[string]any{"nodes": []any{"all"}, "run": "touch /var/tmp/done", "check": "test -e /var/tmp/done"}

// with is inputs with more of them.
func with(inputs map[string]any, more ...any) map[string]any {
	all := map[string]any{}
	for name, value := range inputs {
		all[name] = value
	}
	for ; len(more) > 0; more = more[2:] {
		all[more[0].(string)] = more[1]
	}
	return all
}

// inventory is the whole cluster.
func (s site) inventory() string {
	hosts, planes := s.Hosts(), len(s.ControlPlanes())
	return inventoryOf(hosts[:planes], hosts[planes:])
}

// has tells whether a command succeeds on a host.
func (s site) has(host string, argv ...string) bool {
	result, err := s.Exec(context.Background(), host, step.Command{Argv: argv}, nil)
	return err == nil && result.Exit == 0
}

// open wants every node Ready and open, and everything that the run asked known to the twin.
func (s site) open(t *testing.T) {
	t.Helper()
	for _, n := range s.Nodes() {
		if !n.Ready || n.Unschedulable || n.Annotations["rung-cordoned-by"] != "" {
			t.Errorf("in the end: %+v", n)
		}
	}
	for _, e := range s.Unknown() {
		t.Errorf("unknown to the twin: %q", e.Argv)
	}
}

// twice carries a bundled playbook out, and again: the second time there must be nothing to change.
func (s site) twice(t *testing.T, playbook string, inputs map[string]any) *diary {
	t.Helper()
	s.plan = planned(t, playbook, s.inventory(), inputs)
	end, first := s.run(t, "first", 0)
	if end.Exit != run.ExitDone {
		t.Fatalf("it ended with %d: %s%s", end.Exit, end.Text, first.why())
	}
	s.open(t)
	if end, second := s.run(t, "second", 0); end.Exit != run.ExitDone || second.changes > 0 {
		t.Errorf("the second run ended with %d and changed %d: %s%s", end.Exit, second.changes, second.last(), second.why())
	}
	return first
}

func TestNodesAreMaintainedOnceOneAfterTheOther(t *testing.T) {
	for _, shape := range []twin.Shape{{ControlPlanes: 3, Workers: 3}, {ControlPlanes: 1, Workers: 2}, {ControlPlanes: 1, Web: -1}} {
		shape.Version = version("1.31.4")
		s := siteOf(shape)
		d := s.twice(t, "node-maintenance.yaml", chore)
		for _, host := range s.Hosts() {
			if done := d.changed(host); !slices.Contains(done, "drain "+host) || !s.has(host, "test", "-e", "/var/tmp/done") {
				t.Errorf("on %s it changed %q", host, done)
			}
		}
	}
}

// boot is the boot id of a host.
func (s site) boot(t *testing.T, host string) string {
	t.Helper()
	id, err := s.ReadFile(host, "/proc/sys/kernel/random/boot_id")
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// A reboot takes the link with it, and the node's word of before for up to 40 seconds does not count.
func TestNodesAreRebootedAndWaitedFor(t *testing.T) {
	for _, shape := range []twin.Shape{{ControlPlanes: 3, Workers: 2}, {ControlPlanes: 1, Web: -1}} {
		shape.Version = version("1.31.4")
		s := siteOf(shape)
		before := map[string]string{}
		for _, host := range s.Hosts() {
			before[host] = s.boot(t, host)
		}
		s.plan = planned(t, "node-maintenance.yaml", s.inventory(), map[string]any{"nodes": []any{"all"}, "reboot": true})
		end, d := s.run(t, "r", 0)
		if end.Exit != run.ExitDone {
			t.Fatalf("it ended with %d: %s%s", end.Exit, end.Text, d.why())
		}
		s.open(t)
		for _, host := range s.Hosts() {
			if s.boot(t, host) == before[host] {
				t.Errorf("%s was not rebooted", host)
			}
			for _, e := range d.events {
				if e.Host == host && e.Kind == run.ActionEnded && e.Title == host+" is Ready" && e.Took < 5*time.Second {
					t.Errorf("%s is said to be Ready %s after it answered again: that was its word of before", host, e.Took)
				}
			}
		}
	}
}

func TestAHostThatDoesNotComeBackFromItsRebootStopsTheRun(t *testing.T) {
	s := siteOf(twin.Shape{ControlPlanes: 1, Workers: 3, Version: version("1.31.4")})
	s.inject(t, "reboot-hangs:w1")
	s.plan = planned(t, "node-maintenance.yaml", s.inventory(), map[string]any{"nodes": []any{"w1", "w2"}, "reboot": true})
	end, d := s.run(t, "r", 0)
	if end.Exit != run.ExitFailed || !strings.Contains(d.why(), "not within 15m: w1 is back after its reboot") || d.changed("w2") != nil {
		t.Errorf("it ended with %d: %s%s; on w2 it changed %q", end.Exit, end.Text, d.why(), d.changed("w2"))
	}
}

func TestOnlyTheNodesThatAreNamedAreMaintained(t *testing.T) {
	s := siteOf(twin.Shape{ControlPlanes: 1, Workers: 3, Version: version("1.31.4")})
	s.admin(t, "cp1", "kubectl", "cordon", "w2")
	s.plan = planned(t, "node-maintenance.yaml", s.inventory(), with(chore, "nodes", []any{"w2"}))
	if end, d := s.run(t, "r", 0); end.Exit != run.ExitDone || d.changed("w1") != nil || d.changed("cp1") != nil {
		t.Fatalf("it ended with %d: %s%s; on w1 it changed %q", end.Exit, end.Text, d.why(), d.changed("w1"))
	}
	if n := s.node("w2"); !n.Unschedulable || !s.has("w2", "test", "-e", "/var/tmp/done") {
		t.Errorf("the operator's cordon is to stay: %+v", n)
	}
}

// What goes wrong on a drained node leaves it open again, and the others as they are.
func TestMaintenanceThatFailsStopsThere(t *testing.T) {
	s := siteOf(twin.Shape{ControlPlanes: 1, Workers: 3, Version: version("1.31.4")})
	s.plan = planned(t, "node-maintenance.yaml", s.inventory(), with(chore, "nodes", []any{"w1", "w2"}, "run", "echo no disk of that name >&2; exit 3"))
	end, d := s.run(t, "r", 0)
	if end.Exit != run.ExitFailed || !strings.Contains(d.why(), "no disk of that name") || d.changed("w2") != nil {
		t.Errorf("it ended with %d: %s%s", end.Exit, end.Text, d.why())
	}
	s.open(t)
}

// A worker that cannot be drained is left as it is where the input says so, and the others are done.
func TestAWorkerThatCannotBeDrainedIsLeftAsItIs(t *testing.T) {
	for _, playbook := range []string{"node-maintenance.yaml", "os-patch.yaml"} {
		s := siteOf(twin.Shape{ControlPlanes: 1, Workers: 3, Version: version("1.31.4")})
		s.inject(t, "drain-blocked:w2")
		inputs := map[string]any{"nodes": []any{"w1", "w2", "w3"}, "drain_blocked_ok": true, "drain_timeout": time.Minute, "on_drain_failure": "skip-node"}
		if playbook == "node-maintenance.yaml" {
			inputs = with(inputs, "run", chore["run"], "check", chore["check"])
		}
		s.plan = planned(t, playbook, s.inventory(), inputs)
		end, d := s.run(t, "r", 0)
		if end.Exit != run.ExitFailed {
			t.Errorf("%s ended with %d: %s%s", playbook, end.Exit, end.Text, d.why())
		}
		done := func(host string) bool {
			return s.has(host, "test", "-e", "/var/tmp/done") || s.kernel(t, host) == newKernel
		}
		if !done("w1") || done("w2") || !done("w3") {
			t.Errorf("%s: w1 %t, w2 %t, w3 %t", playbook, done("w1"), done("w2"), done("w3"))
		}
		s.open(t)
	}
}

// At no moment of it are two control planes out, is etcd without its quorum or a workload below its budget.
func TestMaintenanceTakesNothingAwayThatMustStay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := twin.New(twin.Shape{ControlPlanes: 3, Workers: 4, Version: version("1.31.4")}, twin.Wall{})
		hosts := c.Hosts()
		end, w := watched(t, c, planned(t, "node-maintenance.yaml", inventoryOf(hosts[:3], hosts[3:]), with(chore, "at_once", "2", "capacity", "lower", "reboot", true)))
		if end.Exit != run.ExitDone {
			t.Errorf("it ended with %d: %s%s", end.Exit, end.Text, w.why())
		}
		for _, wrong := range w.wrong {
			t.Error(wrong)
		}
	})
}

// declined is something that a playbook for nodes must refuse before it changes anything.
type declined struct {
	name      string
	playbook  string
	inputs    map[string]any
	spoil     []string
	inventory string
	shape     twin.Shape // 1+2 at 1.31.4 where empty
	want      string
}

func (r declined) run(t *testing.T) {
	if r.shape.Version.IsZero() {
		r.shape = twin.Shape{ControlPlanes: 1, Workers: 2, Version: version("1.31.4"), MinAvailable: r.shape.MinAvailable}
	}
	s := siteOf(r.shape)
	s.inject(t, r.spoil...)
	s.clock.Sleep(2*time.Minute, nil)
	if r.inventory == "" {
		r.inventory = s.inventory()
	}
	s.plan = planned(t, r.playbook, r.inventory, r.inputs)
	if end, d := s.run(t, "r", 0); end.Exit != run.ExitRefused || d.changes > 0 || !strings.Contains(d.why(), r.want) {
		t.Errorf("it ended with %d after %d changes, and does not say %q: %s%s", end.Exit, d.changes, r.want, end.Text, d.why())
	}
}

// inject applies faults by name.
func (s site) inject(t *testing.T, faults ...string) {
	t.Helper()
	for _, text := range faults {
		f, err := twin.ParseFault(text)
		if err == nil {
			err = s.Inject(f)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestWhatMaintenanceRefuses(t *testing.T) {
	for _, test := range []declined{
		{name: "nothing to do", inputs: map[string]any{"nodes": []any{"w1"}}, want: "nothing is said of what to do: give -e run="},
		{name: "a node that is not there", inputs: with(chore, "nodes", []any{"w1", "w9"}), want: "the inventory has no nodes w9; it has cp1, w1, w2"},
		{name: "a node in neither group", inputs: with(chore, "nodes", []any{"w2"}), inventory: inventoryOf([]string{"cp1"}, []string{"w1"}, "w2"), want: "in neither of the groups control_plane and workers, and would be left out: w2"},
		{name: "a node that is NotReady", inputs: chore, spoil: []string{"kubelet-stopped:w2"}, want: "these nodes are NotReady: w2; mend them, or name them in absent_nodes"},
		{name: "a budget that no drain gets past", inputs: chore, shape: twin.Shape{MinAvailable: 3}, want: "no drain gets past these: PodDisruptionBudget default/web: "},
		{name: "a pod that nothing starts again", inputs: chore, spoil: []string{"bare-pod:w1"}, want: "nothing starts these pods again: w1: "},
		{name: "emptyDir volumes", inputs: with(chore, "drain_emptydir", false), want: "drain_emptydir is off, and these pods have emptyDir volumes: w"},
		{name: "no room elsewhere", inputs: with(chore, "at_once", "2"), want: "at most 1 workers may be out at once, and at_once is 2"},
		{name: "a login that is not root's", inputs: chore, spoil: []string{"sudo-refused:w2"}, want: "not root on w2: log in as root, or say sudo: true in the inventory"},
	} {
		test.playbook = "node-maintenance.yaml"
		t.Run(test.name, test.run)
	}
}

// sent keeps the lines that go to the hosts.
type sent struct {
	to step.Exec

	mu    sync.Mutex
	lines []string
}

func (l *sent) Exec(ctx context.Context, host string, c step.Command, output io.Writer) (step.Result, error) {
	l.mu.Lock()
	l.lines = append(l.lines, c.Wire())
	l.mu.Unlock()
	return l.to.Exec(ctx, host, c, output)
}

// A password of a proxy reaches what runs on a host, detached too, and stands in no argument of any process, which all may
// read and sudo logs, nor in any event.
func TestAPasswordOfAProxyStandsInNoArgument(t *testing.T) {
	s := siteOf(twin.Shape{ControlPlanes: 1, Workers: 2, Version: version("1.31.4"), Web: -1})
	inventory := strings.Replace(s.inventory(), "w1: {}", `w1: {sudo: true, env: {https_proxy: "http://me:hush@proxy.example:3128", no_proxy: 10.0.0.0/8}}`, 1)
	s.plan = planned(t, "node-maintenance.yaml", inventory, map[string]any{"nodes": []any{"w1"}, "run": `echo "$https_proxy" >/root/seen; env >/dev/null`})
	d, sent := &diary{}, &sent{to: s.Cluster}
	x := &run.Execute{Exec: &detach.Exec{Raw: sent, Run: "r", Clock: s.clock}, Hosts: s.plan.Inventory, Clock: s.clock, Sink: d}
	end := run.Run{ID: "r", Plan: s.plan, Perform: x, Sink: d, Clock: s.clock, Stop: make(chan struct{}), Probe: x.Probe}.Do(t.Context())
	if end.Exit != run.ExitDone {
		t.Fatalf("it ended with %d: %s%s", end.Exit, end.Text, d.why())
	}
	if seen, err := s.ReadFile("w1", "/root/seen"); err != nil || seen != "http://me:hush@proxy.example:3128\n" {
		t.Errorf("the command saw %q, %v", seen, err)
	}
	for _, line := range sent.lines {
		if strings.Contains(line, "hush") {
			t.Errorf("a password in the arguments of\n%s", line)
		}
	}
	if strings.Contains(fmt.Sprint(d.events), "hush") {
		t.Error("a password in an event")
	}
}
