package steps

import (
	"strings"
	"testing"
)

// A host with both package managers, whose holds are files: apt's a line each, yum's as the plugin writes them.
func heldBench(t *testing.T) *bench {
	b := newBench(t)
	b.file("var/apt", "kubeadm\ncontainerd\n")
	b.file("etc/dnf/plugins/versionlock.list", "# Added lock on Wed Nov  5\nkubelet-0:1.31.4-150500.1.1.*\ncri-tools-extras-0:1-1.*\n!kubectl-0:1.32.0-1.1.*\n")
	b.tool("apt-mark", `case $1 in
showhold) cat /var/apt ;;
unhold) grep -v -x "$2" /var/apt >/var/new || :; mv /var/new /var/apt; echo "Canceled hold on $2." ;;
hold) echo "$2" >>/var/apt ;;
esac`)
	b.tool("yum", `list=/etc/dnf/plugins/versionlock.list
case $2 in
delete) grep -v "^$3-0" "$list" >/var/new; mv /var/new "$list" ;;
add) echo "$3-0:1.32.6-150500.1.1.*" >>"$list" ;;
esac`)
	return b
}

func TestB1WhatWasHeldIsHeldAgain(t *testing.T) {
	unhold := actionsOf(t, "package-unhold: {packages: [kubeadm, kubelet, kubectl, cri-tools]}", "")[0]
	hold := actionsOf(t, "package-hold: {}", "")[0]
	b := heldBench(t)
	b.exits(*hold.Check, 0) // nothing was released
	if out, _ := b.exits(*unhold.Check, 1); out != "held: apt kubeadm\nyum kubelet\n" {
		t.Errorf("it finds held %q", out)
	}
	b.called()
	b.exits(unhold.Do, 0)
	wantText(t, "the calls", b.called(), "apt-mark showhold\napt-mark unhold kubeadm\nyum versionlock delete kubelet")
	wantText(t, "the notes", b.read("var/lib/rung/held-packages"), "apt kubeadm\nyum kubelet")
	b.exits(*unhold.Check, 0)

	// The run died here, and the next one finds nothing that is held: its notes stay.
	b.exits(*hold.Check, 1)
	b.exits(hold.Do, 0)
	b.exits(*hold.Check, 0)
	wantText(t, "held by apt", b.read("var/apt"), "containerd\nkubeadm")
	if locks := b.read("etc/dnf/plugins/versionlock.list"); !strings.HasSuffix(locks, "cri-tools-extras-0:1-1.*\n!kubectl-0:1.32.0-1.1.*\nkubelet-0:1.32.6-150500.1.1.*\n") {
		t.Errorf("locked by yum:\n%s", locks)
	}
}

// The locks of dnf 5, as its versionlock add and exclude, and people, write them.
func TestB1LocksOfDNF5AreHolds(t *testing.T) {
	b := newBench(t)
	b.file("etc/dnf/versionlock.toml", `version = "1.0"

[[packages]]
name = "kubelet"
comment = "Added by 'versionlock add' command on 2026-03-14"
[[packages.conditions]]
key = "evr"
comparator = "="
value = "1.31.4-150500.1.1"

[[packages]]
name = "kubeadm"
[[packages.conditions]]
key = "evr"
comparator = "!="
value = "1.31.5-150500.1.1"

[[packages]]
name="kubectl"
[[packages.conditions]]
key="evr"
comparator="<"
value="1.32"
`)
	b.tool("yum", "")
	unhold := actionsOf(t, "package-unhold: {packages: [kubeadm, kubelet, kubectl, cri-tools]}", "")[0]
	if out, _ := b.exits(*unhold.Check, 1); out != "held: yum kubelet\nyum kubectl\n" {
		t.Errorf("it finds held %q", out)
	}
	b.exits(unhold.Do, 0)
	wantText(t, "the calls", b.called(), "yum versionlock delete kubelet\nyum versionlock delete kubectl")
}

// Where one of several cannot be held again, its note stays, and those of the rest go.
func TestB1AHoldThatFailsIsNotForgotten(t *testing.T) {
	b := heldBench(t)
	b.file("var/lib/rung/held-packages", "apt kubeadm\nyum kubelet\n")
	b.tool("yum", "echo 'No such command: versionlock' >&2; exit 1")
	b.exits(actionsOf(t, "package-hold: {}", "")[0].Do, 1)
	wantText(t, "the notes", b.read("var/lib/rung/held-packages"), "yum kubelet")
}

// unattended-upgrades, and whoever else works with dpkg, is waited for; apt-mark does not do it.
func TestB1WhoeverHasTheLockOfDpkgIsWaitedFor(t *testing.T) {
	for name, said := range map[string]string{
		"apt":       "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 1797 (unattended-upgr)",
		"dpkg":      "dpkg: error: dpkg frontend lock was locked by another process with pid 1797",
		"dpkg 1.19": "dpkg: error: dpkg frontend is locked by another process",
	} {
		t.Run(name, func(t *testing.T) {
			b := heldBench(t)
			b.tool("sleep", "echo 5 >>/var/waits")
			b.file("var/waits", "")
			b.tool("apt-mark", `if test "$(grep -c . /var/waits)" -lt "$(cat /var/until)"; then echo '`+said+`' >&2; exit 100; fi; echo "$2 is on hold now."`)
			b.file("var/lib/rung/held-packages", "apt kubeadm\n")
			b.file("var/until", "3")
			b.exits(actionsOf(t, "package-hold: {}", "")[0].Do, 0)
			wantText(t, "the calls", b.called(), strings.Repeat("apt-mark hold kubeadm\nsleep 5\n", 3)+"apt-mark hold kubeadm\n")
			wantText(t, "the notes", b.read("var/lib/rung/held-packages"), "")

			b.file("var/lib/rung/held-packages", "apt kubeadm\n")
			b.file("var/until", "1000")
			_, stderr := b.exits(actionsOf(t, "package-hold: {}", "")[0].Do, 100)
			if waits := strings.Count(b.called(), "sleep 5"); waits != 60 || !strings.Contains(stderr, said) {
				t.Errorf("it waited %d times, and said\n%s", waits, stderr)
			}
		})
	}
}

// A host without either list and without apt-mark, as most with yum are.
func TestB1NothingIsHeldWhereNothingCanBe(t *testing.T) {
	b := newBench(t)
	b.exits(*actionsOf(t, "package-unhold: {packages: [kubeadm]}", "")[0].Check, 0)
}
