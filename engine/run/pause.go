package run

import (
	"context"
	"fmt"
	"slices"
)

// Pauses are where a run rests: what is at work is finished, and nothing new starts until somebody says so.
type Pauses struct {
	Stages []string // after each of these, in every round of a loop
	// Hosts are those after whose turn the run rests: where the turn changed something, and others of the stage come
	// after it. What a stage does on all its hosts at once is no turn.
	Hosts []string
	// Ask says whether to go on; it returns false when ctx ends. Where it is nil, nobody can be asked: the run ends there.
	Ask func(ctx context.Context) bool
}

// rests lets the run rest before it starts anything new.
func (l *loop) rests(after string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.due == "" {
		l.due = after
	}
}

// turned lets the run rest after a host's turn, where the operator wants that.
func (v *visit) turned() {
	inTurns := v.size < len(v.hosts) || len(v.hosts) == 1
	if v.changed && inTurns && slices.Contains(v.loop.Pauses.Hosts, v.host) {
		v.loop.rests(v.host + " in " + v.path)
	}
}

// starts says whether a further host or stage may start. Where a rest is due, wait returns once nothing is at work, and
// then the operator decides.
func (l *loop) starts(wait func()) bool {
	if l.stopped() {
		return false
	}
	if !l.restsSoon() {
		return true
	}
	wait()
	if l.stopped() { // what was still at work may have ended the run
		return false
	}
	return l.goOn()
}

// restsSoon says whether a rest is due.
func (l *loop) restsSoon() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.due != ""
}

func (l *loop) goOn() bool {
	l.mu.Lock()
	after := l.due
	l.mu.Unlock()
	on := false
	if l.Pauses.Ask != nil {
		l.emit(Event{Kind: Paused, Text: "after " + after + ", as you asked; nothing is at work"})
		on = l.Pauses.Ask(l.going)
		l.emit(Event{Kind: Resumed, Text: map[bool]string{true: "the run goes on", false: "the run ends here"}[on]})
	}
	l.mu.Lock()
	l.due = "" // those that came due meanwhile included
	l.mu.Unlock()
	if !on && !l.asked() {
		l.fail(ExitPaused, fmt.Sprintf("paused after %s, as --pause-after says: nothing new was started", after))
	}
	return !l.stopped()
}

// late ends the run where no further start is wanted at this time of day.
func (l *loop) late() {
	if l.NotAfter.IsZero() || l.Clock.Now().Before(l.NotAfter) {
		return
	}
	text := fmt.Sprintf("it is past %s, and --not-after says that nothing new starts then", l.NotAfter.Format("15:04"))
	l.mu.Lock()
	told := l.tardy
	l.tardy = true
	l.mu.Unlock()
	if !told {
		l.fail(ExitPaused, text)
		l.emit(Event{Kind: Stopping, Text: text + "; what is at work is finished"})
	}
}

// nothingAtWork is for where no host is at work anyhow: between two stages.
func nothingAtWork() {}
