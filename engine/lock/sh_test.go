//go:build unix

package lock

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rung/engine/step"
)

// here is a step.Exec that really runs the scripts, by /bin/sh: a host is a folder on this machine.
type here struct {
	root string
	path string // of programs that come before this machine's
}

func (h here) Exec(ctx context.Context, host string, c step.Command, _ io.Writer) (step.Result, error) {
	argv := append([]string{filepath.Join(h.root, host)}, c.Argv[1:]...)
	cmd := exec.CommandContext(ctx, "/bin/sh", append([]string{"-euc", c.Script, "sh"}, argv...)...)
	cmd.Env = []string{"PATH=" + h.path + ":/usr/bin:/bin", "HOME=" + h.root}
	var out, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaints
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return step.Result{}, err
	}
	return step.Result{Exit: cmd.ProcessState.ExitCode(), Stdout: out.Bytes(), Stderr: complaints.Bytes()}, nil
}

// lazy is a folder with a date that takes its time: between a look at the lock and its change, all others come.
func lazy(t *testing.T) string {
	t.Helper()
	bin := t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "date"), []byte("#!/bin/sh\n/bin/sleep 0.03\nexec /bin/date \"$@\"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return bin
}

var errHeld = errors.New("it is held")

func TestOfManyProcessesOneTakesTheLock(t *testing.T) {
	const many = 8
	s := Site{Exec: here{t.TempDir(), lazy(t)}, Hosts: []Host{{Name: "cp1"}, {Name: "cp2"}}}
	var attempts sync.WaitGroup
	came := make([]error, many)
	for i := range came {
		attempts.Go(func() {
			_, came[i] = s.Take(t.Context(), fmt.Sprintf("key-%d", i), Record{Owner: "somebody"}, func(context.Context, Found) error { return errHeld }, func(error) {})
		})
	}
	attempts.Wait()
	if went := len(slices.DeleteFunc(came, func(err error) bool { return errors.Is(err, errHeld) })); went != 1 {
		t.Errorf("%d went on: %v", went, came)
	}
}

// Of many that find the same lock expired, one takes it over; who comes late finds it held.
func TestOfManyProcessesOneTakesALockOver(t *testing.T) {
	const many = 8
	b := here{t.TempDir(), lazy(t)}
	s := Site{Exec: b, Hosts: []Host{{Name: "cp1"}}}
	b.write(t, "held dead 300 "+sign(t, 1000)+" 2026-03-14T15:09:26Z\n{}\n")
	var attempts sync.WaitGroup
	came := make([]error, many)
	for i := range came {
		attempts.Go(func() {
			_, came[i] = s.Take(t.Context(), fmt.Sprintf("key-%d", i), Record{Owner: "somebody"}, func(_ context.Context, f Found) error {
				if f.Expired {
					return nil
				}
				return errHeld
			}, func(error) {})
		})
	}
	attempts.Wait()
	if went := len(slices.DeleteFunc(came, func(err error) bool { return errors.Is(err, errHeld) })); went != 1 {
		t.Errorf("%d went on: %v", went, came)
	}
}

// sign is a sign of life of so many seconds ago, as a state has it.
func sign(t *testing.T, ago float64) string {
	t.Helper()
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		t.Skip("this machine has no /proc as a Linux host has it")
	}
	text, err := os.ReadFile("/proc/uptime")
	var up float64
	if err == nil {
		_, err = fmt.Sscan(string(text), &up)
	}
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%.0f %s", up-ago, strings.TrimSpace(string(boot)))
}

func (h here) state() string { return filepath.Join(h.root, "cp1", "state") }

