package run

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"rung/engine/guard"
	"rung/engine/inventory"
	"rung/engine/playbook"
	"rung/engine/step"
)

// visit is one host's way through the steps of a stage. One goroutine owns it.
type visit struct {
	*window
	host     string
	scope    step.Host
	facts    map[string]any // of the host, as expressions read them
	view     *view
	conds    []string // what a dry-run says of the guards around a step
	cleaning bool     // in rescue or always: a gentle stop does not keep it from finishing

	admitting bool   // in admit: what says no keeps the host waiting
	refusal   ended  // what said no there
	reason    string // why the host does not go on
	away      bool   // contact was lost in a stage that gathers
	changed   bool   // a step changed something
	spared    bool   // a step failed that ends the way of this host alone

	past *past // what the host did here in an earlier life of the run, and does not do again; nil: nothing
}

// walk goes through the stage on the host, and returns what came of it.
func (v *visit) walk(ctx context.Context) step.Outcome {
	began := v.loop.Clock.Now()
	outcome := v.steps(ctx, v.stage.Steps)
	v.cleaning = true
	v.facts["failed"] = outcome == step.Failed
	if !goesOn(outcome) && outcome != step.Unknown && !v.over(ctx) && len(v.stage.Rescue)+len(v.stage.Always) > 0 {
		v.loop.emit(Event{Kind: HostLeft, Stage: v.path, Host: v.host, Outcome: outcome})
		v.past = nil
	}
	if (outcome == step.Failed || outcome == step.Refused) && !v.over(ctx) {
		outcome = worse(outcome, v.steps(ctx, v.stage.Rescue))
	}
	if outcome != step.Unknown && !v.over(ctx) {
		outcome = worse(outcome, v.list(ctx, v.stage.Always, notUnknown))
	}
	v.loop.emit(Event{Kind: HostEnded, Stage: v.path, Host: v.host, Outcome: outcome, Took: v.loop.Clock.Now().Sub(began), Text: v.reason})
	return outcome
}

func (w *window) visit(h *inventory.Host) *visit {
	vars := make(map[string]any, len(h.Vars))
	for name, value := range h.Vars {
		vars[name] = value
	}
	facts := map[string]any{"name": h.Name, "node": h.Node, "vars": vars, "failed": false}
	v := &visit{window: w, host: h.Name, facts: facts, scope: step.Host{Name: h.Name, Node: h.Node, Vars: h.Vars}}
	v.view = w.loop.view(w.frame, facts, h.Name)
	v.conds = slices.Clone(w.conds)
	v.past = w.loop.Memory.visit(w.path, h.Name)
	return v
}

// over says whether no further action may start on the host.
func (v *visit) over(ctx context.Context) bool {
	if v.cleaning {
		return ctx.Err() != nil || v.loop.isBroken()
	}
	return v.loop.asked()
}

func (v *visit) whyOver() string {
	if v.loop.isBroken() {
		return "the journal cannot be written"
	}
	return v.loop.whyStopped()
}

// worse returns the one of two outcomes that weighs more; a where both weigh
// the same.
func worse(a, b step.Outcome) step.Outcome {
	if weight(b) > weight(a) {
		return b
	}
	return a
}

// weight orders outcomes from best to worst.
func weight(o step.Outcome) int {
	switch o {
	case step.Planned, step.Changed:
		return 1
	case step.Canceled:
		return 2
	case step.Refused:
		return 3
	case step.Failed:
		return 4
	case step.Unknown:
		return 5
	}
	return 0
}

func goesOn(o step.Outcome) bool { return weight(o) <= 1 }

// notUnknown is goesOn for always, whose steps each tidy up something of their own.
func notUnknown(o step.Outcome) bool { return o != step.Unknown }

// steps runs steps of which each wants the one before it, and returns the worst outcome.
func (v *visit) steps(ctx context.Context, list []*playbook.Step) step.Outcome {
	return v.list(ctx, list, func(o step.Outcome) bool { return goesOn(o) || v.gathers(o) })
}

// list runs a list of steps in order, as long as what became of one lets it go on, and returns the worst outcome.
func (v *visit) list(ctx context.Context, list []*playbook.Step, on func(step.Outcome) bool) step.Outcome {
	outcome := step.OK
	var private []string
	for _, s := range list {
		if v.over(ctx) {
			v.because(v.whyOver())
			outcome = worse(outcome, step.Canceled)
			break
		}
		ended := v.step(ctx, s)
		outcome = worse(outcome, ended)
		if s.ID != "" && v.isPrivate(s) {
			private = append(private, s.ID)
		}
		if !on(ended) {
			break
		}
	}
	v.view.forget(private)
	return outcome
}

