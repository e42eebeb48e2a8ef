package transport_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"

	"rung/engine/inventory"
	"rung/engine/sshd"
	"rung/engine/step"
	"rung/engine/transport"
)

func TestWhatKeepsUsFromAHost(t *testing.T) {
	tests := []struct {
		name   string
		change func(*fleet, *sshd.Host, *inventory.Host)
		why    step.Barrier
		parts  []string
	}{
		{
			"a server that accepts and says nothing", func(_ *fleet, h *sshd.Host, _ *inventory.Host) { h.Faults.Hang = true },
			step.NoContact,
			[]string{"no answer within 300ms", "firewall"},
		},
		{
			"a port where nothing listens", func(f *fleet, _ *sshd.Host, k *inventory.Host) { k.Port = closedPort(f.t) },
			step.NoContact,
			[]string{"connection refused", "check that sshd runs there"},
		},
		{
			"a name that nobody knows", func(_ *fleet, _ *sshd.Host, k *inventory.Host) { k.Address = "no-such-host.invalid" },
			step.NoContact,
			[]string{"no-such-host.invalid", "check its address"},
		},
		{
			"a server that hangs up in the middle of the handshake", func(_ *fleet, h *sshd.Host, _ *inventory.Host) { h.Faults.DropAfter = 100 },
			step.NoContact,
			[]string{"hung up before the handshake", "sshd log"},
		},
		{"a key that is not authorized", func(f *fleet, h *sshd.Host, _ *inventory.Host) {
			h.Authorized = []ssh.PublicKey{newKey(f.t).PublicKey()}
		}, step.NoLogin, []string{"root@127.0.0.1", "takes none of the keys", ".ssh/id_ed25519 (SHA256:", "ssh-copy-id"}},
		{
			"an identity file that is not there", func(f *fleet, _ *sshd.Host, k *inventory.Host) { k.IdentityFile = f.file("other") },
			step.NoLogin,
			[]string{"there is none to offer", "other (no such file", "identity_file"},
		},
		{"an encrypted key without anybody to ask", func(f *fleet, _ *sshd.Host, k *inventory.Host) {
			k.IdentityFile = f.file("secret")
			must(f.t, f.me.Write(k.IdentityFile, []byte("open")))
		}, step.NoLogin, []string{"secret (it is encrypted", "ssh-add"}},
		{"sudo that asks for a password", func(_ *fleet, h *sshd.Host, k *inventory.Host) {
			k.Sudo = true
			h.Shell = func(_ context.Context, _, line string, _ reader, _, errs writer) int {
				if !strings.HasPrefix(line, "sudo -n -- ") {
					return 0
				}
				fmt.Fprintln(errs, "sudo: a password is required")
				return 1
			}
		}, step.NoSudo, []string{"cannot sudo -n: sudo: a password is required", "NOPASSWD"}},
		{"a host without sudo", func(_ *fleet, h *sshd.Host, k *inventory.Host) {
			k.Sudo = true
			h.Shell = func(_ context.Context, _, _ string, _ reader, _, _ writer) int { return 127 }
		}, step.NoSudo, []string{"exit status 127", "install sudo"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := newFleet(t)
			f.add("good", nil)
			f.add("w1", func(h *sshd.Host, k *inventory.Host) { test.change(f, h, k) })
			s := f.dial(transport.Options{ConnectTimeout: patience(test.name)})
			failed := s.Connect(t.Context(), []string{"good", "w1"})
			if len(failed) != 1 {
				t.Fatalf("Connect = %v, want an error for w1 alone", failed)
			}
			wantBarrier(t, failed["w1"], test.why, test.parts...)
			_, err := s.Exec(t.Context(), "w1", argv("true"), nil)
			wantBarrier(t, err, test.why)
		})
	}
}

// patience is short only where the time itself is tested: the race detector
// makes handshakes slow.
func patience(name string) time.Duration {
	if strings.Contains(name, "says nothing") {
		return 300 * time.Millisecond
	}
	return 15 * time.Second
}

