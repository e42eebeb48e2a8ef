package sshd

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/term"
)

// session is one channel: what a client has asked of it so far.
type session struct {
	door *Door
	wire net.Conn
	user string
	ch   ssh.Channel
	pty  bool

	ctx      context.Context
	cancel   context.CancelFunc
	signal   chan string // the signal that ended the command
	running  sync.WaitGroup
	occupied bool
	leave    func() // counts the session out, once
}

func (d *Door) session(c net.Conn, user string, open ssh.NewChannel) {
	leave := sync.OnceFunc(func() { d.tally(func(n *Counts) { n.Sessions-- }) })
	defer leave()
	ch, requests, err := open.Accept()
	if err != nil {
		return
	}
	s := &session{door: d, wire: c, user: user, ch: ch, signal: make(chan string, 1), leave: leave}
	s.ctx, s.cancel = context.WithCancel(d.server.ctx)
	defer s.cancel()
	defer s.running.Wait()
	for r := range requests {
		ok, program := s.request(r)
		if r.WantReply {
			_ = r.Reply(ok, nil)
		}
		if program != nil { // after the reply: it may end, and the session with it, at once
			s.start(program)
		}
	}
}

// request does what r asks, and says whether it is served. Where r asks for a
// program, that is returned.
func (s *session) request(r *ssh.Request) (ok bool, program func() int) {
	switch r.Type {
	case "pty-req":
		s.pty = true
		return true, nil
	case "env", "window-change":
		return true, nil
	case "signal":
		var m struct{ Name string }
		if ssh.Unmarshal(r.Payload, &m) != nil {
			return false, nil
		}
		select {
		case s.signal <- m.Name:
		default: // it has been told
		}
		s.cancel()
		return true, nil
	case "exec":
		var m struct{ Line string }
		if s.occupied || ssh.Unmarshal(r.Payload, &m) != nil {
			return false, nil
		}
		return true, func() int { return s.command(m.Line, s.ch, s.ch, s.ch.Stderr()) }
	case "shell":
		if s.occupied {
			return false, nil
		}
		return true, s.shell
	}
	return false, nil
}

// start runs body as the one program of the session, and tells the client how
// it ended.
func (s *session) start(body func() int) {
	s.occupied = true
	s.running.Go(func() {
		status := body()
		_ = s.ch.CloseWrite()
		select {
		case name := <-s.signal:
			m := struct {
				Name string
				Core bool
				Text string
				Lang string
			}{Name: name}
			_, _ = s.ch.SendRequest("exit-signal", false, ssh.Marshal(m))
		default:
			_, _ = s.ch.SendRequest("exit-status", false, ssh.Marshal(struct{ Status uint32 }{uint32(status) & 0xff}))
		}
		s.leave() // before the client can know, and open the next
		_ = s.ch.Close()
	})
}

// command runs one line in the host's shell.
func (s *session) command(line string, in io.Reader, out, errs io.Writer) int {
	s.door.tally(func(n *Counts) { n.Commands++ })
	faults := s.door.host.Faults
	if faults.DropAt != nil && faults.DropAt(line) {
		s.wire.Close()
	}
	if faults.Slow > 0 {
		pause(s.ctx, faults.Slow)
	}
	return s.door.host.Shell(s.ctx, s.user, line, in, out, errs)
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// shell reads commands: from a terminal line by line, else all at once.
func (s *session) shell() int {
	if !s.pty {
		script, err := io.ReadAll(bufio.NewReader(s.ch))
		if err != nil {
			return 1
		}
		return s.command(string(script), strings.NewReader(""), s.ch, s.ch.Stderr())
	}
	screen, status := term.NewTerminal(s.ch, s.user+"$ "), 0
	for {
		line, err := screen.ReadLine()
		switch line = strings.TrimSpace(line); {
		case err != nil && !errors.Is(err, term.ErrPasteIndicator):
			return status
		case line == "exit" || line == "logout":
			return status
		case line != "":
			status = s.command(line, strings.NewReader(""), screen, screen)
		}
	}
}
