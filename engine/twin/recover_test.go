package twin_test

import (
	"cmp"
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
	name     string
	planes   int
	external bool // its etcd
	from     string
	to       string
	faults   []string       // before the upgrade
	mend     map[string]any // inputs of kubeadm-recover
	named    string         // the mode that a look names, where it tells of that in mend as another one
	changes  string         // what that changes
}

// wrecked is a site whose upgrade has failed.
func (w wreck) wrecked(t *testing.T) (s site, inventory string) {
	t.Helper()
	s = siteOf(twin.Shape{ControlPlanes: w.planes, Workers: 1, Version: version(w.from), Web: -1, ExternalEtcd: w.external})
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

// looked is what kubeadm-recover says before anybody has told it a mode: it names that one, and changes nothing. Where
// the one that helps is another, it tells of it.
func (s site) looked(t *testing.T, inventory string, mend map[string]any, names string) {
	t.Helper()
	look := map[string]any{}
	if host, given := mend["host"]; given {
		look["host"] = host
	}
	end, d := s.recovered(t, inventory, look)
	said := slices.IndexFunc(d.events, func(e run.Event) bool { return strings.HasPrefix(e.Text, "what fits is -e mode=") })
	if end.Exit != run.ExitDone || d.changes > 0 || said < 0 {
		t.Fatalf("a look ended with %d after %d changes, and named a mode: %t%s", end.Exit, d.changes, said >= 0, d.why())
	}
	mode := mend["mode"].(string)
	named, why, _ := strings.Cut(strings.TrimPrefix(d.events[said].Text, "what fits is -e mode="), ": ")
	if want := cmp.Or(names, mode); named != want || want != mode && !strings.Contains(why, mode) {
		t.Errorf("a look says %q, want %s named, and what helps is %s", d.events[said].Text, want, mode)
	}
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
			mend: map[string]any{"mode": "reapply"}, named: "manifests", changes: "Apply v1.31.4 again",
		},
		{
			name: "a killed kubeadm: the only apiserver crashes", planes: 1, from: "1.31.4", to: "1.32.6", faults: []string{"apply-dies:apiserver"},
			mend: map[string]any{"mode": "manifests"}, changes: "Put the manifests back",
		},
		{
			name: "a killed kubeadm: the controller manager crashes", planes: 3, from: "1.20.0", to: "1.21.14", faults: []string{"apply-dies:kube-controller-manager"},
			mend: map[string]any{"mode": "manifests"}, named: "reapply", changes: "Put the manifests back",
		},
	} {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			s, inventory := w.wrecked(t)
			s.looked(t, inventory, w.mend, w.named)
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

func TestS30ABrokenEtcdIsMendedAndTheUpgradeGoesOn(t *testing.T) {
	for _, w := range []struct {
		wreck
		broken  []string // once the upgrade has failed
		changed string
	}{
		{
			wreck{name: "the only etcd gets kubeadm's copy of its data", planes: 1, from: "1.31.4", to: "1.32.6", faults: []string{"apply-fails:apiserver"}, mend: map[string]any{"mode": "etcd-single"}, named: "manifests"},
			[]string{"etcd-member-broken:cp1"},
			"cp1: Make data of what was kept; cp1: Give etcd the data that was kept",
		},
		{
			wreck{name: "a member of three joins again", planes: 3, from: "1.31.4", to: "1.32.6", faults: []string{"apply-fails:apiserver"}, mend: map[string]any{"mode": "etcd-member", "host": "cp2"}},
			[]string{"etcd-member-broken:cp2"},
			"cp2: Stop the broken member; cp2: Put a new member in its place; cp2: Let it join",
		},
		{
			wreck{name: "the first member, from which kubeadm upgrades", planes: 3, from: "1.23.17", to: "1.24.17", faults: []string{"apply-fails:apiserver"}, mend: map[string]any{"mode": "etcd-member"}},
			[]string{"etcd-member-broken:cp1"},
			"cp1: Stop the broken member; cp1: Put a new member in its place; cp1: Let it join",
		},
		{
			wreck{name: "without a quorum a snapshot of ours begins a new cluster", planes: 3, from: "1.33.4", to: "1.34.2", faults: []string{"apply-fails:apiserver"}, mend: map[string]any{"mode": "etcd-cluster"}},
			[]string{"etcd-quorum-lost"},
			"cp1: Make data of the snapshot; cp1: Begin a new cluster with the snapshot; cp2: Stop the old member; cp2: Add a member for cp2; cp2: Let it join; cp3: Stop the old member; cp3: Add a member for cp3; cp3: Let it join",
		},
	} {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			s, inventory := w.wrecked(t)
			s.inject(t, w.broken...)
			s.clock.Sleep(time.Minute, nil)
			s.looked(t, inventory, w.mend, w.named)
			end, d := s.recovered(t, inventory, w.mend)
			if end.Exit != run.ExitDone {
				t.Fatalf("kubeadm-recover ended with %d: %s%s", end.Exit, end.Text, d.why())
			}
			var changed []string
			for _, host := range s.ControlPlanes() {
				for _, title := range d.changed(host) {
					changed = append(changed, host+": "+title)
				}
			}
			if got := strings.Join(changed, "; "); got != w.changed {
				t.Errorf("it changed\n%q, want\n%q", got, w.changed)
			}
			if truth := s.Truth(); len(truth.Members) != w.planes || len(truth.Serving) != w.planes {
				t.Errorf("then %v serve, and %v are members that run", truth.Serving, truth.Members)
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
	t.Parallel()
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
		{
			"reapply where the etcd is broken", 3,
			[]string{"apply-fails:apiserver", "etcd-member-broken:cp1"},
			map[string]any{"mode": "reapply"},
			"the etcd of cp1 does not answer, and kubeadm upgrades nothing then: say -e mode=etcd-member",
		},
		{
			"reapply without a quorum, where nothing differs", 3,
			[]string{"apply-fails:etcd", "etcd-quorum-lost"},
			map[string]any{"mode": "reapply"},
			"cp1 reaches no API, and kubeadm upgrade apply needs one: say -e mode=etcd-cluster where etcd has lost its quorum",
		},
		{
			"old data for one member of several", 3,
			[]string{"apply-fails:apiserver", "etcd-member-broken:cp1"},
			map[string]any{"mode": "etcd-single"},
			"the older data of one must not come back beside that of the others: say -e mode=etcd-member, for there is a quorum",
		},
		{
			"old data for one member of several, without a quorum", 3,
			[]string{"apply-fails:apiserver", "etcd-quorum-lost"},
			map[string]any{"mode": "etcd-single"},
			"must not come back beside that of the others: say -e mode=etcd-cluster, for there is no quorum",
		},
		{
			"a member that is well", 3,
			[]string{"apply-fails:apiserver", "etcd-member-broken:cp2"},
			map[string]any{"mode": "etcd-member", "host": "cp3"},
			"the etcd of cp3 answers, and is a healthy member: there is nothing to replace",
		},
		{
			"a member without a quorum", 3,
			[]string{"apply-fails:apiserver", "etcd-quorum-lost"},
			map[string]any{"mode": "etcd-member", "host": "cp2"},
			"no control plane answers for etcd, so that there is no quorum: say -e mode=etcd-cluster",
		},
		{
			"a new cluster where there is a quorum", 3,
			[]string{"apply-fails:apiserver", "etcd-member-broken:cp2"},
			map[string]any{"mode": "etcd-cluster"},
			"etcd has a quorum, and a snapshot would throw away all that was written since: say -e mode=etcd-member",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, inventory := wreck{planes: test.planes, from: "1.31.4", to: "1.32.6", faults: test.faults[:1]}.wrecked(t)
			s.inject(t, test.faults[1:]...)
			s.clock.Sleep(time.Minute, nil)
			end, d := s.recovered(t, inventory, test.inputs)
			if end.Exit != run.ExitRefused || d.changes > 0 || !strings.Contains(d.why(), test.want) {
				t.Errorf("it ended with %d after %d changes, and does not say %q: %s", end.Exit, d.changes, test.want, fmt.Sprint(end.Text, d.why()))
			}
		})
	}
}

func TestS30AnEtcdThatRunsElsewhereIsNotTouched(t *testing.T) {
	for _, mode := range []string{"etcd-single", "etcd-member", "etcd-cluster"} {
		s := siteOf(twin.Shape{ControlPlanes: 1, Workers: 1, Version: version("1.31.4"), Web: -1, ExternalEtcd: true, HostEtcdctl: true})
		end, d := s.recovered(t, inventoryOf([]string{"cp1"}, []string{"w1"}), map[string]any{"mode": mode})
		if want := "the etcd of cp1 is external: it is mended where it runs"; end.Exit != run.ExitRefused || d.changes > 0 || !strings.Contains(d.why(), want) {
			t.Errorf("%s ended with %d after %d changes: %s%s", mode, end.Exit, d.changes, end.Text, d.why())
		}
	}
}

// An external etcd is the same for all control planes: an API that answers anywhere has one.
func TestS30WhereEtcdRunsElsewhereAnUpgradeThatWasKilledIsMended(t *testing.T) {
	for _, mode := range []string{"manifests", "reapply"} {
		w := wreck{planes: 3, external: true, from: "1.31.4", to: "1.32.6", faults: []string{"apply-dies:apiserver"}}
		s, inventory := w.wrecked(t)
		s.looked(t, inventory, map[string]any{"mode": mode}, "manifests")
		if end, d := s.recovered(t, inventory, map[string]any{"mode": mode}); end.Exit != run.ExitDone {
			t.Errorf("%s ended with %d: %s%s", mode, end.Exit, end.Text, d.why())
		}
	}
}

func TestS30AnEtcdThatNobodyAskedIsNotBlamed(t *testing.T) {
	w := wreck{planes: 1, external: true, from: "1.31.4", to: "1.32.6", faults: []string{"apply-dies:apiserver"}}
	s, inventory := w.wrecked(t)
	s.looked(t, inventory, map[string]any{"mode": "manifests"}, "")

	s = siteOf(twin.Shape{ControlPlanes: 1, Workers: 1, Version: version("1.31.4"), Web: -1, ExternalEtcd: true})
	s.inject(t, "etcd-lost:2")
	end, d := s.recovered(t, inventory, nil)
	for _, want := range []string{
		"its apiserver does not answer; no API answers at admin.conf's address; etcd does not run here, and was not asked",
		"no mode fits: its apiserver does not answer, and no other manifests are kept; etcd does not run here, and was not asked: look at it where it runs",
	} {
		if !slices.ContainsFunc(d.events, func(e run.Event) bool { return strings.HasPrefix(e.Text, want) }) {
			t.Errorf("a look ended with %d, and nobody said %q: %s%s", end.Exit, want, end.Text, d.why())
		}
	}
	end, d = s.recovered(t, inventory, map[string]any{"mode": "reapply"})
	if want := "kubeadm upgrade apply needs one: look whether etcd is well where it runs"; end.Exit != run.ExitRefused || !strings.Contains(d.why(), want) {
		t.Errorf("reapply ended with %d, and does not say %q: %s%s", end.Exit, want, end.Text, d.why())
	}
}

// A recovery that breaks off is continued by another one, in the mode that fits then: that is what its refusal says.
func TestS30ARecoveryThatBreaksOffIsContinued(t *testing.T) {
	t.Parallel()
	for dies := 1; dies <= 7; dies++ {
		s, inventory := wreck{planes: 3, from: "1.31.4", to: "1.32.6", faults: []string{"apply-fails:apiserver"}}.wrecked(t)
		s.inject(t, "etcd-quorum-lost")
		s.clock.Sleep(time.Minute, nil)
		s.plan = planned(t, "kubeadm-recover.yaml", inventory, map[string]any{"mode": "etcd-cluster"})
		if end, d := s.run(t, "died", dies); end.Exit != run.ExitInternal {
			t.Fatalf("it did not die at %d: %d %s%s", dies, end.Exit, end.Text, d.why())
		}
		s.clock.Sleep(time.Minute, nil)
		end, d := s.recovered(t, inventory, map[string]any{"mode": "etcd-cluster"})
		if strings.Contains(d.why(), "say -e mode=etcd-member with -e host= of the broken member") {
			for _, host := range []string{"cp2", "cp3"} {
				if slices.Contains(s.Truth().Members, host) {
					continue
				}
				if end, d = s.recovered(t, inventory, map[string]any{"mode": "etcd-member", "host": host, "helper": "cp1"}); end.Exit != run.ExitDone {
					t.Fatalf("died at %d: %s: %d %s%s", dies, host, end.Exit, end.Text, d.why())
				}
			}
		} else if end.Exit != run.ExitDone {
			t.Fatalf("died at %d: it ended with %d: %s%s", dies, end.Exit, end.Text, d.why())
		}
		if truth := s.Truth(); len(truth.Members) != 3 || len(truth.Serving) != 3 {
			t.Errorf("died at %d: %v serve, and %v are members that run", dies, truth.Serving, truth.Members)
		}
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
