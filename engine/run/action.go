package run

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"rung/engine/diag"
	"rung/engine/guard"
	"rung/engine/playbook"
	"rung/engine/step"
)

// work is what a step wants done on one host, worked out once and tried as
// often as the playbook grants.
type work struct {
	step    step.Step
	typ     *step.Type
	actions []step.Action
	own     string   // the host for what belongs on the step's own host
	open    bool     // its texts hold names without a value: a dry-run
	unknown []string // what may stand for them
}

// carry carries a step out, again where a command said no and another try is
// left.
func (v *visit) carry(ctx context.Context, s *playbook.Step, e Event) ended {
	w, how := v.prepare(s, e)
	if how.outcome != "" {
		return how
	}
	began := e
	began.Kind, began.Mutates = StepStarted, slices.ContainsFunc(w.actions, changes)
	v.loop.emit(began)
	more, how := v.tries(s)
	if how.outcome != "" {
		return how
	}
	for try := 1; ; try++ {
		limited, release := v.timed(ctx, s.Timeout)
		how := v.try(limited, w, e)
		release()
		v.past.drop(s.Key)
		var record *RecordError
		if how.outcome != step.Failed || try > more || v.loop.review != nil || v.over(ctx) || errors.As(how.err, &record) {
			return how
		}
		v.loop.emit(Event{
			Kind: Noted, Stage: e.Stage, Host: e.Host, Step: e.Step, Warning: true,
			Text: fmt.Sprintf("try %d of %d failed: %s", try, more+1, how.text),
		})
		v.loop.Clock.Sleep(s.Pause, v.leave(ctx))
		if v.over(ctx) {
			return how
		}
	}
}

// tries is how many more tries a step has after its first.
func (v *visit) tries(s *playbook.Step) (more int, how ended) {
	if s.Retry == nil {
		return 0, ended{}
	}
	value, missing, err := s.Retry.Value(v.view.values)
	switch {
	case err != nil:
		return 0, ended{outcome: step.Refused, text: "retry: " + err.Error(), final: true}.by(s.Retry, "value")
	case missing != nil && v.view.open(missing): // a dry-run tries once
		return 0, ended{}
	case missing != nil:
		text, hint := v.view.lacking(missing)
		return 0, v.moot("retry: "+text, hint).by(s.Retry, "not-known")
	}
	more, _ = value.(int)
	if more < 0 || more > playbook.MostTries {
		return 0, ended{outcome: step.Refused, text: fmt.Sprintf("retry: %s is %d; want a number from 0 to %d", s.Retry.Source, more, playbook.MostTries), final: true}.by(s.Retry, "value")
	}
	return more, ended{}
}

// timed is ctx with the timeout of one try, where there is one.
func (v *visit) timed(ctx context.Context, timeout time.Duration) (context.Context, func()) {
	if timeout == 0 {
		return ctx, func() {}
	}
	return deadline(ctx, v.loop.Clock, timeout, fmt.Errorf("%w of %s has passed", errTimeout, guard.FormatDuration(timeout)))
}

// leave is closed when a pause between tries should end early.
func (v *visit) leave(ctx context.Context) <-chan struct{} {
	if v.cleaning {
		return ctx.Done()
	}
	return v.loop.going.Done()
}

