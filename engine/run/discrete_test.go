package run

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"
)

// crew starts some on a discrete clock and waits for them, as a stage does for its hosts.
func crewOf(c *Discrete, size int, each ...func()) {
	g := newGate(size, c)
	for _, f := range each {
		g.enter()
		g.start(func() {
			defer g.leave()
			f()
		})
	}
	g.empty()
}

func TestTimeGoesOnToTheNextEndOfASleepAndToldInThatOrder(t *testing.T) {
	start := time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC)
	for range 100 {
		c := NewDiscrete(start)
		var mu sync.Mutex
		var told []string
		say := func(who string) {
			mu.Lock()
			defer mu.Unlock()
			told = append(told, fmt.Sprintf("%s %s", c.Now().Sub(start), who))
		}
		sleeper := func(who string, spans ...time.Duration) func() {
			return func() {
				for _, span := range spans {
					c.Sleep(span, nil)
					say(who)
				}
			}
		}
		crewOf(c, 3, sleeper("a", time.Hour, time.Second), sleeper("b", time.Second, time.Second), sleeper("c", 2*time.Second), sleeper("d", time.Hour))
		say("all")
		want := []string{"1s b", "2s c", "2s b", "1h0m0s a", "1h0m1s a", "1h0m2s d", "1h0m2s all"}
		if !slices.Equal(told, want) {
			t.Fatalf("got  %q\nwant %q", told, want)
		}
	}
}

func TestADeadlineEndsASleepAtItsTimeAndNothingHappensMeanwhile(t *testing.T) {
	start := time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC)
	why := errors.New("too late")
	for range 100 {
		c := NewDiscrete(start)
		var ended, other time.Duration
		var cause error
		crewOf(c, 2, func() {
			ctx, release := deadline(context.Background(), c, 5*time.Second, why)
			defer release()
			c.Sleep(time.Hour, ctx.Done())
			ended, cause = c.Now().Sub(start), context.Cause(ctx)
		}, func() {
			c.Sleep(6*time.Second, nil)
			other = c.Now().Sub(start)
		})
		if ended != 5*time.Second || !errors.Is(cause, why) || other != 6*time.Second {
			t.Fatalf("the sleep ended after %s, %v; another one after %s", ended, cause, other)
		}
	}
}

func TestADeadlineThatWasReleasedMovesNoTime(t *testing.T) {
	start := time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC)
	c := NewDiscrete(start)
	_, release := deadline(context.Background(), c, time.Hour, errHangs)
	release()
	c.Sleep(time.Second, nil)
	if took := c.Now().Sub(start); took != time.Second {
		t.Errorf("%s have passed", took)
	}
}

func TestWhoStepsAsideWorksBesideTheOthersAndComesBackInOrder(t *testing.T) {
	start := time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC)
	for range 200 {
		c := NewDiscrete(start)
		var mu sync.Mutex
		var aside, back []string
		say := func(told *[]string, who string) {
			mu.Lock()
			defer mu.Unlock()
			*told = append(*told, fmt.Sprintf("%s %s", c.Now().Sub(start), who))
		}
		met := make(chan struct{})
		crewOf(c, 4, func() {
			c.Aside(func(turn func()) {
				<-met // b is at work beside a, or this never ends
				turn()
				say(&aside, "a")
			})
			say(&back, "a")
		}, func() {
			c.Aside(func(turn func()) {
				close(met)
				turn()
				say(&aside, "b")
			})
			say(&back, "b")
			c.Aside(func(turn func()) {
				turn()
				say(&aside, "b again")
			})
			say(&back, "b again")
		}, func() {
			c.Aside(func(func()) {}) // it is over before a and b are
			say(&back, "c")
		}, func() {
			c.Sleep(time.Second, nil)
			say(&back, "d")
		})
		if want := []string{"0s a", "0s b", "0s b again"}; !slices.Equal(aside, want) {
			t.Fatalf("aside: got  %q\nwant %q", aside, want)
		}
		if want := []string{"0s a", "0s b", "0s c", "0s b again", "1s d"}; !slices.Equal(back, want) {
			t.Fatalf("back: got  %q\nwant %q", back, want)
		}
	}
}
