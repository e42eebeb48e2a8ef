package twin_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rung/engine/detach"
	"rung/engine/kube"
	"rung/engine/plan"
	"rung/engine/run"
	"rung/engine/twin"
)

// watch looks at a cluster at every event of a run, and every second of it, and keeps what must never be: a breach
// of the version-skew policy, two control planes being worked on, an endpoint without a server, etcd without its
// quorum, a workload below its disruption budget.
type watch struct {
	diary
	*twin.Cluster

	seen    sync.Mutex
	working map[string]string // control planes on which an action runs that takes something down: what it is
	wrong   []string          // each once, with what was last begun
	early   bool              // kube-proxy was seen ahead of an apiserver: what kubeadm up to 1.27 does in HA
	at      string
	window  int                               // workers that may be closed together; 0: it is not looked at
	without func([]string, time.Duration) int // how many of these hosts something else took away, and that long ago; nil: none
}

// takesDown are the step types that take a control plane, or what runs on it, away for a while.
var takesDown = []string{"upgrade-apply", "upgrade-node", "drain", "kubelet-restart", "reboot", "static-pods-restart"}

func (w *watch) Record(e run.Event) error {
	w.seen.Lock()
	if slices.Contains(w.ControlPlanes(), e.Host) && slices.Contains(takesDown, e.Type) {
		switch e.Kind {
		case run.StepStarted:
			w.working[e.Host] = e.Type
			others := slices.DeleteFunc(w.ControlPlanes(), func(name string) bool { return name == e.Host })
			if w.taken(others, noticed) > 0 {
				w.blame("%s: %s began while another control plane was away", e.Host, e.Type)
			}
		case run.StepEnded:
			delete(w.working, e.Host)
		}
	}
	if e.Kind == run.ActionStarted && e.Mutates {
		w.at = fmt.Sprintf("%s, %s: %s", e.Stage, e.Host, e.Title)
	}
	w.seen.Unlock()
	w.look()
	return w.diary.Record(e)
}

// noticed is how long a host may be away until a run has seen it: from what is asked before a control plane is worked on up
// to that.
const noticed = time.Minute

// taken is how many of these hosts something else took away, so long ago at least.
func (w *watch) taken(hosts []string, ago time.Duration) int {
	if w.without == nil {
		return 0
	}
	return w.without(hosts, ago)
}

// blame keeps a mistake once.
func (w *watch) blame(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if !slices.ContainsFunc(w.wrong, func(known string) bool { return strings.HasPrefix(known, text) }) {
		w.wrong = append(w.wrong, text+"\n    since "+w.at)
	}
}

// look holds the cluster against what must always be.
func (w *watch) look() {
	truth := w.Truth()
	w.seen.Lock()
	defer w.seen.Unlock()
	for _, v := range kube.SkewViolations(truth.Cluster) {
		if w.moves(v, truth.Cluster) {
			w.early = true
			continue
		}
		w.blame("%s", v)
	}
	if w.taken(w.Hosts(), 0) == 0 { // whose pods are gone with it
		for _, workload := range truth.Disturbed {
			w.blame("%s", workload)
		}
	}
	planes := len(w.ControlPlanes())
	if workers := slices.DeleteFunc(slices.Clone(truth.Cordoned), func(name string) bool { return slices.Contains(w.ControlPlanes(), name) }); w.window > 0 && len(workers) > w.window {
		w.blame("workers %v are closed together, and the window is %d", workers, w.window)
	}
	working := maps.Clone(w.working)
	for _, u := range truth.Units { // it outlives its run
		if slices.ContainsFunc([]string{"upgrade-apply", "upgrade-node"}, func(kind string) bool { return strings.Contains(u.Name, "-"+kind+"-") }) && slices.Contains(w.ControlPlanes(), u.Host) {
			working[u.Host] = u.Name
		}
	}
	if len(working) > 1 {
		w.blame("two control planes are being worked on: %v", working)
	}
	if planes == 1 {
		return // its apiserver and its etcd have nobody to stand in
	}
	if w.taken(w.ControlPlanes(), 0) > 0 {
		return // it may be one more than the one that is worked on
	}
	if len(truth.Serving) < planes-1 {
		w.blame("only %v serve, of %d apiservers", truth.Serving, planes)
	}
	if len(truth.Members) > 0 && len(truth.Members) <= planes/2 {
		w.blame("etcd has lost its quorum: %v answer, of %d", truth.Members, planes)
	}
	closed := slices.DeleteFunc(slices.Clone(truth.Cordoned), func(name string) bool { return !slices.Contains(w.ControlPlanes(), name) })
	if len(closed) > 1 {
		w.blame("control planes %v are cordoned together", closed)
	}
}

