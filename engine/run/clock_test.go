package run_test

import (
	"testing"
	"testing/synctest"
	"time"

	"rung/engine/run"
)

func TestAScaledClockIsAsManyTimesAsQuick(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		clock := run.NewScaled(began, 60)
		clock.Sleep(time.Hour, nil)
		if wall, scaled := time.Since(began), clock.Now().Sub(began); wall != time.Minute || scaled != time.Hour {
			t.Errorf("an hour took %s on the wall and %s on the clock; want 1m and 1h", wall, scaled)
		}
		done := make(chan struct{})
		close(done)
		clock.Sleep(time.Hour, done)
		if wall := time.Since(began); wall != time.Minute {
			t.Errorf("a sleep that was over at once took %s", wall-time.Minute)
		}
	})
}

func TestALapseOfAScaledClockMovesNoTime(t *testing.T) {
	start := time.Date(2026, 3, 14, 15, 9, 26, 0, time.UTC)
	c := run.NewScaled(start, 1000)
	c.Lapse(time.Millisecond, nil)
	if now := c.Now(); !now.Equal(start) {
		t.Errorf("it is %s, want %s", now, start)
	}
}
