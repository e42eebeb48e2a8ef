package twin_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"rung/engine/run"
	"rung/engine/twin"
)

const oldKernel, newKernel = "5.4.286-1.el8.elrepo.x86_64", "5.4.288-1.el8.elrepo.x86_64"

// kernel is the kernel that a host runs.
func (s site) kernel(t *testing.T, host string) string {
	t.Helper()
	text, err := s.ReadFile(host, "/proc/sys/kernel/osrelease")
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(text)
}

func (d *diary) says(text string) bool {
	return slices.ContainsFunc(d.events, func(e run.Event) bool { return e.Kind == run.Noted && strings.Contains(e.Text, text) })
}

func TestHostsArePatchedAndRebooted(t *testing.T) {
	for _, shape := range []twin.Shape{{ControlPlanes: 3, Workers: 3}, {ControlPlanes: 1, Workers: 2}, {ControlPlanes: 1, Web: -1}} {
		shape.Version = version("1.31.4")
		s := siteOf(shape)
		for i, host := range s.Hosts() {
			s.admin(t, host, "sed", "-i", "/^exclude/d", "/etc/yum.repos.d/kubernetes.repo") // nothing but the playbook keeps Kubernetes as it is
			if i%2 == 1 {
				s.inject(t, "package-removed:"+host+":yum-utils") // the kernels decide
			}
		}
		d := s.twice(t, "os-patch.yaml", nil)
		for _, host := range s.Hosts() {
			if done := d.changed(host); s.kernel(t, host) != newKernel || !slices.Contains(done, "drain "+host) || !s.has(host, "rpm", "-q", "openssl-1.1.1k-12.el8_9") {
				t.Errorf("%s runs %s; it changed %q", host, s.kernel(t, host), done)
			}
			if n := s.node(host); n.Packages["kubelet"] != "1.31.4-150500.1.1" || n.Packages["kubeadm"] != "1.31.4-150500.1.1" {
				t.Errorf("the packages of Kubernetes changed: %+v", n)
			}
		}
	}
}

func TestB1HostsWithAptArePatchedAndRebooted(t *testing.T) {
	s := siteOf(twin.Shape{ControlPlanes: 1, Workers: 3, Version: version("1.31.4"), Packages: twin.Mixed})
	for _, host := range []string{"w1", "w3"} {
		s.admin(t, host, "apt-mark", "hold", "kubelet", "kubeadm", "kubectl")
	}
	d := s.twice(t, "os-patch.yaml", nil)
	for host, kernel := range map[string]string{"cp1": newKernel, "w1": "5.15.0-105-generic", "w2": newKernel, "w3": "5.15.0-105-generic"} {
		if s.kernel(t, host) != kernel || !slices.Contains(d.changed(host), "drain "+host) {
			t.Errorf("%s runs %s; it changed %q", host, s.kernel(t, host), d.changed(host))
		}
	}
	if !s.has("w1", "dpkg-query", "-W", "kubelet") || s.node("w1").Packages["kubelet"] != "1.31.4-1.1" {
		t.Errorf("the packages of Kubernetes changed: %+v", s.node("w1"))
	}
}

func TestAHostThatNeedsNoRebootIsNotRebooted(t *testing.T) {
	s := siteOf(twin.Shape{ControlPlanes: 1, Workers: 2, Version: version("1.31.4")})
	before := s.boot(t, "w1")
	d := s.twice(t, "os-patch.yaml", map[string]any{"leave": []any{"kernel*"}})
	if s.boot(t, "w1") != before || !s.has("w1", "rpm", "-q", "openssl-1.1.1k-12.el8_9") || !slices.Contains(d.changed("w1"), "drain w1") {
		t.Errorf("it changed %q", d.changed("w1"))
	}
}

func TestWhereNothingIsToPatchNothingIsDrained(t *testing.T) {
	s := siteOf(twin.Shape{ControlPlanes: 1, Workers: 2, Version: version("1.31.4"), MinAvailable: 3}) // a budget that no drain gets past
	for _, host := range s.Hosts() {
		s.admin(t, host, "yum", "upgrade", "-y", "openssl")
	}
	s.plan = planned(t, "os-patch.yaml", s.inventory(), map[string]any{"leave": []any{"kernel-lt"}})
	if end, d := s.run(t, "r", 0); end.Exit != run.ExitDone || d.changes > 0 || !d.says("nothing to upgrade; no reboot is due") {
		t.Errorf("it ended with %d after %d changes: %s%s", end.Exit, d.changes, end.Text, d.why())
	}
}