// every looks again and again, until done is closed.
func (w *watch) every(pause time.Duration, done <-chan struct{}) {
	for {
		select {
		case <-done:
			return
		case <-time.After(pause):
			w.look()
		}
	}
}

// moves tells the one exception that the policy's own tool makes: kubeadm up to 1.27 moves kube-proxy with the first
// control plane, so that it is one minor ahead of the apiservers that have yet to follow. See kube.AddonsComeLast.
func (w *watch) moves(v kube.Violation, c kube.Cluster) bool {
	proxy := c.KubeProxies[0].Version
	var servers []kube.Version
	for _, a := range c.APIServers {
		servers = append(servers, a.Version)
	}
	return v.Rule == "R3" && !kube.AddonsComeLast(proxy) && proxy == kube.Newest(servers) && kube.Skew(proxy, kube.Lowest(servers)) == 1
}

// moment is a cluster, and how it is upgraded.
type moment struct {
	name   string
	shape  twin.Shape
	from   string
	to     string
	inputs map[string]any
	early  bool // the one exception is to be seen
}

// watched carries a plan out in a bubble of virtual time under a watch, which looks every second.
func watched(t *testing.T, c *twin.Cluster, p *plan.Plan) (run.Ending, *watch) {
	w := &watch{Cluster: c, working: map[string]string{}, at: "the beginning"}
	var looking sync.WaitGroup
	done := make(chan struct{})
	looking.Go(func() { w.every(time.Second, done) })
	x := &run.Execute{Exec: &detach.Exec{Raw: c, Run: "watched", Clock: run.Wall{}}, Hosts: p.Inventory, Clock: run.Wall{}, Sink: w}
	end := run.Run{ID: "watched", Plan: p, Perform: x, Sink: w, Clock: run.Wall{}, Probe: x.Probe}.Do(t.Context())
	close(done)
	looking.Wait()
	return end, w
}

// made is a twin of that moment, and the bundled playbook for it, changed as edit says.
func (m moment) made(t *testing.T, edit ...string) (*twin.Cluster, *plan.Plan) {
	m.shape.Version = version(m.from)
	c := twin.New(m.shape, twin.Wall{})
	hosts, planes := c.Hosts(), len(c.ControlPlanes())
	inputs := map[string]any{"target": version(m.to)}
	for name, value := range m.inputs {
		inputs[name] = value
	}
	return c, planned(t, "kubeadm-upgrade.yaml", inventoryOf(hosts[:planes], hosts[planes:]), inputs, edit...)
}

