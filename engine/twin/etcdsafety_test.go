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

// broken is a site of three control planes at 1.31.4, with faults, a minute later.
func broken(t *testing.T, faults ...string) (s site, inventory string) {
	t.Helper()
	s = siteOf(twin.Shape{ControlPlanes: 3, Workers: 1, Version: version("1.31.4"), Web: -1})
	s.inject(t, faults...)
	s.clock.Sleep(time.Minute, nil)
	return s, inventoryOf(s.ControlPlanes(), []string{"w1"})
}

// backedUp has taken a backup first.
func backedUp(t *testing.T, faults ...string) (s site, inventory string) {
	t.Helper()
	s, inventory = broken(t)
	s.plan = planned(t, "etcd-backup.yaml", inventory, nil)
	if end, d := s.run(t, "backup", 0); end.Exit != run.ExitDone {
		t.Fatalf("the backup ended with %d: %s%s", end.Exit, end.Text, d.why())
	}
	s.inject(t, faults...)
	s.clock.Sleep(time.Minute, nil)
	return s, inventory
}

// etcdOf is what the data of a control plane's etcd says of the cluster that it belongs to.
func (s site) etcdOf(t *testing.T, node string) string {
	t.Helper()
	text, err := s.ReadFile(node, "/var/lib/etcd/member/snap/db")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ = strings.Cut(text, "in cluster ")
	id, _, _ := strings.Cut(text, " ")
	return id
}

// The inventory says what it likes: an API that answers has an etcd with a quorum.
func TestS30OldDataDoesNotComeBackBesideAQuorumThatTheInventoryDoesNotName(t *testing.T) {
	s, _ := wreck{planes: 3, from: "1.31.4", to: "1.32.6", faults: []string{"apply-fails:apiserver"}}.wrecked(t)
	s.inject(t, "etcd-member-broken:cp1")
	s.clock.Sleep(time.Minute, nil)
	end, d := s.recovered(t, inventoryOf([]string{"cp1"}, []string{"w1"}), map[string]any{"mode": "etcd-single"})
	const want = "etcd has several members, and the older data of one must not come back beside that of the others: say -e mode=etcd-member, for there is a quorum, with an inventory that names all control planes"
	if end.Exit != run.ExitRefused || d.changes > 0 || !strings.Contains(d.why(), want) {
		t.Errorf("it ended with %d after %d changes: %s%s", end.Exit, d.changes, end.Text, d.why())
	}
}

// And where nobody can know of the others, what comes back is no member of theirs.
func TestS30WhatIsRestoredIsAClusterOfItsOwn(t *testing.T) {
	for _, test := range []struct {
		mode, fault string
		planes      int
	}{{"etcd-single", "etcd-member-broken:cp1", 1}, {"etcd-cluster", "etcd-quorum-lost", 3}} {
		t.Run(test.mode, func(t *testing.T) {
			t.Parallel()
			s, inventory := wreck{planes: test.planes, from: "1.31.4", to: "1.32.6", faults: []string{"apply-fails:apiserver"}}.wrecked(t)
			old := s.etcdOf(t, "cp1")
			s.inject(t, test.fault)
			s.clock.Sleep(time.Minute, nil)
			if end, d := s.recovered(t, inventory, map[string]any{"mode": test.mode}); end.Exit != run.ExitDone {
				t.Fatalf("it ended with %d: %s%s", end.Exit, end.Text, d.why())
			}
			for _, node := range s.ControlPlanes() {
				if now := s.etcdOf(t, node); now == old || now != s.etcdOf(t, "cp1") {
					t.Errorf("%s is in cluster %s, and the old one was %s", node, now, old)
				}
			}
		})
	}
}

