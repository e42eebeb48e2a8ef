package lock_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rung/engine/lock"
	"rung/engine/step"
	"rung/engine/twin"
)

// severed is a way to a cluster that is cut at the session of that number, before it leaves or after its end: once, or for
// good, as when the machine it begins at goes down.
type severed struct {
	*twin.Cluster
	at    int
	after bool
	dead  bool

	mu       sync.Mutex
	sessions int
}

func (s *severed) Exec(ctx context.Context, host string, c step.Command, output io.Writer) (step.Result, error) {
	s.mu.Lock()
	s.sessions++
	cut, over := s.sessions == s.at, s.dead && s.sessions > s.at
	s.mu.Unlock()
	switch {
	case over:
		return step.Result{}, &step.Unreachable{Host: host, Why: step.NoContact, Err: errors.New("nobody is there")}
	case cut && s.after:
		_, _ = s.Cluster.Exec(ctx, host, c, output)
		return step.Result{}, step.ErrLost
	case cut:
		return step.Result{}, step.ErrLost
	}
	return s.Cluster.Exec(ctx, host, c, output)
}

// everySession takes the lock and gives it back, once for each of the sessions in which that can be cut.
func everySession(t *testing.T, dead bool, check func(t *testing.T, c *twin.Cluster, l *lock.Lock, err error)) {
	for _, after := range []bool{false, true} {
		for at := 1; at <= 6; at++ {
			t.Run(fmt.Sprintf("session %d, after its end %v", at, after), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := &severed{Cluster: cluster(t), at: at, after: after, dead: dead}
					mine := site(w.Cluster, all)
					mine.Exec = w
					l, err := attempt(t, mine, "ana", never)
					if err == nil {
						err = l.Release(t.Context())
					}
					check(t, w.Cluster, l, err)
					if w.sessions < at {
						t.Errorf("there were only %d sessions", w.sessions)
					}
				})
			})
		}
	}
}

func TestALinkThatIsCutOnceLosesNoLock(t *testing.T) {
	everySession(t, false, func(t *testing.T, c *twin.Cluster, l *lock.Lock, err error) {
		if err != nil || l == nil {
			t.Errorf("%v", err)
		}
		found, err := site(c, all).Look(t.Context())
		if err != nil || len(found) != 3 {
			t.Fatalf("%+v, %v", found, err)
		}
		for _, f := range found {
			if f.Held || f.Key != "key-of-ana" {
				t.Errorf("%s: %+v", f.Host, f)
			}
		}
	})
}

// Wherever its machine goes down, on the way to the lock or back, others get it: once it has expired at the latest.
func TestWhoDiesOnTheWayLocksNobodyOutForGood(t *testing.T) {
	everySession(t, true, func(t *testing.T, c *twin.Cluster, _ *lock.Lock, err error) {
		if err == nil {
			t.Error("it did not notice")
		}
		if who := holder(t, site(c, all), "bob", onceExpired); who != "ana" && who != "" {
			t.Errorf("bob is kept out by %q", who)
		}
		time.Sleep(lock.Expiry + time.Second)
		if who := holder(t, site(c, all), "bob", onceExpired); who != "" {
			t.Errorf("after it has expired, bob is kept out by %q", who)
		}
	})
}
