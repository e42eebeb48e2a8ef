package steps

import (
	"strings"
	"testing"
	"time"

	"rung/engine/step"
)

func TestB5SkippedCleanUpsOfTheKubeletsFlagsAreMade(t *testing.T) {
	for _, test := range []struct{ name, step, before, after string }{
		{
			"a flag and its value go", "kubelet-flags: {from: 1.25.16, to: 1.28.15}",
			`KUBELET_KUBEADM_ARGS="--container-runtime=remote --container-runtime-endpoint=unix:///run/crio.sock --pod-infra-container-image=pause:3.9"`,
			`KUBELET_KUBEADM_ARGS="--container-runtime-endpoint=unix:///run/crio.sock --pod-infra-container-image=pause:3.9"`,
		},
		{
			"with its value as a word of its own, at the end", "kubelet-flags: {from: 1.33.1, to: 1.36.0}",
			`KUBELET_KUBEADM_ARGS="--node-ip=10.0.0.1 --pod-infra-container-image registry/pause:3.9"`,
			`KUBELET_KUBEADM_ARGS="--node-ip=10.0.0.1"`,
		},
		{
			"the only flag", "kubelet-flags: {from: 1.34.1, to: 1.35.0}",
			`KUBELET_KUBEADM_ARGS="--pod-infra-container-image=pause:3.9"`,
			`KUBELET_KUBEADM_ARGS=""`,
		},
		{
			"a path gets its scheme", "kubelet-flags: {from: 1.22.17, to: 1.24.17}",
			`KUBELET_KUBEADM_ARGS="--container-runtime=remote --container-runtime-endpoint=/run/containerd/containerd.sock"`,
			`KUBELET_KUBEADM_ARGS="--container-runtime=remote --container-runtime-endpoint=unix:///run/containerd/containerd.sock"`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			actions := actionsOf(t, test.step, "")
			b := newBench(t)
			b.file("var/lib/kubelet/kubeadm-flags.env", test.before+"\n")
			b.exits(actions[0].Do, 0)
			clean := actions[len(actions)-1]
			b.exits(*clean.Check, 1)
			b.exits(clean.Do, 0)
			wantText(t, "the flags", b.read("var/lib/kubelet/kubeadm-flags.env"), test.after)
			b.exits(*clean.Check, 0)
		})
	}
}

func TestB5AFlagThatNobodyCleansUpIsRefused(t *testing.T) {
	look := actionsOf(t, "kubelet-flags: {from: 1.25.16, to: 1.28.15}", "")[0]
	b := newBench(t)
	b.exits(look.Do, 0) // no file at all
	b.file("var/lib/kubelet/kubeadm-flags.env", `KUBELET_KUBEADM_ARGS="--container-runtime=remote"`+"\n")
	b.file("etc/sysconfig/kubelet", "# --container-runtime=docker\nKUBELET_EXTRA_ARGS=--container-runtime-endpoint=unix:///x\n")
	b.exits(look.Do, 0)
	b.file("etc/sysconfig/kubelet", "KUBELET_EXTRA_ARGS=--container-runtime=remote\n")
	if _, stderr := b.exits(look.Do, 1); !strings.Contains(stderr, "/etc/sysconfig/kubelet has --container-runtime\n") {
		t.Errorf("it says %q", stderr)
	}
}

func TestS8SwapIsTurnedOffAndFstabKept(t *testing.T) {
	action := actionsOf(t, "swap-off: {}", "")[0]
	const before = "/dev/mapper/rl-root / xfs defaults 0 0\n/dev/mapper/rl-swap none swap defaults 0 0\n"
	b := newBench(t)
	b.tool("swapon", "")
	b.tool("swapoff", "")
	b.file("etc/fstab", before)
	b.exits(*action.Check, 1)
	b.called()
	b.exits(action.Do, 0)
	wantText(t, "swapoff", b.called(), "swapoff -a")
	wantText(t, "fstab", b.read("etc/fstab"), "/dev/mapper/rl-root / xfs defaults 0 0\n# swap is off for the kubelet: /dev/mapper/rl-swap none swap defaults 0 0\n")
	wantText(t, "what was", b.read("etc/fstab.before-rung"), before)
	b.exits(*action.Check, 0)
	b.tool("swapon", "echo /dev/zram0")
	b.exits(*action.Check, 1)
	b.exits(action.Do, 0)
	wantText(t, "what was, the second time", b.read("etc/fstab.before-rung"), before)
}

func TestClocksAreComparedWithOurs(t *testing.T) {
	at := time.Unix(1_800_000_000, 0)
	for _, test := range []struct {
		name  string
		epoch int
		took  time.Duration
		want  int
	}{
		{"the same", 1_800_000_000, 0, 0},
		{"looked at while the command ran", 1_799_999_995, 10 * time.Second, 0},
		{"ahead", 1_800_000_090, time.Second, 90},
		{"behind", 1_799_999_900, 10 * time.Second, -90},
	} {
		if got := ahead(test.epoch, step.Result{At: at, Took: test.took}); got != test.want {
			t.Errorf("%s: %d, want %d", test.name, got, test.want)
		}
	}
	if ahead(1, step.Result{}) != 0 {
		t.Error("nobody looked at a clock")
	}
}
