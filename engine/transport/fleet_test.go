package transport_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"rung/engine/inventory"
	"rung/engine/sshd"
	"rung/engine/step"
	"rung/engine/transport"
)

// fleet is hosts behind an in-process server, and an operator who may log in.
type fleet struct {
	t      testing.TB
	server *sshd.Server
	home   string // with .ssh/id_ed25519 and .ssh/known_hosts
	me     sshd.Key
	hosts  []inventory.Host
}

func newFleet(t testing.TB) *fleet {
	t.Helper()
	f := &fleet{t: t, server: sshd.New(), home: t.TempDir(), me: newKey(t)}
	t.Cleanup(func() { f.server.Close() })
	t.Setenv("HOME", f.home)
	t.Setenv("SSH_AUTH_SOCK", "")
	must(t, os.Mkdir(filepath.Join(f.home, ".ssh"), 0o700))
	must(t, f.me.Write(f.file("id_ed25519"), nil))
	return f
}

func (f *fleet) file(name string) string { return filepath.Join(f.home, ".ssh", name) }

// add starts a host whose key is on record; change may alter what it is, and
// how it is reached.
func (f *fleet) add(name string, change func(*sshd.Host, *inventory.Host)) *sshd.Door {
	f.t.Helper()
	served := sshd.Host{Key: newKey(f.t), Authorized: []ssh.PublicKey{f.me.PublicKey()}, Shell: realShell}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(f.t, err)
	known := inventory.Host{Name: name, Address: "127.0.0.1", User: "root", Port: listener.Addr().(*net.TCPAddr).Port}
	if change != nil {
		change(&served, &known)
	}
	door, err := f.server.Serve(listener, served)
	must(f.t, err)
	f.know(listener.Addr(), served.Key.PublicKey())
	f.hosts = append(f.hosts, known)
	return door
}

// know puts a host key on record.
func (f *fleet) know(addr net.Addr, key ssh.PublicKey) {
	f.t.Helper()
	file, err := os.OpenFile(f.file("known_hosts"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	must(f.t, err)
	_, err = file.WriteString(sshd.KnownHost(addr, key))
	must(f.t, errors.Join(err, file.Close()))
}

func (f *fleet) forgetKeys() { must(f.t, os.Truncate(f.file("known_hosts"), 0)) }

// dial returns the transport; when the test ends it is closed, and nothing of
// it may be left.
func (f *fleet) dial(options transport.Options) *transport.SSH {
	f.t.Helper()
	s, err := transport.New(f.hosts, options)
	must(f.t, err)
	f.t.Cleanup(func() { s.Close() })
	return s
}

// realShell runs a line in this machine's shell. "until told" in it waits for
// a signal, and says so.
func realShell(ctx context.Context, _, line string, stdin io.Reader, stdout, stderr io.Writer) int {
	if strings.Contains(line, "until told") {
		fmt.Fprintln(stdout, "waiting")
		<-ctx.Done()
		return 143
	}
	cmd := exec.CommandContext(ctx, "sh", "-c", line)
	// A command that is given no input ends although its channel stays open.
	in, err := cmd.StdinPipe()
	if err != nil {
		return 126
	}
	go func() {
		_, _ = io.Copy(in, stdin)
		in.Close()
	}()
	cmd.Stdout, cmd.Stderr = stdout, stderr
	if err := cmd.Start(); err != nil {
		return 126
	}
	_ = cmd.Wait()
	if status := cmd.ProcessState.Sys().(syscall.WaitStatus); status.Signaled() {
		return 128 + int(status.Signal())
	}
	return cmd.ProcessState.ExitCode()
}

func newKey(t testing.TB) sshd.Key {
	t.Helper()
	key, err := sshd.NewKey()
	must(t, err)
	return key
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func argv(words ...string) step.Command { return step.Command{Argv: words} }

func script(text string) step.Command { return step.Command{Script: text} }

// told is an output that says when a command has written something.
type told chan struct{}

func (w told) Write(b []byte) (int, error) {
	select {
	case w <- struct{}{}:
	default:
	}
	return len(b), nil
}

// wait fails the test where ch says nothing in time.
func wait(t testing.TB, what string, ch <-chan struct{}) {
	t.Helper()
	timer := time.NewTimer(20 * time.Second)
	defer timer.Stop()
	select {
	case <-ch:
	case <-timer.C:
		t.Fatalf("no %s within 20 s", what)
	}
}

// eventually polls until holds does.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	limit := time.NewTimer(20 * time.Second)
	defer limit.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-limit.C:
			stacks := make([]byte, 1<<20)
			t.Fatalf("not within 20 s: %s\n%s", what, stacks[:runtime.Stack(stacks, true)])
		}
	}
}

// wantBarrier checks that err keeps us from a host for the reason why, says
// all of the parts, and returns its hint.
func wantBarrier(t testing.TB, err error, why step.Barrier, parts ...string) string {
	t.Helper()
	var u *step.Unreachable
	if !errors.As(err, &u) {
		t.Fatalf("error is %v, want %s", err, why)
	}
	if u.Why != why {
		t.Errorf("error is %v, want %s", err, why)
	}
	for _, part := range parts {
		if !strings.Contains(u.Error()+" | "+u.Hint, part) {
			t.Errorf("%q is not in the error %q, hint %q", part, u.Error(), u.Hint)
		}
	}
	if u.Hint == "" {
		t.Errorf("%v says nothing of what to do", err)
	}
	return u.Hint
}

type (
	reader = io.Reader
	writer = io.Writer
)

// goroutines counts the goroutines of the transport.
func goroutines() int {
	stacks := make([]byte, 1<<20)
	n := 0
	for stack := range strings.SplitSeq(string(stacks[:runtime.Stack(stacks, true)]), "\n\n") {
		if strings.Contains(stack, "engine/transport.") || strings.Contains(stack, "ssh.newClientTransport") || strings.Contains(stack, "ssh.NewClient") {
			n++
		}
	}
	return n
}

// newKeyAt writes a new key and its public half.
func newKeyAt(t testing.TB, file string) error {
	key := newKey(t)
	return errors.Join(key.Write(file, nil), os.WriteFile(file+".pub", sshAuthorized(key), 0o600))
}

func sshAuthorized(key sshd.Key) []byte { return ssh.MarshalAuthorizedKey(key.PublicKey()) }
