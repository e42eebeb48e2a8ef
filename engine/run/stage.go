package run

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"rung/engine/diag"
	"rung/engine/guard"
	"rung/engine/kube"
	"rung/engine/plan"
	"rung/engine/playbook"
	"rung/engine/step"
)

// around is where a stage stands.
type around struct {
	frame *frame
	path  string
	conds []string // what a dry-run says of the guards of the stages around

	place map[string]any // which round of how many a loop is in, at its beginning

	gather bool // what stands in the way is gathered: see gather.go
}

// in is what stands around the inside of the stage called name.
func (a around) in(name string) around {
	if a.path != "" {
		name = a.path + "/" + name
	}
	a.path, a.place = name, nil
	return a
}

// under adds a guard that a dry-run cannot decide.
func (a around) under(cond string) around {
	if cond != "" {
		a.conds = append(slices.Clone(a.conds), cond)
	}
	return a
}

// turn is a round of a loop: value is its text, vars its variable.
func (a around) turn(loop *playbook.Loop, value string, vars map[string]any) around {
	a.path += "[" + loop.Var + "=" + value + "]"
	a.frame = newFrame(a.frame, vars)
	return a
}

// stages runs stages in order, and returns the worst of their outcomes.
func (l *loop) stages(ctx context.Context, stages []*plan.Stage, a around) step.Outcome {
	outcome := step.OK
	for _, s := range stages {
		if !l.starts(nothingAtWork) {
			return worse(outcome, l.halting())
		}
		outcome = worse(outcome, l.stage(ctx, s, a.in(s.Name)))
	}
	return outcome
}

// halting is the outcome of what is left out because the run stops.
func (l *loop) halting() step.Outcome {
	if l.asked() {
		return step.Canceled
	}
	return step.OK // the stage that stopped the run says why
}

func (l *loop) stage(ctx context.Context, s *plan.Stage, a around) step.Outcome {
	if l.review != nil {
		a.gather = a.gather || s.Gather
		outcome := l.guarded(ctx, s, a)
		if l.Plan.Open && s.Stages == nil && len(s.Hosts) == 0 {
			a.frame.unseen(s)
		}
		return outcome
	}
	if s.Gather && !a.gather {
		a.gather = true
		return l.gathered(l.guarded(ctx, s, a))
	}
	return l.guarded(ctx, s, a)
}

// guarded is a stage under its own guard, once or for each value of its list.
func (l *loop) guarded(ctx context.Context, s *plan.Stage, a around) step.Outcome {
	v := l.view(a.frame, nil, "")
	cond, how := l.stageWhen(s, v, a)
	if how != "" {
		return how
	}
	a = a.under(cond)
	if s.ForEach == nil {
		return l.round(ctx, s, a)
	}
	if list, known := l.Memory.list(a.path); known {
		values, err := s.ForEach.List.Type.Restore(list)
		if err != nil {
			return l.refuseStage(a, s, s.ForEach.List.Pos, "for_each: the journal's list cannot be read: "+err.Error(), "")
		}
		return l.rounds(ctx, s, a, values.([]any))
	}
	list, missing, err := s.ForEach.List.Value(v.values)
	switch {
	case err != nil:
		return l.refuseStage(a, s, s.ForEach.List.Pos, "for_each: "+err.Error(), "")
	case missing != nil && v.open(missing):
		l.emit(Event{Kind: Noted, Stage: a.path, Depends: missing, Text: fmt.Sprintf("once for each %s of %s, which is not known yet", s.ForEach.Var, s.ForEach.List.Source)})
		a = a.turn(s.ForEach, "…", nil)
		a.frame.wide[s.ForEach.Var] = record{planned: true}
		return l.round(ctx, s, a)
	case missing != nil:
		return l.unjudged(a, s, "for_each", s.ForEach.List, v, missing)
	}
	if missing := s.ForEach.List.Missing(v.values); v.open(missing) {
		l.emit(Event{Kind: Noted, Stage: a.path, Depends: missing, Text: v.earlier(s.ForEach.Var, missing)})
	}
	return l.rounds(ctx, s, a, list.([]any))
}

// rounds runs a stage once for each of values; the list was evaluated once,
// whatever the rounds change.
func (l *loop) rounds(ctx context.Context, s *plan.Stage, a around, values []any) step.Outcome {
	if len(values) == 0 {
		l.emit(Event{Kind: StageEnded, Stage: a.path, Outcome: step.Skipped, Text: "nothing to do: there is no " + s.ForEach.Var + " to make"})
		return step.Skipped
	}
	if i := slices.IndexFunc(values, isVague); i >= 0 && l.ID != "" {
		text := fmt.Sprintf("for_each: %s = %s names no release", s.ForEach.Var, guard.Format(values[i]))
		return l.refuseStage(a, s, s.ForEach.List.Pos, text, "only a dry-run can leave the patch open: give ladder the versions on offer, as its third argument")
	}
	outcome := step.OK
	for i, value := range values {
		if !l.starts(nothingAtWork) {
			return worse(outcome, l.halting())
		}
		inner := a
		inner.place = map[string]any{"round": i + 1, "rounds": len(values), "loop": a.path}
		if i == 0 {
			inner.place["list"] = values
		}
		turn := inner.turn(s.ForEach, guard.Format(value), map[string]any{s.ForEach.Var: value})
		if l.Memory.isOver(turn.path) {
			l.emit(Event{Kind: Noted, Stage: turn.path, Text: turn.path + " was done before the run was resumed"})
			continue
		}
		outcome = worse(outcome, l.round(ctx, s, turn))
	}
	return outcome
}

