package readonly

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"rung/engine/step"
)

func TestWhatIsKnownToChangeSomethingIsRefused(t *testing.T) {
	for _, line := range []string{
		"rm -rf /var/lib/etcd", "sudo -n rm /x", "sudo -n -u root rm /x", "nice -n 5 reboot", "timeout -k 5 10 rm /x", "xargs -n 1 systemctl stop", "env A=b rm /x", "timeout 10 rm /x", "/bin/rm /x", "mv a /b", "touch /tmp/x", "tee /etc/x",
		"kubectl --kubeconfig /etc/kubernetes/admin.conf delete pod web", "kubectl -n kube-system annotate node w1 a=b", "kubectl drain w1", "kubectl rollout restart deployment web",
		"kubeadm upgrade apply -y v1.33.4", "kubeadm reset", "yum -y install x", "dnf upgrade", "apt-get -o A=b install -y x", "apt-mark hold kubeadm", "rpm -Uvh x.rpm",
		"systemctl restart kubelet", "systemctl --now disable firewalld", "reboot", "kill 1", "swapoff -a", "sed -i s/a/b/ /etc/fstab", "sed -i.bak s/a/b/ x",
		"find / -name x -delete", "find /x -exec rm -f /y ;", "sh -c 'echo a >/etc/x'", "bash -ec 'systemctl stop kubelet'", "etcdctl --endpoints x member remove 1", "dd if=/dev/zero of=/dev/sda",
		"echo a >/etc/motd", "echo a >> log", "if true; then (cat x; reboot); fi", "x=$(rm /a)", "cat x | tee /y", "f() { kubectl delete ns x; }; f", "cat <<'EOF' >/etc/x\na\nEOF",
	} {
		if Judge(step.Command{Script: line}) == "" {
			t.Errorf("let through: %s", line)
		}
	}
	for what, c := range map[string]step.Command{
		"what must not be cut off": {Argv: []string{"true"}, Detach: true},
		"a secret":                 {Argv: []string{"true"}, Stdin: []byte("x"), Secret: true},
		"words":                    {Argv: []string{"kubectl", "delete", "ns", "x"}},
	} {
		if Judge(c) == "" {
			t.Errorf("let through: %s", what)
		}
	}
}

func TestWhatReadsIsLetThrough(t *testing.T) {
	for _, line := range []string{
		"cat /etc/fstab", "sudo -u reboot cat /x", "timeout -k 5 10 cat /x", "env -u rm cat /x", "echo rm -rf /", "grep -q reboot /x", "kubectl get nodes -o json", "kubectl --kubeconfig delete get pods", "kubectl version --client", "kubectl drain w1 --dry-run=server",
		"kubeadm upgrade plan", "kubeadm upgrade diff v1.33.4", "kubeadm certs check-expiration", "yum list --showduplicates kubeadm", "yum --disableexcludes=kubernetes makecache", "apt-cache madison kubeadm",
		"apt-get -s install x", "systemctl is-active kubelet", "systemctl show -p MainPID kubelet", "rpm -q kubelet", "rpm -qi x", "sed -n 's/a/b/p' x", "swapon --show", "kill -0 12", "mount", "date +%s", "find /x -name y",
		"ls >/dev/null 2>&1", "echo no >&2", `d=$(mktemp -d); echo a >"$d/x"; rm -rf "$d"`, "cat <<EOF\nrm /x\nEOF", "this is ( no script", "rm() { echo; }; rm /x", "etcdctl --endpoints x member list",
	} {
		if why := Judge(step.Command{Script: line}); why != "" {
			t.Errorf("refused: %s: %s", line, why)
		}
	}
}

type never struct{ asked int }

func (n *never) Exec(context.Context, string, step.Command, io.Writer) (step.Result, error) {
	n.asked++
	return step.Result{}, nil
}

func TestWhatIsRefusedIsNotStarted(t *testing.T) {
	n := &never{}
	e := Exec{n}
	_, err := e.Exec(t.Context(), "w1", step.Command{Argv: []string{"reboot"}}, nil)
	var refused *Refusal
	if !errors.As(err, &refused) || !strings.Contains(err.Error(), "refused on w1") || n.asked != 0 {
		t.Errorf("got %v, and it was started %d times", err, n.asked)
	}
	_, err = e.Exec(t.Context(), "w1", step.Command{Argv: []string{"wc"}, Secret: true}, nil)
	if !errors.As(err, &refused) || !strings.Contains(err.Error(), "it would be given a secret") || strings.Contains(err.Error(), "read_only") || n.asked != 0 {
		t.Errorf("of a secret it says %v, and it was started %d times", err, n.asked)
	}
	if _, err := e.Exec(t.Context(), "w1", step.Command{Argv: []string{"uptime"}}, nil); err != nil || n.asked != 1 {
		t.Errorf("got %v, and it was started %d times", err, n.asked)
	}
}
