package sshd_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/crypto/ssh"

	"rung/engine/sshd"
)

// parrot says the line and its input back, and exits with 3.
func parrot(_ context.Context, user, line string, in io.Reader, out, errs io.Writer) int {
	text, _ := io.ReadAll(in)
	fmt.Fprintf(out, "%s: %s: %s", user, line, text)
	fmt.Fprint(errs, "errors")
	return 3
}

func serve(t *testing.T, host sshd.Host) (*sshd.Door, *ssh.Client) {
	t.Helper()
	server := sshd.New()
	t.Cleanup(func() { server.Close() })
	key, err := sshd.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	host.Key = key
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	door, err := server.Serve(l, host)
	if err != nil {
		t.Fatal(err)
	}
	c, err := ssh.Dial("tcp", l.Addr().String(), &ssh.ClientConfig{User: "op", HostKeyCallback: ssh.FixedHostKey(key.PublicKey())})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return door, c
}

func TestAnExecRequestRunsTheLine(t *testing.T) {
	door, c := serve(t, sshd.Host{Open: true, Shell: parrot})
	s, err := c.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	s.Stdin, s.Stdout, s.Stderr = strings.NewReader("input"), &out, &errs
	err = s.Run("echo hi")
	exit, ok := err.(*ssh.ExitError)
	if !ok || exit.ExitStatus() != 3 || out.String() != "op: echo hi: input" || errs.String() != "errors" {
		t.Errorf("%v, %q, %q", err, out.String(), errs.String())
	}
	if n := door.Counts(); n.Logins != 1 || n.Commands != 1 {
		t.Errorf("counted %+v", n)
	}
}

func TestAHostThatIsDownLetsNobodyIn(t *testing.T) {
	var down atomic.Bool
	door, _ := serve(t, sshd.Host{Open: true, Shell: parrot, Faults: sshd.Faults{Down: down.Load}})
	down.Store(true)
	config := &ssh.ClientConfig{User: "op", HostKeyCallback: ssh.InsecureIgnoreHostKey()}
	if _, err := ssh.Dial("tcp", door.Addr().String(), config); err == nil {
		t.Error("it lets in who comes while it is down")
	}
	down.Store(false)
	again, err := ssh.Dial("tcp", door.Addr().String(), config)
	if err != nil {
		t.Fatalf("it is up, and nobody gets in: %v", err)
	}
	again.Close()
}

func TestAShellTakesItsCommandsFromStandardInput(t *testing.T) {
	_, c := serve(t, sshd.Host{Open: true, Shell: parrot})
	s, err := c.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	s.Stdin, s.Stdout = strings.NewReader("one\ntwo\n"), &out
	if err := s.Shell(); err != nil {
		t.Fatal(err)
	}
	_ = s.Wait()
	if out.String() != "op: one\ntwo\n: " {
		t.Errorf("%q", out.String())
	}
}

func TestAPersonAtATerminalGetsAPrompt(t *testing.T) {
	_, c := serve(t, sshd.Host{Open: true, Shell: parrot})
	s, err := c.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	s.Stdin, s.Stdout = strings.NewReader("uptime\rexit\r"), &out
	if err := s.RequestPty("xterm", 24, 80, nil); err != nil {
		t.Fatal(err)
	}
	if err := s.Shell(); err != nil {
		t.Fatal(err)
	}
	if _, ok := s.Wait().(*ssh.ExitError); !ok || !strings.Contains(out.String(), "op$ ") || !strings.Contains(out.String(), "op: uptime: ") {
		t.Errorf("%q", out.String())
	}
}

func TestForwardingGoesToLoopbackOnlyAndOnlyWhereAllowed(t *testing.T) {
	_, open := serve(t, sshd.Host{Open: true, Shell: parrot, Forward: true})
	_, shut := serve(t, sshd.Host{Open: true, Shell: parrot})
	target, _ := serve(t, sshd.Host{Open: true, Shell: parrot})
	if c, err := open.Dial("tcp", target.Addr().String()); err != nil {
		t.Error(err)
	} else {
		c.Close()
	}
	if _, err := shut.Dial("tcp", target.Addr().String()); err == nil {
		t.Error("a host that is no jump host forwards")
	}
	if _, err := open.Dial("tcp", "192.0.2.1:22"); err == nil || !strings.Contains(err.Error(), "only loopback") {
		t.Errorf("a way out of this machine: %v", err)
	}
}

func TestNobodyIsLetInByDefault(t *testing.T) {
	server := sshd.New()
	defer server.Close()
	key, _ := sshd.NewKey()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := server.Serve(l, sshd.Host{Key: key, Shell: parrot}); err != nil {
		t.Fatal(err)
	}
	for _, auth := range [][]ssh.AuthMethod{nil, {ssh.PublicKeys(key)}} {
		if c, err := ssh.Dial("tcp", l.Addr().String(), &ssh.ClientConfig{User: "op", Auth: auth, HostKeyCallback: ssh.FixedHostKey(key.PublicKey())}); err == nil {
			c.Close()
			t.Error("someone was let in")
		}
	}
}

func TestCloseEndsCommandsThatRun(t *testing.T) {
	server := sshd.New()
	key, _ := sshd.NewKey()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	started, ended := make(chan struct{}), make(chan struct{})
	_, err = server.Serve(l, sshd.Host{Key: key, Open: true, Shell: func(ctx context.Context, _, _ string, _ io.Reader, _, _ io.Writer) int {
		close(started)
		<-ctx.Done()
		close(ended)
		return 0
	}})
	if err != nil {
		t.Fatal(err)
	}
	c, err := ssh.Dial("tcp", l.Addr().String(), &ssh.ClientConfig{User: "op", HostKeyCallback: ssh.FixedHostKey(key.PublicKey())})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	s, err := c.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start("wait"); err != nil {
		t.Fatal(err)
	}
	<-started
	server.Close()
	select {
	case <-ended:
	default:
		t.Error("Close returned before the command did")
	}
	if _, err := server.Serve(l, sshd.Host{Key: key, Shell: parrot}); err == nil {
		t.Error("a closed server serves")
	}
}

func TestAKeyIsWrittenForItsOwnerAlone(t *testing.T) {
	key, err := sshd.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "id")
	if err := key.Write(file, nil); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	src, _ := os.ReadFile(file)
	got, err := ssh.ParsePrivateKey(src)
	if err != nil || !bytes.Equal(got.PublicKey().Marshal(), key.PublicKey().Marshal()) {
		t.Errorf("what was written is another key: %v", err)
	}
	addr := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 2222}
	if line := sshd.KnownHost(addr, key.PublicKey()); !strings.HasPrefix(line, "[127.0.0.1]:2222 ssh-ed25519 ") || !strings.HasSuffix(line, "\n") {
		t.Errorf("%q", line)
	}
}