// prepare works out what s wants done; how has an outcome where it wants
// nothing, or cannot say.
func (v *visit) prepare(s *playbook.Step, e Event) (w work, how ended) {
	st, missing, err := s.Draft.Fill(v.view.values)
	switch {
	case err != nil:
		return w, unfit(s, err)
	case missing != nil && !v.view.open(missing):
		return w, v.moot(v.view.lacking(missing))
	case st == nil:
		return w, v.undecided(e, missing)
	}
	w = work{step: st, typ: s.Draft.Type, open: missing != nil}
	if w.open {
		w.unknown = gaps(s.Draft, v.view.values)
	}
	if w.actions, err = st.Plan(step.Scope{Host: v.scope, Run: v.loop.ID}); err != nil {
		how := unfit(s, err)
		how.open = w.open
		return w, how
	}
	var asked []string
	if w.own, asked, err = v.ownHost(s); err != nil {
		return w, nowhere(s, err)
	}
	if v.admitting && slices.ContainsFunc(w.actions, changes) {
		return w, ended{outcome: step.Refused, text: "the steps of admit only read, and this one would change something", hint: "put it into the steps of the stage", final: true, blame: diag.Diagnostic{Code: "changes"}, always: true}
	}
	if v.gather && slices.ContainsFunc(w.actions, changes) {
		return w, ended{outcome: step.Refused, text: "a stage that gathers only reads, and this step would change something", hint: "put it into a stage without gather", blame: diag.Diagnostic{Code: "changes"}, always: true}
	}
	if v.stage.Outside[v.host] && slices.ContainsFunc(w.actions, changes) {
		return w, ended{outcome: step.Skipped, text: "outside of what this run was narrowed to"}
	}
	if asked != nil && v.loop.review == nil { // which has nothing to tell, and looks for what is wrong on any host
		return w, v.undecided(e, asked)
	}
	return w, ended{}
}

// unfit is a step that cannot be planned with the fields that it has. No command has said so: what helps is the place in the
// playbook. In admit it may fit later: what it is made of is asked afresh.
func unfit(s *playbook.Step, err error) ended {
	blame := playbook.Unplannable(s, err)
	return ended{outcome: step.Failed, text: err.Error(), hint: "it is written at " + blame.Pos.String(), blame: blame}
}

// nowhere is a step whose on: names no one host.
func nowhere(s *playbook.Step, err error) ended {
	how := ended{outcome: step.Refused, text: err.Error(), blame: diag.Diagnostic{Code: "bad-selector"}, always: len(s.On.Exprs()) == 0}
	var found diag.List
	if !errors.As(err, &found) || len(found) == 0 {
		_ = errors.As(err, &how.blame)
	} else {
		how.blame = found[0]
	}
	return how
}

// gaps are what stands in texts of d for expressions without a value.
func gaps(d *step.Draft, values guard.Values) []string {
	var all []string
	for _, e := range d.Exprs() {
		all = append(all, e.Gaps(values)...)
	}
	return all
}

// try performs the actions in order, and collects what they said.
func (v *visit) try(ctx context.Context, w work, e Event) ended {
	outcome, results := step.OK, make([]step.Result, 0, len(w.actions))
	for i, a := range w.actions {
		if v.over(ctx) {
			return ended{outcome: step.Canceled, text: v.whyOver()}
		}
		if late := context.Cause(ctx); errors.Is(late, errTimeout) { // it passed in an action that was waited for
			return ended{outcome: step.Failed, text: late.Error(), err: late}
		}
		t := Task{Event: e, On: w.own, Action: a, Outputs: w.typ.HasOutputs(), Open: w.open}
		t.Event.Action, t.Event.If, t.Event.Unknown = i+1, v.condition(), w.unknown
		if !slices.ContainsFunc(w.actions[:i], changes) { // a host that a step has restarted is not left halfway
			t.Going = v.loop.going
		}
		if t.Event.Title == "" || len(w.actions) > 1 {
			t.Event.Title = a.Title
		}
		if result, known := v.recalledAction(w, t); known {
			results, outcome = append(results, result), worse(outcome, step.Changed)
			continue
		}
		result, got, err := v.asks(ctx, t)
		if spares(a, got, err) {
			v.loop.emit(Event{Kind: Noted, Stage: e.Stage, Host: e.Host, Step: e.Step, Type: e.Type, Text: "left out, " + a.Title + ": " + explain(got, err)})
			results = append(results, step.Result{})
			continue
		}
		if v.isKept(t, err) {
			got, err = step.Changed, nil
		}
		if err != nil || !goesOn(got) {
			return ended{outcome: got, text: explain(got, err), hint: hintOf(err), err: err}
		}
		results = append(results, result)
		outcome = worse(outcome, got)
	}
	if outcome == step.Planned {
		return ended{outcome: outcome}
	}
	return v.collect(w, e, outcome, results)
}

