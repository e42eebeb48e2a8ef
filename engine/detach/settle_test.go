package detach_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"rung/engine/detach"
	"rung/engine/run"
	"rung/engine/step"
)

// leftAtWork is a host on which toy was started by a rung that went away at once.
func leftAtWork(t *testing.T) host {
	t.Helper()
	away := &step.Unreachable{Host: "w1", Why: step.BadKey, Err: errors.New("it shows another key")}
	h := newHost(t, cut{after: 100}, cut{before: away})
	if _, err := h.exec.Exec(t.Context(), "w1", toy, nil); !errors.Is(err, step.ErrLost) {
		t.Fatalf("%v", err)
	}
	return h
}

func TestWhatAnEarlierRunLeftAtWorkIsNamedAndWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := leftAtWork(t)
		next := &detach.Exec{Raw: h.Cluster, Clock: run.Wall{}}
		var told []string
		settle := func() time.Duration {
			began := time.Now()
			err := next.Settle(t.Context(), []detach.Host{{Name: "w1"}}, func(host, run, unit string) { told = append(told, host+" "+run+" "+unit) })
			if err != nil {
				t.Error(err)
			}
			return time.Since(began).Round(time.Second)
		}
		if took := settle(); took < 20*time.Second || took > 30*time.Second || h.starts(t) != 1 {
			t.Errorf("it waited %s; started %d times", took, h.starts(t))
		}
		same := len(told) == 1 && told[0] == "w1 20260314-150926-toy toy-1"
		if took := settle(); took > 0 || !same || len(told) != 1 {
			t.Errorf("then it waited %s; told: %q", took, told)
		}
	})
}

func TestTheWaitForAnEarlierRunCanBeLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := leftAtWork(t)
		ctx, cancel := context.WithCancel(t.Context())
		stop := time.AfterFunc(5*time.Second, cancel)
		defer stop.Stop()
		err := (&detach.Exec{Raw: h.Cluster, Clock: run.Wall{}}).Settle(ctx, []detach.Host{{Name: "w1"}}, func(string, string, string) {})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
	})
}
