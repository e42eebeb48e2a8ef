package run

import (
	"cmp"
	"context"
	"errors"

	"rung/engine/step"
)

// Ending is how a run ended.
type Ending struct {
	Outcome step.Outcome
	Exit    int
	Text    string // why, where it did not end well
}

// Exit codes, documented once.
const (
	ExitDone        = 0
	ExitFailed      = 1
	ExitUsage       = 2
	ExitUnreachable = 3
	ExitRefused     = 4
	ExitUnknown     = 5
	ExitPaused      = 6 // ended early, as the operator wished beforehand
	ExitInternal    = 70
	ExitInterrupted = 130
)

// byWeight are the exit codes in the order in which they count where several
// apply, and the run's outcome with each.
var byWeight = [...]struct {
	exit    int
	outcome step.Outcome
}{
	{ExitInternal, step.Failed},
	{ExitInterrupted, step.Canceled},
	{ExitUnknown, step.Unknown},
	{ExitFailed, step.Failed},
	{ExitRefused, step.Refused},
	{ExitUnreachable, step.Failed},
	{ExitPaused, step.Canceled},
}

const byOperator = "stopped by the operator"

// whyStopped is what closed Stop.
func (l *loop) whyStopped() string {
	if l.StopWhy == nil {
		return byOperator
	}
	return cmp.Or(l.StopWhy(), byOperator)
}

// note keeps why the run will end with exit. It may go on: a failure can be
// within max_failures.
func (l *loop) note(exit int, why string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, known := l.reasons[exit]; !known {
		l.reasons[exit] = why
	}
}

// fail notes an exit code, and gives no more slots.
func (l *loop) fail(exit int, why string) {
	l.note(exit, why)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.full = true
}

// ending weighs what happened.
func (l *loop) ending(ctx context.Context) Ending {
	interrupted := ctx.Err() != nil || l.asked() && !l.isBroken()
	l.mu.Lock()
	defer l.mu.Unlock()
	if interrupted {
		l.reasons[ExitInterrupted] = l.whyStopped()
	}
	for _, w := range byWeight {
		if why, applies := l.reasons[w.exit]; applies {
			return Ending{w.outcome, w.exit, why}
		}
	}
	if l.changed {
		return Ending{Outcome: step.Changed}
	}
	return Ending{Outcome: step.OK}
}

// exitOf is the exit code for a step that ended with outcome and err.
func exitOf(outcome step.Outcome, err error) int {
	var away *step.Unreachable
	var record *RecordError
	switch {
	case errors.As(err, &record):
		return ExitInternal
	case outcome == step.Unknown:
		return ExitUnknown
	case outcome == step.Refused:
		return ExitRefused
	case outcome == step.Canceled:
		return ExitInterrupted
	case errors.As(err, &away), errors.Is(err, step.ErrLost):
		return ExitUnreachable
	}
	return ExitFailed
}
