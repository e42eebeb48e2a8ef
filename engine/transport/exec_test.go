package transport_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"rung/engine/inventory"
	"rung/engine/sshd"
	"rung/engine/step"
	"rung/engine/transport"
)

// execs are the transports: what holds of commands holds on all.
func execs(t *testing.T) map[string]step.Exec {
	f := newFleet(t)
	f.add("w1", nil)
	all := map[string]step.Exec{
		"over SSH": f.dial(transport.Options{}),
		"local":    transport.Local{},
	}
	if openSSHIsHere(t) {
		all["over OpenSSH"] = openSSH(t).dial(transport.Options{}, "w1")
	}
	return all
}

func TestCommands(t *testing.T) {
	big := strings.Repeat("0123456789abcdef", 1<<16)
	tests := []struct {
		name     string
		command  step.Command
		exit     int
		out, err string
	}{
		{"an argument vector arrives word by word", argv("printf", "%s|", "a b", "$(id)", "'", ""), 0, "a b|$(id)|'||", ""},
		{"a script takes arguments", step.Command{Script: `echo "$2 $1"`, Argv: []string{"a", "b c"}}, 0, "b c a\n", ""},
		{"a script stops at the first failure", script("false\necho on"), 1, "", ""},
		{"a status that is not 0 is no error", script("echo no >&2; exit 7"), 7, "", "no\n"},
		{"a command that is not there has the shell's status", argv("/no/such/command"), 127, "", "*"},
		{"the locale is fixed", script("echo $LC_ALL"), 0, "C\n", ""},
		{"variables are set", step.Command{Script: `echo "$P"`, Env: []string{"P=a b"}}, 0, "a b\n", ""},
		{"a password arrives, and leaves standard input as it is", step.Command{Script: `echo "$P"; cat`, Env: []string{"P=http://me:hush@p:1"}, Stdin: []byte("in\n\n")}, 0, "http://me:hush@p:1\nin\n\n", ""},
		{"a password needs no standard input besides", step.Command{Script: `echo "$P"; cat`, Env: []string{"P=http://me:hush@p:1"}}, 0, "http://me:hush@p:1\n", ""},
		{"standard input arrives whole", step.Command{Argv: []string{"cat"}, Stdin: []byte(big)}, 0, big, ""},
		{"standard input that nobody reads does no harm", step.Command{Argv: []string{"true"}, Stdin: []byte(big)}, 0, "", ""},
		{"without standard input there is an end of file", argv("cat"), 0, "", ""},
		{"the end of a long standard error is kept", script("head -c 300000 /dev/zero | tr '\\0' x >&2; echo end >&2"), 0, "", strings.Repeat("x", step.TailBytes-4) + "end\n"},
		{"a signal is the status that a shell gives it", script("kill -9 $$"), 137, "", "*"},
	}
	for kind, exec := range execs(t) {
		for _, test := range tests {
			t.Run(kind+"/"+test.name, func(t *testing.T) {
				var said bytes.Buffer
				r, err := exec.Exec(t.Context(), "w1", test.command, &said)
				if err != nil {
					t.Fatal(err)
				}
				if r.Exit != test.exit || string(r.Stdout) != test.out || (test.err != "*" && string(r.Stderr) != test.err) {
					t.Errorf("exit %d, %d bytes of output, errors %.100q", r.Exit, len(r.Stdout), r.Stderr)
				}
				if r.Took <= 0 {
					t.Error("it took no time")
				}
				if !strings.Contains(said.String(), test.out) {
					t.Errorf("the output was not passed on: %.100q", said.String())
				}
			})
		}
	}
}

func TestCancelEndsACommand(t *testing.T) {
	for kind, exec := range execs(t) {
		t.Run(kind, func(t *testing.T) {
			why := errors.New("the operator said so")
			ctx, cancel := context.WithCancelCause(t.Context())
			started := make(told, 1)
			go func() {
				<-started
				cancel(why)
			}()
			_, err := exec.Exec(ctx, "w1", script("echo until told; exec sleep 60"), started)
			if !errors.Is(err, why) {
				t.Errorf("error is %v, want the context's cause", err)
			}
		})
	}
}

func TestAContextThatHasEndedRunsNothing(t *testing.T) {
	for kind, exec := range execs(t) {
		t.Run(kind, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			if _, err := exec.Exec(ctx, "w1", argv("true"), nil); !errors.Is(err, context.Canceled) {
				t.Errorf("error is %v", err)
			}
		})
	}
}

