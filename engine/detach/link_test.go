package detach_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rung/engine/detach"
	"rung/engine/kube"
	"rung/engine/run"
	"rung/engine/step"
	"rung/engine/twin"
)

// host is a host of a twin, and the way to it.
type host struct {
	*twin.Cluster
	line *line
	exec *detach.Exec
}

func newHost(t *testing.T, cuts ...cut) host {
	t.Helper()
	v, err := kube.Parse("1.31.4")
	if err != nil {
		t.Fatal(err)
	}
	c := twin.New(twin.Shape{ControlPlanes: 1, Workers: 1, Version: v}, run.Wall{})
	l := &line{raw: c, cuts: cuts}
	return host{c, l, &detach.Exec{Raw: l, Run: "20260314-150926-toy", Clock: run.Wall{}}}
}

// toy writes down on the host that it was started, says something now and then on both streams, and takes half a minute.
var toy = step.Command{
	Script: "echo started >>/root/starts\nread word\nfor n in 1 2 3; do\n  echo \"out $n $1 $word\"\n  echo \"err $n $X\" >&2\n  sleep 10\ndone\nprintf '@rung exit 0 is mine'\nexit 7\n",
	Argv:   []string{"it's"}, Env: []string{"X=a b"}, Stdin: []byte("read\n"), Detach: true, Unit: "toy-1",
}

const (
	toyOut = "out 1 it's read\nout 2 it's read\nout 3 it's read\n@rung exit 0 is mine"
	toyErr = "err 1 a b\nerr 2 a b\nerr 3 a b\n"
)

// starts is how often toy was started on the host.
func (h host) starts(t *testing.T) int {
	t.Helper()
	text, _ := h.ReadFile("w1", "/root/starts")
	if unknown := h.Unknown(); len(unknown) > 0 {
		t.Errorf("the twin does not know %v", unknown[0].Argv)
	}
	return strings.Count(text, "started\n")
}

// ear is an output that listens.
type ear struct {
	bytes.Buffer
	told []string
}

func (e *ear) Tell(text string) { e.told = append(e.told, text) }

// whole carries toy out, and wants it started once, its output whole, and its status.
func (h host) whole(t *testing.T) *ear {
	t.Helper()
	heard := &ear{}
	r, err := h.exec.Exec(t.Context(), "w1", toy, heard)
	if err != nil || r.Exit != 7 || string(r.Stdout) != toyOut || string(r.Stderr) != toyErr {
		t.Errorf("exit %d, %v:\n%q\n%q", r.Exit, err, r.Stdout, r.Stderr)
	}
	if n := h.starts(t); n != 1 {
		t.Errorf("it was started %d times", n)
	}
	if got := len(heard.Bytes()); got != len(toyOut)+len(toyErr) {
		t.Errorf("%d bytes were handed on, want %d: %q", got, len(toyOut)+len(toyErr), heard.String())
	}
	return heard
}

func TestADetachedCommandCostsOneSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHost(t)
		began := time.Now()
		heard := h.whole(t)
		if len(h.line.sessions) != 1 || len(heard.told) > 0 {
			t.Errorf("%d sessions; told: %q", len(h.line.sessions), heard.told)
		}
		if took := time.Since(began); took < 30*time.Second || took > 31*time.Second {
			t.Errorf("it took %s", took)
		}
	})
}

// A session of toy carries about 400 bytes. Wherever it is cut, once, the command is started once and heard whole.
func TestALinkThatIsCutAtAnyByteLosesNothing(t *testing.T) {
	for after := 0; ; after++ {
		over := false
		synctest.Test(t, func(t *testing.T) {
			h := newHost(t, cut{after: after})
			h.whole(t)
			over = len(h.line.sessions) == 1 // the cut came behind the last word
		})
		if t.Failed() {
			t.Fatalf("cut after %d bytes", after)
		}
		if over {
			if after < len(toyOut)+len(toyErr) {
				t.Errorf("a session carried only %d bytes", after)
			}
			return
		}
	}
}

func TestALinkThatIsCutAgainAndAgainLosesNothing(t *testing.T) {
	for _, size := range []int{75, 90, 110} {
		t.Run(fmt.Sprintf("every %d bytes", size), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHost(t, slices.Repeat([]cut{{after: size}}, 60)...)
				heard := h.whole(t)
				if len(h.line.sessions) < 3 || len(heard.told) < 2*len(h.line.sessions)-3 {
					t.Errorf("%d sessions, told %q", len(h.line.sessions), heard.told)
				}
			})
		})
	}
}

func TestALinkThatIsCutBeforeTheStartStartsItOnce(t *testing.T) {
	away := &step.Unreachable{Host: "w1", Why: step.NoContact, Err: errors.New("connection refused")}
	login := &step.Unreachable{Host: "w1", Why: step.NoLogin, Err: errors.New("system is booting up")}
	for name, cuts := range map[string][]cut{
		"lost as it left":                  {{before: step.ErrLost}},
		"lost, and away for a while":       {{before: step.ErrLost}, {before: away}, {before: login}, {before: away}},
		"started, and away for a while":    {{after: 40}, {before: away}, {before: away}},
		"lost, away, and lost in the tail": {{after: 150}, {before: away}, {after: 150}, {before: step.ErrLost}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { newHost(t, cuts...).whole(t) })
		})
	}
}

func TestAHostThatWasNeverReachedHasStartedNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		away := &step.Unreachable{Host: "w1", Why: step.NoContact, Err: errors.New("connection refused")}
		h := newHost(t, cut{before: away})
		if _, err := h.exec.Exec(t.Context(), "w1", toy, nil); err != error(away) || len(h.line.sessions) != 1 {
			t.Errorf("%v, after %d sessions", err, len(h.line.sessions))
		}
	})
}

