package twin_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"rung/engine/run"
	"rung/engine/twin"
)

func TestB1HostsWithAptAreUpgraded(t *testing.T) {
	for _, test := range []struct {
		name     string
		shape    twin.Shape
		from, to string
		inputs   map[string]any
	}{
		{"a repository of every minor", twin.Shape{ControlPlanes: 3, Workers: 2, Packages: twin.Apt}, "1.20.0", "1.22.17", nil},
		{"a repository for each minor", twin.Shape{ControlPlanes: 1, Workers: 2, Packages: twin.Apt, PerMinorRepository: true}, "1.30.4", "1.32.6", map[string]any{"package_manager": "apt"}},
		{"some hosts with yum and some with apt", twin.Shape{ControlPlanes: 3, Workers: 3, Packages: twin.Mixed, PerMinorRepository: true}, "1.30.4", "1.31.14", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.shape.Version = version(test.from)
			s := siteOf(test.shape)
			inputs := map[string]any{"target": version(test.to)}
			for name, value := range test.inputs {
				inputs[name] = value
			}
			hosts := s.Hosts()
			s.plan = bundled(t, inventoryOf(hosts[:test.shape.ControlPlanes], hosts[test.shape.ControlPlanes:]), inputs)
			end, d := s.run(t, "r", 0)
			if end.Exit != run.ExitDone {
				t.Fatalf("it ended with %d: %s%s", end.Exit, end.Text, d.why())
			}
			s.arrived(t, test.to)
			if unknown := s.Unknown(); len(unknown) > 0 {
				t.Errorf("the twin does not know %v", unknown)
			}
		})
	}
}

// What is held is held again, at the new version where a version is locked; what is not held stays so.
func TestB1WhatIsHeldIsUpgradedAndHeldAgain(t *testing.T) {
	s := siteOf(twin.Shape{ControlPlanes: 1, Workers: 3, Version: version("1.30.4"), Packages: twin.Mixed, PerMinorRepository: true})
	for _, name := range []string{"kubeadm", "kubelet", "kubectl", "containerd"} {
		for _, host := range []string{"cp1", "w1"} { // yum, and apt
			if err := s.HoldPackage(host, name); err != nil {
				t.Fatal(err)
			}
		}
	}
	s.plan = bundled(t, inventoryOf([]string{"cp1"}, []string{"w1", "w2", "w3"}), map[string]any{"target": version("1.32.6")})
	end, d := s.run(t, "r", 0)
	if end.Exit != run.ExitDone {
		t.Fatalf("it ended with %d: %s%s", end.Exit, end.Text, d.why())
	}
	s.arrived(t, "1.32.6")
	for host, want := range map[string]string{
		"cp1": "containerd-0:1.6.20-3.1.el8.* kubeadm-0:1.32.6-150500.1.1.* kubectl-0:1.32.6-150500.1.1.* kubelet-0:1.32.6-150500.1.1.*",
		"w1":  "containerd kubeadm kubectl kubelet",
		"w2":  "", "w3": "",
	} {
		if got := strings.Join(s.Held(host), " "); got != want {
			t.Errorf("on %s %q is held, want %q", host, got, want)
		}
	}
}

// Wherever a run dies, or an installation fails, what was held is held again in the end.
func TestB1HoldsOutliveARunThatDied(t *testing.T) {
	t.Parallel()
	const held = "kubeadm kubelet"
	for dies := 1; ; dies += thinned {
		s := siteOf(twin.Shape{ControlPlanes: 1, Workers: 1, Version: version("1.30.4"), Packages: twin.Apt, Web: -1})
		for _, name := range strings.Fields(held) {
			if err := s.HoldPackage("w1", name); err != nil {
				t.Fatal(err)
			}
		}
		s.plan = bundled(t, inventoryOf([]string{"cp1"}, []string{"w1"}), map[string]any{"target": version("1.31.14")})
		first, d := s.run(t, "first", dies)
		if first.Exit == run.ExitDone {
			if dies < 10 {
				t.Errorf("it only died %d times: %s", dies, d.last())
			}
			return
		}
		s.clock.Sleep(time.Minute, nil)
		end, second := s.run(t, "second", 0)
		if end.Exit != run.ExitDone {
			t.Fatalf("after %q it ended with %d: %s%s", d.last(), end.Exit, end.Text, second.why())
		}
		if got := strings.Join(s.Held("w1"), " "); got != held {
			t.Errorf("after %q %q is held", d.last(), got)
		}
	}
}

func TestB1HoldsOutliveAnInstallationThatFails(t *testing.T) {
	for _, words := range []string{"apt-get install -y -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold -o DPkg::Lock::Timeout=300 kubeadm=1.31.14-1.1", "apt-get install -y -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold -o DPkg::Lock::Timeout=300 kubelet=1.31.14-1.1"} {
		s := siteOf(twin.Shape{ControlPlanes: 1, Workers: 1, Version: version("1.30.4"), Packages: twin.Apt, Web: -1})
		if err := s.HoldPackage("w1", "kubelet"); err != nil {
			t.Fatal(err)
		}
		s.Fail("w1", words, 100, "E: Sub-process /usr/bin/dpkg returned an error code (1)\n")
		s.plan = bundled(t, inventoryOf([]string{"cp1"}, []string{"w1"}), map[string]any{"target": version("1.31.14")})
		end, d := s.run(t, "r", 0)
		if end.Exit != run.ExitFailed || !slices.Contains(d.changed("w1"), "Release what is held") {
			t.Errorf("it ended with %d after %q", end.Exit, d.changed("w1"))
		}
		if got := strings.Join(s.Held("w1"), " "); got != "kubelet" {
			t.Errorf("%q is held", got)
		}
	}
}