func TestS4ThePolicyHoldsAtEveryMoment(t *testing.T) {
	for i, m := range []moment{
		{name: "three control planes and three workers, two hops", shape: twin.Shape{ControlPlanes: 3, Workers: 3, PerMinorRepository: true}, from: "1.29.3", to: "1.31.14"},
		{name: "the same, where kube-proxy moves early", shape: twin.Shape{ControlPlanes: 3, Workers: 3}, from: "1.20.0", to: "1.22.17", early: true},
		{name: "over the move of kube-proxy, workers in twos", shape: twin.Shape{ControlPlanes: 3, Workers: 4}, from: "1.26.0", to: "1.29.15", inputs: map[string]any{"at_once": "2"}, early: true},
		{name: "one control plane and two workers", shape: twin.Shape{ControlPlanes: 1, Workers: 2, Packages: twin.Apt}, from: "1.24.17", to: "1.26.15"},
		{name: "a single node", shape: twin.Shape{ControlPlanes: 1, Web: -1}, from: "1.32.0", to: "1.34.2"},
		{name: "an external etcd", shape: twin.Shape{ControlPlanes: 3, Workers: 2, ExternalEtcd: true}, from: "1.33.1", to: "1.35.1"},
		{name: "workers that skip hops, from 1.25", shape: twin.Shape{ControlPlanes: 3, Workers: 2}, from: "1.25.16", to: "1.31.14", inputs: map[string]any{"workers": "when-needed"}, early: true},
		{name: "workers that skip hops, from 1.28", shape: twin.Shape{ControlPlanes: 3, Workers: 2, PerMinorRepository: true, Packages: twin.Mixed}, from: "1.28.15", to: "1.34.2", inputs: map[string]any{"workers": "when-needed"}},
		{name: "by given versions", shape: twin.Shape{ControlPlanes: 1, Workers: 2}, from: "1.29.0", to: "1.31.14", inputs: map[string]any{"via": []any{"1.29.15", "1.30.7"}}},
		{name: "a patch (S1)", shape: twin.Shape{ControlPlanes: 3, Workers: 2, Packages: twin.Mixed}, from: "1.20.1", to: "1.20.2"},
	} {
		t.Run(m.name, func(t *testing.T) {
			if i%thinned > 0 {
				t.Skip("the race detector is ten times slower, and sees the same in fewer moments")
			}
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, p := m.made(t)
				end, w := watched(t, c, p)
				if end.Exit != run.ExitDone {
					t.Fatalf("it ended with %d: %s%s", end.Exit, end.Text, w.why())
				}
				for _, wrong := range w.wrong {
					t.Error(wrong)
				}
				if w.early != m.early {
					t.Errorf("kube-proxy ahead of an apiserver: %t, want %t", w.early, m.early)
				}
				m.arrived(t, c)
			})
		})
	}
}

// arrived wants everything at the target, and every node open.
func (m moment) arrived(t *testing.T, c *twin.Cluster) {
	t.Helper()
	for _, n := range c.Nodes() {
		if n.Kubelet != version(m.to) || !n.Ready || n.Unschedulable || n.ControlPlane && n.APIServer != version(m.to) {
			t.Errorf("in the end: %+v", n)
		}
	}
}

// A watch that sees nothing proves nothing: here it has to see what a spoilt playbook does.
func TestS4TheWatchSeesASpoiltPlaybook(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, old, now, want string }{
		{"kubelets before the other control planes", "hosts: control_plane[1:]", "hosts: control_plane[9:]", "R2 kubelet on cp1"},
		{"the other control planes together", "hosts: control_plane[1:]\n        at_once: 1", "hosts: control_plane[1:]\n        at_once: 2", "two control planes are being worked on"},
		{"all kubelets of control planes together", "- stage: Kubelets of the control planes\n        hosts: control_plane\n        at_once: 1", "- stage: Kubelets of the control planes\n        hosts: control_plane\n        at_once: 3", "are cordoned together"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := moment{shape: twin.Shape{ControlPlanes: 3, Workers: 2}, from: "1.29.3", to: "1.30.14"}
				// The playbook's own gate between the passes would stop the first of them.
				c, p := m.made(t, test.old, test.now, "require: steps.planes.control_plane_version >= hop", "require: hop >= hop")
				_, w := watched(t, c, p)
				if !strings.Contains(strings.Join(w.wrong, "\n"), test.want) {
					t.Errorf("want it to see %q; it saw\n%s", test.want, strings.Join(w.wrong, "\n"))
				}
			})
		})
	}
}
