package twin_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rung/engine/kube"
	"rung/engine/step"
	"rung/engine/twin"
	"rung/steps"
)

// virtual is a clock that moves only when somebody sleeps.
type virtual struct {
	mu  sync.Mutex
	now time.Time
}

func (c *virtual) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *virtual) Sleep(d time.Duration, _ <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Lapse waits for done: what bounds a command moves no time here.
func (c *virtual) Lapse(_ time.Duration, done <-chan struct{}) { <-done }

// operator carries steps out on a twin, one after another, as the loop of a run does.
type operator struct {
	*twin.Cluster
	t     *testing.T
	clock *virtual
}

// do plans and performs a step for a host, and wants that it succeeds.
func (o operator) do(host string, s step.Step) []step.Result {
	o.t.Helper()
	actions, err := s.Plan(step.Scope{Host: step.Host{Name: host, Node: host}, Run: "20261123-1352-abcd"})
	if err != nil {
		o.t.Fatalf("%T on %s: %v", s, host, err)
	}
	var results []step.Result
	for _, a := range actions {
		on := host
		if a.On == step.AdminHost {
			on = "cp1"
		}
		r := step.Result{}
		if a.Check != nil {
			if r = o.perform(on, *a.Check); r.Exit > 1 {
				o.t.Fatalf("%s: the check on %s: exit %d\n%s%s", a.Title, on, r.Exit, r.Stdout, r.Stderr)
			}
		}
		if a.Check == nil || r.Exit == 1 {
			r = o.perform(on, a.Do)
			for end := o.Now().Add(untilFor(a)); r.Exit != 0 && a.Until != nil && o.Now().Before(end); {
				o.clock.Sleep(time.Second, nil)
				r = o.perform(on, a.Do)
			}
		}
		if r.Exit != 0 {
			o.t.Fatalf("%s, on %s: exit %d\n%s%s", a.Title, on, r.Exit, r.Stdout, r.Stderr)
		}
		if a.Check != nil {
			if again := o.perform(on, *a.Check); again.Exit != 0 {
				o.t.Errorf("%s, on %s: done, but its check says exit %d\n%s%s", a.Title, on, again.Exit, again.Stdout, again.Stderr)
			}
		}
		results = append(results, r)
	}
	return results
}

func untilFor(a step.Action) time.Duration {
	if a.Until == nil {
		return 0
	}
	return a.Until.For
}

func (o operator) Now() time.Time { return o.clock.Now() }

func (o operator) perform(host string, c step.Command) step.Result {
	o.t.Helper()
	r, err := o.Exec(o.t.Context(), host, c, nil)
	if err != nil {
		o.t.Fatalf("on %s: %v", host, err)
	}
	return r
}

// hop takes the whole cluster to a version with the step types of the house.
func (o operator) hop(to kube.Version) {
	o.t.Helper()
	planes := o.ControlPlanes()
	for i, node := range o.Hosts() {
		plane := slices.Contains(planes, node)
		o.do(node, steps.HostFacts{})
		o.do(node, steps.RepoSwitch{Version: to})
		releases, _, err := steps.YumVersions{Packages: []string{"kubeadm", "kubelet", "kubectl"}, Version: to}.Collect(o.do(node, steps.YumVersions{Packages: []string{"kubeadm", "kubelet", "kubectl"}, Version: to}))
		if err != nil {
			o.t.Fatal(err)
		}
		o.do(node, steps.YumInstall{Packages: []string{"kubeadm-" + releases.Releases["kubeadm"]}, State: "present", DisableExcludes: "kubernetes"})
		o.do(node, steps.KubeadmVersion{Version: to})
		if plane {
			o.do(node, steps.EtcdSnapshot{Dir: "/var/backups/rung", Label: to.String(), Timeout: time.Minute})
			o.do(node, steps.ImagePull{Version: to})
		} else {
			o.do(node, steps.ImagePull{Version: to, Only: []string{"kube-proxy", "coredns"}})
		}
		switch {
		case i == 0:
			o.do(node, steps.KubeadmPlan{Version: to})
			o.do(node, steps.UpgradeApply{Version: to, Quiesce: 20 * time.Second, CertificateRenewal: true, EtcdUpgrade: true})
		case plane:
			o.perform(node, o.planned(node, steps.UpgradeNode{Version: to, Quiesce: 20 * time.Second, CertificateRenewal: true, EtcdUpgrade: true}))
		default:
			o.perform(node, o.planned(node, steps.UpgradeNode{Version: to, CertificateRenewal: true, EtcdUpgrade: true}))
		}
		if plane {
			o.do(node, steps.APIReady{Successes: 3, Timeout: 5 * time.Minute, Etcd: true})
			o.do(node, steps.Verify{Version: to, Scope: "control-plane", Timeout: 5 * time.Minute})
		}
		o.do(node, steps.Drain{Timeout: 5 * time.Minute, GracePeriod: -1, DeleteEmptyDirData: true, IgnoreDaemonSets: true})
		o.do(node, steps.YumInstall{Packages: []string{"kubelet-" + releases.Releases["kubelet"], "kubectl-" + releases.Releases["kubectl"]}, State: "present", DisableExcludes: "kubernetes"})
		o.do(node, steps.KubeletRestart{Version: to, Timeout: 5 * time.Minute})
		o.do(node, steps.Uncordon{Timeout: 2 * time.Minute})
		o.do(node, steps.Verify{Version: to, Scope: "node", Timeout: 5 * time.Minute})
	}
	if _, _, err := (steps.Verify{Version: to, Scope: "cluster"}).Collect(o.do("cp1", steps.Verify{Version: to, Scope: "cluster"})); err != nil {
		o.t.Error(err)
	}
}

// planned is the command of a step with one action, without its check: upgrade-node's is done only when
// the kubelet has followed.
func (o operator) planned(host string, s step.Step) step.Command {
	o.t.Helper()
	actions, err := s.Plan(step.Scope{Host: step.Host{Name: host, Node: host}})
	if err != nil || len(actions) != 1 {
		o.t.Fatalf("%T plans %d actions, %v", s, len(actions), err)
	}
	return actions[0].Do
}

func TestTheStepsOfTheHouseUpgradeATwin(t *testing.T) {
	tests := []struct {
		name  string
		shape twin.Shape
		hops  []string
	}{
		{"one minor, from one repository of all minors", twin.Shape{ControlPlanes: 3, Workers: 2, Version: version("1.20.15")}, []string{"1.21.14"}},
		{"two minors, each with a repository of its own", twin.Shape{ControlPlanes: 1, Workers: 2, Version: version("1.31.4"), PerMinorRepository: true}, []string{"1.32.6", "1.33.13"}},
		{"over the move of the packages and of the addons", twin.Shape{ControlPlanes: 2, Workers: 2, Version: version("1.23.17")}, []string{"1.24.17", "1.25.16", "1.26.15", "1.27.16", "1.28.15", "1.29.15"}},
		{"the newest, with an external etcd", twin.Shape{ControlPlanes: 1, Workers: 2, Version: version("1.34.1"), ExternalEtcd: true}, []string{"1.35.0", "1.36.0", "1.37.2"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			clock := &virtual{now: time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC)}
			o := operator{twin.New(test.shape, clock), t, clock}
			for _, hop := range test.hops {
				o.hop(version(hop))
			}
			last := version(test.hops[len(test.hops)-1])
			for _, n := range o.Nodes() {
				if n.Kubelet != last || !n.Ready || n.Unschedulable || n.ControlPlane && n.APIServer != last {
					t.Errorf("in the end: %+v", n)
				}
			}
			for _, e := range o.Unknown() {
				t.Errorf("on %s, unknown to the twin: %q", e.Host, e.Argv)
			}
			applied := 0
			for _, e := range o.Log() {
				if strings.HasPrefix(strings.Join(e.Argv, " "), "kubeadm upgrade apply") {
					applied++
				}
			}
			if applied != len(test.hops) {
				t.Errorf("kubeadm upgrade apply ran %d times for %d hops", applied, len(test.hops))
			}
		})
	}
}