// stageWhen decides a stage's guard; how is empty where the stage runs.
// cond is what a dry-run says of it.
func (l *loop) stageWhen(s *plan.Stage, v *view, a around) (cond string, how step.Outcome) {
	if s.When == nil || l.Memory.underWayIn(a.path) { // it held when a host began there
		return "", ""
	}
	truth, missing, err := s.When.Decide(v.values)
	switch {
	case err != nil:
		return "", l.refuseStage(a, s, s.When.Pos, "when: "+err.Error(), "")
	case truth == guard.False:
		l.emit(Event{Kind: StageEnded, Stage: a.path, Outcome: step.Skipped, Text: "when: " + s.When.Source + " is false"})
		return "", step.Skipped
	case truth == guard.True:
		return "", ""
	case v.open(missing):
		return s.When.Source, ""
	}
	return "", l.unjudged(a, s, "when", s.When, v, missing)
}

// unjudged ends a stage whose guard lacks something. Where the reason has been gathered already, that is no news.
func (l *loop) unjudged(a around, s *plan.Stage, key string, e *guard.Expr, v *view, missing []string) step.Outcome {
	text, hint := v.lacking(missing)
	if a.gather && l.hasGathered() {
		l.emit(Event{Kind: StageEnded, Stage: a.path, Outcome: step.Skipped, Text: "not judged: " + text})
		return step.Skipped
	}
	return l.refuseStage(a, s, e.Pos, key+": "+text, hint)
}

// refuseStage ends a stage that did not start, and with it the run.
func (l *loop) refuseStage(a around, s *plan.Stage, at diag.Pos, text, hint string) step.Outcome {
	if l.review != nil {
		a.frame.unseen(s)
		return l.review.ofStage(a, at, text, hint)
	}
	l.emit(Event{Kind: StageEnded, Stage: a.path, Outcome: step.Refused, Text: text, Hint: hint})
	l.note(ExitRefused, a.path+": "+text)
	l.stands(a.gather)
	return step.Refused
}

// round is a stage once: its inner stages, or its steps on its hosts.
func (l *loop) round(ctx context.Context, s *plan.Stage, a around) step.Outcome {
	began := l.Clock.Now()
	var outcome step.Outcome
	if s.Inside != nil { // another playbook: nothing of what stands around it is known there
		a.frame = newFrame(nil, nil)
		a.frame.base = s.Inside
	}
	if s.Stages != nil {
		l.emit(Event{Kind: StageStarted, Stage: a.path, If: condition(a.conds), Data: a.place})
		outcome = l.stages(ctx, s.Stages, a)
	} else {
		w := &window{loop: l, around: a, stage: s, worst: step.OK}
		if at, text, hint := w.measure(); text != "" {
			return l.refuseStage(a, s, at, text, hint)
		}
		if w.recall(); len(w.hosts) > 0 && len(w.todo) == 0 {
			w.join()
			return w.worst
		}
		l.emit(Event{Kind: StageStarted, Stage: a.path, Hosts: w.todo, Text: w.describe(), If: condition(a.conds), Data: w.fallback(w.turns(a.place))})
		w.slide(ctx)
		if l.review != nil {
			l.review.leave(w)
		}
		outcome = w.worst
		w.join()
	}
	ended := outcome
	switch {
	case goesOn(outcome) && s.Stages != nil && l.stopped():
		ended = step.Canceled // not all of it was done
	case goesOn(outcome):
		ended = step.OK
	}
	l.emit(Event{Kind: StageEnded, Stage: a.path, Outcome: ended, Took: l.Clock.Now().Sub(began)})
	if slices.Contains(l.Pauses.Stages, s.Name) && !l.Memory.endedWell(a.path) {
		l.rests("the stage " + a.path)
	}
	return outcome
}

// condition is what a dry-run says of guards that it cannot decide.
func condition(conds []string) string { return strings.Join(conds, " and ") }

// isVague says whether value is a version that leaves its patch open: as text
// it would name nothing that a host knows.
func isVague(value any) bool {
	v, ok := value.(kube.Version)
	return ok && !v.Exact()
}

// listed is "a is", or "a, b are".
func listed(names []string) string {
	if len(names) == 1 {
		return names[0] + " is"
	}
	return strings.Join(names, ", ") + " are"
}
