package twin

import (
	"strings"
	"testing"

	"rung/engine/kube"
	"rung/engine/step"
)

const kubectlAdmin = "kubectl --kubeconfig /etc/kubernetes/admin.conf "

// lab is a twin with a fake clock, and short ways to use it.
type lab struct {
	*Cluster
	t     *testing.T
	clock *fakeClock
}

func newLab(t *testing.T, shape Shape) *lab {
	t.Helper()
	clock := newFakeClock()
	l := &lab{Cluster: New(shape, clock), t: t, clock: clock}
	return l
}

func version(text string) kube.Version {
	v, err := kube.Parse(text)
	if err != nil {
		panic(err)
	}
	return v
}

// try runs a script, and returns how it ended.
func (l *lab) try(host, script string, args ...string) step.Result {
	l.t.Helper()
	r, err := l.Exec(l.t.Context(), host, step.Command{Script: script, Argv: args}, nil)
	if err != nil {
		l.t.Fatalf("on %s: %s\n%v", host, script, err)
	}
	return r
}

// run runs a script that must succeed, and returns what it said.
func (l *lab) run(host, script string, args ...string) string {
	l.t.Helper()
	r := l.try(host, script, args...)
	if r.Exit != 0 {
		l.t.Fatalf("on %s: %s\nexit %d\n%s%s", host, script, r.Exit, r.Stdout, r.Stderr)
	}
	return string(r.Stdout)
}

// known fails the test if a command was not known to the twin.
func (l *lab) known() {
	l.t.Helper()
	for _, e := range l.Unknown() {
		l.t.Errorf("on %s, unknown to the twin: %q", e.Host, e.Argv)
	}
}

func TestAClusterIsUpgradedByHand(t *testing.T) {
	l := newLab(t, Shape{ControlPlanes: 2, Workers: 2, Version: version("1.31.4")})
	const target = "1.32.6"
	for i, node := range l.Hosts() {
		l.run(node, "yum install -y kubeadm-"+target+"-150500.1.1 --disableexcludes=kubernetes; kubeadm version -o short")
		if i == 0 {
			l.run(node, "kubeadm upgrade apply -y v"+target)
		} else {
			l.run(node, "kubeadm upgrade node")
		}
		l.run("cp1", "until "+kubectlAdmin+"drain "+node+" --ignore-daemonsets --delete-emptydir-data --timeout=180s; do sleep 1; done")
		l.run(node, "yum install -y kubelet-"+target+" kubectl-"+target+" --disableexcludes=kubernetes; systemctl daemon-reload; systemctl restart kubelet; sleep 2; systemctl is-active kubelet")
		l.run("cp1", `for i in $(seq 1 90); do [ "$(`+kubectlAdmin+`get node "$1" -o jsonpath='{.status.nodeInfo.kubeletVersion} {.status.conditions[?(@.type=="Ready")].status}')" = 'v`+target+` True' ] && exit 0; sleep 1; done; exit 1`, node)
		l.run("cp1", kubectlAdmin+"uncordon "+node)
	}
	for _, n := range l.Nodes() {
		if n.Kubelet != version(target) || !n.Ready || n.Unschedulable || n.ControlPlane && n.APIServer != version(target) {
			t.Errorf("after the upgrade: %+v", n)
		}
	}
	if got := l.run("cp1", kubectlAdmin+"get nodes"); strings.Count(got, "v"+target) != 4 {
		t.Errorf("get nodes:\n%s", got)
	}
	l.known()
}
