package lock

import (
	"context"
	"fmt"
	"io"
	"time"

	"rung/engine/step"
)

const (
	nap    = time.Minute      // a machine that is awake looks up more often: see Keep
	enough = 10 * time.Second // between two looks at the lock that were in vain
)

// Sure returns x, but where this machine slept in the middle of the run, so that
// the lock may have fallen, a sign of life is given before the next command.
// Where the lock is lost, that command is not started: the error is of
// context.Canceled. What comes after it, to end what was begun, is. Where the
// hosts cannot be asked, nothing is known, and it is started. It is for after
// Keep.
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

// known says whether there is nothing to ask: it is lost, or this machine did not sleep since it was last found to be ours,
// or it was just asked for in vain.
func (l *Lock) known() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lookUp()
	return l.gone || !l.slept || l.site.wall().Sub(l.tried).Abs() < enough
}

// lookUp notices that this machine slept. The clock on the wall counts, for the other one stands still meanwhile. l.mu is
// held.
func (l *Lock) lookUp() {
	now := l.site.wall()
	if now.Sub(l.awake).Abs() > nap {
		l.slept, l.tried = true, time.Time{}
	}
	l.awake = now
}
