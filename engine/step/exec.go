package step

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// Exec carries commands out on hosts: over SSH, on this machine, or on a twin.
type Exec interface {
	// Exec runs c on the host of that name and waits for it. Standard output
	// and error are copied to output as they come (nil: nowhere), and kept in
	// the Result. A command that exits with a status, even one that is not 0,
	// is no error. Errors are ErrLost, *Unreachable, or the context's cause.
	// When ctx ends, the command is asked to end; where it was not seen to, the
	// error is ErrLost besides the cause. One with Detach set that has started
	// is waited for, whatever ctx says, until it ends or contact is lost.
	Exec(ctx context.Context, host string, c Command, output io.Writer) (Result, error)
}

// Listener is an output that is also told what becomes of the way to the host
// while its command runs.
type Listener interface {
	io.Writer
	Tell(text string)
}

// ErrLost means that contact was lost while a command ran: it may or may not
// have done its work.
var ErrLost = errors.New("contact with the host was lost while the command ran")

// ErrUnseen is a reason of ErrLost: the command runs no more, and nobody knows how
// it ended.
var ErrUnseen = errors.New("nobody saw it end")

// Unreachable means that a command was never started, because the host could
// not be reached, or did not let us in.
type Unreachable struct {
	Host string
	Why  Barrier
	Err  error  // what was said
	Hint string // what to do now
}

// Barrier is what kept us from a host.
type Barrier string

// The barriers.
const (
	NoContact Barrier = "no contact"       // no address, refused, timed out, no SSH there
	BadKey    Barrier = "host key refused" // unknown, or not the one on record
	NoLogin   Barrier = "login refused"
	NoSudo    Barrier = "sudo refused"
)

func (u *Unreachable) Error() string {
	return fmt.Sprintf("%s: %s: %v", u.Host, u.Why, u.Err)
}

func (u *Unreachable) Unwrap() error { return u.Err }
