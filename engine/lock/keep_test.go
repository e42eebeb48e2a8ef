package lock_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"rung/engine/lock"
	"rung/engine/step"
	"rung/engine/twin"
)

// way is the way to a cluster, which can be closed.
type way struct {
	*twin.Cluster
	closed atomic.Bool
}

func (w *way) Exec(ctx context.Context, host string, c step.Command, output io.Writer) (step.Result, error) {
	if w.closed.Load() {
		return step.Result{}, &step.Unreachable{Host: host, Why: step.NoContact, Err: errors.New("no route to host")}
	}
	return w.Cluster.Exec(ctx, host, c, output)
}

// keeping is a lock that ana keeps over a way, and the news of its loss.
func keeping(t *testing.T, s lock.Site) (*lock.Lock, chan lock.Found) {
	t.Helper()
	l := mustTake(t, s, "ana")
	news := make(chan lock.Found, 1)
	l.Keep(t.Context(), func(f lock.Found) { news <- f })
	return l, news
}

// quiet wants no news.
func quiet(t *testing.T, news chan lock.Found) {
	t.Helper()
	select {
	case f := <-news:
		t.Errorf("it was told that it lost the lock: %+v", f)
	default:
	}
}

func TestALockWithoutASignOfLifeExpiresAndNotBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := cluster(t)
		w := &way{Cluster: c}
		mine := site(c, all)
		mine.Exec = w
		ana, news := keeping(t, mine)
		time.Sleep(7 * time.Minute)
		w.closed.Store(true)
		time.Sleep(lock.Expiry - time.Minute)
		if who := holder(t, site(c, all), "bob", onceExpired); who != "ana" {
			t.Errorf("bob is kept out by %q", who)
		}
		time.Sleep(2 * time.Minute)
		quiet(t, news)
		bob, err := attempt(t, site(c, all), "bob", onceExpired)
		if err != nil {
			t.Fatal(err)
		}
		w.closed.Store(false) // and so ana hears of it
		if f := <-news; f.Who.Owner != "bob" {
			t.Errorf("told: %+v", f)
		}
		if err := ana.Release(t.Context()); err != nil { // it is not hers any more
			t.Error(err)
		}
		if who := holder(t, site(c, all), "cid", never); who != "bob" {
			t.Errorf("cid is kept out by %q", who)
		}
		_ = bob.Release(t.Context())
	})
}

// Clocks that are wrong, or are put right in the middle, make no lock older, and none younger.
func TestNoClockMakesALockOlder(t *testing.T) {
	for _, by := range []time.Duration{-24 * time.Hour, 24 * time.Hour} {
		t.Run(by.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := cluster(t)
				w := &way{Cluster: c}
				mine := site(c, all)
				mine.Exec = w
				ana, news := keeping(t, mine)
				defer func() { _ = ana.Release(t.Context()) }()
				w.closed.Store(true)
				time.Sleep(lock.Expiry - time.Minute)
				for _, host := range mine.Hosts {
					c.ClockAhead(host.Name, by)
				}
				if who := holder(t, site(c, all), "bob", onceExpired); who != "ana" {
					t.Errorf("before it expires, bob is kept out by %q", who)
				}
				time.Sleep(2 * time.Minute)
				if who := holder(t, site(c, all), "bob", onceExpired); who != "" {
					t.Errorf("once it has expired, bob is kept out by %q", who)
				}
				quiet(t, news)
			})
		})
	}
}

func TestAHostThatIsAwayOrRestartedFailsNoRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := cluster(t)
		ana, news := keeping(t, site(c, all))
		for _, host := range []string{"cp1", "cp2", "cp3"} {
			c.Down(host)
			time.Sleep(7 * time.Minute)
			if who := holder(t, site(c, all), "bob", onceExpired); who != "ana" {
				t.Errorf("while %s is down, bob is kept out by %q", host, who)
			}
			c.Up(host)
			time.Sleep(time.Minute)
		}
		quiet(t, news)
		if err := ana.Release(t.Context()); err != nil {
			t.Error(err)
		}
		if who := holder(t, site(c, all), "bob", never); who != "" {
			t.Errorf("then bob is kept out by %q", who)
		}
	})
}

func TestALockThatIsTakenAwayStopsItsRunAndSaysByWhom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := site(cluster(t), all)
		ana, news := keeping(t, s)
		found, err := s.Look(t.Context())
		if err != nil || len(found) != 3 || !found[1].Held || found[1].Who.Owner != "ana" {
			t.Fatalf("%+v, %v", found, err)
		}
		if err := s.Break(t.Context(), found[1], lock.Record{Owner: "cid@desk"}); err != nil {
			t.Fatal(err)
		}
		if f := <-news; !f.Broken || f.Held || f.Who.Owner != "cid@desk" || f.Host != "cp2" {
			t.Errorf("told: %+v", f)
		}
		if err := ana.Release(t.Context()); err != nil {
			t.Error(err)
		}
		bob := mustTake(t, s, "bob")
		if err := s.Break(t.Context(), found[0], lock.Record{Owner: "cid@desk"}); err == nil { // that was ana's
			t.Error("bob's lock was taken for ana's")
		}
		_ = bob.Release(t.Context())
	})
}

