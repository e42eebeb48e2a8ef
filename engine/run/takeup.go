package run

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"rung/engine/step"
)

// Before a resumed run looks at anything it learns what became of the actions that its earlier lives left open. What
// outlives its link is followed to its end. What has a check is asked by it later, or may be done twice. The rest only a
// person can tell.

// Taker is a Performer that learns how open actions ended.
type Taker interface {
	// Follow waits for the end of a detached command that an earlier life of the run has started, and records it. found
	// is false where it was never started: it never will be, then. The error says why its end is not known.
	Follow(ctx context.Context, start Event) (ended Event, found bool, err error)
}

// Assume says of an action, named in question, whether it has done its work. known is false where nobody can say.
type Assume func(ctx context.Context, question string) (worked, known bool)

// takeUp learns what became of what is open; false says that the run must not go on.
func (l *loop) takeUp(ctx context.Context) bool {
	m := l.Memory
	taker, can := l.Perform.(Taker)
	if m == nil || !can {
		return true
	}
	l.changed = m.change
	var following sync.WaitGroup
	var learning sync.Mutex
	for _, start := range m.open {
		if start.followable() {
			following.Go(func() { l.followed(ctx, taker, start, &learning) })
		}
	}
	following.Wait()
	for _, start := range m.open {
		if !m.known[actionOf(start)] && !start.Again && (l.stopped() || !l.assumed(ctx, start)) {
			return false
		}
	}
	return !l.stopped()
}

// followable says whether the command of a start can be found again.
func (e Event) followable() bool { return e.Unit != "" && e.On != step.ThisMachine }

func (l *loop) followed(ctx context.Context, taker Taker, start Event, learning *sync.Mutex) {
	host := start.Host
	if start.On != "" {
		host = start.On
	}
	tell := Event{Kind: Noted, Stage: start.Stage, Host: start.Host, Step: start.Step, Type: start.Type}
	over := l.saysIfSlow(tell, fmt.Sprintf("%s: an earlier life of this run started it, or was about to: it is looked for on %s, and waited for", start.what(), host))
	ended, found, err := taker.Follow(ctx, start)
	over()
	switch {
	case errors.Is(err, step.ErrUnseen):
		tell.Warning, tell.Text = true, fmt.Sprintf("%s: %v", start.what(), err)
		l.emit(tell)
		return
	case err != nil:
		tell.Warning, tell.Text = true, fmt.Sprintf("%s: how it ended on %s is not known: %v", start.what(), host, err)
		l.emit(tell)
		l.fail(exitFor(err), fmt.Sprintf("%s: %s: %v", host, start.what(), err))
		return
	case !found:
		tell.Text = start.what() + ": an earlier life of this run was about to start it, and never did"
	case goesOn(ended.Outcome):
		tell.Text = start.what() + ": an earlier life of this run started it, and it has ended well"
	default:
		tell.Warning, tell.Text = true, start.what()+": an earlier life of this run started it, and it has failed: it is done again"
	}
	l.emit(tell)
	learning.Lock()
	defer learning.Unlock()
	l.Memory.learn(start, ended)
}

// slow is how long something may take before it is told what is waited for.
const slow = 2 * time.Second

// saysIfSlow emits e with text, unless over is called soon. over must be called.
func (l *loop) saysIfSlow(e Event, text string) (over func()) {
	e.Text, e.Warning = text, true
	done := make(chan struct{})
	var telling sync.WaitGroup
	telling.Go(func() {
		l.Clock.Sleep(slow, done)
		select {
		case <-done:
		default:
			l.emit(e)
		}
	})
	return func() {
		close(done)
		telling.Wait()
	}
}

// exitFor is the exit code where err keeps what is open from being known.
func exitFor(err error) int {
	var record *RecordError
	var away *step.Unreachable
	switch {
	case errors.As(err, &record):
		return ExitInternal
	case errors.As(err, &away):
		return ExitUnreachable
	}
	return ExitUnknown
}

// what names the action of a start, for people.
func (e Event) what() string {
	if e.Title != "" {
		return e.Title
	}
	return e.Step
}

// assumed puts an action that nothing can decide to a person.
func (l *loop) assumed(ctx context.Context, start Event) bool {
	host := start.Host
	if start.On != "" {
		host = start.On
	}
	question := fmt.Sprintf("On %s, in %s, %q was under way: %s\nHas it done its work there?", host, start.Stage, start.what(), start.Command)
	worked, known := false, false
	if l.Assume != nil {
		worked, known = l.Assume(l.going, question)
	}
	if !known {
		text := fmt.Sprintf("whether %q has done its work is not known, and nothing here can tell: look on %s for what this does: %s", start.what(), host, start.Command)
		hint := fmt.Sprintf("then rung resume %s --assume ok, where it has, or rung resume %s --assume failed, where it is to be done again", l.ID, l.ID)
		l.emit(Event{Kind: Noted, Stage: start.Stage, Host: start.Host, Step: start.Step, Type: start.Type, Warning: true, Assumed: true, Text: text, Hint: hint})
		l.fail(ExitUnknown, fmt.Sprintf("%s: whether %q has done its work is not known", host, start.what()))
		return false
	}
	e := start
	e.Kind, e.Command, e.Unit, e.Seq, e.Assumed = ActionEnded, "", "", 0, true
	e.Outcome, e.Text, e.Data = step.Changed, "it has done its work, as the operator says", saidOf(step.Result{})
	if !worked {
		e.Outcome, e.Text = step.Failed, "it has not done its work, as the operator says: it is done again"
	}
	l.emit(e)
	l.Memory.learn(start, e)
	return !l.isBroken()
}

// learn keeps how an open action ended.
func (m *Memory) learn(start, ended Event) {
	m.known[actionOf(start)] = true
	p := m.visits[place{start.Stage, start.Host}]
	switch good := goesOn(ended.Outcome); {
	case p == nil:
	case good:
		p.deeds[deed{start.Step, start.Action}] = done{start, ended}
	default:
		p.drop(start.Step)
	}
	m.change = m.change || goesOn(ended.Outcome)
}
