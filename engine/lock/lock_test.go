package lock_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rung/engine/kube"
	"rung/engine/lock"
	"rung/engine/run"
	"rung/engine/twin"
)

// cluster is a twin with three control planes.
func cluster(t *testing.T) *twin.Cluster {
	t.Helper()
	v, err := kube.Parse("1.31.4")
	if err != nil {
		t.Fatal(err)
	}
	c := twin.New(twin.Shape{ControlPlanes: 3, Workers: 1, Version: v}, run.Wall{})
	t.Cleanup(func() {
		if unknown := c.Unknown(); len(unknown) > 0 {
			t.Errorf("the twin does not know %q", unknown[0].Argv)
		}
	})
	return c
}

// site is where the lock lies: on these hosts, in this order.
func site(c *twin.Cluster, hosts string) lock.Site {
	s := lock.Site{Exec: c}
	for _, name := range strings.Fields(hosts) {
		s.Hosts = append(s.Hosts, lock.Host{Name: name})
	}
	return s
}

const all = "cp1 cp2 cp3"

// errHeld is the answer of who is kept out.
type errHeld struct{ lock.Found }

func (e *errHeld) Error() string { return "held by " + e.Who.Owner }

// never lets no lock fall.
func never(_ context.Context, f lock.Found) error { return &errHeld{f} }

// onceExpired lets a lock fall that has expired.
func onceExpired(ctx context.Context, f lock.Found) error {
	if f.Expired {
		return nil
	}
	return never(ctx, f)
}

// attempt takes the lock for somebody of that name.
func attempt(t *testing.T, s lock.Site, name string, falls lock.Falls) (*lock.Lock, error) {
	return s.Take(t.Context(), "key-of-"+name, lock.Record{Playbook: "kubeadm-upgrade", Owner: name, Process: 7}, falls, func(why error) { t.Logf("skipped: %v", why) })
}

func mustTake(t *testing.T, s lock.Site, name string) *lock.Lock {
	t.Helper()
	l, err := attempt(t, s, name, never)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return l
}

// holder is who keeps name out, or "".
func holder(t *testing.T, s lock.Site, name string, falls lock.Falls) string {
	t.Helper()
	l, err := attempt(t, s, name, falls)
	var no *errHeld
	switch {
	case err == nil:
		if err := l.Release(t.Context()); err != nil {
			t.Error(err)
		}
		return ""
	case !errors.As(err, &no):
		t.Errorf("%s: %v", name, err)
	}
	return no.Who.Owner
}

func TestASecondRunIsToldWhoHoldsTheLock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := site(cluster(t), all)
		began := time.Now().UTC().Truncate(time.Second)
		ana := mustTake(t, s, "ana")
		ana.Keep(t.Context(), func(lock.Found) { t.Error("it was told that it lost the lock") })
		ana.Begun("20260314-150926-kubeadm-upgrade")
		time.Sleep(7*time.Minute + 10*time.Second)
		_, err := attempt(t, s, "bob", never)
		var no *errHeld
		if !errors.As(err, &no) {
			t.Fatalf("%v", err)
		}
		want := lock.Record{Run: "20260314-150926-kubeadm-upgrade", Playbook: "kubeadm-upgrade", Owner: "ana", Process: 7}
		if no.Who != want || no.Host != "cp1" || !no.Held || no.Expired || no.Since.Sub(began).Abs() > time.Second || no.Silent > 15*time.Second || no.Now.Sub(no.Since).Round(time.Minute) != 7*time.Minute {
			t.Errorf("told: %+v", no.Found)
		}
		if err := ana.Release(t.Context()); err != nil {
			t.Error(err)
		}
		if who := holder(t, s, "bob", never); who != "" {
			t.Errorf("then it is held by %s", who)
		}
	})
}

func TestTheRunOfTheLockIsLetInAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := site(cluster(t), all)
		mustTake(t, s, "ana")
		time.Sleep(time.Hour) // its process was killed
		mustTake(t, s, "ana")
		if who := holder(t, s, "bob", onceExpired); who != "ana" {
			t.Errorf("bob is kept out by %q", who)
		}
	})
}

// Whatever order their inventories have, and however many come at the same moment, one of them goes on.
func TestManyThatComeAtTheSameMomentAreOneThatGoesOn(t *testing.T) {
	for many := 2; many <= 12; many += 5 {
		t.Run(fmt.Sprint(many), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := site(cluster(t), all)
				said := make(chan string, many)
				for i := range many {
					go func() {
						name := fmt.Sprintf("run-%d", i)
						l, err := attempt(t, s, name, never)
						if err != nil {
							said <- err.Error()
							return
						}
						time.Sleep(time.Hour)
						said <- "went on"
						_ = l
					}()
				}
				var heard []string
				for range many {
					heard = append(heard, <-said)
				}
				slices.Sort(heard)
				kept := slices.DeleteFunc(slices.Clone(heard), func(s string) bool { return s == "went on" })
				if len(kept) != many-1 || len(slices.Compact(kept)) != 1 || !strings.HasPrefix(kept[0], "held by run-") {
					t.Errorf("%q", heard)
				}
			})
		})
	}
}
