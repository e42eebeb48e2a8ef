package detach_test

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"rung/engine/step"
)

// line is the way to a host, which breaks: each session as cuts say, in order. Those that come after are whole.
type line struct {
	raw  step.Exec
	cuts []cut

	mu       sync.Mutex
	sessions []time.Time // when they began
}

// cut is how a session ends.
type cut struct {
	after  int   // once it has carried so many bytes; or
	before error // before anything has left; or
	whole  bool  // not before its end
}

var errCut = errors.New("the line is cut")

func (l *line) Exec(ctx context.Context, host string, c step.Command, output io.Writer) (step.Result, error) {
	if ctx.Err() != nil {
		return step.Result{}, context.Cause(ctx)
	}
	how := l.next()
	switch {
	case how.before != nil:
		return step.Result{}, how.before
	case how.whole:
		return l.raw.Exec(ctx, host, c, output)
	}
	broken, breaks := context.WithCancelCause(context.WithoutCancel(ctx))
	defer breaks(nil)
	w := &cutter{to: output, left: how.after, cut: func() { breaks(errCut) }}
	if w.left == 0 {
		w.cut()
	}
	c.Detach = false // the twin would wait, and a line that breaks does not
	if r, err := l.raw.Exec(broken, host, c, w); err != nil && !errors.Is(err, errCut) {
		return r, err
	}
	return step.Result{}, step.ErrLost
}

func (l *line) next() cut {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sessions = append(l.sessions, time.Now())
	if n := len(l.sessions); n <= len(l.cuts) {
		return l.cuts[n-1]
	}
	return cut{whole: true}
}

// cutter lets so many bytes through.
type cutter struct {
	to   io.Writer
	left int
	cut  func()
}

func (w *cutter) Write(b []byte) (int, error) {
	n := min(w.left, len(b))
	_, _ = w.to.Write(b[:n])
	if w.left -= n; w.left == 0 {
		w.cut()
	}
	return len(b), nil
}
