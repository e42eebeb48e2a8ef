package transport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"

	"rung/engine/step"
)

// grace is how long a command may take to end after it was asked to, and
// farewell how long the host may take to say that the session is closed.
const (
	grace    = 2 * time.Second
	farewell = time.Second
)

// ending is how a command ended.
type ending struct {
	exit int
	err  error
}

// perform runs command on s and gives s back, at the latest when the
// connection ends: that may be after perform has returned, when ctx ended. One
// with Detach is stayed with: its output goes through the session, and whoever
// writes to a session that was closed is ended by SIGPIPE.
func (c *connection) perform(ctx context.Context, s *session, command step.Command, said *transcript) (int, error) {
	mark := c.link.ssh.mark()
	done := make(chan ending, 1)
	ended := make(chan struct{})
	owned := c.link.ssh.own(func() {
		defer c.release()
		defer close(ended)
		exit, err := c.run(s, marked(command, mark), said)
		done <- ending{exit, err}
	})
	if !owned {
		c.release()
		return 0, c.link.unreachable(step.NoContact, errClosed)
	}
	leave := ctx.Done()
	if command.Detach {
		leave = nil
	}
	select {
	case e := <-done:
		if errors.Is(e.err, step.ErrLost) {
			c.link.forget(c)
		}
		return e.exit, e.err
	case <-leave:
	}
	c.link.ssh.own(func() { c.end(s, command, mark, ended) })
	timer := time.NewTimer(grace + farewell)
	defer timer.Stop()
	select {
	case e := <-done:
		if errors.Is(e.err, step.ErrLost) { // the session was closed, the command not seen to end
			return 0, c.contactLost(context.Cause(ctx))
		}
		return 0, context.Cause(ctx)
	case <-timer.C:
		return 0, c.contactLost(context.Cause(ctx))
	}
}

// run starts the command and stays with it to its end.
func (c *connection) run(s *session, command step.Command, said *transcript) (int, error) {
	started, err := s.SendRequest("exec", true, ssh.Marshal(struct{ Line string }{command.Wire()}))
	if err != nil {
		return 0, c.contactLost(err)
	}
	if !started {
		_ = s.Close()
		ssh.DiscardRequests(s.requests)
		return 0, c.link.noCommands()
	}
	c.prepare()
	var copies sync.WaitGroup
	copies.Go(func() { pump(s, said.out) })
	copies.Go(func() { pump(s.Stderr(), said.err) })
	if input := command.Input(); len(input) == 0 {
		_ = s.CloseWrite()
	} else {
		copies.Go(func() {
			_, _ = s.Write(input) // a command need not read what it is given
			_ = s.CloseWrite()
		})
	}
	exit, known := s.status()
	copies.Wait()
	_ = s.Close()
	if !known {
		return 0, c.contactLost(nil)
	}
	return exit, nil
}

// status reads how the command ended, until the host closes the session. A
// command that a signal ended has the status that a shell would give it.
func (s *session) status() (exit int, known bool) {
	for r := range s.requests {
		switch r.Type {
		case "exit-status":
			var m struct{ Status uint32 }
			if ssh.Unmarshal(r.Payload, &m) == nil {
				exit, known = int(m.Status), true
			}
		case "exit-signal":
			var m struct {
				Name       string
				CoreDumped bool
				Text, Lang string
			}
			if ssh.Unmarshal(r.Payload, &m) == nil {
				exit, known = 128+signals[m.Name], true
			}
		}
		if r.WantReply {
			_ = r.Reply(false, nil)
		}
	}
	return exit, known
}

var signals = map[string]int{"HUP": 1, "INT": 2, "QUIT": 3, "ILL": 4, "TRAP": 5, "ABRT": 6, "BUS": 7, "FPE": 8, "KILL": 9, "USR1": 10, "SEGV": 11, "USR2": 12, "PIPE": 13, "ALRM": 14, "TERM": 15}

// contactLost is the error of a command whose end nobody told us.
func (c *connection) contactLost(why error) error {
	if why == nil || why == io.EOF {
		return fmt.Errorf("%s: %w", c.link.host.Name, step.ErrLost)
	}
	return fmt.Errorf("%s: %w: %w", c.link.host.Name, step.ErrLost, why)
}

// mayWork checks once that the login may use sudo, where the inventory says
// so: better now than in the middle of an upgrade.
func (c *connection) mayWork(ctx context.Context) error {
	if !c.link.host.Sudo {
		return nil
	}
	c.sudoOnce.Do(func() {
		owned := c.link.ssh.own(func() {
			defer close(c.sudoDone)
			ctx, cancel := context.WithTimeoutCause(c.link.ssh.base, c.link.handshakes(), errNoAnswer)
			defer cancel()
			c.sudoErr = c.trySudo(ctx)
		})
		if !owned {
			c.sudoErr = c.link.unreachable(step.NoContact, errClosed)
			close(c.sudoDone)
		}
	})
	select {
	case <-c.sudoDone:
		return c.sudoErr
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (c *connection) trySudo(ctx context.Context) error {
	s, err := c.session(ctx)
	if err != nil {
		return c.link.unreachable(step.NoContact, err)
	}
	said := &transcript{}
	exit, err := c.perform(ctx, s, step.Command{Argv: []string{"true"}, Sudo: true}, said)
	switch {
	case err != nil:
		return c.link.unreachable(step.NoContact, err)
	case exit != 0:
		return c.link.noSudo(exit, said.close())
	}
	return nil
}
