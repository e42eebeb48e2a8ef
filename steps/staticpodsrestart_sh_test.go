package steps

import (
	"os"
	"testing"
)

func TestAStaticPodIsRestartedAndItsManifestNeverStaysOut(t *testing.T) {
	b := newBench(t)
	restart := actionsOf(t, "static-pods-restart: {}", "name=cp1")[0]
	here := func(name string) bool {
		_, err := os.Stat(b.path(name))
		return err == nil
	}
	b.tool("sleep", "")
	b.file("etc/kubernetes/manifests/etcd.yaml", "kind: Pod\n")
	b.exits(*restart.Check, 0)
	b.file("var/lib/rung/restart/etcd", "")
	b.exits(*restart.Check, 1)

	b.tool("crictl", "echo no such socket >&2; exit 1")
	b.exits(restart.Do, 1)
	if !here("etc/kubernetes/manifests/etcd.yaml") || !here("var/lib/rung/restart/etcd") {
		t.Error("where nobody can tell what runs, nothing is to be moved")
	}

	b.tool("crictl", "echo 1f0c") // the container does not end
	b.exits(restart.Do, 1)
	if !here("etc/kubernetes/manifests/etcd.yaml") || !here("var/lib/rung/restart/etcd") {
		t.Error("broken off, the manifest is to be back, and the restart still to do")
	}

	b.tool("crictl", "if test -e /etc/kubernetes/manifests/etcd.yaml; then echo 1f0c; fi")
	b.exits(restart.Do, 0)
	if !here("etc/kubernetes/manifests/etcd.yaml") || here("etc/kubernetes/etcd.yaml.restarting") || here("var/lib/rung/restart/etcd") {
		t.Error("restarted, the manifest is to be back, and the mark gone")
	}

	// A machine that died while the manifest was out.
	b.file("var/lib/rung/restart/etcd", "")
	_ = os.Rename(b.path("etc/kubernetes/manifests/etcd.yaml"), b.path("etc/kubernetes/etcd.yaml.restarting"))
	b.exits(restart.Do, 0)
	if b.read("etc/kubernetes/manifests/etcd.yaml") != "kind: Pod\n" || here("var/lib/rung/restart/etcd") {
		t.Error("the manifest is to be back")
	}
}