func closedPort(t testing.TB) int {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

func TestHostKeysAreChecked(t *testing.T) {
	t.Run("a host that is not on record is refused, with its fingerprint", func(t *testing.T) {
		f := newFleet(t)
		f.add("w1", nil)
		f.forgetKeys()
		_, err := f.dial(transport.Options{}).Exec(t.Context(), "w1", argv("true"), nil)
		wantBarrier(t, err, step.BadKey, "ssh-ed25519 key SHA256:", "has no key of it", "ssh-keyscan -p", "--accept-new-host-keys")
	})
	t.Run("it is accepted and recorded where that was asked for", func(t *testing.T) {
		f := newFleet(t)
		f.add("w1", nil)
		must(t, os.WriteFile(f.file("known_hosts"), []byte("# no newline at the end"), 0o600))
		_, err := f.dial(transport.Options{AcceptNewHostKeys: true}).Exec(t.Context(), "w1", argv("true"), nil)
		must(t, err)
		_, err = f.dial(transport.Options{}).Exec(t.Context(), "w1", argv("true"), nil)
		must(t, err)
	})
	t.Run("a key that changed is refused, even then", func(t *testing.T) {
		f := newFleet(t)
		door := f.add("w1", nil)
		f.forgetKeys()
		f.know(door.Addr(), newKey(t).PublicKey())
		_, err := f.dial(transport.Options{AcceptNewHostKeys: true}).Exec(t.Context(), "w1", argv("true"), nil)
		wantBarrier(t, err, step.BadKey, "not the one on record", "known_hosts:1", "ssh-keygen -f", "someone may stand between")
	})
	t.Run("a host may have its own known_hosts", func(t *testing.T) {
		f := newFleet(t)
		f.add("w1", func(_ *sshd.Host, k *inventory.Host) { k.KnownHosts = f.file("of-w1") })
		_, err := f.dial(transport.Options{}).Exec(t.Context(), "w1", argv("true"), nil)
		wantBarrier(t, err, step.BadKey, "of-w1")
		_, err = f.dial(transport.Options{AcceptNewHostKeys: true}).Exec(t.Context(), "w1", argv("true"), nil)
		must(t, err)
	})
}

func TestAnEncryptedKeyIsOpenedWithOnePassphrase(t *testing.T) {
	f := newFleet(t)
	file := f.file("secret")
	must(t, f.me.Write(file, []byte("open")))
	for _, name := range []string{"w1", "w2", "w3"} {
		f.add(name, func(_ *sshd.Host, k *inventory.Host) { k.IdentityFile = file })
	}
	var asked atomic.Int32
	s := f.dial(transport.Options{Passphrase: func(got string) ([]byte, error) {
		asked.Add(1)
		if got != file {
			t.Errorf("asked for %s", got)
		}
		return []byte("open"), nil
	}})
	if failed := s.Connect(t.Context(), []string{"w1", "w2", "w3"}); failed != nil || asked.Load() != 1 {
		t.Errorf("Connect = %v, asked %d times", failed, asked.Load())
	}
	wrong := f.dial(transport.Options{Passphrase: func(string) ([]byte, error) { return []byte("shut"), nil }})
	wantBarrier(t, wrong.Connect(t.Context(), []string{"w1"})["w1"], step.NoLogin, "the passphrase is not the right one")
}

func TestTheAgentSignsForAnEncryptedKey(t *testing.T) {
	f := newFleet(t)
	file := f.file("id_ed25519")
	must(t, f.me.Write(file, []byte("open")))
	f.add("w1", nil)
	socket := filepath.Join(t.TempDir(), "agent")
	l, err := net.Listen("unix", socket)
	must(t, err)
	defer l.Close()
	ring := agent.NewKeyring()
	must(t, ring.Add(agent.AddedKey{PrivateKey: f.me.Private()}))
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		c, err := l.Accept()
		if err == nil {
			_ = agent.ServeAgent(ring, c)
		}
	}()
	t.Setenv("SSH_AUTH_SOCK", socket)
	s := f.dial(transport.Options{})
	if failed := s.Connect(t.Context(), []string{"w1"}); failed != nil {
		t.Fatal(failed)
	}
	s.Close()
	wait(t, "end of the agent's connection", closed)
}

