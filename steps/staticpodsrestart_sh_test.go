package steps

import (
	"os"
	"testing"
)

// crictlOf is a crictl over a file with the id of the container that runs; a stop starts the next one.
const crictlOf = `case $1 in
ps) cat /run/container ;;
stop) echo "$4" >>/run/stopped; echo 2b2b >/run/container ;;
esac`

func TestAStaticPodIsRestartedOnce(t *testing.T) {
	restart := actionsOf(t, "static-pods-restart: {}", "name=cp1")[0]
	marked := func(mark string) (*bench, func() bool) {
		b := newBench(t)
		b.tool("sleep", "")
		b.file("var/lib/rung/restart/etcd", mark)
		b.file("run/container", "1f0c\n")
		return b, func() bool {
			_, err := os.Stat(b.path("var/lib/rung/restart/etcd"))
			return err == nil
		}
	}

	b, isMarked := marked("")
	b.exits(*restart.Check, 1)
	b.tool("crictl", crictlOf)
	b.exits(restart.Do, 0)
	if b.read("run/stopped") != "1f0c\n" || isMarked() {
		t.Errorf("it stopped %q, and the mark is there: %t", b.read("run/stopped"), isMarked())
	}
	b.exits(*restart.Check, 0)

	// Broken off after the stop: the new container stays.
	b, isMarked = marked("1f0c\n")
	b.file("run/container", "2b2b\n")
	b.file("run/stopped", "")
	b.tool("crictl", crictlOf)
	b.exits(restart.Do, 0)
	if b.read("run/stopped") != "" || isMarked() {
		t.Errorf("it stopped %q, and the mark is there: %t", b.read("run/stopped"), isMarked())
	}

	// What does not run starts with the new files.
	b, isMarked = marked("")
	b.file("run/container", "")
	b.file("run/stopped", "")
	b.tool("sleep", "echo 2b2b >/run/container")
	b.tool("crictl", crictlOf)
	b.exits(restart.Do, 0)
	if b.read("run/stopped") != "" || isMarked() {
		t.Errorf("it stopped %q, and the mark is there: %t", b.read("run/stopped"), isMarked())
	}

	for why, tool := range map[string]string{
		"the container does not end":    "echo 1f0c",
		"nobody can tell what runs":     "echo no such socket >&2; exit 1",
		"the kubelet starts no other":   `case $1 in ps) cat /run/container ;; stop) : >/run/container ;; esac`,
		"the container cannot be ended": `case $1 in ps) cat /run/container ;; stop) exit 1 ;; esac`,
	} {
		b, isMarked = marked("")
		b.tool("crictl", tool)
		b.exits(restart.Do, 1)
		if !isMarked() {
			t.Errorf("%s, and the restart is not to do any more", why)
		}
	}
}