func TestAHostThatStaysAwayIsGivenUpAsUnknown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		away := cut{before: &step.Unreachable{Host: "w1", Why: step.NoContact, Err: errors.New("connection refused")}}
		h := newHost(t, append([]cut{{after: 100}}, slices.Repeat([]cut{away}, 100)...)...)
		began := time.Now()
		_, err := h.exec.Exec(t.Context(), "w1", toy, nil)
		if !errors.Is(err, step.ErrLost) {
			t.Errorf("%v", err)
		}
		for _, want := range []string{"10m0s", "connection refused", "/var/lib/rung/runs/20260314-150926-toy/toy-1"} {
			if !strings.Contains(fmt.Sprint(err), want) {
				t.Errorf("%q is not in: %v", want, err)
			}
		}
		if took := time.Since(began).Round(time.Second); took != 10*time.Minute+time.Second { // the line held for the first of them
			t.Errorf("it took %s", took)
		}
		var pauses []string
		for i, at := range h.line.sessions[2:] {
			pauses = append(pauses, at.Sub(h.line.sessions[i+1]).Round(time.Second).String())
		}
		if got, want := strings.Join(pauses[:8], " "), "2s 4s 8s 16s 30s 30s 30s 30s"; got != want || len(pauses) > 26 {
			t.Errorf("%d tries, with pauses of %s; want %s", len(pauses), got, want)
		}
		// What was started has ended by itself meanwhile, and who asks for it again hears all of it.
		h.line.cuts = nil
		h.whole(t)
	})
}

func TestACommandThatItsHostDidNotSurviveIsNotRepeated(t *testing.T) {
	for name, cuts := range map[string][]cut{"told": nil, "lost from the first": {{before: step.ErrLost}, {after: 0}}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHost(t, cuts...)
				restart := time.AfterFunc(15*time.Second, func() { h.Down("w1") })
				defer restart.Stop()
				back := time.AfterFunc(2*time.Minute, func() { h.Up("w1") })
				defer back.Stop()
				_, err := h.exec.Exec(t.Context(), "w1", toy, nil)
				if !errors.Is(err, step.ErrLost) || !strings.Contains(fmt.Sprint(err), "restarted") || h.starts(t) != 1 {
					t.Errorf("%v; started %d times", err, h.starts(t))
				}
			})
		})
	}
}

func TestAnotherHostKeyIsNoReasonToTryAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHost(t, cut{after: 100}, cut{before: &step.Unreachable{Host: "w1", Why: step.BadKey, Err: errors.New("it shows another key")}})
		_, err := h.exec.Exec(t.Context(), "w1", toy, nil)
		if !errors.Is(err, step.ErrLost) || len(h.line.sessions) != 2 {
			t.Errorf("%v, after %d sessions", err, len(h.line.sessions))
		}
	})
}

func TestACancelledCommandIsWaitedForButNotAHostThatIsAway(t *testing.T) {
	for _, lost := range []bool{false, true} {
		t.Run(fmt.Sprintf("link lost %v", lost), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				stop := time.AfterFunc(5*time.Second, cancel)
				defer stop.Stop()
				h := newHost(t)
				if lost {
					h = newHost(t, cut{after: 100}, cut{before: step.ErrLost}, cut{before: step.ErrLost}, cut{before: step.ErrLost})
				}
				began := time.Now()
				r, err := h.exec.Exec(ctx, "w1", toy, nil)
				took := time.Since(began).Round(time.Second)
				if !lost && (err != nil || r.Exit != 7 || took != 30*time.Second) || lost && (!errors.Is(err, step.ErrLost) || took != 5*time.Second) {
					t.Errorf("exit %d, %v, after %s", r.Exit, err, took)
				}
				run.Wall{}.Sleep(time.Minute, nil)
				if status, err := h.ReadFile("w1", "/var/lib/rung/runs/20260314-150926-toy/toy-1/exit"); status != "7\n" {
					t.Errorf("it was cut off: %q, %v", status, err)
				}
			})
		})
	}
}

func TestADiskWithoutRoomStartsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHost(t)
		h.DiskFull("w1", "/var")
		_, err := h.exec.Exec(t.Context(), "w1", toy, nil)
		if err == nil || errors.Is(err, step.ErrLost) || !strings.Contains(err.Error(), "not started: ") || !strings.Contains(err.Error(), "No space left on device") || h.starts(t) != 0 {
			t.Errorf("%v; started %d times", err, h.starts(t))
		}
	})
}

func TestTheFoldersOfARunAreRemovedAtItsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHost(t)
		h.whole(t)
		h.exec.Tidy(t.Context())
		if _, err := h.ReadFile("w1", "/var/lib/rung/runs/20260314-150926-toy/toy-1/exit"); err == nil {
			t.Error("the folder is still there")
		}
		if n := len(h.line.sessions); n != 2 {
			t.Errorf("%d sessions", n)
		}
	})
}

func TestFoldersOfWhatIsUnknownAreKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHost(t, cut{after: 100}, cut{before: &step.Unreachable{Host: "w1", Why: step.BadKey, Err: errors.New("it shows another key")}})
		_, _ = h.exec.Exec(t.Context(), "w1", toy, nil)
		h.exec.Tidy(t.Context())
		if _, err := h.ReadFile("w1", "/var/lib/rung/runs/20260314-150926-toy/toy-1/claim"); fmt.Sprint(err) != "is a directory" {
			t.Errorf("%v", err)
		}
	})
}

func TestWhatIsNotDetachedIsHandedOnAsItIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHost(t)
		r, err := h.exec.Exec(t.Context(), "w1", step.Command{Argv: []string{"hostname"}}, nil)
		if err != nil || string(r.Stdout) != "w1\n" {
			t.Errorf("%q, %v", r.Stdout, err)
		}
	})
}
