package twin_test

import (
	"slices"
	"strings"
	"testing"

	"rung/engine/run"
	"rung/engine/twin"
)

func TestS7EtcdBackupKeepsEveryControlPlane(t *testing.T) {
	for _, shape := range []twin.Shape{
		{ControlPlanes: 3, Workers: 1, Version: version("1.21.14")}, // etcdctl reads the snapshot
		{ControlPlanes: 3, Workers: 1, Version: version("1.34.2")},  // etcdutl does
		{ControlPlanes: 1, Workers: 1, Version: version("1.31.4"), ExternalEtcd: true, HostEtcdctl: true},
	} {
		s := siteOf(shape)
		s.plan = planned(t, "etcd-backup.yaml", inventoryOf(s.ControlPlanes(), []string{"w1"}), map[string]any{"label": "now"})
		end, d := s.run(t, "r", 0)
		if end.Exit != run.ExitDone {
			t.Fatalf("%+v: it ended with %d: %s%s", shape, end.Exit, end.Text, d.why())
		}
		for _, host := range s.ControlPlanes() {
			if text, err := s.ReadFile(host, "/var/backups/rung/r/now/etcd.db"); err != nil || !strings.HasPrefix(text, "etcd snapshot of 3.") {
				t.Errorf("%+v: on %s: %v\n%s", shape, host, err, text)
			}
			if !slices.ContainsFunc(d.events, func(e run.Event) bool {
				return e.Host == host && strings.HasPrefix(e.Text, "the snapshot of etcd can be read: ")
			}) {
				t.Errorf("%+v: nobody has read the snapshot of %s", shape, host)
			}
		}
		if list := s.Unknown(); len(list) > 0 {
			t.Errorf("the twin does not know %v", list)
		}
	}
}