func TestAnUpgradeWaitsForTheLeadersThatItsQuiesceCosts(t *testing.T) {
	clock := &virtual{now: time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC)}
	o := operator{twin.New(twin.Shape{ControlPlanes: 1, Workers: 2, Version: version("1.31.4")}, clock), t, clock}
	to := version("1.32.6")
	o.do("cp1", steps.YumInstall{Packages: []string{"kubeadm-1.32.6"}, State: "present", DisableExcludes: "kubernetes"})
	o.do("cp1", steps.UpgradeApply{Version: to, Quiesce: time.Second, CertificateRenewal: true, EtcdUpgrade: true})
	if n := o.Nodes()[0]; n.APIServer != to {
		t.Errorf("after the upgrade: %+v", n)
	}
	for _, e := range o.Unknown() {
		t.Errorf("unknown to the twin: %q", e.Argv)
	}
}

func TestFactsOfATwinAreUnderstood(t *testing.T) {
	clock := &virtual{now: time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC)}
	o := operator{twin.New(twin.Shape{ControlPlanes: 1, Workers: 2, Version: version("1.31.4"), Swap: true}, clock), t, clock}
	facts, _, err := steps.ClusterFacts{}.Collect(o.do("cp1", steps.ClusterFacts{}))
	if err != nil {
		t.Fatal(err)
	}
	if facts.Version != version("1.31.4") || len(facts.Nodes) != 3 || len(facts.NotReady) != 0 || len(facts.Skew) != 0 || facts.Etcd != "stacked" {
		t.Errorf("cluster-facts = %+v", facts)
	}
	host, _, err := steps.HostFacts{}.Collect(o.do("cp1", steps.HostFacts{}))
	if err != nil {
		t.Fatal(err)
	}
	if host.Kubeadm != version("1.31.4") || !host.Swap || !host.ControlPlane || !host.KubeletActive || host.PackageManager != "dnf" {
		t.Errorf("host-facts = %+v", host)
	}
}

func version(text string) kube.Version {
	v, err := kube.Parse(text)
	if err != nil {
		panic(err)
	}
	return v
}