// Nothing is downloaded between the first cordon of a hop and its end.
func TestTheSerialPartDownloadsNothing(t *testing.T) {
	s := siteOf(twin.Shape{ControlPlanes: 1, Workers: 3, Version: version("1.30.4"), Packages: twin.Mixed, PerMinorRepository: true})
	s.plan = bundled(t, inventoryOf([]string{"cp1"}, []string{"w1", "w2", "w3"}), map[string]any{"target": version("1.31.14")})
	end, d := s.run(t, "r", 0)
	if end.Exit != run.ExitDone {
		t.Fatalf("it ended with %d: %s%s", end.Exit, end.Text, d.why())
	}
	i := slices.IndexFunc(d.events, func(e run.Event) bool { return e.Kind == run.StageStarted && strings.HasSuffix(e.Stage, "/Back up") })
	if i < 0 {
		t.Fatal("there is no stage Back up")
	}
	fetched := map[string]bool{}
	for _, e := range s.Downloads() {
		fetched[e.Host+" "+e.Argv[0]] = true
		if e.At.After(d.events[i].At) {
			t.Errorf("%s fetched %s at %s, and the serial part began at %s", e.Host, e.Argv[0], e.At, d.events[i].At)
		}
	}
	if len(fetched) != 12 {
		t.Errorf("these were fetched: %v", fetched)
	}
}

// kubeadm may not bring along what only a drained node may change: its transaction does not begin.
func TestB8KubeadmDragsNothingAlong(t *testing.T) {
	for _, test := range []struct{ packages, drags, want string }{
		{twin.Yum, "kubernetes-cni", "package kubernetes-cni is filtered out by exclude filtering"},
		{twin.Yum, "kubelet", "package kubelet is filtered out by exclude filtering"},
		{twin.Apt, "kubernetes-cni", "kubeadm=1.31.14-1.1 would also change kubernetes-cni, which must change only while the node is drained: Inst kubernetes-cni [1.1.1-00]"},
		{twin.Apt, "kubelet", "kubeadm=1.31.14-1.1 would also change kubelet, which must change only while the node is drained: Inst kubelet [1.30.4-1.1]"},
	} {
		s := siteOf(twin.Shape{ControlPlanes: 1, Workers: 1, Version: version("1.30.4"), Packages: test.packages, Web: -1})
		s.Drag("w1", test.drags)
		s.plan = bundled(t, inventoryOf([]string{"cp1"}, []string{"w1"}), map[string]any{"target": version("1.31.14")})
		end, d := s.run(t, "r", 0)
		if end.Exit != run.ExitFailed || !strings.Contains(d.why(), test.want) {
			t.Errorf("%s, %s: it ended with %d, and does not say %q: %s", test.packages, test.drags, end.Exit, test.want, d.why())
		}
		if at := s.node("w1").Packages; !strings.HasPrefix(at["kubeadm"], "1.30.4-") || !strings.HasPrefix(at["kubelet"], "1.30.4-") {
			t.Errorf("%s, %s: w1 has %v", test.packages, test.drags, at)
		}
	}
}

// A mirror takes the place of the repository that the hosts name, hop by hop; keys and options stay.
func TestB2AMirrorThatTheOperatorNames(t *testing.T) {
	s := siteOf(twin.Shape{ControlPlanes: 1, Workers: 1, Version: version("1.30.4"), Packages: twin.Mixed, PerMinorRepository: true, Web: -1})
	inventory := strings.Replace(inventoryOf([]string{"cp1"}, []string{"w1"}), "w1: {}", "w1: {vars: {repository: \"https://other.example/k8s/v1.1/deb/ /\"}}", 1)
	s.plan = bundled(t, inventory, map[string]any{"target": version("1.32.6"), "repository": "https://other.example/k8s/v1.1/rpm/"})
	end, d := s.run(t, "r", 0)
	if end.Exit != run.ExitDone {
		t.Fatalf("it ended with %d: %s%s", end.Exit, end.Text, d.why())
	}
	s.arrived(t, "1.32.6")
	for host, want := range map[string][2]string{
		"cp1": {"/etc/yum.repos.d/kubernetes.repo", "baseurl=https://other.example/k8s/v1.32/rpm/\nenabled=1\ngpgcheck=1\ngpgkey=https://mirror.example/core:/stable:/v1.30/rpm/repodata/repomd.xml.key\n"},
		"w1":  {"/etc/apt/sources.list.d/kubernetes.list", "deb [signed-by=/etc/apt/keyrings/kubernetes-apt-keyring.gpg] https://other.example/k8s/v1.32/deb/ /\n"},
	} {
		if text, err := s.ReadFile(host, want[0]); err != nil || !strings.Contains(text, want[1]) {
			t.Errorf("%s has %q, %v", host, text, err)
		}
	}
}
