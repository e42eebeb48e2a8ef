package twin_test

import (
	"bytes"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"testing"
)

func TestALinkLeadsWhereItLeadsNow(t *testing.T) {
	c := pipeTwin()
	for _, step := range []struct{ line, says string }{
		{"mkdir -p /tmp/a/b; echo one >/tmp/a/b/f; ln -s /tmp/a /tmp/l; ln -s b/f /tmp/a/g; cat /tmp/l/b/f /tmp/a/g /tmp/l/g", "one\none\none\n"},
		{"test -f /tmp/l/g && test -L /tmp/l/g && test ! -L /tmp/l/b/f && test -d /tmp/l && readlink /tmp/l/g && readlink -f /tmp/l/g", "b/f\n/tmp/a/b/f\n"},
		{"echo two >/tmp/l/g; cat /tmp/a/b/f; test -L /tmp/a/g && echo link", "two\nlink\n"},
		{"rm /tmp/a/b/f; test ! -e /tmp/l/g && test -L /tmp/l/g && echo hangs", "hangs\n"},
		{"rm -r /tmp/a/b; test ! -e /tmp/a/b/f && test ! -e /tmp/l/b && echo gone", "gone\n"},
		{"mkdir /tmp/c /tmp/c/b; echo three >/tmp/c/b/f; rm /tmp/l; ln -s /tmp/c /tmp/l; cat /tmp/l/b/f", "three\n"},
		{"rm -r /tmp/a; ln -s /tmp/c /tmp/a; cat /tmp/a/b/f; test ! -e /tmp/a/g && echo not here", "three\nnot here\n"},
		{"rm -r /tmp/c; echo file >/tmp/c; test ! -e /tmp/c/b/f && test ! -e /tmp/a/b && cat /tmp/a", "file\n"},
	} {
		var stdout bytes.Buffer
		if exit := c.Shell(t.Context(), "w1", "set -e; "+step.line, nil, &stdout, io.Discard); exit != 0 || stdout.String() != step.says {
			t.Errorf("%s\nexit %d, says %q, want %q", step.line, exit, &stdout, step.says)
		}
	}
}

func TestNoFileTakesThePlaceOfAFolder(t *testing.T) {
	const begins = "mkdir -p /tmp/to/f /tmp/from && echo in >/tmp/to/f/g && echo new >/tmp/f && echo new >/tmp/from/f; "
	for _, refused := range []string{"cp /tmp/f /tmp/to", "cp -a /tmp/f /tmp/to", "cp -p /tmp/f /tmp/to", "install /tmp/f /tmp/to", "ln -f /tmp/f /tmp/to", "mkdir -p /tmp/to/from/f && cp -r /tmp/from /tmp/to"} {
		var stdout, stderr bytes.Buffer
		exit := pipeTwin().Shell(t.Context(), "w1", begins+refused+" || echo refused; cat /tmp/to/f/g && cat /tmp/to/f", nil, &stdout, &stderr)
		if exit != 1 || stdout.String() != "refused\nin\n" {
			t.Errorf("%s: exit %d, says %q and %q", refused, exit, &stdout, &stderr)
		}
	}
}

func TestWhatIsMovedOrCopiedEndsWhereItDoesInARealShell(t *testing.T) {
	for _, line := range []string{
		"mkdir -p e/f; echo in >e/f/g; echo new >f; mv f e",
		"mkdir -p e/f f; echo in >e/f/g; echo new >f/h; mv f e",
		"mkdir -p e/f f; echo new >f/h; mv f e",
		"mkdir e f; echo old >e/f; echo new >f/h; mv f e",
		"mkdir e; echo old >e/f; echo new >f; mv f e",
		"mkdir e f; echo new >e/h; ln -s ../e f/e; mv e f",
		"mkdir f; echo old >e; echo new >f/h; mv f e",
		"mkdir e f g; echo new >e/h; ln -s e l; mv l/h g; mv l f",
		"mkdir e; echo new >f; mv f nothing e; echo new >g; mv g no/g",
		"echo old >e; ln -s e l; ln -s no/thing m; echo new >f; echo new >g; mv f l; mv g m",
		"echo old >e; ln -s e l; echo new >f; /bin/cp f l; echo newer >f; install -m 644 f l; echo old >g; ln -s g m; cp -p f m",
		"mkdir e f; echo old >e/f; echo new >f/h; cp -a f e",
		"mkdir f; echo old >e; echo new >f/h; cp -r f e",
		"mkdir -p e/f/a f; echo in >e/f/a/g; echo new >f/a; echo new >f/b; cp -a f e",
		"mkdir -p e/f f/a/c; echo old >e/f/a; echo new >f/a/c/g; echo new >f/b; cp -a f e",
		"mkdir -p e/f/a f/a g; echo old >e/f/a/g; echo new >f/a/h; ln -s f l; cp -a f e; cp -a l/a g",
	} {
		script := fmt.Sprintf("cd $1; %s; echo $?; for f in $(find $1 | sort); do echo $f; test ! -f $f || cat $f; done", line)
		dir := t.TempDir()
		said, err := exec.Command("sh", "-c", script, "sh", dir).Output()
		if err != nil {
			t.Fatal(err)
		}
		want := strings.ReplaceAll(string(said), dir, "/tmp/q")
		var stdout, stderr bytes.Buffer
		pipeTwin().Shell(t.Context(), "w1", "mkdir /tmp/q; set -- /tmp/q; "+script, nil, &stdout, &stderr)
		if stdout.String() != want {
			t.Errorf("%s\nsays %q and %q; a real shell: %q", line, &stdout, &stderr, want)
		}
	}
}