func TestALostLinkIsUnknownAndTheNextCommandDialsAgain(t *testing.T) {
	f := newFleet(t)
	door := f.add("w1", func(h *sshd.Host, _ *inventory.Host) {
		h.Faults.DropAt = func(line string) bool { return strings.Contains(line, "pull the cable") }
	})
	s := f.dial(transport.Options{})
	_, err := s.Exec(t.Context(), "w1", argv("echo", "pull the cable"), nil)
	if !errors.Is(err, step.ErrLost) || !strings.HasPrefix(err.Error(), "w1: ") {
		t.Fatalf("error is %v, want ErrLost of w1", err)
	}
	r, err := s.Exec(t.Context(), "w1", argv("echo", "again"), nil)
	if err != nil || string(r.Stdout) != "again\n" {
		t.Errorf("after that: %q, %v", r.Stdout, err)
	}
	if n := door.Counts(); n.Logins != 2 {
		t.Errorf("%d logins, want 2", n.Logins)
	}
}

func TestALinkThatBrokeWhileNothingRanLosesNothing(t *testing.T) {
	f := newFleet(t)
	door := f.add("w1", nil)
	s := f.dial(transport.Options{})
	for range 5 {
		_, err := s.Exec(t.Context(), "w1", argv("true"), nil)
		must(t, err)
		door.Drop()
		eventually(t, "the client has noticed", func() bool { return s.Standing("w1") == false })
	}
	if n := door.Counts(); n.Commands != 5 || n.Logins != 5 {
		t.Errorf("%+v, want 5 commands and 5 logins", n)
	}
}

func TestAHostThatFallsSilentIsLost(t *testing.T) {
	f := newFleet(t)
	mute := make(chan struct{})
	f.add("w1", func(h *sshd.Host, k *inventory.Host) {
		h.Faults.Mute, k.Keepalive, k.Handshake = mute, 20*time.Millisecond, time.Second
	})
	s := f.dial(transport.Options{Keepalive: time.Hour, ConnectTimeout: time.Hour}) // the host's own count
	started := make(told, 1)
	go func() {
		<-started
		close(mute)
	}()
	_, err := s.Exec(t.Context(), "w1", script("echo until told"), started)
	if !errors.Is(err, step.ErrLost) {
		t.Errorf("error is %v, want ErrLost", err)
	}
	_, err = s.Exec(t.Context(), "w1", argv("true"), nil)
	wantBarrier(t, err, step.NoContact)
}

func TestKeepalivesKeepAnIdleConnection(t *testing.T) {
	f := newFleet(t)
	door := f.add("w1", nil)
	s := f.dial(transport.Options{Keepalive: 10 * time.Millisecond})
	must(t, s.Connect(t.Context(), []string{"w1"})["w1"])
	eventually(t, "ten keepalives", func() bool { return door.Counts().Keepalives >= 10 })
	_, err := s.Exec(t.Context(), "w1", argv("true"), nil)
	must(t, err)
	if n := door.Counts(); n.Logins != 1 {
		t.Errorf("%d logins, want 1", n.Logins)
	}
}