func TestCancelSignalsACommandAndWaitsForADetachedOne(t *testing.T) {
	for _, detach := range []bool{false, true} {
		t.Run(fmt.Sprintf("detach %v", detach), func(t *testing.T) {
			f := newFleet(t)
			signalled := make(chan struct{})
			release := make(chan struct{})
			f.add("w1", func(h *sshd.Host, _ *inventory.Host) {
				h.Shell = func(ctx context.Context, _, _ string, _ reader, out, _ writer) int {
					fmt.Fprintln(out, "started")
					select {
					case <-ctx.Done():
						close(signalled)
					case <-release:
					}
					return 0
				}
			})
			s := f.dial(transport.Options{})
			ctx, cancel := context.WithCancel(t.Context())
			started := make(told, 1)
			go func() {
				<-started
				cancel()
			}()
			if detach {
				timer := time.AfterFunc(time.Second, func() { close(release) }) // long after it was cancelled
				defer timer.Stop()
			}
			_, err := s.Exec(ctx, "w1", step.Command{Argv: []string{"x"}, Detach: detach}, started)
			if !detach {
				if !errors.Is(err, context.Canceled) {
					t.Errorf("error is %v", err)
				}
				wait(t, "signal", signalled)
				return
			}
			select {
			case <-release:
			default:
				t.Error("a detached command was not waited for")
			}
			if err != nil {
				t.Errorf("error is %v, though it ended well", err)
			}
		})
	}
}

func TestACommandThatIsNotSeenToEndIsLost(t *testing.T) {
	f := newFleet(t)
	release := make(chan struct{})
	f.add("w1", func(h *sshd.Host, _ *inventory.Host) {
		h.Shell = func(_ context.Context, _, _ string, _ reader, out, _ writer) int {
			fmt.Fprintln(out, "started")
			<-release // deaf to every signal
			return 0
		}
	})
	s := f.dial(transport.Options{})
	defer close(release)
	ctx, cancel := context.WithCancelCause(t.Context())
	late := errors.New("it is late")
	started := make(told, 1)
	go func() {
		<-started
		cancel(late)
	}()
	_, err := s.Exec(ctx, "w1", argv("x"), started)
	if !errors.Is(err, step.ErrLost) || !errors.Is(err, late) {
		t.Errorf("error is %v, want ErrLost and the context's cause: it may still run", err)
	}
}

func TestACommandOnThisMachineHasNotTheVariablesThatItMustNotHave(t *testing.T) {
	t.Setenv("HUSHED", "hunter2")
	t.Setenv("HUSHED_NOT", "open")
	t.Setenv("Hushed", "hunter2")
	c := step.Command{Script: `echo "${HUSHED-}${Hushed-} ${HUSHED_NOT-}"`}
	r, err := transport.Local{Without: []string{"HUSHED"}}.Exec(t.Context(), "w1", c, nil)
	if err != nil || string(r.Stdout) != " open\n" {
		t.Errorf("%q, %v", r.Stdout, err)
	}
}

func TestACancelOnThisMachineWaitsForADetachedCommand(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	started := make(told, 1)
	go func() {
		<-started
		cancel()
	}()
	r, err := transport.Local{}.Exec(ctx, "w1", step.Command{Script: "echo one; sleep 1; echo two", Detach: true}, started)
	if err != nil || string(r.Stdout) != "one\ntwo\n" {
		t.Errorf("%q, %v; want it to have done its work", r.Stdout, err)
	}
}

func TestAtMostEightCommandsShareAConnectionAndTheOthersQueue(t *testing.T) {
	f := newFleet(t)
	door := f.add("w1", nil)
	s := f.dial(transport.Options{})
	var all sync.WaitGroup
	for range 60 {
		all.Go(func() {
			if r, err := s.Exec(t.Context(), "w1", argv("echo", "hi"), nil); err != nil || string(r.Stdout) != "hi\n" {
				t.Errorf("%q, %v", r.Stdout, err)
			}
		})
	}
	all.Wait()
	if n := door.Counts(); n.Logins != 1 || n.Commands != 60 || n.MaxSessions > 8 {
		t.Errorf("%+v, want one login, 60 commands, at most 8 sessions", n)
	}
}

func TestAServerThatAllowsFewerSessionsIsObeyed(t *testing.T) {
	for _, limit := range []int{1, 2} {
		t.Run(fmt.Sprint(limit), func(t *testing.T) {
			f := newFleet(t)
			door := f.add("w1", func(h *sshd.Host, _ *inventory.Host) { h.Faults.MaxSessions = limit })
			s := f.dial(transport.Options{})
			var all sync.WaitGroup
			for range 30 {
				all.Go(func() {
					if _, err := s.Exec(t.Context(), "w1", argv("true"), nil); err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
			if n := door.Counts(); n.Commands != 30 {
				t.Errorf("%+v, want 30 commands", n)
			}
		})
	}
}

func TestNothingIsLeftBehind(t *testing.T) {
	f := newFleet(t)
	f.add("w1", nil)
	f.add("w2", nil)
	before := goroutines()
	s, err := transport.New(f.hosts, transport.Options{})
	must(t, err)
	for range 5 {
		ctx, cancel := context.WithCancel(t.Context())
		started := make(told, 1)
		go func() {
			<-started
			cancel()
		}()
		_, err := s.Exec(ctx, "w1", script("echo until told"), started)
		if !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		_, err = s.Exec(t.Context(), "w2", argv("true"), nil)
		must(t, err)
	}
	s.Close()
	eventually(t, "as many goroutines as before", func() bool { return goroutines() <= before })
	if _, err := s.Exec(t.Context(), "w1", argv("true"), nil); err == nil {
		t.Error("a closed transport runs commands")
	}
}
