package twin_test

import (
	"slices"
	"strings"
	"testing"

	"rung/engine/run"
	"rung/engine/twin"
)

func TestS23AKubeletThatDoesNotStartStopsTheRunWithTheEndOfItsJournal(t *testing.T) {
	for _, host := range []string{"cp1", "w1"} {
		s := siteOf(twin.Shape{ControlPlanes: 1, Workers: 3, Version: version("1.31.4")})
		s.inject(t, "kubelet-crash:"+host)
		s.plan = bundled(t, s.inventory(), map[string]any{"target": version("1.32.6")})
		end, d := s.run(t, "r", 0)
		if end.Exit != run.ExitFailed {
			t.Fatalf("it ended with %d: %s%s", end.Exit, end.Text, d.why())
		}
		for _, want := range []string{"the kubelet of " + host + " is active", "unknown service runtime.v1.RuntimeService", "kubelet.service: Failed with result 'exit-code'"} {
			if !strings.Contains(d.why(), want) {
				t.Errorf("it does not say %q: %s", want, d.why())
			}
		}
		for _, n := range s.Nodes() {
			if broken := n.Name == host; n.Unschedulable != broken || n.Ready == broken || !broken && n.Name != "cp1" && n.Kubelet != version("1.31.4") {
				t.Errorf("%s: in the end: %+v", host, n)
			}
		}
		if done := d.changed("w2"); slices.Contains(done, "drain w2") {
			t.Errorf("it went on: %q", done)
		}
	}
}

// An image that is missing is found before anything is down.
// kubeadm takes neither of two runtimes, and a pull that fails may be passed over.
func TestS11APullStopsNoOrdinaryCluster(t *testing.T) {
	for _, test := range []struct{ fault, pull, told string }{
		{"second-runtime:cp1", "require", ""},
		{"image-missing:kube-proxy:w2", "try", "registry.k8s.io/kube-proxy:v1.32.6: not found"},
		{"image-missing:kube-proxy:w2", "skip", ""},
	} {
		s := siteOf(twin.Shape{ControlPlanes: 1, Workers: 3, Version: version("1.31.4")})
		s.inject(t, test.fault)
		s.plan = bundled(t, s.inventory(), map[string]any{"target": version("1.32.6"), "pull": test.pull})
		end, d := s.run(t, "r", 0)
		if end.Exit != run.ExitDone || !d.says(test.told) {
			t.Errorf("%s: it ended with %d: %s%s", test.fault, end.Exit, end.Text, d.why())
		}
		s.open(t)
	}
}

func TestS11AnImageThatIsMissingIsFoundBeforeAnythingIsDown(t *testing.T) {
	for fault, want := range map[string]string{
		"image-missing:kube-proxy:w2":  "registry.k8s.io/kube-proxy:v1.32.6: not found",
		"image-missing:kube-apiserver": "registry.k8s.io/kube-apiserver:v1.32.6: not found",
	} {
		s := siteOf(twin.Shape{ControlPlanes: 1, Workers: 3, Version: version("1.31.4")})
		s.inject(t, fault)
		s.plan = bundled(t, s.inventory(), map[string]any{"target": version("1.32.6")})
		end, d := s.run(t, "r", 0)
		if end.Exit != run.ExitFailed || !strings.Contains(d.why(), want) || strings.Contains(fault, "w2") && !strings.Contains(d.why(), "/Fetch w2 ") {
			t.Errorf("%s: it ended with %d: %s%s", fault, end.Exit, end.Text, d.why())
		}
		for _, e := range s.Log() {
			if line := strings.Join(e.Argv, " "); strings.Contains(line, "kubeadm upgrade apply") || strings.Contains(line, " drain ") {
				t.Errorf("%s: it went on with %q", fault, line)
			}
		}
		s.open(t)
	}
}
