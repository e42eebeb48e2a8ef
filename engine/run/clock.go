package run

import (
	"context"
	"sync"
	"time"
)

// Wall is the clock on the wall.
type Wall struct{}

// Now returns the time.
func (Wall) Now() time.Time { return time.Now() }

// Sleep waits for d, or until done is closed.
func (Wall) Sleep(d time.Duration, done <-chan struct{}) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-done:
	}
}

// Scaled is a clock on which waiting is quick: its time passes only by sleeps,
// each Factor times shorter than it says. What is computed between takes no
// time at all, so a slow machine makes a demo slower, but never late.
type Scaled struct {
	factor float64
	mu     sync.Mutex
	now    time.Time
}

// NewScaled returns a clock that shows start, and is factor times as quick as
// the one on the wall.
func NewScaled(start time.Time, factor float64) *Scaled {
	return &Scaled{factor: factor, now: start}
}

// Now returns the time up to which somebody has slept.
func (s *Scaled) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// Sleep waits for d of the clock's time, or until done is closed.
func (s *Scaled) Sleep(d time.Duration, done <-chan struct{}) {
	end := s.Now().Add(d)
	Wall{}.Sleep(time.Duration(float64(d)/s.factor), done)
	select {
	case <-done:
		return
	default:
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if end.After(s.now) {
		s.now = end
	}
}

// Flowing is a clock that runs Factor times as quick as the one on the wall,
// whether or not anybody sleeps: for a twin that other processes use.
type Flowing struct {
	began  time.Time
	start  time.Time
	factor float64
}

// NewFlowing returns a clock that shows start, and flows on from there.
func NewFlowing(start time.Time, factor float64) *Flowing {
	return &Flowing{began: time.Now(), start: start, factor: factor}
}

// Now returns the clock's time.
func (f *Flowing) Now() time.Time {
	return f.start.Add(time.Duration(float64(time.Since(f.began)) * f.factor))
}

// Shown is what the hosts' own clocks show: the time on the wall, as that of whoever asks them from another process. They
// would seem to be wrong otherwise.
func (f *Flowing) Shown() time.Time { return time.Now() }

// Sleep waits for d of the clock's time, or until done is closed.
func (f *Flowing) Sleep(d time.Duration, done <-chan struct{}) {
	Wall{}.Sleep(time.Duration(float64(d)/f.factor), done)
}

// Lapse waits for d on the wall, unscaled.
func (s *Scaled) Lapse(d time.Duration, done <-chan struct{}) { Wall{}.Sleep(d, done) }

var _ Stopwatch = (*Scaled)(nil)

// deadline returns a context that ends with cause once d of c's time has
// passed. release must be called; it waits for the clock's goroutine.
func deadline(ctx context.Context, c Clock, d time.Duration, cause error) (limited context.Context, release func()) {
	if crew, ok := c.(Crew); ok {
		limited, cancel := context.WithCancelCause(ctx)
		undo := crew.After(d, func() { cancel(cause) })
		return limited, func() {
			undo()
			cancel(context.Canceled)
		}
	}
	return within(ctx, c.Sleep, d, cause)
}

// bound is a deadline that moves no time: see Stopwatch.
func bound(ctx context.Context, c Clock, d time.Duration, cause error) (limited context.Context, release func()) {
	if s, ok := c.(Stopwatch); ok {
		return within(ctx, s.Lapse, d, cause)
	}
	return deadline(ctx, c, d, cause)
}

func within(ctx context.Context, sleep func(time.Duration, <-chan struct{}), d time.Duration, cause error) (limited context.Context, release func()) {
	limited, cancel := context.WithCancelCause(ctx)
	stop, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		sleep(d, stop)
		select {
		case <-stop:
		default:
			cancel(cause)
		}
	}()
	return limited, func() {
		close(stop)
		<-ended
		cancel(context.Canceled)
	}
}