// Below 3.5 a member without a quorum lists whom it knows, as if all were well.
func TestS30AListOfMembersIsNoQuorum(t *testing.T) {
	s, inventory := wreck{planes: 3, from: "1.20.0", to: "1.21.14", faults: []string{"apply-fails:apiserver"}}.wrecked(t)
	s.inject(t, "etcd-quorum-lost")
	s.clock.Sleep(time.Minute, nil)
	if !s.has("cp1", "sh", "-c", "/proc/2100/root/usr/local/bin/etcdctl member list") {
		t.Fatal("etcd 3.4 does not list its members")
	}
	end, d := s.recovered(t, inventory, map[string]any{"mode": "etcd-member", "host": "cp2"})
	if want := "no control plane answers for etcd, so that there is no quorum: say -e mode=etcd-cluster"; end.Exit != run.ExitRefused || d.changes > 0 || !strings.Contains(d.why(), want) {
		t.Errorf("etcd-member ended with %d after %d changes: %s%s", end.Exit, d.changes, end.Text, d.why())
	}
	if end, d := s.recovered(t, inventory, map[string]any{"mode": "etcd-cluster"}); end.Exit != run.ExitDone {
		t.Errorf("etcd-cluster ended with %d: %s%s", end.Exit, end.Text, d.why())
	}
}

// What a snapshot lacks is known before a member that runs is stopped.
func TestS30ASnapshotThatCannotBeRestoredStopsNoMember(t *testing.T) {
	for _, test := range []struct {
		name   string
		faults []string
		inputs map[string]any
		want   string
	}{
		{"mistyped", []string{"etcd-quorum-lost"}, map[string]any{"snapshot": "/var/backups/rung/backup/bakcup/etcd.db"}, "/var/backups/rung/backup/bakcup/etcd.db is missing or empty; nothing was changed"},
		{"no program", []string{"etcd-quorum-lost", "etcdctl-missing:cp1"}, nil, "install etcdutl; nothing was changed"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s, inventory := backedUp(t, test.faults...)
			inputs := map[string]any{"mode": "etcd-cluster"}
			for name, value := range test.inputs {
				inputs[name] = value
			}
			end, d := s.recovered(t, inventory, inputs)
			if end.Exit != run.ExitFailed || !strings.Contains(d.why(), test.want) {
				t.Errorf("it ended with %d, and does not say %q: %s%s", end.Exit, test.want, end.Text, d.why())
			}
			for _, other := range []string{"cp2", "cp3"} {
				if changed := d.changed(other); len(changed) > 0 {
					t.Errorf("on %s it changed %q", other, changed)
				}
			}
		})
	}
}

// The usual way in which a quorum is lost: the machines are gone.
func TestS30DeadControlPlanesAreLeftOutOfTheNewCluster(t *testing.T) {
	for _, test := range []struct {
		host   string
		dead   []string
		broken []string
		want   []string // who serves then
	}{
		{"cp1", []string{"cp2", "cp3"}, nil, []string{"cp1"}},
		{"cp3", []string{"cp1"}, []string{"etcd-member-broken:cp2"}, []string{"cp2", "cp3"}},
	} {
		t.Run(strings.Join(test.dead, " and "), func(t *testing.T) {
			t.Parallel()
			s, inventory := backedUp(t, test.broken...)
			for _, node := range test.dead {
				s.inject(t, "host-down:"+node)
			}
			s.clock.Sleep(time.Minute, nil)
			lost := make([]any, len(test.dead))
			for i, node := range test.dead {
				lost[i] = node
			}
			end, d := s.recovered(t, inventory, map[string]any{"mode": "etcd-cluster", "host": test.host, "lost": lost})
			if end.Exit != run.ExitDone {
				t.Fatalf("it ended with %d: %s%s", end.Exit, end.Text, d.why())
			}
			if truth := s.Truth(); !slices.Equal(truth.Serving, test.want) || !slices.Equal(truth.Members, test.want) {
				t.Errorf("then %v serve, and %v are members that run", truth.Serving, truth.Members)
			}
			if want := strings.Join(test.dead, ", ") + " may hold the old cluster still"; !strings.Contains(d.warnings(), want) {
				t.Errorf("nobody warned of them: %s", d.warnings())
			}
			asked := fmt.Sprintf("Are %s off, and gone for good?", strings.Join(test.dead, ", "))
			if !slices.ContainsFunc(d.events, func(e run.Event) bool { return strings.Contains(e.Text, asked) || strings.Contains(e.Title, asked) }) {
				t.Errorf("nobody asked %q", asked)
			}
		})
	}
}

