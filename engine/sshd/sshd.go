// Package sshd is an SSH server inside this process: the door of the demo's
// simulated hosts, and of tests.
//
// One Server answers for many hosts, each on a listener of its own with its
// own host key and its own Shell, a function that is given each command line.
// It serves exec requests and, so that a person can look around with ssh, a
// plain shell. It forwards connections to loopback where Host.Forward is set,
// as a jump host does. Host.Faults makes it behave badly on purpose.
//
// The one invariant: every goroutine belongs to the Server, and Close waits
// for all of them.
//
// Like OpenSSH it does not end a command when its connection goes: the command
// ends on a signal, when it writes to nobody, or with the Server. It has no
// passwords, no files and no users of the machine it runs on.
package sshd

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"
)

// Shell runs one command line for user and returns its exit status. The
// context ends when the client sends a signal, or the server closes.
type Shell func(ctx context.Context, user, line string, stdin io.Reader, stdout, stderr io.Writer) int

// Host is what answers on one listener.
type Host struct {
	Key        ssh.Signer      // the host key
	Authorized []ssh.PublicKey // who is let in, under any user name
	Open       bool            // everyone is let in, without a key
	Shell      Shell
	Forward    bool // connections to loopback are forwarded (direct-tcpip)
	Faults     Faults
}

// Server serves hosts until it is closed.
type Server struct {
	ctx    context.Context
	cancel context.CancelFunc
	wait   sync.WaitGroup
	mu     sync.Mutex
	closed bool
	doors  []*Door
}

// New returns a server without hosts.
func New() *Server {
	s := &Server{}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s
}

// Serve answers for host on l, and returns at once. The server closes l.
func (s *Server) Serve(l net.Listener, host Host) (*Door, error) {
	if host.Key == nil || host.Shell == nil {
		return nil, errors.New("a host needs a key and a shell")
	}
	d := &Door{server: s, listener: l, host: host, conns: map[net.Conn]bool{}}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, net.ErrClosed
	}
	s.doors = append(s.doors, d)
	s.wait.Go(d.accept)
	return d, nil
}

// Close closes listeners and connections, ends the commands that run, and
// waits for them.
func (s *Server) Close() error {
	s.mu.Lock()
	s.closed = true
	doors := s.doors
	s.mu.Unlock()
	s.cancel()
	for _, d := range doors {
		d.listener.Close()
		d.Drop()
	}
	s.wait.Wait()
	return nil
}

// Door is a host of a Server on its listener.
type Door struct {
	server   *Server
	listener net.Listener
	host     Host
	mu       sync.Mutex
	conns    map[net.Conn]bool
	count    Counts
}

// Counts is what a door has seen so far.
type Counts struct {
	Connections int // accepted
	Logins      int // handshakes completed
	Commands    int // started
	Sessions    int // open now
	MaxSessions int // open at once at most, on all connections together
	Keepalives  int // answered
}

// Addr is where the host listens.
func (d *Door) Addr() net.Addr { return d.listener.Addr() }

// Counts returns what the door has seen so far.
func (d *Door) Counts() Counts {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.count
}

func (d *Door) tally(add func(*Counts)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	add(&d.count)
}

// Drop breaks every connection, as a pulled cable would.
func (d *Door) Drop() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for c := range d.conns {
		c.Close()
	}
}

func (d *Door) accept() {
	for {
		c, err := d.listener.Accept()
		if err != nil {
			return // closed: a listener on loopback has no other end
		}
		if !d.keep(c) {
			return
		}
		d.server.wait.Go(func() {
			defer d.forget(c)
			d.serve(d.host.Faults.spoil(c))
		})
	}
}

// keep owns c, unless the server was closed meanwhile.
func (d *Door) keep(c net.Conn) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.server.ctx.Err() != nil {
		c.Close()
		return false
	}
	d.conns[c] = true
	d.count.Connections++
	return true
}

func (d *Door) forget(c net.Conn) {
	c.Close()
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.conns, c)
}

// handshakeLimit bounds how long a client may take to log in.
const handshakeLimit = time.Minute

func (d *Door) serve(c net.Conn) {
	if down := d.host.Faults.Down; down != nil && down() {
		return
	}
	if d.host.Faults.Hang {
		_, _ = io.Copy(io.Discard, c) // until the client, or the server, gives up
		return
	}
	_ = c.SetDeadline(time.Now().Add(handshakeLimit))
	conn, channels, requests, err := ssh.NewServerConn(c, d.config())
	if err != nil {
		return
	}
	_ = c.SetDeadline(time.Time{})
	d.tally(func(n *Counts) { n.Logins++ })
	var inside sync.WaitGroup
	defer inside.Wait()
	inside.Go(func() { d.answer(requests) })
	for open := range channels {
		switch {
		case open.ChannelType() == "session" && d.enter():
			inside.Go(func() { d.session(c, conn.User(), open) })
		case open.ChannelType() == "session":
			_ = open.Reject(ssh.ResourceShortage, "too many sessions")
		case open.ChannelType() == "direct-tcpip" && d.host.Forward:
			inside.Go(func() { d.forward(open) })
		default:
			_ = open.Reject(ssh.Prohibited, "not served here")
		}
	}
}

func (d *Door) config() *ssh.ServerConfig {
	cfg := &ssh.ServerConfig{NoClientAuth: d.host.Open, ServerVersion: "SSH-2.0-rung"}
	cfg.PublicKeyCallback = func(_ ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
		for _, known := range d.host.Authorized {
			if bytes.Equal(known.Marshal(), key.Marshal()) {
				return &ssh.Permissions{}, nil
			}
		}
		return nil, errors.New("the key is not authorized")
	}
	cfg.AddHostKey(d.host.Key)
	return cfg
}

// answer replies to the requests of a connection: keepalives, above all.
func (d *Door) answer(requests <-chan *ssh.Request) {
	for r := range requests {
		alive := r.Type == "keepalive@openssh.com"
		if alive {
			d.tally(func(n *Counts) { n.Keepalives++ })
		}
		if r.WantReply {
			_ = r.Reply(alive, nil)
		}
	}
}

// enter counts a session in, unless there are as many as may be.
func (d *Door) enter() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if limit := d.host.Faults.MaxSessions; limit > 0 && d.count.Sessions >= limit {
		return false
	}
	d.count.Sessions++
	d.count.MaxSessions = max(d.count.MaxSessions, d.count.Sessions)
	return true
}