// isPrivate says whether the id of s ends with its host's place in the window, or
// earlier: that of a sequence, of rescue, always or admit.
func (v *visit) isPrivate(s *playbook.Step) bool {
	return v.cleaning || v.admitting || strings.Contains(s.Key, ".")
}

// because keeps the first reason why the host does not go on: what comes after
// is a consequence.
func (v *visit) because(reason string) {
	if v.reason == "" {
		v.reason = reason
	}
}

// step decides one step's guards, carries it out, and publishes its record.
func (v *visit) step(ctx context.Context, s *playbook.Step) step.Outcome {
	v.seesWindow()
	e := Event{Stage: v.path, Host: v.host, Step: s.Key, ID: s.ID, Title: v.title(s)}
	if s.Draft != nil {
		e.Type = s.Draft.Type.Name
	}
	if how, known := v.recalled(s); known {
		return how
	}
	verdict := ended{}
	if !v.past.within(s.Key) { // it held when the step began
		verdict = v.when(s)
	}
	if verdict.outcome == "" && s.Require != nil {
		depth := len(v.conds)
		if verdict.cond != "" {
			v.conds = append(v.conds, verdict.cond)
		}
		cond := verdict.cond
		verdict = v.require(s, e, verdict)
		verdict.cond = cond
		v.conds = v.conds[:depth]
	}
	if verdict.outcome != "" {
		return v.end(s, e, verdict)
	}
	if verdict.cond != "" {
		v.conds = append(v.conds, verdict.cond)
		defer func() { v.conds = v.conds[:len(v.conds)-1] }()
	}
	switch {
	case s.Body != nil:
		return v.call(ctx, s, e)
	case s.Confirm != nil:
		return v.end(s, e, v.confirm(ctx, s, e))
	case s.Draft == nil:
		return v.end(s, e, ended{outcome: step.OK})
	}
	return v.end(s, e, v.carry(ctx, s, e))
}

// end records how a step ended and publishes what later steps may read.
func (v *visit) end(s *playbook.Step, e Event, how ended) step.Outcome {
	ignored := how.outcome == step.Failed && !v.admitting && v.holds(s.Ignore)
	if v.loop.review != nil && !ignored {
		how.outcome = v.loop.review.of(v, s, how)
	}
	outcome := how.outcome
	if v.admitting && !goesOn(outcome) {
		return v.notYet(e, how)
	}
	if ignored {
		v.loop.emit(Event{Kind: Noted, Stage: e.Stage, Host: e.Host, Step: e.Step, Warning: true, Text: "the failure is ignored, as the playbook says: " + how.text})
	}
	e.Kind, e.Outcome, e.Text, e.Hint, e.Data = StepEnded, outcome, how.text, how.hint, how.outputs
	e.Gather = v.inTheWay(outcome) && !ignored
	if outcome == step.Failed {
		if e.Cause = causeOf(how); e.Cause != nil && ignored {
			e.Cause.Vague = true // the host goes on, and may fail for another reason
		}
	}
	v.loop.emit(e)
	var record *RecordError
	if errors.As(how.err, &record) {
		v.loop.breakOff(record)
	}
	if s.ID != "" {
		v.publish(s, how)
	}
	switch {
	case ignored:
		return step.OK
	case !goesOn(outcome):
		v.spare(s, e, outcome)
		v.because(how.text)
		v.loop.note(v.exit(outcome, how.err), fmt.Sprintf("%s: %s", v.host, how.text))
		v.keep(outcome, how)
	case outcome == step.Changed:
		v.changed = true
		v.loop.mu.Lock()
		v.loop.changed = true
		v.loop.mu.Unlock()
	}
	return outcome
}

// holds says whether a guard that a failure asks is true; where it cannot be answered, it is not.
func (v *visit) holds(e *guard.Expr) bool {
	if e == nil {
		return false
	}
	truth, _, err := e.Decide(v.view.values)
	return err == nil && truth == guard.True
}

// spare notes a failure that ends the way of its host alone. What fails after it, in rescue or always, ends more: the
// host was not left as it should be.
func (v *visit) spare(s *playbook.Step, e Event, outcome step.Outcome) {
	v.spared = outcome == step.Failed && !v.cleaning && !v.loop.isPlane(v.host) && v.holds(s.Skip)
	if v.spared {
		v.loop.emit(Event{Kind: Noted, Stage: e.Stage, Host: e.Host, Step: e.Step, Warning: true, Text: "the host is skipped, as the playbook says: the run goes on without it"})
	}
}

func (v *visit) publish(s *playbook.Step, how ended) {
	r := recordOf(how.outcome, how.outputs)
	v.view.add(s.ID, r)
	if !v.isPrivate(s) {
		v.frame.publish(v.host, s.ID, r, len(v.stage.Hosts) == 1)
	}
}