func TestHostsBehindOneJumpHostShareItsConnection(t *testing.T) {
	f := newFleet(t)
	bastion := f.add("bastion", func(h *sshd.Host, _ *inventory.Host) { h.Forward = true })
	through := func(_ *sshd.Host, k *inventory.Host) { k.Jump = "bastion" }
	doors := []*sshd.Door{f.add("w1", through), f.add("w2", through), f.add("w3", through)}
	s := f.dial(transport.Options{})
	names := []string{"w1", "w2", "w3", "bastion"}
	if failed := s.Connect(t.Context(), names); failed != nil {
		t.Fatal(failed)
	}
	for _, name := range names {
		r, err := s.Exec(t.Context(), name, argv("echo", name), nil)
		if err != nil || string(r.Stdout) != name+"\n" {
			t.Errorf("%s: %q, %v", name, r.Stdout, err)
		}
	}
	for i, door := range append(doors, bastion) {
		if n := door.Counts(); n.Logins != 1 {
			t.Errorf("%d logins at %s, want 1", n.Logins, names[i])
		}
	}
	bastion.Drop()
	eventually(t, "w1 is lost with its jump host", func() bool { return !s.Standing("w1") })
	_, err := s.Exec(t.Context(), "w1", argv("true"), nil)
	must(t, err)
}

func TestAJumpMayBeAPlaceOrAChainOrAnAlias(t *testing.T) {
	f := newFleet(t)
	a := f.add("a", func(h *sshd.Host, _ *inventory.Host) { h.Forward = true })
	b := f.add("b", func(h *sshd.Host, _ *inventory.Host) { h.Forward = true })
	port := func(d *sshd.Door) int { return d.Addr().(*net.TCPAddr).Port }
	f.add("place", func(_ *sshd.Host, k *inventory.Host) { k.Jump = fmt.Sprintf("root@127.0.0.1:%d", port(a)) })
	f.add("chain", func(_ *sshd.Host, k *inventory.Host) { k.Jump = "a,b" })
	f.add("alias", func(_ *sshd.Host, k *inventory.Host) { k.Jump = "gate" })
	config := filepath.Join(t.TempDir(), "config")
	must(t, os.WriteFile(config, fmt.Appendf(nil, "Host gate\n  HostName 127.0.0.1\n  Port %d\n  User root\n", port(b)), 0o600))
	s := f.dial(transport.Options{SSHConfig: config})
	if failed := s.Connect(t.Context(), []string{"place", "chain", "alias"}); failed != nil {
		t.Fatal(failed)
	}
	if got := [2]int{a.Counts().Logins, b.Counts().Logins}; got != [2]int{2, 2} {
		t.Errorf("logins at a and b are %v; want at a: the place and the chain, at b: the chain and the alias", got)
	}
}

func TestAJumpHostThatIsNotReachedIsNamed(t *testing.T) {
	f := newFleet(t)
	f.add("bastion", func(_ *sshd.Host, k *inventory.Host) { k.Port = closedPort(t) })
	f.add("w1", func(_ *sshd.Host, k *inventory.Host) { k.Jump = "bastion" })
	_, err := f.dial(transport.Options{}).Exec(t.Context(), "w1", argv("true"), nil)
	wantBarrier(t, err, step.NoContact, "w1", "its jump host: bastion", "refused", "check that sshd runs there")
}

func TestJumpsInACircleAreRefused(t *testing.T) {
	hosts := []inventory.Host{{Name: "a", Address: "a", Jump: "b"}, {Name: "b", Address: "b", Jump: "a"}}
	if _, err := transport.New(hosts, transport.Options{SSHConfig: os.DevNull}); err == nil || !strings.Contains(err.Error(), "through itself") {
		t.Errorf("New = %v", err)
	}
}

func TestAHostThatIsNotInTheInventory(t *testing.T) {
	_, err := newFleet(t).dial(transport.Options{}).Exec(t.Context(), "w9", argv("true"), io.Discard)
	wantBarrier(t, err, step.NoContact, "w9", "not a host of the inventory")
}

func TestConnectGivesUpWithItsContext(t *testing.T) {
	f := newFleet(t)
	f.add("w1", func(h *sshd.Host, _ *inventory.Host) { h.Faults.Hang = true })
	s := f.dial(transport.Options{})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if failed := s.Connect(ctx, []string{"w1"}); !errors.Is(failed["w1"], context.DeadlineExceeded) {
		t.Errorf("Connect = %v", failed)
	}
}
