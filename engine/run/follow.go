package run

import (
	"context"
	"io"

	"rung/engine/step"
)

// Attach follows a detached command of the run that an earlier life may have started on host, under the name of its
// unit, to its end. found is false where it was not started; it never will be under that name, then.
type Attach func(ctx context.Context, host string, c step.Command, output io.Writer) (result step.Result, found bool, err error)

// Follow waits for the end of the command that start is the start of, and records it.
func (x *Execute) Follow(ctx context.Context, start Event) (ended Event, found bool, err error) {
	t := x.taskOf(start)
	out := &lines{task: t, clock: x.Clock, sink: x.Sink}
	began := x.Clock.Now()
	result, found, err := x.Attach(ctx, t.On, x.dress(step.Command{Unit: start.Unit, Detach: true}, t.On), out)
	out.flush()
	if err != nil {
		return ended, found, err
	}
	now := x.Clock.Now()
	ended = t.event(ActionEnded, now)
	ended.Mutates, ended.Exit, ended.Took = true, result.Exit, now.Sub(began)
	switch {
	case !found:
		ended.Outcome, ended.Text = step.Canceled, "it was never started"
	case result.Exit != 0:
		ended.Outcome = step.Failed
		ended.Text = (&CommandError{Host: t.On, Command: start.Command, Result: result}).Error()
	default:
		ended.Outcome, ended.Data = step.Changed, saidOf(result)
	}
	if err := x.Sink.Record(ended); err != nil {
		return ended, found, &RecordError{err}
	}
	return ended, found, nil
}

// taskOf is the task that start is the start of, as far as its events need it.
func (x *Execute) taskOf(start Event) Task {
	on := start.Host
	if start.On != "" {
		on = start.On
	}
	return Task{On: on, Event: Event{Stage: start.Stage, Host: start.Host, Node: start.Node, Step: start.Step, Type: start.Type, Action: start.Action, Title: start.Title}}
}

var _ Taker = (*Execute)(nil)
