package transport_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"rung/engine/detach"
	"rung/engine/run"
	"rung/engine/step"
	"rung/engine/transport"
)

// lasting is a detached command that writes down its start, says one, and says two once the test says go.
func lasting(folder string) step.Command {
	return step.Command{
		Script: "echo x >>\"$1\"/starts\necho one\nuntil [ -e \"$1\"/go ]; do sleep 0.05; done\necho two\nexit 7\n",
		Argv:   []string{folder}, Detach: true, Unit: "lasting-1",
	}
}

// hears calls once when something is written to it first.
type hears struct {
	said bytes.Buffer // not embedded: io.Copy would read past Write
	once sync.Once
	call func()
}

func (h *hears) Write(b []byte) (int, error) {
	h.once.Do(h.call)
	return h.said.Write(b)
}

func wantLasted(t *testing.T, folder string, r step.Result, err error) {
	t.Helper()
	starts, _ := os.ReadFile(filepath.Join(folder, "starts"))
	if err != nil || r.Exit != 7 || string(r.Stdout) != "one\ntwo\n" || string(starts) != "x\n" {
		t.Errorf("exit %d, %v: %q; starts: %q", r.Exit, err, r.Stdout, starts)
	}
}

func TestOpenSSHADetachedCommandOutlivesItsSession(t *testing.T) {
	server := openSSH(t)
	s := server.dial(transport.Options{}, "w1")
	folder := t.TempDir()
	x := &detach.Exec{Raw: s, Run: "r", Clock: run.Wall{}, Folder: filepath.Join(folder, "runs")}
	var killing sync.WaitGroup
	heard := &hears{call: func() {
		killing.Go(func() {
			if _, err := s.Exec(t.Context(), "w1", script(killServer), nil); !errors.Is(err, step.ErrLost) {
				t.Errorf("the server was not killed: %v", err)
			}
			must(t, os.WriteFile(filepath.Join(folder, "go"), nil, 0o600))
		})
	}}
	r, err := x.Exec(t.Context(), "w1", lasting(folder), heard)
	killing.Wait()
	wantLasted(t, folder, r, err)
	if heard.said.String() != "one\ntwo\n" {
		t.Errorf("heard %q", heard.said.String())
	}
	if n := strings.Count(server.log(), "Accepted publickey"); n != 2 {
		t.Errorf("%d logins, want 2", n)
	}
	x.Tidy(t.Context())
	if _, err := os.Stat(filepath.Join(folder, "runs")); err == nil {
		t.Error("its folder is still there")
	}
}

// controlled tells a process of this test that it is the one to be killed.
const controlled = "RUNG_TEST_CONTROLLED"

func TestADetachedCommandOutlivesTheProcessThatStartedIt(t *testing.T) {
	folder := os.Getenv(controlled)
	if folder != "" {
		x := &detach.Exec{Raw: transport.Local{}, Run: "r", Clock: run.Wall{}, Folder: filepath.Join(folder, "runs")}
		_, _ = x.Exec(t.Context(), "w1", lasting(folder), os.Stdout)
		return
	}
	folder = t.TempDir()
	first := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	first.Env = append(os.Environ(), controlled+"="+folder)
	heard := &hears{call: func() { must(t, first.Process.Kill()) }}
	first.Stdout = heard
	if err := first.Run(); err == nil {
		t.Fatal("it was not killed")
	}
	must(t, os.WriteFile(filepath.Join(folder, "go"), nil, 0o600))
	x := &detach.Exec{Raw: transport.Local{}, Run: "r", Clock: run.Wall{}, Folder: filepath.Join(folder, "runs")}
	r, err := x.Exec(t.Context(), "w1", lasting(folder), nil)
	wantLasted(t, folder, r, err)
}
