package transport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"

	"golang.org/x/crypto/ssh/knownhosts"

	"rung/engine/step"
)

// What keeps us from a host is told to someone who may be in the middle of an
// upgrade at night: which host, by which way, what was said, what to do now.

type knownhostsKeyError = knownhosts.KeyError

func (l *link) unreachable(why step.Barrier, err error) *step.Unreachable {
	return &step.Unreachable{Host: l.host.Name, Why: why, Err: err}
}

// behind is the error of a host whose jump host was not reached.
func (l *link) behind(err error) error {
	u := l.unreachable(step.NoContact, fmt.Errorf("its jump host: %w", err))
	var jump *step.Unreachable
	if errors.As(err, &jump) {
		u.Why, u.Hint = jump.Why, jump.Hint
	}
	return u
}

// noContact explains err, which kept us from addr before anything was said of
// keys.
func (l *link) noContact(ctx context.Context, err error) *step.Unreachable {
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	place := l.addr()
	if l.via != nil {
		place += " through " + l.via.host.Name
	}
	u := l.unreachable(step.NoContact, fmt.Errorf("%s: %w", place, plain(err)))
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns):
		u.Hint = "check its address in the inventory: no name server knows it"
	case errors.Is(err, errNoAnswer), errors.Is(err, os.ErrDeadlineExceeded):
		u.Hint = "check its address, that it is up, and that no firewall is between; does it need a jump host?"
	case errors.Is(err, syscall.ECONNREFUSED):
		u.Hint = fmt.Sprintf("check that sshd runs there, on port %d", l.host.Port)
	case errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET):
		u.Hint = "it hung up before the handshake was done: look at its sshd log; is this an SSH port?"
	case strings.Contains(err.Error(), "no common algorithm"):
		u.Hint = "its sshd speaks only algorithms that are not safe any more; update it"
	}
	return u
}

// plain leaves out of err what the reader has been told already.
func plain(err error) error {
	var op *net.OpError
	if errors.As(err, &op) {
		err = op.Err
	}
	var call *os.SyscallError
	if errors.As(err, &call) {
		err = call.Err
	}
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("the connection was closed (%w)", io.EOF)
	}
	return err
}

func (l *link) badKey(err error) *step.Unreachable {
	u := l.unreachable(step.BadKey, err)
	var refused *keyRefused
	if !errors.As(err, &refused) {
		return u
	}
	known := knownhosts.Normalize(l.addr())
	if refused.changed {
		u.Hint = fmt.Sprintf("if the host was set up anew, compare the fingerprint and forget the old key:  ssh-keygen -f %s -R %s  ; if it was not, someone may stand between: do not go on", step.Quote(refused.file), step.Quote(known))
		return u
	}
	if l.via != nil {
		u.Hint = fmt.Sprintf("compare the fingerprint with the host's own and add to %s the line  %s  ; or run again with --accept-new-host-keys", refused.file, knownhosts.Line([]string{known}, refused.key))
		return u
	}
	u.Hint = fmt.Sprintf("compare the fingerprint with the host's own, then run  ssh-keyscan -p %d %s >> %s  , or run again with --accept-new-host-keys", l.host.Port, step.Quote(l.host.Address), step.Quote(refused.file))
	return u
}

// isLoginRefused knows the two ways in which a server turns a login down. The
// library has no types for them.
func isLoginRefused(err error) bool {
	text := err.Error()
	return strings.Contains(text, "unable to authenticate") || strings.Contains(strings.ToLower(text), "too many authentication failures")
}

func (l *link) noLogin(tried *login) *step.Unreachable {
	who := fmt.Sprintf("%s@%s", l.host.User, l.addr())
	u := l.unreachable(step.NoLogin, nil)
	text := who + " takes none of the keys that were offered: " + strings.Join(tried.tried, ", ")
	u.Hint = fmt.Sprintf("put the public key there:  ssh-copy-id -p %d %s@%s  , or correct user and identity_file in the inventory", l.host.Port, l.host.User, l.host.Address)
	if len(tried.tried) == 0 {
		text = who + " wants a key, and there is none to offer"
		u.Hint = "set identity_file in the inventory, or start an agent and ssh-add a key"
	}
	if len(tried.skipped) > 0 {
		text += "; not offered: " + strings.Join(tried.skipped, ", ")
	}
	u.Err = errors.New(text)
	return u
}

func (l *link) noSudo(exit int, said step.Result) *step.Unreachable {
	text := strings.TrimSpace(string(said.Stderr))
	if text == "" {
		text = fmt.Sprintf("exit status %d", exit)
	}
	u := l.unreachable(step.NoSudo, fmt.Errorf("%s@%s cannot sudo -n: %s", l.host.User, l.addr(), text))
	u.Hint = fmt.Sprintf("allow it without a password (in sudoers:  %s ALL=(ALL) NOPASSWD: ALL  ), or log in as root with  sudo: false", l.host.User)
	if exit == 127 {
		u.Hint = "install sudo there, or log in as root with  sudo: false"
	}
	return u
}

// noCommands is the error of a login that may not run commands.
func (l *link) noCommands() *step.Unreachable {
	u := l.unreachable(step.NoLogin, fmt.Errorf("%s@%s may log in, but not run commands", l.host.User, l.addr()))
	u.Hint = "look for ForceCommand or a restricted key there"
	return u
}
