package steps

import (
	"strings"
	"testing"

	"rung/engine/kube"
)

// sick is a bench on which the programs of a host that has failed answer, or do not.
func sick(t *testing.T) *bench {
	b := newBench(t)
	b.tool("timeout", `shift; "$@"`)
	b.tool("systemctl", "echo '● kubelet.service - kubelet'; echo '     Active: failed (Result: exit-code)'; exit 3")
	b.tool("journalctl", `printf '%s\n' 'kubelet[1]: it starts' 'token eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJrdWJlIn0.sig-na_ture, and abcdef.0123456789abcdef' 'Authorization: Bearer s3cr3t' 'proxy http://user:pass@proxy.example:3128' '-----BEGIN RSA PRIVATE KEY-----' MIIEow '-----END RSA PRIVATE KEY-----' 'kubelet[1]: it ends'`)
	b.tool("uname", "echo Linux")
	b.tool("kubeadm", "echo v1.32.6")
	b.tool("kubelet", "echo Kubernetes v1.32.6")
	b.file("proc/meminfo", "MemTotal: 1 kB\n")
	b.file("proc/loadavg", "0.10\n")
	b.file("etc/kubernetes/tmp/kubeadm-backup-manifests-2026-03-14/etcd.yaml", "x")
	b.file("etc/kubernetes/manifests/etcd.yaml", "    - --key-file=/etc/kubernetes/pki/etcd/server.key\n    image: registry.k8s.io/etcd:3.5.16-0\n")
	return b
}

// What a failure left may be journal lines with a token in them: it stays on the host.
func TestDiagnosticsHoldNoSecrets(t *testing.T) {
	b := sick(t)
	b.tool("crictl", `case "$*" in *Exited*etcd*) echo 1f2e ;; *Exited*apiserver*) echo 3a ;; *Running*apiserver*) echo 3b ;; *--quiet*) ;; logs*1f2e) echo 'panic: freepages: failed to get all reachable pages'; echo '-----BEGIN PRIVATE KEY-----'; echo MIIEow ;; logs*3a) echo 'no space left on device' ;; logs*) echo 'all is well' ;; *) echo 'CONTAINER' ;; esac`)
	out := b.out(actionsOf(t, "diagnostics: {lines: 20}", "name=cp1")[0].Do)
	for _, secret := range []string{"eyJ", "abcdef.0123456789abcdef", "s3cr3t", "user:pass", "MIIEow", "PRIVATE KEY", "key-file"} {
		if strings.Contains(out, secret) {
			t.Errorf("it prints %q:\n%s", secret, out)
		}
	}
	for _, want := range []string{"kubelet[1]: it starts", "kubelet[1]: it ends", "token (hidden), and (hidden)", "http://(hidden)@proxy.example:3128", "image: registry.k8s.io/etcd:3.5.16-0", "kubeadm-backup-manifests-2026-03-14", "MemTotal", "v1.32.6", "panic: freepages", "=== logs\nall is well", "=== before\nno space left on device"} {
		if !strings.Contains(out, want) {
			t.Errorf("it lacks %q:\n%s", want, out)
		}
	}
	if calls := b.called(); !strings.Contains(calls, "journalctl -u kubelet --no-pager -n 20") || !strings.Contains(calls, "timeout 10 crictl logs --tail 30 1f2e") {
		t.Errorf("it called\n%s", calls)
	}
	parts := map[kube.Trace]string{}
	readParts(out, parts)
	if causes := kube.CausesIn(parts); len(causes) != 2 || causes[0].ID != "etcd-member" || causes[1].ID != "kubelet-down" {
		t.Errorf("the causes are %v", causes)
	}
}

// A host on which little works tells the rest.
func TestDiagnosticsAreHadOfAHostOnWhichLittleWorks(t *testing.T) {
	b := sick(t)
	b.tool("timeout", `shift; case $1 in journalctl | crictl) exit 124 ;; esac; "$@"`)
	b.tool("crictl", "exit 1")
	b.tool("kubectl", "echo 'The connection to the server was refused' >&2; exit 1")
	actions := actionsOf(t, "diagnostics: {}", "name=w1\nnode=worker-1")
	if out := b.out(actions[0].Do); !strings.Contains(out, "MemTotal") || !strings.Contains(out, "=== status\nthe container runtime does not answer crictl") || !strings.HasSuffix(out, "=== journal\n") {
		t.Errorf("the host says\n%s", out)
	}
	if calls := b.called(); strings.Count(calls, "crictl") != 1 {
		t.Errorf("a runtime that hangs is asked again and again:\n%s", calls)
	}
	if out := b.out(actions[1].Do); strings.Count(out, "=== ") != 5 || strings.Count(out, "was refused") != 5 {
		t.Errorf("the API says\n%s", out)
	}
	if calls := b.called(); !strings.Contains(calls, "--request-timeout=10s get nodes -o wide") || !strings.Contains(calls, "spec.nodeName=worker-1") {
		t.Errorf("it called\n%s", calls)
	}
}