// Who upgraded by hand left the reboot to do; whether it is done, an input says.
func TestAHostThatWaitsForItsRebootIsRebooted(t *testing.T) {
	for _, reboots := range []bool{false, true} {
		s := siteOf(twin.Shape{ControlPlanes: 1, Workers: 2, Version: version("1.31.4")})
		s.admin(t, "w1", "yum", "upgrade", "-y", "kernel-lt", "openssl")
		s.plan = planned(t, "os-patch.yaml", s.inventory(), map[string]any{"nodes": []any{"w1"}, "reboot": reboots})
		end, d := s.run(t, "r", 0)
		due := map[bool]string{false: "a reboot is due: ", true: "a reboot is due, and is to be made: "}[reboots]
		if end.Exit != run.ExitDone || !d.says("nothing to upgrade; "+due+"needs-restarting wants it, kernel-lt") {
			t.Errorf("it ended with %d: %s%s", end.Exit, end.Text, d.why())
		}
		if want := map[bool]string{false: oldKernel, true: newKernel}[reboots]; s.kernel(t, "w1") != want || (d.changes > 0) != reboots {
			t.Errorf("reboot=%t: w1 runs %s; it changed %q", reboots, s.kernel(t, "w1"), d.changed("w1"))
		}
	}
}

// At no moment of it are two control planes out, is etcd without its quorum or a workload below its budget.
func TestPatchingTakesNothingAwayThatMustStay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := twin.New(twin.Shape{ControlPlanes: 3, Workers: 4, Version: version("1.31.4")}, twin.Wall{})
		hosts := c.Hosts()
		end, w := watched(t, c, planned(t, "os-patch.yaml", inventoryOf(hosts[:3], hosts[3:]), map[string]any{"at_once": "2", "capacity": "lower"}))
		if end.Exit != run.ExitDone {
			t.Errorf("it ended with %d: %s%s", end.Exit, end.Text, w.why())
		}
		for _, wrong := range w.wrong {
			t.Error(wrong)
		}
	})
}

func TestWhatPatchingRefuses(t *testing.T) {
	for _, test := range []declined{
		{name: "a node that is not there", inputs: map[string]any{"nodes": []any{"w9"}}, want: "the inventory has no nodes w9"},
		{name: "a node in neither group", inventory: inventoryOf([]string{"cp1"}, []string{"w1"}, "w2"), want: "in neither of the groups control_plane and workers, and would be left out: w2"},
		{name: "a node that is NotReady", spoil: []string{"kubelet-stopped:w2"}, want: "these nodes are NotReady: w2"},
		{name: "a budget that no drain gets past", shape: twin.Shape{MinAvailable: 3}, want: "no drain gets past these: PodDisruptionBudget default/web: "},
		{name: "a pod that nothing starts again", spoil: []string{"bare-pod:w1"}, want: "nothing starts these pods again: w1: "},
		{name: "no room elsewhere", inputs: map[string]any{"at_once": "2"}, want: "at most 1 workers may be out at once, and at_once is 2"},
		{name: "Kubernetes that apt would upgrade, because nobody holds it", shape: twin.Shape{ControlPlanes: 1, Workers: 2, Version: version("1.31.4"), Packages: twin.Apt}, want: "which is to stay as it is: hold it, with apt-mark hold kube"},
		{name: "a repository that is down", spoil: []string{"command-fails:w2:yum -q check-update"}, want: "yum check-update exited with 1: what is there to upgrade, nobody knows"},
	} {
		test.playbook = "os-patch.yaml"
		t.Run(test.name, test.run)
	}
}

// A run that died at any point of it is continued, and a host that was rebooted is not rebooted again.
func TestAPatchRunThatDiedAnywhereIsContinued(t *testing.T) {
	t.Parallel()
	for dies := 1; ; dies += thinned {
		s := siteOf(twin.Shape{ControlPlanes: 1, Workers: 2, Version: version("1.31.4")})
		s.plan = planned(t, "os-patch.yaml", s.inventory(), nil)
		end, first := s.run(t, "first", dies)
		if end.Exit == run.ExitDone {
			return
		}
		s.clock.Sleep(2*60e9, nil)
		end, second := s.run(t, "second", 0)
		if end.Exit != run.ExitDone {
			t.Fatalf("after %q the second run ended with %d: %s%s", first.last(), end.Exit, end.Text, second.why())
		}
		s.open(t)
		for _, host := range s.Hosts() {
			if s.kernel(t, host) != newKernel {
				t.Errorf("after %q, %s runs %s", first.last(), host, s.kernel(t, host))
			}
		}
	}
}
