package steps

import (
	"os"
	"strings"
	"testing"
)

func TestAHostIsAskedToRebootOnce(t *testing.T) {
	reboot := actionsOf(t, "reboot: {}", "name=w1")
	b := newBench(t)
	b.file("run/rung-reboot", "") // of an earlier try in this boot
	b.file("proc/sys/kernel/random/boot_id", "before\n")
	b.tool("systemd-run", "")
	b.exits(reboot[0].Do, 0)
	b.exits(*reboot[1].Check, 1)
	for range 3 {
		b.exits(reboot[1].Do, 1)
	}
	if calls := b.called(); calls != "systemd-run --on-active=2s --timer-property=AccuracySec=1s systemctl reboot\n" {
		t.Errorf("it called\n%s", calls)
	}
	b.file("proc/sys/kernel/random/boot_id", "after\n")
	_ = os.Remove(b.path("run/rung-reboot"))
	for _, do := range []string{b.out(reboot[1].Do), b.out(*reboot[1].Check)} {
		if do != "after\n" || b.called() != "" {
			t.Errorf("back, it says %q", do)
		}
	}
}

func TestANodeIsReadyInTheBootThatIsAskedFor(t *testing.T) {
	b := newBench(t)
	b.tool("kubectl", "echo 'b2 True'")
	for boot, exit := range map[string]int{"": 0, "b2": 0, "b1": 1} {
		b.exits(actionsOf(t, "node-ready: {boot: '"+boot+"'}", "name=w1")[0].Do, exit)
	}
	b.tool("kubectl", "echo 'b2 Unknown'")
	if out, _ := b.exits(actionsOf(t, "node-ready: {}", "name=w1")[0].Do, 1); !strings.Contains(out, "w1: boot and Ready are b2 Unknown") {
		t.Errorf("it says %q", out)
	}
}
