package run

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"rung/engine/guard"
	"rung/engine/step"
)

const (
	firstPause = 200 * time.Millisecond // of a wait
	tellEvery  = time.Second            // how often a wait says what it waits for
	lastTry    = time.Minute            // what a try may take when the wait is over
)

var errHangs = errors.New("the command did not end, and was ended")

// until repeats c until it succeeds. A lost link, or a host that is away, is
// "not yet", and so is a try that hangs: it may go on for lastTry longer than
// the wait, and is ended then.
//
// A host that was there and is away is waited for as everywhere (Patience), and
// when it is back the wait begins again: nobody looked meanwhile. A run that
// stops waits for no such host: nothing was started there.
func (x *Execute) until(ctx context.Context, t Task, c step.Command) (step.Result, error) {
	u := t.Action.Until
	began := x.Clock.Now()
	told := began.Add(-tellEvery)
	away := absence{met: t.Known}
	for pause := firstPause; ; pause = min(2*pause, max(u.Every, firstPause)) {
		limited, release := bound(ctx, x.Clock, max(0, u.For-x.Clock.Now().Sub(began))+lastTry, errHangs)
		result, err := x.once(limited, t.On, c, nil)
		release()
		switch {
		case err == nil && result.Exit == 0:
			return result, nil
		case ctx.Err() != nil:
			return result, context.Cause(ctx)
		case err != nil && !notYet(err), absent(err) && t.stops():
			return result, err
		}
		now := x.Clock.Now()
		if away.over(err, now) {
			began = now
		}
		left := max(u.For-now.Sub(began), away.left(now))
		if now.Sub(told) >= tellEvery {
			told = now
			waiting := t.event(Waiting, now)
			waiting.Title, waiting.Text = u.What, lastLine(result, err)
			if e := x.Sink.Record(waiting); e != nil {
				return result, &RecordError{e}
			}
		}
		if left <= 0 {
			return result, &CommandError{Host: t.On, Command: c.Line(), Result: result, Link: err, What: fmt.Sprintf("not within %s: %s", guard.FormatDuration(u.For), u.What)}
		}
		x.pause(ctx, t, min(pause, left), absent(err))
		switch {
		case ctx.Err() != nil:
			return result, context.Cause(ctx)
		case absent(err) && t.stops():
			return result, err
		}
	}
}

// pause waits between two tries; away: for a host that is not there, which the run leaves when it stops.
func (x *Execute) pause(ctx context.Context, t Task, d time.Duration, away bool) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if away && t.Going != nil {
		defer context.AfterFunc(t.Going, cancel)()
	}
	x.Clock.Sleep(d, ctx.Done())
}

// stops says whether no further step may start.
func (t Task) stops() bool { return t.Going != nil && t.Going.Err() != nil }

func notYet(err error) bool {
	return errors.Is(err, step.ErrLost) || errors.Is(err, errHangs) || absent(err)
}

// absent says that err is the absence of a host: nothing was started there.
func absent(err error) bool {
	var away *step.Unreachable
	return errors.As(err, &away)
}

func lastLine(r step.Result, err error) string {
	if err != nil {
		return err.Error()
	}
	text := strings.TrimSpace(string(r.Stderr))
	if text == "" {
		text = strings.TrimSpace(string(r.Stdout))
	}
	return text[strings.LastIndexByte(text, '\n')+1:]
}
