package twin

import (
	"strings"
	"testing"
	"time"

	"rung/engine/step"
)

func TestAUserWithoutSudoIsRefused(t *testing.T) {
	l := newLab(t, Shape{Workers: 1, Version: version("1.31.4")})
	l.RefuseSudo("w1")
	r, err := l.Exec(t.Context(), "w1", step.Command{Argv: []string{"rpm", "-q", "kubeadm"}, Sudo: true}, nil)
	if err != nil || r.Exit != 1 || string(r.Stderr) != "sudo: a password is required\n" || len(r.Stdout) > 0 {
		t.Errorf("exit %d, %q, %q, %v", r.Exit, r.Stdout, r.Stderr, err)
	}
	if got := l.run("w1", "id -u; id -un"); got != "1000\noperator\n" {
		t.Errorf("%q", got)
	}
	r, err = l.Exec(t.Context(), "cp1", step.Command{Argv: []string{"id", "-u"}, Sudo: true}, nil)
	if err != nil || string(r.Stdout) != "0\n" {
		t.Errorf("cp1: exit %d, %q, %v", r.Exit, r.Stdout, err)
	}
}

func TestAHostMayLackAProgram(t *testing.T) {
	l := newLab(t, Shape{Workers: 1, Version: version("1.31.4")})
	for pkg, program := range map[string]string{"kubeadm": "kubeadm", "cri-tools": "crictl", "psmisc": "killall", "procps-ng": "pkill"} {
		l.run("w1", `command -v "$1"`, program)
		l.Remove("w1", pkg)
		if r := l.try("w1", `command -v "$1" || `+program, program); r.Exit != 127 || string(r.Stderr) != "sh: "+program+": command not found\n" {
			t.Errorf("%s: exit %d, %q", program, r.Exit, r.Stderr)
		}
		if r := l.try("w1", `rpm -q "$1"`, pkg); string(r.Stdout) != "package "+pkg+" is not installed\n" {
			t.Errorf("%q", r.Stdout)
		}
		l.run("cp1", `command -v "$1"`, program)
	}
	l.known()
}

func TestAFileMayBeMissing(t *testing.T) {
	l := newLab(t, Shape{Workers: 1, Version: version("1.31.4")})
	const name = "/etc/kubernetes/admin.conf"
	if err := l.RemoveFile("cp1", name); err != nil {
		t.Fatal(err)
	}
	if err := l.RemoveFile("cp1", name); err == nil {
		t.Error("a file that is not there was removed")
	}
	if r := l.try("cp1", "test -f "+name); r.Exit != 1 {
		t.Errorf("exit %d", r.Exit)
	}
	if r := l.try("cp1", kubectlAdmin+"get nodes"); r.Exit != 1 || string(r.Stderr) != "error: stat "+name+": no such file or directory\n" {
		t.Errorf("exit %d: %s", r.Exit, r.Stderr)
	}
}

func TestAStoppedKubeletMakesItsNodeNotReady(t *testing.T) {
	l := newLab(t, Shape{Workers: 1, Version: version("1.31.4")})
	l.Stop("w1")
	if r := l.try("w1", "systemctl is-active kubelet"); r.Exit != 3 || string(r.Stdout) != "inactive\n" {
		t.Errorf("exit %d: %s", r.Exit, r.Stdout)
	}
	l.clock.Sleep(time.Minute, nil)
	if got := l.run("cp1", kubectlAdmin+"get node w1"); !strings.Contains(got, "NotReady") {
		t.Errorf("%s", got)
	}
	l.Start("w1")
	l.clock.Sleep(time.Minute, nil)
	if got := l.run("cp1", kubectlAdmin+"get node w1"); strings.Contains(got, "NotReady") {
		t.Errorf("%s", got)
	}
}

func TestSwapIsOnAtOneHost(t *testing.T) {
	l := newLab(t, Shape{Workers: 2, Version: version("1.31.4")})
	l.SwapOn("w1")
	const swap = "swapon --show=NAME --noheadings; grep -c '^[^#].*swap' /etc/fstab || :"
	if got := l.run("w1", swap); got != "/dev/dm-1\n1\n" {
		t.Errorf("w1: %q", got)
	}
	if got := l.run("w2", swap); got != "0\n" {
		t.Errorf("w2: %q", got)
	}
}
