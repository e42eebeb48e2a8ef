package run

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"strconv"
	"strings"
	"sync"
	"time"

	"rung/engine/guard"
	"rung/engine/inventory"
	"rung/engine/step"
)

// Task is one action on its way to a host.
type Task struct {
	Event   Event  // what the events of the task have in common
	On      string // the host where it is carried out
	Action  step.Action
	Known   bool            // the host was reached before in the run
	Going   context.Context // ends when no further step may start, and then a host that is away is not waited for; nil: it is
	Outputs bool            // its step has some, which are made of what it says
	Open    bool            // its texts hold names without a value: good to show, not to perform
}

// Performer carries actions out, or does not: the one thing in which an
// offline dry-run, a preview, a rehearsal and a run differ.
type Performer interface {
	// Perform returns what came of t. The error says why an outcome is not ok,
	// changed or planned.
	Perform(ctx context.Context, t Task) (step.Result, step.Outcome, error)
}

// Execute performs actions for real: check, then do, or wait.
type Execute struct {
	Exec  step.Exec
	Hosts *inventory.Inventory
	Clock Clock
	Sink  Sink
	Vault func(path string, recipients []string) (Vault, error) // begins a file on this machine; nil: none can be made
	Shelf Shelf                                                 // of the run; nil: nothing is kept
	Agree func(Task) error                                      // asked before each change leaves; its error refuses it. nil: all may

	Secrets []guard.Secret // of the run: where a command is given one and repeats it, that is neither told nor kept

	Memory *Memory // of the run's earlier lives; nil: none
	Attach Attach  // nil only where there is no memory

	mu     sync.Mutex
	starts map[string]int // of detached commands, by what they are for
}

// Perform carries t out.
func (x *Execute) Perform(ctx context.Context, t Task) (step.Result, step.Outcome, error) {
	a := t.Action
	if a.Check != nil {
		result, done, err := x.check(ctx, t)
		if err != nil || done {
			return result, outcomeOf(step.OK, true, err), err
		}
	}
	if x.Agree != nil && !a.ReadOnly {
		if err := x.Agree(t); err != nil {
			return step.Result{}, step.Refused, err
		}
	}
	do := x.dress(a.Do, t.On)
	if do.Detach && !a.ReadOnly && a.Until == nil {
		do.Unit = x.unit(t)
	}
	started := t.event(ActionStarted, x.Clock.Now())
	started.Unit = do.Unit
	started.Command, started.Mutates = a.Do.Line(), !a.ReadOnly // without the host's proxies: they may hold a password
	started.Again = !a.ReadOnly && (a.Check != nil || a.Again || a.Save != nil || t.On == step.ThisMachine)
	if do.Sudo {
		started.Command = "sudo " + started.Command
	}
	if err := x.Sink.Record(started); err != nil {
		return step.Result{}, step.Failed, &RecordError{err}
	}
	began := x.Clock.Now()
	result, err := x.do(ctx, t, do)
	file := ""
	if err == nil && a.Keep != "" {
		file, err = x.shelve(t, result.Stdout)
	}
	if result.At.IsZero() { // who carried it out does not say: it was now
		result.At = x.Clock.Now()
		result.Took = result.At.Sub(began)
	}
	outcome := step.Changed
	if a.ReadOnly {
		outcome = step.OK
	}
	outcome = outcomeOf(outcome, a.ReadOnly || a.Save != nil, err)
	ended := t.event(ActionEnded, x.Clock.Now())
	ended.Outcome, ended.Exit, ended.Took, ended.Mutates, ended.File = outcome, result.Exit, result.Took, !a.ReadOnly, file
	switch {
	case err != nil:
		ended.Text = err.Error()
	case t.Outputs && !a.ReadOnly && a.Save == nil:
		ended.Data = saidOf(result)
	}
	if e := x.Sink.Record(ended); e != nil && err == nil {
		return result, step.Failed, &RecordError{e}
	}
	return result, outcome, err
}

// unit names the start of a detached command that is at hand: by the place of
// its action in the run, and how often it was started there before, in all lives
// of the run.
func (x *Execute) unit(t Task) string {
	e := t.Event
	action := actionOf(e)
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.starts == nil {
		x.starts = map[string]int{}
		if x.Memory != nil {
			maps.Copy(x.starts, x.Memory.starts)
		}
	}
	x.starts[action]++
	sum := sha256.Sum256([]byte(action + "\x00" + strconv.Itoa(x.starts[action])))
	return e.Type + "-" + hex.EncodeToString(sum[:6])
}

