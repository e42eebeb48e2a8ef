package steps

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"rung/engine/step"
)

// bench is a folder in which scripts are really run: by /bin/sh -eu, with a PATH that
// holds nothing but the plain tools every host has and the stubs of a test, and with
// their /etc, /var and /proc below it. Every stub writes down how it was called.
type bench struct {
	*testing.T
	root string
}

// plainTools are what a script may use besides the domain's tools.
var plainTools = strings.Fields("cat grep sed cut head tail sort tr wc mkdir rmdir rm mv cp ln chmod ls stat find df du date hostname uname id readlink mktemp sha256sum sync tar touch gzip sh")

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{t, t.TempDir()}
	b.file("bin/log", "")
	for _, name := range plainTools {
		path, err := exec.LookPath(name)
		if err != nil {
			t.Fatalf("this machine has no %s", name)
		}
		if err := os.Symlink(path, b.path("bin/"+name)); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

func (b *bench) path(name string) string { return filepath.Join(b.root, name) }

func (b *bench) file(name, text string) {
	b.Helper()
	if err := os.MkdirAll(filepath.Dir(b.path(name)), 0o755); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(b.path(name), []byte(text), 0o644); err != nil {
		b.Fatal(err)
	}
}

func (b *bench) read(name string) string {
	b.Helper()
	text, err := os.ReadFile(b.path(name))
	if err != nil {
		b.Fatal(err)
	}
	return string(text)
}

// tool makes a stub, whose body is shell; its paths are below the bench too. It takes the place of a plain tool of its
// name: what is written through the link would be written into the program of this machine.
func (b *bench) tool(name, body string) {
	b.Helper()
	if err := os.Remove(b.path("bin/" + name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		b.Fatal(err)
	}
	b.file("bin/"+name, "#!/bin/sh\necho \""+name+" $*\" >>'"+b.path("log")+"'\n"+b.rooted(body)+"\n")
	if err := os.Chmod(b.path("bin/"+name), 0o755); err != nil {
		b.Fatal(err)
	}
}

// called returns how the stubs were called since the last time, a line each.
func (b *bench) called() string {
	text, _ := os.ReadFile(b.path("log"))
	_ = os.Remove(b.path("log"))
	return strings.ReplaceAll(string(text), b.root, "")
}

func (b *bench) rooted(script string) string {
	for _, folder := range []string{"/boot", "/etc", "/var", "/proc", "/run"} {
		for _, after := range []string{"/", " "} {
			script = strings.ReplaceAll(script, folder+after, b.root+folder+after)
		}
	}
	return script
}

// run runs c as a host would, below the bench.
func (b *bench) run(c step.Command) (stdout, stderr string, exit int) {
	b.Helper()
	args := c.Argv
	if c.Script != "" {
		args = []string{"sh", "-euc", b.rooted(c.Script), "sh"}
		for _, a := range c.Argv {
			args = append(args, b.rooted(a + " ")[:len(b.rooted(a+" "))-1])
		}
	}
	path := args[0]
	if path == "sh" {
		path = "/bin/sh"
	} else {
		path = b.path("bin/" + path)
	}
	cmd := exec.CommandContext(b.Context(), path, args[1:]...)
	cmd.Env = append([]string{"LC_ALL=C", "PATH=" + b.path("bin"), "TMPDIR=" + b.root}, c.Env...)
	cmd.Stdin = bytes.NewReader(c.Stdin)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var status *exec.ExitError
	if err != nil && !errors.As(err, &status) {
		b.Fatal(err)
	}
	if cmd.ProcessState.ExitCode() == 127 {
		b.Errorf("the script uses a tool that hosts may lack: %s", errs.String())
	}
	clean := func(text string) string { return strings.ReplaceAll(text, b.root, "") }
	return clean(out.String()), clean(errs.String()), cmd.ProcessState.ExitCode()
}

// exits runs c and wants an exit status.
func (b *bench) exits(c step.Command, want int) (stdout, stderr string) {
	b.Helper()
	stdout, stderr, got := b.run(c)
	if got != want {
		b.Fatalf("exit %d, want %d\n%s%s", got, want, stdout, stderr)
	}
	return stdout, stderr
}

// actionsOf plans a step given as in a playbook.
func actionsOf(t *testing.T, source, host string) []step.Action {
	t.Helper()
	name, _, _ := strings.Cut(source, ":")
	s, found := decode(allTypes(t).Get(name), "step.yaml", source)
	if found != nil {
		t.Fatal(found.Error())
	}
	actions, err := s.Plan(scopeOf(host))
	if err != nil {
		t.Fatal(err)
	}
	return actions
}

func wantText(t *testing.T, what, got, want string) {
	t.Helper()
	if strings.TrimSpace(got) != strings.TrimSpace(want) {
		t.Errorf("%s:\n%s\nwant:\n%s", what, got, want)
	}
}

// out is what c prints, which must succeed.
func (b *bench) out(c step.Command) string {
	b.Helper()
	out, _ := b.exits(c, 0)
	return out
}

func TestAStubLeavesTheProgramOfThisMachineAlone(t *testing.T) {
	b := newBench(t)
	b.file("program", "as it was")
	if err := os.Symlink(b.path("program"), b.path("bin/plain")); err != nil {
		t.Fatal(err)
	}
	b.tool("plain", "echo stub")
	wantText(t, "the program", b.read("program"), "as it was")
	wantText(t, "the stub", b.out(step.Command{Argv: []string{"plain"}}), "stub")
}