func (v *visit) collect(w work, e Event, outcome step.Outcome, results []step.Result) ended {
	known, again := v.found(w, e.Step)
	outputs, notes, err := known.outputs, known.notes, error(nil)
	if !again {
		outputs, notes, err = w.typ.Collect(w.step, results)
	}
	for _, n := range notes {
		v.loop.emit(Event{Kind: Noted, Stage: e.Stage, Host: e.Host, Step: e.Step, Type: e.Type, Warning: n.Warning, Text: n.Text, Cause: causeCalled(n.Cause)})
	}
	if err != nil {
		return ended{outcome: step.Failed, text: err.Error(), err: err}
	}
	if !again {
		v.finds(w, e.Step, outputs, notes)
	}
	return ended{outcome: outcome, outputs: outputs}
}

// placed finds the host for t and performs it there. Where an admin host cannot
// be reached, before anything was started, the next one is taken.
func (v *visit) placed(ctx context.Context, t Task) (step.Result, step.Outcome, error) {
	switch t.Action.On {
	case step.Here:
		t.On = step.ThisMachine
		return v.loop.Perform.Perform(ctx, t)
	case step.OwnHost:
		t.Known = v.loop.knows(t.On)
		result, outcome, err := v.loop.Perform.Perform(ctx, t)
		v.loop.meet(t.On, err)
		if !t.Action.ReadOnly {
			v.loop.doubt(t.On)
		}
		return result, outcome, err
	}
	var last error
	for _, host := range v.admins(ctx) {
		t.On, t.Known = host, v.loop.knows(host)
		result, outcome, err := v.loop.Perform.Perform(ctx, t)
		v.loop.meet(host, err)
		var away *step.Unreachable
		if !errors.As(err, &away) {
			return result, outcome, err
		}
		last = err
		v.loop.doubt(host)
	}
	if last == nil {
		last = errors.New("there is no host to run kubectl on: the inventory's group control_plane has no host left")
	}
	return step.Result{}, step.Failed, last
}

// ownHost is the host that does what the step's own host would do. Where only a run knows it, because of the names that are
// asked, it is that of the step.
func (v *visit) ownHost(s *playbook.Step) (own string, asked []string, err error) {
	if s.On == nil {
		return v.host, nil, nil
	}
	selector, missing, err := s.On.Text(v.view.values)
	switch {
	case err != nil:
		return "", nil, err
	case missing != nil && v.view.open(missing):
		return v.host, missing, nil
	case missing != nil:
		return "", nil, fmt.Errorf("on: %s not known", listed(missing))
	}
	hosts, found := v.loop.Plan.Inventory.Select(selector, s.Pos)
	if found != nil {
		return "", nil, found
	}
	if len(hosts) != 1 {
		return "", nil, diag.Errorf("bad-selector", s.Pos, "on: %s names %d hosts; want exactly one", selector, len(hosts))
	}
	return hosts[0], nil, nil
}

// undecided tells a step that a dry-run cannot plan, as it is written.
func (v *visit) undecided(e Event, missing []string) ended {
	e.Kind, e.If, e.Depends = ActionPlanned, v.condition(), missing
	v.loop.emit(e)
	return ended{outcome: step.Planned}
}

func changes(a step.Action) bool { return !a.ReadOnly }

// explain says why an action did not end well.
func explain(outcome step.Outcome, err error) string {
	var text string
	switch {
	case err == nil:
		return string(outcome)
	case errors.Is(err, context.Canceled):
		text = byOperator
	default:
		text = err.Error()
	}
	if outcome == step.Unknown {
		return text + ": it may or may not have done its work"
	}
	return text
}

func hintOf(err error) string {
	var away *step.Unreachable
	if errors.As(err, &away) {
		return away.Hint
	}
	var other *Disagreement
	if errors.As(err, &other) {
		return "nothing of it was started; look why the world is another one, and make a new plan, or go on without it: rung resume --changed"
	}
	return ""
}
