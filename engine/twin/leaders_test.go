package twin

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// ended ends kube-apiserver and waits until it answers again, and no longer.
const ended = "killall -s SIGTERM kube-apiserver; until " + kubectlAdmin + "get --raw /readyz >/dev/null 2>&1; do sleep 1; done\n"

const leaseTimes = kubectlAdmin + "-n kube-system get lease kube-controller-manager kube-scheduler -o 'jsonpath={.items[*].spec.renewTime}'\n"

func TestWithoutALeaderTheHealthJobDoesNotComplete(t *testing.T) {
	for _, command := range []string{"kubeadm upgrade plan v1.32.6", "kubeadm upgrade apply -y v1.32.6"} {
		l := newLab(t, Shape{Workers: 2, Version: version("1.31.4")})
		l.run("cp1", "yum install -y kubeadm-1.32.6 --disableexcludes=kubernetes")
		r := l.try("cp1", ended+command)
		if diff := cmp.Diff(recording(t, "plan-createjob-failed.stderr"), same(string(r.Stderr))); diff != "" || r.Exit == 0 {
			t.Errorf("%s: exit %d, the recording (-) and the twin (+) differ:\n%s", command, r.Exit, diff)
		}
		if strings.Contains(command, "plan") {
			if diff := cmp.Diff(recording(t, "plan-createjob-failed.stdout"), string(r.Stdout)); diff != "" {
				t.Errorf("%s: the recording (-) and the twin (+) differ:\n%s", command, diff)
			}
		}
		l.clock.Sleep(time.Minute, nil)
		l.run("cp1", command)
		l.known()
	}
}

func TestLeasesStandStillWithoutALeaderAndMoveWithOne(t *testing.T) {
	tests := []struct {
		name   string
		planes int
		script string
		moves  bool
	}{
		{"all is well", 1, "", true},
		{"the one apiserver was ended and is back", 1, ended, false},
		{"the same, half a minute later", 1, ended + "sleep 31\n", true},
		{"one of three was ended: another leads once the lease has expired", 3, ended + "sleep 15\n", true},
	}
	for _, test := range tests {
		l := newLab(t, Shape{ControlPlanes: test.planes, Workers: 1, Version: version("1.31.4")})
		before, after, _ := strings.Cut(l.run("cp1", test.script+leaseTimes+"echo; sleep 4\n"+leaseTimes), "\n")
		b, a := strings.Fields(before), strings.Fields(after)
		if len(b) != 2 || len(a) != 2 {
			t.Fatalf("%s: %q, %q", test.name, before, after)
		}
		if moved := b[0] != a[0] && b[1] != a[1]; moved != test.moves {
			t.Errorf("%s: moved is %t: %q → %q", test.name, moved, before, after)
		}
	}
}

func TestWithoutALeaderPodsWait(t *testing.T) {
	l := newLab(t, Shape{Workers: 2, Version: version("1.31.4")})
	l.run("cp1", ended+kubectlAdmin+"drain w1 --ignore-daemonsets --delete-emptydir-data")
	if got := l.run("cp1", kubectlAdmin+"get pods"); !strings.Contains(got, "Pending") {
		t.Errorf("nobody schedules, and no pod waits:\n%s", got)
	}
	l.clock.Sleep(time.Minute, nil)
	if got := l.run("cp1", kubectlAdmin+"get pods"); strings.Contains(got, "Pending") {
		t.Errorf("pods wait still:\n%s", got)
	}
}

func TestAControlPlaneThatIsDownLeadsNoMore(t *testing.T) {
	l := newLab(t, Shape{ControlPlanes: 3, Workers: 1, Version: version("1.31.4")})
	holder := "kubectl --kubeconfig /etc/kubernetes/admin.conf -n kube-system get lease kube-scheduler -o jsonpath='{.spec.holderIdentity}'"
	if got := l.run("cp2", holder); !strings.HasPrefix(got, "cp1_") {
		t.Errorf("%s leads", got)
	}
	l.Down("cp1")
	l.clock.Sleep(20*time.Second, nil)
	if got := l.run("cp2", holder); !strings.HasPrefix(got, "cp2_") {
		t.Errorf("%s leads, and cp1 is down", got)
	}
}

func TestAHealthJobNeedsANodeThatTakesIt(t *testing.T) {
	tests := []struct {
		name        string
		from, to    string
		shape       Shape
		prepare     string
		well        bool
		says, never string
	}{
		{"a single node that takes pods", "1.31.4", "1.32.6", Shape{Workers: 0}, "", true, "", "CreateJob"},
		{"a single node, cordoned: 1.31 and later leave the Job out", "1.31.4", "1.32.6", Shape{Workers: 0}, kubectlAdmin + "cordon cp1\n", true, "[WARNING CreateJob]", "[ERROR"},
		{"all nodes cordoned: before 1.31 the Job fails", "1.28.15", "1.29.15", Shape{Workers: 1}, kubectlAdmin + "cordon cp1 w1\n", false, "[ERROR CreateJob]: Job \"upgrade-health-check\" in the namespace \"kube-system\" did not complete in 15s", "WARNING"},
		{"only the workers cordoned: the Job runs on a control plane", "1.28.15", "1.29.15", Shape{Workers: 1}, kubectlAdmin + "cordon w1\n", true, "", "CreateJob"},
		{"a control plane that is not Ready", "1.31.4", "1.32.6", Shape{ControlPlanes: 2, Workers: 1}, "", false, "[ERROR ControlPlaneNodesReady]: there are NotReady control-planes in the cluster: [cp2]", "CreateJob"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.shape.Version = version(test.from)
			l := newLab(t, test.shape)
			l.run("cp1", "yum install -y kubeadm-"+test.to+" --disableexcludes=kubernetes\n"+test.prepare)
			if test.shape.ControlPlanes == 2 {
				l.Stop("cp2")
				l.clock.Sleep(time.Minute, nil)
			}
			r := l.try("cp1", "kubeadm upgrade plan v"+test.to)
			if (r.Exit == 0) != test.well || !strings.Contains(string(r.Stderr), test.says) || strings.Contains(string(r.Stderr), test.never) {
				t.Errorf("exit %d: %s", r.Exit, r.Stderr)
			}
		})
	}
}
