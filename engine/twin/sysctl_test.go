package twin

import (
	"strings"
	"testing"
)

func TestParametersOfTheKernelAreSetAndShown(t *testing.T) {
	l := newLab(t, Shape{Workers: 1, Version: version("1.31.4")})
	for _, c := range []struct{ script, out string }{
		{"sysctl -n vm.max_map_count; cat /proc/sys/vm/max_map_count; sysctl vm.swappiness", "65530\n65530\nvm.swappiness = 30\n"},
		{"sysctl -w vm.max_map_count=262144; sysctl -n vm/max_map_count", "vm.max_map_count = 262144\n262144\n"},
		{"sysctl -q -w vm.swappiness=1; echo 10 >/proc/sys/vm/dirty_ratio; cat /proc/sys/vm/swappiness /proc/sys/vm/dirty_ratio", "1\n10\n"},
		{"printf '# ours\\nnet.core.somaxconn = 1024\\n' >/etc/sysctl.d/90-a.conf; sysctl -p /etc/sysctl.d/90-a.conf", "net.core.somaxconn = 1024\n"},
		{"printf 'vm.dirty_ratio=12\\n' >/etc/sysctl.d/91-b.conf; sysctl --system", "* Applying /etc/sysctl.d/90-a.conf ...\nnet.core.somaxconn = 1024\n* Applying /etc/sysctl.d/91-b.conf ...\nvm.dirty_ratio = 12\n"},
		{"echo vm.dirty_ratio=13 >/etc/sysctl.d/91-b.conf; systemctl restart systemd-sysctl; sysctl -n vm.dirty_ratio", "13\n"},
		{"ls /proc/sys/vm | grep swap; test -w /proc/sys/vm/swappiness", "swappiness\n"},
		{"sysctl -n kernel.hostname; sysctl -e -n no.such", "w1\n"},
		{"printf x >/tmp/x; md5sum /tmp/x; sha1sum /tmp/x; sha256sum /tmp/x >/tmp/s; sha256sum -c /tmp/s", "9dd4e461268c8034f5c8564e155c67a6  /tmp/x\n11f6ad8ec52a2984abaafd7c3b516503785c2072  /tmp/x\n/tmp/x: OK\n"},
	} {
		if got := l.run("w1", c.script); got != c.out {
			t.Errorf("%s\n  says %q, want %q", c.script, got, c.out)
		}
	}
	if list := l.Unknown(); len(list) > 0 {
		t.Errorf("not known: %v", list)
	}
}

func TestAfterABootAParameterIsWhatTheFilesSay(t *testing.T) {
	l := newLab(t, Shape{Workers: 1, Version: version("1.31.4")})
	l.run("w1", "sysctl -q -w vm.swappiness=1 vm.dirty_ratio=5; echo vm.dirty_ratio=7 >/etc/sysctl.d/9.conf; systemctl reboot")
	l.clock.Sleep(bootTakes*2, nil)
	if got := l.run("w1", "sysctl -n vm.swappiness vm.dirty_ratio"); got != "30\n7\n" {
		t.Errorf("after the boot: %q", got)
	}
}

func TestAUnitAndAParameterThatATwinDoesNotHaveAreNotKnown(t *testing.T) {
	l := newLab(t, Shape{Workers: 1, Version: version("1.31.4")})
	for _, script := range []string{"systemctl restart postgresql", "sysctl -n dev.raid.speed_limit_max", "sysctl --pattern x"} {
		before := len(l.Unknown())
		if r := l.try("w1", script); r.Exit == 0 || len(l.Unknown()) != before+1 {
			t.Errorf("%s: exit %d, %d unknown more", script, r.Exit, len(l.Unknown())-before)
		}
	}
	if r := l.try("w1", "md5sum --zero /etc/hosts"); !strings.Contains(string(r.Stderr), "not known to the simulated hosts") {
		t.Errorf("it speaks as the program itself would: %s", r.Stderr)
	}
	if got := l.run("w1", "echo >/etc/systemd/system/mine.service; systemctl daemon-reload; systemctl is-active mine || :; systemctl enable --now mine; systemctl is-active mine"); got != "inactive\nactive\n" {
		t.Errorf("a unit that somebody wrote: %q", got)
	}
}