func TestALockThatAHostLostIsTakenAgainByItsRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := cluster(t)
		ana, news := keeping(t, site(c, all))
		if _, err := c.Exec(t.Context(), "cp1", step.Command{Argv: []string{"rm", "-r", "/var/lib/rung"}}, nil); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		quiet(t, news)
		if who := holder(t, site(c, "cp1"), "bob", never); who != "ana" {
			t.Errorf("bob is kept out by %q", who)
		}
		_ = ana.Release(t.Context())
	})
}

func TestADiskWithoutRoomIsNoLock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := cluster(t)
		c.DiskFull("cp1", "/var")
		ana := mustTake(t, site(c, all), "ana") // by the other two
		if who := holder(t, site(c, all), "bob", never); who != "ana" {
			t.Errorf("bob is kept out by %q", who)
		}
		_ = ana.Release(t.Context())
		if _, err := attempt(t, site(c, "cp1"), "bob", never); err == nil || !strings.Contains(err.Error(), "the lock of the cluster lies on cp1, more than half of which must answer: cp1: ") || !strings.Contains(err.Error(), "No space left on device") {
			t.Errorf("%v", err)
		}
	})
}

func TestALockThatFellWhereItsHostHadNoRoomIsTakenOnceThereIs(t *testing.T) {
	gone := func(context.Context, lock.Found) error { return nil }
	for what, silence := range map[string]time.Duration{"its process is gone": 10 * time.Second, "it has expired": lock.Expiry + time.Minute} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := cluster(t)
				mustTake(t, site(c, all), "ana") // and dies
				time.Sleep(silence)
				c.DiskFull("cp1", "/var")
				bob, err := attempt(t, site(c, all), "bob", gone)
				if err != nil {
					t.Fatal(err)
				}
				news := make(chan lock.Found, 1)
				bob.Keep(t.Context(), func(f lock.Found) { news <- f })
				time.Sleep(2 * time.Minute)
				quiet(t, news)
				c.DiskFreed("cp1", "/var")
				time.Sleep(2 * time.Minute)
				quiet(t, news)
				found, err := site(c, all).Look(t.Context())
				if err != nil || len(found) != 3 {
					t.Fatalf("%+v, %v", found, err)
				}
				for _, f := range found {
					if !f.Held || f.Who.Owner != "bob" {
						t.Errorf("%+v", f)
					}
				}
				if err := bob.Release(t.Context()); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func TestALockThatAnEarlierLifeGaveBackIsNoLoss(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := cluster(t)
		if err := mustTake(t, site(c, all), "ana").Release(t.Context()); err != nil {
			t.Fatal(err)
		}
		c.DiskFull("cp1", "/var")
		ana, news := keeping(t, site(c, all)) // by the other two
		time.Sleep(2 * time.Minute)
		quiet(t, news)
		c.DiskFreed("cp1", "/var")
		time.Sleep(2 * time.Minute)
		quiet(t, news)
		if found, _ := site(c, "cp1").Look(t.Context()); len(found) != 1 || !found[0].Held {
			t.Errorf("%+v", found)
		}
		// What she had there is a loss, once it is taken away.
		if err := site(c, "cp1").Break(t.Context(), lock.Found{Host: "cp1", Key: "key-of-ana"}, lock.Record{Owner: "bob"}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Minute)
		select {
		case <-news:
		default:
			t.Error("a lock that was taken away is kept")
		}
		_ = ana.Release(t.Context())
	})
}

func TestFewerThanHalfOfTheHostsMayBeAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := cluster(t)
		c.Down("cp1")
		ana := mustTake(t, site(c, all), "ana")
		c.Up("cp1")
		if who := holder(t, site(c, all), "bob", never); who != "ana" { // he has cp1, and gives it back
			t.Errorf("bob is kept out by %q", who)
		}
		if found, _ := site(c, all).Look(t.Context()); len(found) != 3 || found[0].Held || !found[1].Held {
			t.Errorf("%+v", found)
		}
		_ = ana.Release(t.Context())
		c.Down("cp1")
		c.Down("cp3")
		if _, err := attempt(t, site(c, all), "bob", never); err == nil {
			t.Error("one host of three was enough")
		}
	})
}
