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

// Patience is how long a host may be away that was there before in the run: long
// enough for a jump host to restart, and for an operator to find a network.
const Patience = 10 * time.Minute

// The pauses between two tries to reach a host that is away: they double.
const (
	firstLook = time.Second
	lastLook  = 30 * time.Second
)

// place performs t. A host that was there in this run and is away now is waited
// for: what was never started can be started later. Its check is asked again.
func (v *visit) place(ctx context.Context, t Task) (step.Result, step.Outcome, error) {
	var gone time.Time
	for pause := firstLook; ; pause = min(2*pause, lastLook) {
		result, outcome, err := v.placed(ctx, t)
		if t.Action.Keep != "" || !v.mayComeBack(err) {
			if !gone.IsZero() && err == nil {
				v.tellAway(t, true, "it is back: going on")
			}
			return result, outcome, err
		}
		if v.leaves(ctx) {
			return v.left(ctx, result, outcome, err)
		}
		now := v.loop.Clock.Now()
		if gone.IsZero() {
			gone = now
			why := strings.TrimPrefix(err.Error(), t.Event.Host+": ") // the note has its name
			v.tellAway(t, true, fmt.Sprintf("%s: nothing was started, and it is tried again for up to %s", why, guard.FormatDuration(Patience)))
		}
		left := Patience - now.Sub(gone)
		if left <= 0 {
			v.loop.part(err)
			return result, outcome, err
		}
		v.rest(ctx, min(pause, left))
		if v.leaves(ctx) {
			return v.left(ctx, result, outcome, err)
		}
	}
}

// left is what came of an action whose host is not waited for any more. Where the run stops, it has not failed.
func (v *visit) left(ctx context.Context, result step.Result, outcome step.Outcome, err error) (step.Result, step.Outcome, error) {
	if ctx.Err() != nil || !v.loop.asked() || v.loop.isBroken() {
		return result, outcome, err
	}
	return result, step.Canceled, fmt.Errorf("%s: %w; nothing was started", v.loop.whyStopped(), err)
}

// rest pauses, for less where the try or the run is over.
func (v *visit) rest(ctx context.Context, d time.Duration) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(v.loop.going, cancel)()
	v.loop.Clock.Sleep(d, ctx.Done())
}

// leaves says whether nobody waits for a host any more: the run stops, and nothing is lost with what was never started
// there. That is so of rescue and always as well: they are tried, and not waited for.
func (v *visit) leaves(ctx context.Context) bool {
	return ctx.Err() != nil || v.loop.asked()
}

// mayComeBack says whether err is the absence of a host that was there before in
// this run.
func (v *visit) mayComeBack(err error) bool {
	var away *step.Unreachable
	if v.loop.ID == "" || !errors.As(err, &away) || away.Why != step.NoContact {
		return false
	}
	return v.loop.knows(away.Host)
}

// knows says whether host was reached in this run.
func (l *loop) knows(host string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.met[host]
}

// meet notes that a host was reached, where err does not say that it was not.
func (l *loop) meet(host string, err error) {
	var away *step.Unreachable
	if errors.As(err, &away) {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.met[host] = true
}

// part forgets that the host that err speaks of was ever reached: it was waited
// for, and is not again.
func (l *loop) part(err error) {
	var away *step.Unreachable
	if errors.As(err, &away) {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.met, away.Host)
	}
}

func (v *visit) tellAway(t Task, warning bool, text string) {
	v.loop.emit(Event{Kind: Noted, Stage: t.Event.Stage, Host: t.Event.Host, Step: t.Event.Step, Warning: warning, Text: text})
}

// absence is a time in which a host is away that was there before.
type absence struct {
	met  bool
	from time.Time // zero where the host is there
}

// over notes what came of a try, and says whether it has ended an absence.
func (a *absence) over(err error, now time.Time) bool {
	var away *step.Unreachable
	switch {
	case !errors.As(err, &away):
		was := !a.from.IsZero()
		a.met, a.from = true, time.Time{}
		return was
	case a.met && a.from.IsZero():
		a.from = now
	}
	return false
}

// left is how long the host may still be away.
func (a *absence) left(now time.Time) time.Duration {
	if a.from.IsZero() {
		return 0
	}
	return Patience - now.Sub(a.from)
}