func (h here) write(t *testing.T, state string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(h.state()), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(h.state(), []byte(state), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (h here) read() string {
	text, _ := os.ReadFile(h.state()) // none is empty
	return string(text)
}

// dying are the versions of a script that end with SIGKILL before a line of it: all that a shell can read.
func dying(t *testing.T, script string) []string {
	t.Helper()
	lines := strings.SplitAfter(script, "\n")
	var all []string
	for i := range lines {
		text := strings.Join(lines[:i], "") + "kill -9 $$\n" + strings.Join(lines[i:], "")
		if exec.Command("/bin/sh", "-n", "-c", text).Run() == nil {
			all = append(all, text)
		}
	}
	return all
}

// Wherever who works on the lock is killed, the lock stands as before, or as it was to stand; and nobody is kept out by
// what was left.
func TestWhoIsKilledAtAnyLineLeavesAWholeLock(t *testing.T) {
	free := ""
	mine := "held mine 300 " + sign(t, 10) + " 2026-03-14T15:09:26Z\n{\"owner\":\"me\"}\n"
	dead := "held dead 300 " + sign(t, 1000) + " 2026-03-14T15:09:26Z\n{\"owner\":\"a dead one\"}\n"
	line := Record{Owner: "me"}.line()
	scripts := dying(t, turnScript)
	outer := len(scripts)
	scripts = append(scripts, dying(t, lockScript)...)
	for name, test := range map[string]struct {
		before string
		words  []string
		after  string // how the lock begins then
		free   bool   // for another, where it came to that
	}{
		"take":      {free, []string{"take", "mine", "300", line, "", ""}, "held mine", false},
		"take over": {dead, []string{"take", "mine", "300", line, "dead", "expired"}, "held mine", false},
		"keep":      {mine, []string{"keep", "mine", "300", line}, "held mine", false},
		"give back": {mine, []string{"free", "mine", "300", line}, "freed mine", true},
		"break":     {dead, []string{"break", "dead", "300", line}, "broken dead", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			changed := 0
			for i, script := range scripts {
				b := here{root: t.TempDir()}
				if test.before != free {
					b.write(t, test.before)
				}
				c := step.Command{Script: lockScript, Argv: append([]string{"", script}, test.words...)}
				if i >= outer {
					c = step.Command{Script: script, Argv: append([]string{"", turnScript}, test.words...)}
				}
				r, err := b.Exec(t.Context(), "cp1", c, nil)
				if err != nil {
					t.Fatal(err)
				}
				now := b.read()
				if now != test.before {
					changed++
					if !strings.HasPrefix(now, test.after+" ") || strings.Count(now, "\n") != 2 || !strings.HasSuffix(now, line+"\n") {
						t.Errorf("killed in\n%s\nit left %q", script, now)
					}
				}
				if r.Exit == 0 && now == test.before && !strings.HasPrefix(now, test.after) {
					t.Errorf("it says that it is done, and is not:\n%s", script)
				}
				s := Site{Exec: b, Hosts: []Host{{Name: "cp1"}}}
				_, err = s.Take(t.Context(), "other", Record{Owner: "another"}, func(_ context.Context, f Found) error {
					if f.Expired {
						return nil
					}
					return errHeld
				}, func(error) {})
				may := now == free || test.free && now != test.before || strings.HasPrefix(now, "held dead")
				if may != (err == nil) || err != nil && !errors.Is(err, errHeld) {
					t.Errorf("killed in\n%s\nit left %q, and another hears: %v", script, now, err)
				}
			}
			if len(scripts) < 40 || changed == 0 || changed == len(scripts) {
				t.Errorf("%d lines, %d of them behind the change", len(scripts), changed)
			}
		})
	}
}

// What lies on a host may have been written by anybody who is root there.
func TestWhatIsToldOfAHolderIsText(t *testing.T) {
	b := here{root: t.TempDir()}
	b.write(t, "held theirs 300 "+sign(t, 10)+` 2026-03-14T15:09:26Z
{"run":"r\u001b[2J","owner":"an\u0007a@l\u0000aptop","process":7}
`)
	found, err := Site{Exec: b, Hosts: []Host{{Name: "cp1"}}}.Look(t.Context())
	if err != nil || found[0].Who != (Record{Run: "r[2J", Owner: "ana@laptop", Process: 7}) {
		t.Errorf("%+v, %v", found, err)
	}
}

// Who reads waits for nobody: what was opened before a change stays as it was.
func TestTheStateIsReplacedInOnePiece(t *testing.T) {
	b := here{root: t.TempDir()}
	s := Site{Exec: b, Hosts: []Host{{Name: "cp1"}}}
	l, err := s.Take(t.Context(), "mine", Record{Owner: "me"}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	before := b.read()
	f, err := os.Open(b.state())
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := l.Release(t.Context()); err != nil {
		t.Fatal(err)
	}
	if old, err := io.ReadAll(f); err != nil || string(old) != before || b.read() == before {
		t.Errorf("%v: %q, %q, %q", err, before, old, b.read())
	}
}

func TestAStateThatWasTornIsNoLock(t *testing.T) {
	for _, torn := range []string{"", "\n", "held", "held mine 300 10 boot 2026-03-14T15:09:26Z", "held mine 300 10 boot 2026-03-14T15:09:26Z\n"} {
		b := here{root: t.TempDir()}
		b.write(t, torn)
		s := Site{Exec: b, Hosts: []Host{{Name: "cp1"}}}
		l, err := s.Take(t.Context(), "mine", Record{Owner: "me"}, func(context.Context, Found) error { return errHeld }, func(error) {})
		if err != nil {
			t.Errorf("%q: %v", torn, err)
			continue
		}
		if found, err := s.Look(t.Context()); err != nil || !found[0].Held || found[0].Who.Owner != "me" || found[0].Silent > time.Minute {
			t.Errorf("%q: then %+v, %v", torn, found, err)
		}
		_ = l.Release(t.Context())
	}
}
