package steps

import (
	"strings"
	"testing"
)

// compared runs the script with a kubeadm that answers so to upgrade diff.
func compared(t *testing.T, kubeadm string) (*bench, string) {
	t.Helper()
	b := newBench(t)
	b.file("etc/kubernetes/manifests/kube-apiserver.yaml", "spec:\n  containers:\n  - command: []\n    image: registry.example/kube-apiserver:v1.21.14@sha256:1f\n")
	b.file("etc/kubernetes/manifests/etcd.yaml", "    - --name=cp1\n    env:\n    - value: http://me:secret@proxy:3128\n")
	b.file("etc/kubernetes/patches/kube-apiserver+json.json", `[{"op": "add"}]`)
	b.file("etc/kubernetes/patches/README", "")
	b.tool("kubeadm", "case \"$*\" in 'version -o short') echo v1.21.14 ;; *) "+kubeadm+"\n;; esac")
	b.tool("kubectl", "printf 'etcd:\\n  local: {}\\n'")
	stdout, _ := b.exits(actionsOf(t, "manifest-diff: {to: 1.22.17, patches: /etc/kubernetes/patches}", "name=cp1")[0].Do, 0)
	return b, stdout
}

func TestB9TheManifestsAreComparedByTheKubeadmThatIsThere(t *testing.T) {
	b, stdout := compared(t, `cat <<'TEXT'
[upgrade/diff] Reading configuration from the cluster...
--- /etc/kubernetes/manifests/kube-apiserver.yaml
+++ new manifest
@@ -1,2 +1 @@
 spec:
-    value: https://me:secret@proxy:3128
TEXT`)
	wantText(t, "kubeadm was called", b.called(), "kubeadm version -o short\nkubeadm upgrade diff v1.21.14 --context-lines 100000\nkubectl --kubeconfig /etc/kubernetes/admin.conf -n kube-system get configmap kubeadm-config -o jsonpath={.data.ClusterConfiguration}")
	wantText(t, "it printed", stdout, `== kubeadm v1.21.14
== manifests v1.21.14
== diff
[upgrade/diff] Reading configuration from the cluster...
--- /etc/kubernetes/manifests/kube-apiserver.yaml
+++ new manifest
@@ -1,2 +1 @@
 spec:
-    value: https://***@proxy:3128
== etcd
    - --name=cp1
    env:
    - value: http://***@proxy:3128
== patch kube-apiserver+json.json
[{"op": "add"}]
== config
etcd:
  local: {}`)
}

func TestB9AComparisonThatFailsSaysWhy(t *testing.T) {
	_, stdout := compared(t, "echo 'failed to get config map: connection refused' >&2; echo 'To see the stack trace of this error execute with --v=5 or higher' >&2; exit 1")
	if !strings.Contains(stdout, "== cannot failed to get config map: connection refused\n== etcd\n") {
		t.Errorf("it printed:\n%s", stdout)
	}
}
