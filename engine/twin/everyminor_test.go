package twin_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"rung/engine/kube"
	"rung/engine/run"
	"rung/engine/step"
	"rung/engine/twin"
)

// B3: one playbook serves every kubeadm from 1.20 to 1.37: each hop from a minor to the next is carried out on a twin that
// answers as the kubeadm of that minor does, under the watch of everymoment_test.go. The shape goes with the minor, so
// that each era of plans, packages and add-ons meets several.
func TestB3TheBundledPlaybookServesEveryMinor(t *testing.T) {
	for minor := kube.OldestMinor; minor < kube.NewestMinor; minor++ {
		m := moment{
			shape: [...]twin.Shape{
				{ControlPlanes: 1, Workers: 2},
				{ControlPlanes: 3, Workers: 1, Web: -1, PerMinorRepository: minor >= 28},
				{ControlPlanes: 1, Web: -1, Packages: twin.Apt},
				{ControlPlanes: 2, Workers: 2, ExternalEtcd: true, HostEtcdctl: true},
			}[minor%4],
			from: fmt.Sprintf("1.%d.0", minor), to: fmt.Sprintf("1.%d.1", minor+1),
		}
		t.Run(m.from, func(t *testing.T) {
			if minor%2 != 0 && thinned > 1 {
				t.Skip("the race detector is ten times slower, and sees the same in fewer minors")
			}
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { m.served(t) })
		})
	}
}

// From the oldest to the newest in one run: seventeen hops.
func TestB3AHighlyAvailableClusterClimbsFromTheOldestMinorToTheNewest(t *testing.T) {
	if thinned > 1 {
		t.Skip("the race detector is ten times slower, and sees the same in TestB3TheBundledPlaybookServesEveryMinor")
	}
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := moment{shape: twin.Shape{ControlPlanes: 3, Workers: 1, Web: -1}, from: "1.20.0", to: "1.37.1"}
		m.served(t)
	})
}

// served carries the upgrade out, and wants what it should have said and left.
func (m moment) served(t *testing.T) {
	c, p := m.made(t)
	end, w := watched(t, c, p)
	if end.Exit != run.ExitDone {
		t.Fatalf("it ended with %d: %s%s", end.Exit, end.Text, w.why())
	}
	for _, wrong := range w.wrong {
		t.Error(wrong)
	}
	m.arrived(t, c)
	for _, e := range c.Unknown() {
		t.Errorf("on %s, unknown to the twin: %q", e.Host, e.Argv)
	}
	if !slices.ContainsFunc(w.events, func(e run.Event) bool {
		return e.Kind == run.StepEnded && e.Type == "kubeadm-plan" && e.Outcome == step.Changed
	}) {
		t.Error("kubeadm was not asked for its plan")
	}
	// An external etcd is backed up too, with the host's etcdctl.
	for _, host := range c.ControlPlanes() {
		if !slices.ContainsFunc(w.events, func(e run.Event) bool {
			return e.Kind == run.Noted && e.Host == host && strings.HasPrefix(e.Text, "backup ") && strings.Contains(e.Text, "/etcd.db, ")
		}) {
			t.Errorf("the etcd of %s was not backed up; said: %s", host, w.warnings())
		}
	}
}

// warnings are all of them, a line each.
func (d *diary) warnings() string {
	var lines []string
	for _, e := range d.events {
		if e.Kind == run.Noted && e.Warning {
			lines = append(lines, e.Text)
		}
	}
	return strings.Join(lines, "\n")
}
