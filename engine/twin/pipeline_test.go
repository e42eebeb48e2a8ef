package twin_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"rung/engine/kube"
	"rung/engine/run"
	"rung/engine/step"
	"rung/engine/twin"
)

// said is what a line ends with, and writes, on w1.
func said(t *testing.T, c *twin.Cluster, line string) string {
	var stdout, stderr bytes.Buffer
	exit := c.Shell(t.Context(), "w1", line, strings.NewReader("from\noutside\n"), &stdout, &stderr)
	return fmt.Sprintf("exit %d\nstdout: %q\nstderr: %q", exit, &stdout, &stderr)
}

// A script with eval in it keeps its pipes: what is said with them is what has to be said without.
func TestAPipeIntoAProgramSaysWhatARealOneSays(t *testing.T) {
	c := pipeTwin()
	say := func(line string) string { return said(t, c, line) }
	for _, script := range []string{
		"echo a | tr a b",
		"echo a b c | tr ' ' '\\n' | sort -r | head -n 1",
		"echo a | grep -q b; echo $?",
		"echo a | grep b || echo none",
		"! echo a | grep b; echo $?",
		"if echo a | grep -q a; then echo yes; fi",
		"set -e; false | cat; echo on",
		"set -e; { echo a; false; echo b; } | cat; echo on",
		"set -e; echo a | grep b; echo on",
		"x=1; { x=2; echo $x; } | cat; echo $x",
		"{ exit 3; } | cat; echo $?",
		"{ trap 'echo over' EXIT; echo a; } | cat",
		"echo a >&2 | cat; echo b",
		"{ echo a; echo b >&2; } 2>&1 | tr ab xy",
		"echo a | cat >/tmp/said; cat /tmp/said",
		"echo a | cat 2>/dev/null >&2",
		"echo a | cat /etc/hostname - | wc -l",
		"cat | tr a-z A-Z",
		"cat | head -n 1 | tr f g",
		"x=$(echo a | tr a b | tr b c); echo \"<$x>\"",
		"f() { echo $1 | tr a-c b-d; }; f a | tr b y; x=$(f b); echo $x",
		"f() { if test $1 -gt 0; then f $(($1 - 1)) | sed 's/$/+/'; else echo 0; fi; }; f 5",
		"f() { echo $1 | cat; }; f a | while read -r x; do echo \"$x $(f b)\"; done",
		"f() { for i in $(seq 40); do echo $1 | tr x $(seq 99 | sort | head -n 1); done; }; f a | { while read -r x; do f b; done; } | sort | uniq -c",
		"tr() { echo mine; }; echo a | tr a b",
		"grep a </etc/hostname | cat",
		"echo a | cat </etc/hostname",
		"echo a | { read -r x; echo $x; }",
		"printf 'a\\000b' | wc -c",
		"seq 5000 | tail -n 1",
		"while :; do echo y; done | head -n 2",
		"echo 'echo $1' | sh -s a | cat",
		"sh -c 'echo a | tr a b' | sh -c 'cat | tr b c'",
		"echo a b | xargs -n 1 echo | cat",
		"name=tr; echo a | $name a b",
		"echo a | V=b sh -c 'cat; echo $V' | cat",
		"echo a | nothing-of-the-kind; echo $?",
		"(echo a | cat; echo b) | cat",
		"PATH=/bin LC_ALL=C sh -c 'echo \"$LC_ALL $PATH $HOME $USER\"; pwd' sh",
		"X='a b' env | grep X",
		"X='a b' sh -c 'echo \"$0 $1 $X\"' \"it's\" 'it'\\''s'",
		"cat /etc/host*",
		"nothing-of-the-kind a",
		"wc -l",
		"echo a | V=$(cat) env | grep V=",
		"false; echo a | sed \"s/a/$?/\"",
		"f() { while :; do echo y; done; }; g() { f; }; g | head -n 2",
		"if true; then f() { while :; do echo y; done; }; else f() { :; }; fi; f | head -n 2",
		"printf 'tr() { echo mine; }\\n' >/tmp/f; command . /tmp/f; echo a | tr a b",
		"\\eval 'tr() { echo mine; }'; echo a | tr a b",
		"set -e; x=$(false; echo a | cat); echo \"$x\"",
		"f() { return 3 | cat; echo r $?; }; f",
		"cat nofile | cat; echo $?",
		"trap 'echo bye' EXIT; (exit 2) | cat; set -e; echo a | grep b",
	} {
		if got, want := say(script), say("eval :; "+script); got != want {
			t.Errorf("%s\nwithout pipes: %s\nwith them:     %s", script, got, want)
		}
	}
}

// A line that a glance takes for a plain command is what it is to the parser of a whole script.
func TestAPlainLineSaysWhatAScriptOfItSays(t *testing.T) {
	c := pipeTwin()
	say := func(line string) string { return said(t, c, line) }
	for _, line := range []string{
		`A=b C='d e' env`, `'A=b' env`, `A'='b env`, `A=b`, `1=2 env`, `env A=b`, `A=b 'C=d' env`,
		`sh -c 'echo "$0 $1 $2 $#"' a '' 'it'\''s'`, `sh -c "echo \$1" a b`, `sh -c 'echo $1' a "$HOME"`, `sh -c 'echo '\'a\' x`,
		`cat /etc/hostname `, `  cat   /etc/hostname`, `cat /etc/host'name'`, "cat\t/etc/hostname", "cat /etc/hostname\n", "cat '/etc\n/hostname'",
		`cat /etc/host*`, `cat ~/x`, `cat {a,b}`, `cat #x`, `wc -l # no more`, `wc -l;`, `wc -l & wait`, `wc -l | cat`, `wc -l >/dev/null`,
		`if`, `then`, `if true`, `if :; then echo so; fi`, `! wc -l`, `time wc -l`, `test a = b`, `exit 3`, `command wc -l`, `"wc" -l`, `\wc -l`, `/usr/bin/wc -l`, `nothing-of-the-kind a`, `''`, `wc -l é`,
	} {
		if got, want := say(line), strings.Replace(say("eval :; "+line), "sh: 1:9:", "sh: 1:1:", 1); got != want {
			t.Errorf("%s\nat a glance: %s\nwith eval:   %s", line, got, want)
		}
	}
}

func TestAShellBehindAPipeLeavesNothingBehind(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // which would close what nobody has
	c := pipeTwin()
	open := func() int {
		entries, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Skip("there is no /proc here: ", err)
		}
		return len(entries)
	}
	before, goroutines := open(), runtime.NumGoroutine()
	for range 50 {
		c.Shell(t.Context(), "w1", "echo a | sh -c cat; seq 30000 | sh -c :", nil, io.Discard, io.Discard)
	}
	if files, left := open()-before, runtime.NumGoroutine()-goroutines; files > 5 || left > 5 {
		t.Errorf("%d files and %d goroutines are left", files, left)
	}
}

func TestNothingIsDoneForWhoeverHasGivenUp(t *testing.T) {
	c := pipeTwin()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, argv := range [][]string{{"touch", "/tmp/made"}, {"sh", "-c", "touch /tmp/made"}} {
		if _, err := c.Exec(ctx, "w1", step.Command{Argv: argv}, io.Discard); err == nil {
			t.Errorf("%q ended well", argv)
		}
		if _, err := c.ReadFile("w1", "/tmp/made"); err == nil {
			t.Errorf("%q was done", argv)
		}
	}
}

func pipeTwin() *twin.Cluster {
	v, _ := kube.Parse("1.33.4") // it is one
	return twin.New(twin.Shape{ControlPlanes: 1, Workers: 1, Version: v}, run.NewDiscrete(time.Now()))
}