// check asks whether there is anything left to do.
func (x *Execute) check(ctx context.Context, t Task) (step.Result, bool, error) {
	c := x.dress(*t.Action.Check, t.On)
	result, err := x.exec(ctx, t.On, c, true, nil)
	switch {
	case err != nil:
		return result, false, err
	case result.Exit > 1:
		return result, false, &CommandError{Host: t.On, Command: c.Line(), Result: result, What: fmt.Sprintf("the check before it answered neither done (0) nor to do (1), but %d", result.Exit)}
	}
	result.Checked = result.Exit == 0
	return result, result.Checked, nil
}

func (x *Execute) do(ctx context.Context, t Task, c step.Command) (step.Result, error) {
	switch {
	case t.Action.Until != nil:
		return x.until(ctx, t, c)
	case t.Action.Save != nil:
		return x.save(ctx, t, c)
	case t.Action.Keep != "":
		return x.glance(ctx, t, c)
	}
	var out *lines
	if !t.Action.ReadOnly {
		out = &lines{task: t, clock: x.Clock, sink: x.Sink}
		if c.Secret {
			out.hush = x.hush
		}
		defer out.flush()
	}
	if c.Detach {
		defer x.tellPatience(ctx, t)()
	}
	result, err := x.exec(ctx, t.On, c, t.Action.ReadOnly, out)
	if err == nil && result.Exit != 0 {
		err = &CommandError{Host: t.On, Command: c.Line(), Result: result, Why: x.explain(ctx, t)}
	}
	return result, err
}

// explain asks why an action failed, where its step type knows how to ask.
func (x *Execute) explain(ctx context.Context, t Task) string {
	if t.Action.Explain == nil || ctx.Err() != nil {
		return ""
	}
	ctx, release := bound(ctx, x.Clock, lastTry, errHangs)
	defer release()
	result, err := x.once(ctx, t.On, x.dress(*t.Action.Explain, t.On), nil)
	if err != nil || result.Exit != 0 {
		return ""
	}
	return strings.TrimSpace(string(result.Stdout))
}

// tellPatience says, once ctx ends, that a command with Detach is waited for.
// over must be called when it has ended.
func (x *Execute) tellPatience(ctx context.Context, t Task) (over func()) {
	told := make(chan struct{})
	quiet := context.AfterFunc(ctx, func() {
		defer close(told)
		why := byOperator
		if cause := context.Cause(ctx); errors.Is(cause, errTimeout) {
			why = cause.Error()
		}
		e := t.event(Noted, x.Clock.Now())
		e.Text, e.Warning = why+": this command must not be cut off, and is waited for", true
		_ = x.Sink.Record(e) // the end of the action is recorded next, and would fail as well
	})
	return func() {
		if !quiet() {
			<-told
		}
	}
}

// exec runs c. A read-only command whose link was lost is asked once more: it
// changed nothing.
func (x *Execute) exec(ctx context.Context, host string, c step.Command, readOnly bool, out *lines) (step.Result, error) {
	result, err := x.once(ctx, host, c, out)
	if readOnly && errors.Is(err, step.ErrLost) && ctx.Err() == nil {
		result, err = x.once(ctx, host, c, out)
		if errors.Is(err, step.ErrLost) {
			err = fmt.Errorf("%w, twice; it only reads: nothing was changed", err)
		}
	}
	return result, err
}

func (x *Execute) once(ctx context.Context, host string, c step.Command, out *lines) (step.Result, error) {
	var told io.Writer // an interface without a value, and not one of a nil
	if out != nil {
		told = out
	}
	result, err := x.Exec.Exec(ctx, host, c, told)
	if c.Secret {
		result.Stdout, result.Stderr = x.hush(result.Stdout), x.hush(result.Stderr)
	}
	return result, err
}

// dress adds what the host needs: sudo, and its proxies.
func (x *Execute) dress(c step.Command, host string) step.Command { return dress(x.Hosts, c, host) }

func dress(hosts *inventory.Inventory, c step.Command, host string) step.Command {
	h := hosts.Host(host)
	if h == nil {
		return c
	}
	c.Sudo = c.Sudo || h.Sudo
	for _, name := range sortedKeys(h.Env) {
		c.Env = append(c.Env[:len(c.Env):len(c.Env)], name+"="+h.Env[name])
	}
	return c
}

// outcomeOf judges how a command ended. What only reads leaves nothing in doubt.
func outcomeOf(good step.Outcome, readOnly bool, err error) step.Outcome {
	switch {
	case err == nil:
		return good
	case !readOnly && errors.Is(err, step.ErrLost):
		return step.Unknown
	case errors.Is(err, context.Canceled):
		return step.Canceled
	}
	return step.Failed
}

var errTimeout = errors.New("the step's timeout")

func (t Task) event(k Kind, at time.Time) Event {
	e := t.Event
	e.Kind, e.At = k, at
	if t.On != e.Host {
		e.On = t.On
	}
	return e
}
