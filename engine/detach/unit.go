package detach

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"rung/engine/step"
)

const (
	usualAway  = 10 * time.Minute
	firstPause = time.Second
	mostPause  = 30 * time.Second
)

// unit is one command on its way.
type unit struct {
	*Exec
	host    string
	command step.Command
	heard   heard
	doubt   bool // it may have been started
	found   bool // it was started by somebody else, if at all: it is only followed
}

// follow starts the command, and stays with it until it has ended, or its host
// has been away for too long.
func (u *unit) follow(ctx context.Context) error {
	away := cmp.Or(u.Away, usualAway)
	var gone time.Time
	var pause time.Duration
	for {
		u.heard.begin()
		result, err := u.Raw.Exec(ctx, u.host, u.wrapped(), &u.heard)
		if over, err := u.judge(result, err); over {
			return err
		}
		if u.heard.reached && err != nil || gone.IsZero() {
			gone, pause = u.Clock.Now(), firstPause
			u.heard.tell("contact was lost; what was started there goes on, and is looked for again for " + away.String())
		}
		left := away - u.Clock.Now().Sub(gone)
		if left > 0 {
			u.Clock.Sleep(min(pause, left), ctx.Done())
			pause = min(2*pause, mostPause)
		}
		if left <= 0 || ctx.Err() != nil {
			return u.givenUp(err, u.Clock.Now().Sub(gone))
		}
	}
}

// judge says whether nothing more is to be learnt, and then what came of it. A
// host that was never reached has started nothing.
func (u *unit) judge(result step.Result, err error) (over bool, came error) {
	u.doubt = u.doubt || u.heard.launched || u.heard.began || errors.Is(err, step.ErrLost)
	var away *step.Unreachable
	switch u.heard.verdict {
	case exited:
		return true, nil
	case gone:
		if u.found && !u.heard.began {
			return true, errNeverStarted
		}
		fallthrough
	case lost:
		return true, fmt.Errorf("%w: %w; it was killed, or the host was restarted%s", step.ErrLost, step.ErrUnseen, u.heard.where())
	case none:
		return true, fmt.Errorf("the command was not started: the host took too long for it%s", said(result))
	}
	switch {
	case !u.doubt && err == nil:
		return true, fmt.Errorf("the command was not started%s", said(result))
	case !u.doubt:
		return true, err
	case errors.As(err, &away) && away.Why == step.BadKey:
		return true, u.givenUp(err, 0)
	}
	return false, nil
}

func (u *unit) givenUp(why error, after time.Duration) error {
	text := "the session ended"
	if why != nil {
		text = why.Error()
	}
	return fmt.Errorf("%w, and not found again in %s (%s)%s", step.ErrLost, after.Round(time.Second), text, u.heard.where())
}

// said is what the host printed instead of what it was asked for.
func said(r step.Result) string {
	text := strings.TrimSpace(string(r.Stderr))
	if text == "" {
		return fmt.Sprintf("; it exited with %d", r.Exit)
	}
	return ": " + text
}

// wrapped is what is sent to the host: the start, or where it is known to have
// started only the following, from the first byte that is not known.
func (u *unit) wrapped() step.Command {
	mode := "start"
	switch {
	case u.heard.began:
		mode = "attach"
	case u.found:
		mode = "claim"
	}
	plain := u.command
	plain.Sudo = false // the script has it
	return step.Command{
		Script: startScript,
		Argv: []string{
			u.Folder, u.Run, u.command.Unit, mode, strconv.Itoa(u.heard.out), strconv.Itoa(u.heard.err),
			plain.Wire(), jobScript, strconv.Itoa(len(plain.Input())),
		},
		Stdin:  plain.Input(),
		Sudo:   u.command.Sudo,
		Detach: true, // the session is stayed with
	}
}
