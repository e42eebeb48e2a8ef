package twin_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"rung/engine/run"
	"rung/engine/twin"
)

// wreck is a cluster whose upgrade fails, and how it is mended.
type wreck struct {
	name    string
	planes  int
	from    string
	to      string
	faults  []string       // before the upgrade
	mend    map[string]any // inputs of kubeadm-recover
	changes string         // what that changes
}

// wrecked is a site whose upgrade has failed.
func (w wreck) wrecked(t *testing.T) (s site, inventory string) {
	t.Helper()
	s = siteOf(twin.Shape{ControlPlanes: w.planes, Workers: 1, Version: version(w.from), Web: -1})
	inventory = inventoryOf(s.ControlPlanes(), []string{"w1"})
	s.inject(t, w.faults...)
	s.plan = bundled(t, inventory, map[string]any{"target": version(w.to)})
	if end, d := s.run(t, "upgrade", 0); end.Exit != run.ExitFailed {
		t.Fatalf("the upgrade ended with %d: %s%s", end.Exit, end.Text, d.why())
	}
	s.clock.Sleep(time.Minute, nil)
	return s, inventory
}

// recovered carries kubeadm-recover out.
func (s site) recovered(t *testing.T, inventory string, inputs map[string]any) (run.Ending, *diary) {
	t.Helper()
	s.plan = planned(t, "kubeadm-recover.yaml", inventory, inputs)
	return s.run(t, "mend", 0)
}

func TestS30WhatAFailedUpgradeLeftIsMendedAndTheUpgradeGoesOn(t *testing.T) {
	for _, w := range []wreck{
		{
			name: "etcd did not come up, and was rolled back", planes: 1, from: "1.21.14", to: "1.22.17", faults: []string{"apply-fails:etcd"},
			mend: map[string]any{"mode": "reapply"}, changes: "Apply v1.21.14 again",
		},
		{
			name: "the apiserver did not come up", planes: 3, from: "1.31.4", to: "1.32.6", faults: []string{"apply-fails:apiserver"},
			mend: map[string]any{"mode": "reapply"}, changes: "Apply v1.31.4 again",
		},
		{
			name: "a killed kubeadm: the apiserver of another control plane crashes", planes: 3, from: "1.31.4", to: "1.32.6", faults: []string{"apply-dies:apiserver"},
			mend: map[string]any{"mode": "reapply"}, changes: "Apply v1.31.4 again",
		},
		{
			name: "a killed kubeadm: the only apiserver crashes", planes: 1, from: "1.31.4", to: "1.32.6", faults: []string{"apply-dies:apiserver"},
			mend: map[string]any{"mode": "manifests"}, changes: "Put the manifests back",
		},
		{
			name: "a killed kubeadm: the controller manager crashes", planes: 3, from: "1.20.0", to: "1.21.14", faults: []string{"apply-dies:kube-controller-manager"},
			mend: map[string]any{"mode": "manifests"}, changes: "Put the manifests back",
		},
	} {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			s, inventory := w.wrecked(t)
			end, d := s.recovered(t, inventory, w.mend)
			if end.Exit != run.ExitDone {
				t.Fatalf("kubeadm-recover ended with %d: %s%s", end.Exit, end.Text, d.why())
			}
			if got := strings.Join(d.changed("cp1"), "; "); got != w.changes {
				t.Errorf("it changed %q, want %q", got, w.changes)
			}
			if n := s.node("cp1"); n.APIServer != version(w.from) {
				t.Errorf("the apiserver of cp1 is at %s, want %s again", n.APIServer, w.from)
			}
			s.plan = bundled(t, inventory, map[string]any{"target": version(w.to)})
			if end, d := s.run(t, "again", 0); end.Exit != run.ExitDone {
				t.Fatalf("the upgrade after it ended with %d: %s%s", end.Exit, end.Text, d.why())
			}
			s.arrived(t, w.to)
			if list := s.Unknown(); len(list) > 0 {
				t.Errorf("the twin does not know %v", list)
			}
		})
	}
}

func TestS30WhatIsReplacedIsKeptAndTheBackupStays(t *testing.T) {
	w := wreck{planes: 1, from: "1.31.4", to: "1.32.6", faults: []string{"apply-dies:apiserver"}}
	s, inventory := w.wrecked(t)
	end, d := s.recovered(t, inventory, map[string]any{"mode": "manifests"})
	if end.Exit != run.ExitDone {
		t.Fatalf("it ended with %d: %s%s", end.Exit, end.Text, d.why())
	}
	if text, err := s.ReadFile("cp1", "/etc/kubernetes/tmp/rung-replaced-mend/kube-apiserver.yaml"); err != nil || !strings.Contains(text, "kube-apiserver:v1.32.6") {
		t.Errorf("what was replaced: %v\n%s", err, text)
	}
	i := slices.IndexFunc(d.events, func(e run.Event) bool { return strings.HasPrefix(e.Text, "kubeadm's backup of manifests: ") })
	if i < 0 {
		t.Fatal("no backup was told")
	}
	folder := strings.Split(d.events[i].Text, ": ")[1]
	if text, err := s.ReadFile("cp1", folder+"/kube-apiserver.yaml"); err != nil || !strings.Contains(text, "kube-apiserver:v1.31.4") {
		t.Errorf("kubeadm's backup: %v\n%s", err, text)
	}
}

func TestS30AModeThatDoesNotFitIsRefused(t *testing.T) {
	for _, test := range []struct {
		name   string
		planes int
		faults []string // of a cluster that is upgraded
		inputs map[string]any
		want   string
	}{
		{
			"reapply without an API", 1,
			[]string{"apply-dies:apiserver"},
			map[string]any{"mode": "reapply"},
			"cp1 reaches no API, and kubeadm upgrade apply needs one: say -e mode=manifests",
		},
		{
			"manifests where kubeadm rolled back", 1,
			[]string{"apply-fails:etcd"},
			map[string]any{"mode": "manifests"},
			"no backup of manifests lies on cp1: kubeadm has rolled them back itself, or changed none: say -e mode=reapply",
		},
		{
			"a host that is no control plane", 1,
			[]string{"apply-fails:etcd"},
			map[string]any{"mode": "reapply", "host": "w1"},
			"w1 is no control plane with kubeadm: say -e host=NAME of one",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, inventory := wreck{planes: test.planes, from: "1.31.4", to: "1.32.6", faults: test.faults}.wrecked(t)
			end, d := s.recovered(t, inventory, test.inputs)
			if end.Exit != run.ExitRefused || d.changes > 0 || !strings.Contains(d.why(), test.want) {
				t.Errorf("it ended with %d after %d changes, and does not say %q: %s", end.Exit, d.changes, test.want, fmt.Sprint(end.Text, d.why()))
			}
		})
	}
}

func TestS30LookingChangesNothing(t *testing.T) {
	s, inventory := wreck{planes: 3, from: "1.31.4", to: "1.32.6", faults: []string{"apply-dies:apiserver"}}.wrecked(t)
	end, d := s.recovered(t, inventory, nil)
	if end.Exit != run.ExitDone || d.changes > 0 {
		t.Errorf("it ended with %d after %d changes: %s%s", end.Exit, d.changes, end.Text, d.why())
	}
	const want = "its apiserver does not answer; the API at admin.conf's address answers; its etcd answers"
	if !slices.ContainsFunc(d.events, func(e run.Event) bool { return e.Text == want }) {
		t.Errorf("nobody said %q", want)
	}
}
