// Package transport carries commands to hosts: SSH over the network, Local on
// this machine. Both are a step.Exec.
//
// The one invariant of SSH: a host has one connection for a whole run, and one
// handshake, until contact is lost. Commands share it, at most eight at once
// (OpenSSH's MaxSessions is 10); the others queue. Hosts behind one jump host
// share the connection to it.
//
// What happens to a command, and what is said of it:
//
//	the host is not reached, or does not let us in   *step.Unreachable: nothing was started
//	the connection broke before the command left     dialled again, once; then as above
//	the connection broke after it left               step.ErrLost: it may have happened
//	the context ends                                 TERM, two seconds, the session is closed: see end; the context's cause
//	… and the command was not seen to end            the same, and step.ErrLost with it: it may still run
//	… and the command has Detach                     waited for, never signalled: a session that closes would break its pipes
//
// Host keys are checked against known_hosts; there is no way to leave that
// out. A connection that answers nothing for three keepalives is lost.
//
// The package knows neither retries nor what commands mean. It never touches
// files on a host: content travels on standard input.
package transport

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kevinburke/ssh_config"
	"github.com/rs/zerolog"

	"rung/engine/inventory"
	"rung/engine/step"
)

// Options say how hosts are reached. The zero value is what an operator wants.
type Options struct {
	AcceptNewHostKeys bool                              // the key of a host that is not on record is recorded, not refused
	KnownHosts        string                            // for hosts without their own; default ~/.ssh/known_hosts and /etc/ssh/ssh_known_hosts
	SSHConfig         string                            // default ~/.ssh/config
	ConnectTimeout    time.Duration                     // for a whole handshake, where the host says nothing else; default 15 s
	Keepalive         time.Duration                     // between two questions whether the host is there; three without an answer are the end; where the host says nothing else; default 15 s
	Passphrase        func(file string) ([]byte, error) // asked at most once for an encrypted key; nil: encrypted keys are left out
	Dials             int                               // handshakes at once; default 64
	Log               zerolog.Logger                    // for people who debug connections
}

func (o Options) withDefaults() Options {
	if o.ConnectTimeout == 0 {
		o.ConnectTimeout = 15 * time.Second
	}
	if o.Keepalive == 0 {
		o.Keepalive = 15 * time.Second
	}
	if o.Dials == 0 {
		o.Dials = 64
	}
	if o.SSHConfig == "" {
		o.SSHConfig = inHome(".ssh", "config")
	}
	return o
}

// inHome returns a path in the operator's home, "" where there is none.
func inHome(elem ...string) string {
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(append([]string{home}, elem...)...)
}

// SSH is a step.Exec over SSH. It connects to a host when it first has to.
type SSH struct {
	options Options
	config  *ssh_config.Config
	keys    *keys
	records *records
	dials   chan struct{} // a place for each handshake under way

	base   context.Context // of everything that outlives a call; ends with Close
	cancel context.CancelCauseFunc
	wait   sync.WaitGroup

	links map[string]*link // by host name, or by hop; complete when New returns

	id    string       // of this transport, in the marks of its commands
	count atomic.Int64 // of marks

	mu     sync.Mutex
	closed bool
}

var _ step.Exec = (*SSH)(nil)

// New returns a transport for hosts. It reads the operator's SSH
// configuration, and connects to nothing yet.
func New(hosts []inventory.Host, options Options) (*SSH, error) {
	options = options.withDefaults()
	config, err := inventory.ReadConfig(options.SSHConfig)
	if err != nil {
		return nil, fmt.Errorf("the SSH configuration cannot be read: %w", err)
	}
	s := &SSH{
		options: options, config: config,
		keys:    &keys{passphrase: options.Passphrase, files: map[string]*identity{}},
		records: &records{options: options, files: map[string]*record{}},
		dials:   make(chan struct{}, options.Dials),
		links:   map[string]*link{},
		id:      rand.Text()[:8],
	}
	s.base, s.cancel = context.WithCancelCause(context.Background())
	for _, h := range hosts {
		s.links[h.Name] = &link{ssh: s, host: inventory.Resolve(h, config)}
	}
	for _, h := range hosts {
		if err := s.route(s.links[h.Name], nil); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// Connect reaches all hosts of names, and returns an error for each that could
// not be: a *step.Unreachable, or the context's cause. Nil means that every
// host is there, lets us in, and lets us sudo where the inventory says so.
func (s *SSH) Connect(ctx context.Context, names []string) map[string]error {
	var mu sync.Mutex
	var failed map[string]error
	var all sync.WaitGroup
	for _, name := range names {
		all.Go(func() {
			if _, err := s.ready(ctx, name); err != nil {
				mu.Lock()
				defer mu.Unlock()
				if failed == nil {
					failed = map[string]error{}
				}
				failed[name] = err
			}
		})
	}
	all.Wait()
	return failed
}

// Exec runs c on host: see step.Exec.
func (s *SSH) Exec(ctx context.Context, host string, c step.Command, output io.Writer) (step.Result, error) {
	began := time.Now()
	said := &transcript{to: output}
	exit, err := s.exec(ctx, host, c, said)
	result := said.close()
	result.Exit, result.Took = exit, time.Since(began)
	return result, err
}

func (s *SSH) exec(ctx context.Context, host string, c step.Command, said *transcript) (int, error) {
	for again := false; ; again = true {
		conn, err := s.ready(ctx, host)
		if err != nil {
			return 0, err
		}
		ch, err := conn.session(ctx)
		switch {
		case err == nil:
			return conn.perform(ctx, ch, c, said)
		case ctx.Err() != nil:
			return 0, context.Cause(ctx)
		case again || !conn.lost():
			return 0, conn.link.unreachable(step.NoContact, err)
		}
		// The connection broke while nothing ran on it: nothing is lost yet.
	}
}

// ready returns the connection to a host, which may be used for commands.
func (s *SSH) ready(ctx context.Context, name string) (*connection, error) {
	l := s.links[name]
	if l == nil {
		return nil, &step.Unreachable{Host: name, Why: step.NoContact, Err: errors.New("it is not a host of the inventory"), Hint: "add it under hosts"}
	}
	conn, err := l.connect(ctx)
	if err != nil {
		return nil, err
	}
	if err := conn.mayWork(ctx); err != nil {
		return nil, err
	}
	return conn, nil
}

// Close closes every connection and waits for all that belongs to them. A
// command that still runs is lost.
func (s *SSH) Close() error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.cancel(errClosed)
	s.wait.Wait()
	s.keys.close()
	return nil
}

var errClosed = errors.New("the transport was closed")

// own runs body in a goroutine that Close waits for. It says no once the
// transport is closed.
func (s *SSH) own(body func()) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.wait.Go(body)
	return true
}