func TestS30WhoIsLostIsNamedWithCare(t *testing.T) {
	for name, inputs := range map[string]map[string]any{
		"another mode":         {"mode": "etcd-member", "host": "cp2", "lost": []any{"cp3"}},
		"the host itself":      {"mode": "etcd-cluster", "lost": []any{"cp1"}},
		"no control plane":     {"mode": "etcd-cluster", "lost": []any{"w1"}},
		"not of the inventory": {"mode": "etcd-cluster", "lost": []any{"cp9"}},
	} {
		t.Run(name, func(t *testing.T) {
			s, inventory := broken(t, "etcd-quorum-lost")
			end, d := s.recovered(t, inventory, inputs)
			if end.Exit != run.ExitRefused || d.changes > 0 || !strings.Contains(d.why(), "lost is for mode=etcd-cluster, and names control planes as the inventory does") {
				t.Errorf("it ended with %d after %d changes: %s%s", end.Exit, d.changes, end.Text, d.why())
			}
		})
	}
}

// With two members a quorum is two: a member that cannot start takes it from the new cluster (S30).
func TestS30NoMemberIsAddedWhereNoKubeletWouldStartIt(t *testing.T) {
	t.Run("it is known before anything is changed", func(t *testing.T) {
		s, inventory := backedUp(t, "etcd-quorum-lost")
		s.Stop("cp2")
		end, d := s.recovered(t, inventory, map[string]any{"mode": "etcd-cluster"})
		const want = "the kubelet of cp2 does not run, and nothing else starts its etcd: journalctl -u kubelet says why; start it first, or say -e lost=cp2 where the machine is gone"
		if end.Exit != run.ExitRefused || d.changes > 0 || !strings.Contains(d.why(), want) {
			t.Errorf("it ended with %d after %d changes: %s%s", end.Exit, d.changes, end.Text, d.why())
		}
	})
	t.Run("and asked again before the member is added", func(t *testing.T) {
		s, inventory := backedUp(t, "etcd-quorum-lost")
		s.plan = planned(t, "kubeadm-recover.yaml", inventory, map[string]any{"mode": "etcd-cluster"})
		d := &stopper{diary: &diary{}, after: "Begin a new cluster with the snapshot", stop: func() { s.Stop("cp2") }}
		end := s.runInto(t, "mend", d)
		if end.Exit != run.ExitRefused || !strings.Contains(d.why(), "the kubelet of cp2 does not run") {
			t.Errorf("it ended with %d: %s%s", end.Exit, end.Text, d.why())
		}
		if truth := s.Truth(); !slices.Equal(truth.Serving, []string{"cp1"}) {
			t.Errorf("then %v serve", truth.Serving)
		}
	})
	t.Run("a static pod neither starts nor ends without a kubelet", func(t *testing.T) {
		s, _ := broken(t)
		s.Stop("cp2")
		s.clock.Sleep(time.Second, nil)
		s.admin(t, "cp2", "mv", "/etc/kubernetes/manifests/etcd.yaml", "/root/")
		s.clock.Sleep(time.Minute, nil)
		if !slices.Contains(s.Truth().Members, "cp2") {
			t.Error("its etcd has ended")
		}
		s.Start("cp2")
		s.clock.Sleep(time.Minute, nil)
		s.Stop("cp2")
		s.clock.Sleep(time.Second, nil)
		s.admin(t, "cp2", "mv", "/root/etcd.yaml", "/etc/kubernetes/manifests/")
		s.clock.Sleep(time.Minute, nil)
		if slices.Contains(s.Truth().Members, "cp2") {
			t.Error("its etcd has started")
		}
		s.Start("cp2")
		s.clock.Sleep(time.Minute, nil)
		if !slices.Contains(s.Truth().Members, "cp2") {
			t.Error("its etcd has not started")
		}
	})
}

// stopper is a diary that does something once a step has changed something.
type stopper struct {
	*diary
	after string
	stop  func()
}

func (d *stopper) Record(e run.Event) error {
	if e.Kind == run.ActionEnded && e.Mutates && e.Title == d.after {
		d.stop()
	}
	return d.diary.Record(e)
}
