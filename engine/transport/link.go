package transport

import (
	"context"
	"net"
	"strconv"
	"sync"

	"rung/engine/inventory"
	"rung/engine/step"
)

// link is the way to one host: its connection, as long as there is one.
type link struct {
	ssh  *SSH
	host inventory.Host // resolved
	via  *link          // the last hop before it; nil where it is reached directly

	mu   sync.Mutex
	last *attempt
}

// attempt is one try to connect, shared by all who want the connection.
type attempt struct {
	done chan struct{}
	conn *connection
	err  error
}

// addr is where the host listens, as known_hosts names it.
func (l *link) addr() string {
	return net.JoinHostPort(l.host.Address, strconv.Itoa(l.host.Port))
}

// connect returns the connection to the host, and makes it where there is
// none. Whoever comes while it is being made waits for the same one.
func (l *link) connect(ctx context.Context) (*connection, error) {
	a := l.attempt()
	select {
	case <-a.done:
		return a.conn, a.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

func (l *link) attempt() *attempt {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.last != nil && (!l.last.over() || l.last.stands()) {
		return l.last
	}
	a := &attempt{done: make(chan struct{})}
	l.last = a
	started := l.ssh.own(func() {
		defer close(a.done)
		a.conn, a.err = l.dial(l.ssh.base)
	})
	if !started {
		a.err = l.unreachable(step.NoContact, errClosed)
		close(a.done)
	}
	return a
}

// over says whether the attempt has led to a connection, or an error.
func (a *attempt) over() bool {
	select {
	case <-a.done:
		return true
	default:
		return false
	}
}

// stands says whether the attempt has led to a connection that still holds.
func (a *attempt) stands() bool { return a.over() && a.err == nil && !a.conn.lost() }

// forget makes the next command dial again, although c may seem to hold. It is
// not closed: other commands, or hosts behind it, may be using it.
func (l *link) forget(c *connection) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if a := l.last; a != nil && a.over() && a.conn == c {
		l.last = nil
	}
}

// Standing says whether there is a connection to host now. It asks nobody: a
// host that has just gone may still seem to be there.
func (s *SSH) Standing(host string) bool {
	l := s.links[host]
	if l == nil {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last != nil && l.last.stands()
}
