package lock_test

import (
	"context"
	"errors"
	"io"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rung/engine/lock"
	"rung/engine/step"
)

// ledger counts what is started.
type ledger struct {
	mu      sync.Mutex
	started int
}

func (l *ledger) Exec(context.Context, string, step.Command, io.Writer) (step.Result, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.started++
	return step.Result{}, nil
}

// frozen is a way on which nothing moves from a time on, until thaw is closed: what was under way is lost then.
type frozen struct {
	*way
	from time.Time
	thaw chan struct{}
}

func (f *frozen) Exec(ctx context.Context, host string, c step.Command, output io.Writer) (step.Result, error) {
	if time.Now().After(f.from) {
		select {
		case <-f.thaw:
		default:
			<-f.thaw
			return step.Result{}, step.ErrLost
		}
	}
	return f.way.Exec(ctx, host, c, output)
}

// asleep is ana, whose machine slept for that long in the middle of her run, and what she starts as it wakes up.
func asleep(t *testing.T, w *way, d time.Duration) (sure step.Exec, l *ledger, news chan lock.Found, wake, release func()) {
	t.Helper()
	f := &frozen{w, time.Now().Add(2 * time.Minute), make(chan struct{})}
	mine := site(w.Cluster, all)
	mine.Exec = f
	ana, news := keeping(t, mine)
	time.Sleep(2*time.Minute + d)
	l = &ledger{}
	return ana.Sure(l), l, news, func() { close(f.thaw) }, func() { _ = ana.Release(t.Context()) }
}

func TestWhoWakesUpToALostLockStartsNothingMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &way{Cluster: cluster(t)}
		sure, l, news, wake, release := asleep(t, w, lock.Expiry+time.Minute)
		defer release()
		bob, err := attempt(t, site(w.Cluster, all), "bob", onceExpired)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = bob.Release(t.Context()) }()
		var command sync.WaitGroup
		command.Go(func() {
			if _, err := sure.Exec(t.Context(), "w1", toy, nil); !errors.Is(err, context.Canceled) {
				t.Errorf("%v", err)
			}
		})
		synctest.Wait() // it is on its way
		wake()
		command.Wait()
		if f := <-news; f.Who.Owner != "bob" || l.started != 0 {
			t.Errorf("%d commands were started; told: %+v", l.started, f)
		}
		// What ends what was begun is started all the same.
		if _, err := sure.Exec(t.Context(), "w1", toy, nil); err != nil || l.started != 1 {
			t.Errorf("%v; %d commands were started", err, l.started)
		}
	})
}

func TestWhoWakesUpToTheSameLockGoesOn(t *testing.T) {
	for name, reached := range map[string]bool{"it is asked for": true, "no host can be asked": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := &way{Cluster: cluster(t)}
				sure, l, news, wake, release := asleep(t, w, time.Hour)
				defer release()
				w.closed.Store(!reached)
				wake()
				if _, err := sure.Exec(t.Context(), "w1", toy, nil); err != nil || l.started != 1 {
					t.Errorf("%v; %d commands were started", err, l.started)
				}
				quiet(t, news)
				want := "ana"
				if !reached {
					want = "" // it has expired
				}
				if who := holder(t, site(w.Cluster, all), "bob", onceExpired); who != want {
					t.Errorf("bob is kept out by %q", who)
				}
			})
		})
	}
}

var toy = step.Command{Argv: []string{"reboot"}}
