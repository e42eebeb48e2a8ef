package lock

import (
	"context"
	"fmt"
	"io"
	"time"

	"rung/engine/step"
)

// After an hour of sleep a machine wakes up in the middle of a run, whose lock
// fell to another meanwhile. Its next sign of life may be half a minute away.
const (
	doubtful = Expiry - time.Minute // since the last sign of life that came through
	enough   = 10 * time.Second     // between two that did not
)

// Sure returns x, but before a command that comes so late that the lock may
// have fallen, a sign of life is given first. Where the lock is found to be
// lost, that command is not started: the error is of context.Canceled. What
// comes after it, to end what was begun, is. Where no host can be asked, nothing
// is known, and it is started.
// It is for after Keep.
func (l *Lock) Sure(x step.Exec) step.Exec { return sure{x, l} }

type sure struct {
	raw  step.Exec
	lock *Lock
}

func (s sure) Exec(ctx context.Context, host string, c step.Command, output io.Writer) (step.Result, error) {
	if s.lock.found(ctx) {
		return step.Result{}, fmt.Errorf("%s: nothing was started, for the lock of the cluster was lost: %w", host, context.Canceled)
	}
	return s.raw.Exec(ctx, host, c, output)
}

// found says whether the lock was just found to be lost.
func (l *Lock) found(ctx context.Context) bool {
	if l.known() {
		return false
	}
	l.asking.Lock() // one asks for all
	defer l.asking.Unlock()
	if !l.known() {
		l.live(ctx)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.gone
}

// known says whether there is nothing to ask: it is ours, or lost, or was just asked for in vain. The clock on the wall
// counts, for the other one stands still while a machine sleeps.
func (l *Lock) known() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now().Round(0)
	return l.gone || now.Sub(l.heard).Abs() < doubtful || now.Sub(l.tried).Abs() < enough
}
