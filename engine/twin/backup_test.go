package twin_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"filippo.io/age"

	"rung/engine/run"
	"rung/engine/seal"
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

// What is fetched can be read by its recipient alone, and stands in no event.
func TestB4BackupsAreFetchedForTheirRecipient(t *testing.T) {
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	s := siteOf(twin.Shape{ControlPlanes: 2, Workers: 1, Version: version("1.31.4")})
	s.plan = planned(t, "etcd-backup.yaml", inventoryOf(s.ControlPlanes(), []string{"w1"}), map[string]any{"fetch_to": dir, "recipients": []any{key.Recipient().String()}})
	d := &diary{}
	x := &run.Execute{Exec: s.Cluster, Hosts: s.plan.Inventory, Clock: s.clock, Sink: d}
	x.Vault = func(path string, recipients []string) (run.Vault, error) { return seal.Create(path, recipients) }
	if end := (run.Run{ID: "r", Plan: s.plan, Perform: x, Sink: d, Clock: s.clock, Stop: make(chan struct{})}).Do(t.Context()); end.Exit != run.ExitDone {
		t.Fatalf("it ended with %d: %s%s", end.Exit, end.Text, d.why())
	}
	for _, host := range s.ControlPlanes() {
		for _, name := range []string{"etcd.db", "kubernetes.tar.gz", "kubeadm-config.yaml"} {
			there, err := s.ReadFile(host, "/var/backups/rung/r/backup/"+name)
			if err != nil {
				t.Fatal(err)
			}
			sealed, err := os.Open(filepath.Join(dir, host, "var/backups/rung/r/backup", name+".age"))
			if err != nil {
				t.Fatal(err)
			}
			defer sealed.Close()
			plain, err := age.Decrypt(sealed, key)
			if err != nil {
				t.Fatal(err)
			}
			if here, err := io.ReadAll(plain); err != nil || string(here) != there {
				t.Errorf("%s of %s: %d bytes here and %d there, %v", name, host, len(here), len(there), err)
			}
		}
	}
	if all := fmt.Sprint(d.events); strings.Contains(all, "etcd snapshot of") || strings.Contains(all, "ClusterConfiguration:") {
		t.Error("the backup stands in the events")
	}
}

func TestB4NothingIsFetchedWithoutARecipient(t *testing.T) {
	for recipients, want := range map[string]string{
		"": "fetch_to needs recipients: the backups hold keys, and leave a control plane encrypted or not at all", "me": `"me" is no recipient of age`,
	} {
		s := siteOf(twin.Shape{ControlPlanes: 1, Workers: 1, Version: version("1.31.4")})
		list := []any{}
		if recipients != "" {
			list = append(list, recipients)
		}
		s.plan = planned(t, "etcd-backup.yaml", inventoryOf([]string{"cp1"}, []string{"w1"}), map[string]any{"fetch_to": t.TempDir(), "recipients": list})
		if end, d := s.run(t, "r", 0); end.Exit != run.ExitRefused || d.changes > 0 || !strings.Contains(d.why(), want) {
			t.Errorf("%q: it ended with %d after %d changes: %s%s", recipients, end.Exit, d.changes, end.Text, d.why())
		}
	}
}

// Who backs up by other means goes on without an etcdctl: etcd is then asked through the apiserver.
func TestS7WithoutAnEtcdctlTheUpgradeGoesOnWithoutABackup(t *testing.T) {
	s := siteOf(twin.Shape{ControlPlanes: 3, Workers: 2, Version: version("1.31.4")})
	s.inject(t, "etcdctl-missing:cp1", "etcdctl-missing:cp2", "etcdctl-missing:cp3")
	s.plan = planned(t, "kubeadm-upgrade.yaml", s.inventory(), map[string]any{"target": version("1.32.6"), "backup": false})
	if end, d := s.run(t, "r", 0); end.Exit != run.ExitDone {
		t.Errorf("it ended with %d: %s%s", end.Exit, end.Text, d.why())
	}
	s.arrived(t, "1.32.6")
}
