package steps

import (
	"os"
	"strings"
	"testing"

	"rung/engine/step"
)

func TestUpdatesAndRebootsThatAreDueAreRead(t *testing.T) {
	b := newBench(t)
	b.tool("uname", "echo 5.14.0-427.el9.x86_64")
	b.file("boot/vmlinuz-5.14.0-427.el9.x86_64", "")
	b.file("boot/vmlinuz-5.14.0-70.el9.x86_64", "")
	b.file("boot/vmlinuz-0-rescue-5f1c", "")
	ask := actionsOf(t, "os-updates: {exclude: [kubelet, 'docker-ce*']}", "name=w1")[0].Do
	for _, test := range []struct{ name, yum, hint, want string }{
		{"nothing", "exit 0", "", ""},
		{"dnf, and what obsoletes others", `printf '\nkernel.x86_64      5.14.0-503.el9     baseos\npython3.11-libs.x86_64   3.11.9-7.el9_5   appstream\nObsoleting Packages\ngrub2-tools.x86_64    1:2.06-80.el9   baseos\n'; exit 100`, "", "update=kernel\nupdate=python3.11-libs\n"},
		{"yum 3, which breaks long lines", `printf '\nNetworkManager-config-server.noarch\n                     1:1.18.8-2.el7_9    updates\nSecurity: kernel-core-4.18.0-553.x86_64 is an installed security update\n'; exit 100`, "", "update=NetworkManager-config-server\n"},
		{"a reboot, as yum-utils of EL 7 says it", "exit 0", `printf 'Core libraries or services have been updated:\n  kernel -> 3.10.0-1160\n\nReboot is required to ensure that your system benefits from these updates.\n'; exit 1`, "reboot=needs-restarting wants it\n"},
		{"a reboot, as dnf says it", "exit 0", `printf 'Core libraries or services have been updated since boot-up:\n  * glibc\n  * systemd\n'; exit 1`, "reboot=needs-restarting wants it\nreboot=glibc\nreboot=systemd\n"},
		{"no reboot", "exit 0", "exit 0", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			_ = os.Remove(b.path("bin/needs-restarting"))
			b.tool("yum", test.yum)
			if test.hint != "" {
				b.tool("needs-restarting", test.hint)
			}
			wantText(t, "it prints", b.out(ask), test.want)
			if calls := b.called(); !strings.Contains(calls, "yum -q check-update --exclude=kubelet --exclude=docker-ce*\n") {
				t.Errorf("it called\n%s", calls)
			}
		})
	}
	_ = os.Remove(b.path("bin/needs-restarting"))
	_ = os.Remove(b.path("bin/yum"))
	b.tool("apt-get", `if test "$1" = upgrade; then printf 'Reading package lists...\nInst openssl [3.0.2-0ubuntu1.15] (3.0.2-0ubuntu1.18 Ubuntu:22.04/jammy-updates [amd64])\nInst linux-image-5.15.0-105-generic (5.15.0-105.115 Ubuntu:22.04 [amd64])\nConf openssl (3.0.2-0ubuntu1.18 Ubuntu:22.04 [amd64])\n'; fi`)
	wantText(t, "with apt it prints", b.out(ask), "update=openssl\nupdate=linux-image-5.15.0-105-generic\n")
	b.file("run/reboot-required", "*** System restart required ***\n")
	b.file("run/reboot-required.pkgs", "linux-base\nlinux-base\n")
	if out := b.out(ask); !strings.HasSuffix(out, "reboot=/run/reboot-required is there\nreboot=linux-base\n") {
		t.Errorf("it prints\n%s", out)
	}
	b.tool("apt-get", `if test "$1" = upgrade; then echo 'Inst kubelet [1.31.4-1.1] (1.31.9-1.1 kubernetes [amd64])'; fi`)
	if _, errs := b.exits(ask, 2); !strings.Contains(errs, "apt would upgrade kubelet, which is to stay as it is: hold it, with apt-mark hold kubelet") {
		t.Errorf("it says\n%s", errs)
	}
	_ = os.Remove(b.path("bin/apt-get"))
	_ = os.Remove(b.path("run/reboot-required"))
	b.tool("yum", "exit 0")
	b.file("boot/vmlinuz-5.14.0-503.el9.x86_64", "")
	wantText(t, "with a newer kernel it prints", b.out(ask), "reboot=kernel 5.14.0-503.el9.x86_64 is installed, and 5.14.0-427.el9.x86_64 runs\n")
	b.tool("yum", "exit 1")
	b.exits(ask, 1)
}

func TestTheCheckOfAnUpgradeOfAllPackages(t *testing.T) {
	b := newBench(t)
	check := func() step.Command {
		return *actionsOf(t, "yum-install: {packages: ['*'], state: latest, exclude: [kubelet]}", "name=w1")[0].Check
	}
	for status, exit := range map[string]int{"0": 0, "100": 1, "1": 2} {
		b.tool("yum", "exit "+status)
		b.exits(check(), exit)
	}
}
