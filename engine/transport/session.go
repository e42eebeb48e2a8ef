package transport

import (
	"context"
	"errors"
	"fmt"
	"net"

	"golang.org/x/crypto/ssh"
)

// session is an open channel on which one command can run. While it is open it
// holds a slot of its connection.
type session struct {
	ssh.Channel
	requests <-chan *ssh.Request
}

var (
	errBroken  = errors.New("the connection broke")
	errCrowded = errors.New("the host opens no more sessions for now")
)

// session waits for its turn and returns a session: the one that was opened
// ahead, or a new one. The caller gives it back with release.
func (c *connection) session(ctx context.Context) (*session, error) {
	for refusals := 0; ; {
		s, err := c.turn(ctx)
		if s != nil || err != nil {
			return s, err
		}
		s, err = c.open(ctx)
		var refusal *ssh.OpenChannelError
		switch {
		case errors.Is(err, errCrowded):
			continue
		case errors.As(err, &refusal) && refusals == 0:
			refusals++ // the last of the others may just have ended
			continue
		case errors.As(err, &refusal):
			return nil, fmt.Errorf("it opens no session: %s", refusal.Message)
		}
		return s, err
	}
}

// turn waits for the session that was opened ahead, or for a slot: then both
// results are nil.
func (c *connection) turn(ctx context.Context) (*session, error) {
	for {
		var s *session
		select {
		case s = <-c.ahead:
		default:
			select {
			case s = <-c.ahead:
			case c.slots <- struct{}{}:
				return nil, nil
			case <-c.dead:
				return nil, errBroken
			case <-ctx.Done():
				return nil, context.Cause(ctx)
			}
		}
		if !s.ended() {
			return s, nil
		}
		c.release()
	}
}

// ended says whether the host has closed a session that nobody used.
func (s *session) ended() bool {
	select {
	case r, open := <-s.requests:
		if open && r.WantReply {
			_ = r.Reply(false, nil)
		}
		return !open
	default:
		return false
	}
}

// open opens a session in a slot that is taken already, and gives the slot back
// where it cannot; but after errCrowded, which says that the host allows fewer
// sessions than we have slots, it stays taken for good. When ctx ends open
// returns at once; a session that comes later is closed.
func (c *connection) open(ctx context.Context) (*session, error) {
	type answer struct {
		s   *session
		err error
	}
	got := make(chan answer)
	owned := c.link.ssh.own(func() {
		opened, err := c.openChannel()
		a := answer{opened, err}
		if err == nil {
			c.active.Add(1)
		}
		select {
		case got <- a:
		case <-ctx.Done():
			if err != nil {
				<-c.slots
				return
			}
			c.discard(a.s)
		}
	})
	if !owned {
		<-c.slots
		return nil, errClosed
	}
	select {
	case a := <-got:
		var refusal *ssh.OpenChannelError
		switch {
		case a.err == nil:
			return a.s, nil
		case errors.As(a.err, &refusal) && c.active.Load() > 0:
			return nil, errCrowded
		case errors.As(a.err, &refusal):
			<-c.slots
			return nil, a.err
		}
		<-c.slots
		return nil, fmt.Errorf("%w: %w", errBroken, a.err)
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// openChannel asks the host for a session. It returns when the connection has ended: the client then tells those who wait
// for a channel, but not who asked in its last moment (mux.loop of golang.org/x/crypto/ssh forgets its channels before it
// closes the connection). That one waits for ever, so nobody waits for it.
func (c *connection) openChannel() (*session, error) {
	type answer struct {
		s   *session
		err error
	}
	got := make(chan answer, 1)
	go func() {
		ch, requests, err := c.client.OpenChannel("session", nil)
		got <- answer{&session{ch, requests}, err}
	}()
	select {
	case a := <-got:
		if a.err != nil {
			return nil, a.err
		}
		return a.s, nil
	case <-c.dead:
		return nil, net.ErrClosed
	}
}

// prepare opens a session for the next command while this one runs, so that it
// need not wait a round trip for one. The first command of a connection does
// not: it may be the only one.
func (c *connection) prepare() {
	if c.commands.Add(1) == 1 || len(c.ahead) > 0 || !c.preparing.CompareAndSwap(false, true) {
		return
	}
	select {
	case c.slots <- struct{}{}:
	default:
		c.preparing.Store(false)
		return
	}
	owned := c.link.ssh.own(func() {
		defer c.preparing.Store(false)
		s, err := c.open(c.link.ssh.base)
		if err != nil {
			return
		}
		select {
		case c.ahead <- s:
		default:
			c.discard(s)
		}
	})
	if !owned {
		c.preparing.Store(false)
		<-c.slots
	}
}

// release gives the slot of a session back that has ended.
func (c *connection) release() {
	c.active.Add(-1)
	<-c.slots
}

// discard ends a session that nobody will use.
func (c *connection) discard(s *session) {
	_ = s.Close()
	ssh.DiscardRequests(s.requests) // until the host has closed it too, or is gone
	c.release()
}
