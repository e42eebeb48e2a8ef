package twin_test

import (
	"fmt"
	"testing"
	"time"
	"unsafe"

	"rung/engine/run"
)

// leapt is a time as time.Now says it on a machine whose clock was set meanwhile: the time on the wall is another one, and
// the monotonic one, which tells durations, goes on. Nothing but a clock makes such times, so this knows how they lie in
// memory: a flag, 33 bits of seconds since 1885 and 30 of nanoseconds, and then the monotonic time in a word of its own.
func leapt(t time.Time, by time.Duration) time.Time {
	wall := t.Round(0).Add(by)
	seconds := wall.Unix() - time.Date(1885, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	set := wall
	words := (*[2]uint64)(unsafe.Pointer(&set))
	words[0] = 1<<63 | uint64(seconds)<<30 | uint64(wall.Nanosecond())
	words[1] = uint64(t.Sub(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)))
	if !set.Round(0).Equal(wall) {
		panic(fmt.Sprintf("%s is not %s: times lie in memory in another way by now", set, wall))
	}
	return set
}

// setClock is the clock of a controller, which is set forwards and backwards.
type setClock struct {
	run.Wall
	ahead func() time.Duration
}

func (c setClock) Now() time.Time { return leapt(time.Now(), c.ahead()) }

func TestALeapMovesTheWallAlone(t *testing.T) {
	var by time.Duration
	clock := setClock{ahead: func() time.Duration { return by }}
	before := clock.Now()
	for _, by = range []time.Duration{0, time.Hour, -3 * time.Hour} {
		after := clock.Now()
		if d := after.Sub(before); d < 0 || d > time.Minute {
			t.Errorf("set by %s, a moment took %s", by, d)
		}
		if d := after.Round(0).Sub(before.Round(0)) - by; d < 0 || d > time.Minute {
			t.Errorf("set by %s, the wall moved by %s more", by, d)
		}
	}
}
