package run

import (
	"context"
	"fmt"
	"sync"

	"rung/engine/guard"
	"rung/engine/inventory"
	"rung/engine/step"
)

// Offline performs nothing: every action is told as it would be done.
type Offline struct {
	Hosts *inventory.Inventory
	Sink  Sink
}

// Perform tells t.
func (o *Offline) Perform(_ context.Context, t Task) (step.Result, step.Outcome, error) {
	e := t.Event
	e.Kind = ActionPlanned
	if t.On != e.Host {
		e.On = t.On
	}
	e.Plan, e.HostEnv = o.dressed(t), dress(o.Hosts, step.Command{}, t.On).Env
	e.Command, e.Mutates = t.Action.Do.Line(), !t.Action.ReadOnly
	if e.Plan.Do.Sudo {
		e.Command = "sudo " + e.Command
	}
	if t.Action.Check != nil {
		e.Check = t.Action.Check.Line()
	}
	if u := t.Action.Until; u != nil {
		e.Until = fmt.Sprintf("%s: every %s, at most %s", u.What, guard.FormatDuration(u.Every), guard.FormatDuration(u.For))
	}
	if err := o.Sink.Record(e); err != nil {
		return step.Result{}, step.Failed, &RecordError{err}
	}
	return step.Result{}, step.Planned, nil
}

// dressed is the action of t with its commands as the host gets them, but for the host's environment.
func (o *Offline) dressed(t Task) *step.Action {
	a := t.Action
	if h := o.Hosts.Host(t.On); h != nil && h.Sudo {
		a.Do.Sudo = true
		if a.Check != nil {
			check := *a.Check
			check.Sudo, a.Check = true, &check
		}
	}
	return &a
}

// Live performs what only reads, and tells the rest. What would be read after
// a planned change of the same thing is told too: the world that it describes
// is not there yet.
type Live struct {
	Execute *Execute
	Offline *Offline
	Knows   func(host string, c step.Command) bool // whether a question can be answered, where not all can; nil: all

	mu      sync.Mutex
	touched map[string]bool // hosts with a planned change; "" is the cluster
}

// Perform reads, or tells.
func (l *Live) Perform(ctx context.Context, t Task) (step.Result, step.Outcome, error) {
	if !l.stale(t) {
		if t.Action.ReadOnly && t.Action.Keep == "" && l.knows(t, &t.Action.Do) && (t.Action.Check == nil || l.knows(t, t.Action.Check)) {
			return l.Execute.Perform(ctx, t)
		}
		if t.Action.Check != nil && l.knows(t, t.Action.Check) {
			result, done, err := l.Execute.check(ctx, t)
			if err != nil || done {
				return result, outcomeOf(step.OK, true, err), err
			}
		}
	}
	if !t.Action.ReadOnly {
		l.touch(t)
	}
	return l.Offline.Perform(ctx, t)
}

// knows says whether c, of t, can be answered. What reads a secret cannot: a dry-run has none to hand out.
func (l *Live) knows(t Task, c *step.Command) bool {
	return !c.Secret && (l.Knows == nil || l.Knows(t.On, dress(l.Execute.Hosts, *c, t.On)))
}

// stale says whether t cannot be asked: it depends on what is not known, or
// on what a planned change would make.
func (l *Live) stale(t Task) bool {
	if t.Open || t.Event.If != "" {
		return true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.touched[t.Event.Host] || l.touched[t.On] || t.Action.On == step.AdminHost && l.touched[""]
}

func (l *Live) touch(t Task) {
	if t.Action.On == step.Here {
		return // the hosts are as they were
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.touched == nil {
		l.touched = map[string]bool{}
	}
	l.touched[t.Event.Host], l.touched[""] = true, true
	if t.Action.On == step.OwnHost {
		l.touched[t.On] = true
	}
}
