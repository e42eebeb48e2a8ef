package transport

import (
	"context"
	"slices"
	"strconv"
	"time"

	"golang.org/x/crypto/ssh"

	"rung/engine/step"
)

// Ending a command takes two ways. A signal request is the protocol's own, but
// OpenSSH knows it only since 7.9, refuses it for root, and cannot reach what
// sudo has started. So every command that may be ended carries a mark in its
// environment, which its children inherit, also behind sudo; where the signal
// does not help, a second command looks for the mark in /proc and sends TERM.

// prompt is how long the signal request is given before the second way.
const prompt = 300 * time.Millisecond

const markName = "RUNG_COMMAND"

func (s *SSH) mark() string { return s.id + "-" + strconv.FormatInt(s.count.Add(1), 10) }

// marked returns command with mark; one with Detach is never ended and has
// none.
func marked(command step.Command, mark string) step.Command {
	if !command.Detach {
		command.Env = slices.Concat([]string{markName + "=" + mark}, command.Env)
	}
	return command
}

const endMarked = `for e in /proc/[0-9]*/environ; do
  if grep -qzxF "$1" "$e" 2>/dev/null; then
    p=${e#/proc/}
    kill -TERM "${p%/environ}" 2>/dev/null || true
  fi
done`

// end asks the command on s to end, which closes ended, and then closes s. It
// may be held up by a connection that takes no more bytes.
func (c *connection) end(s *session, command step.Command, mark string, ended <-chan struct{}) {
	defer func() { _ = s.Close() }()
	ctx, cancel := context.WithTimeout(c.link.ssh.base, grace)
	defer cancel()
	_, _ = s.SendRequest("signal", false, ssh.Marshal(struct{ Name string }{string(ssh.SIGTERM)}))
	timer := time.NewTimer(prompt)
	defer timer.Stop()
	select {
	case <-ended:
		return
	case <-timer.C:
	}
	c.link.ssh.own(func() {
		if other, err := c.session(ctx); err == nil {
			defer c.release()
			_, _ = c.run(other, step.Command{Script: endMarked, Argv: []string{markName + "=" + mark}, Sudo: command.Sudo}, &transcript{})
		}
	})
	select {
	case <-ended:
	case <-ctx.Done():
	}
}
