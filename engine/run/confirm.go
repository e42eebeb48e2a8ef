package run

import (
	"context"
	"slices"

	"rung/engine/guard"
	"rung/engine/playbook"
	"rung/engine/step"
)

// Answer is what a person said to a question of the playbook.
type Answer struct {
	Yes bool
	How string // for the journal: "yes", "yes, by --yes"
}

// confirm asks the question of s. Only a yes lets the host go on; a dry-run tells the question.
func (v *visit) confirm(ctx context.Context, s *playbook.Step, e Event) ended {
	question, missing, err := s.Confirm.Text(v.view.values)
	switch {
	case err != nil:
		exprs := s.Confirm.Exprs()
		bad := slices.IndexFunc(exprs, func(e *guard.Expr) bool { _, _, err := e.Value(v.view.values); return err != nil })
		return ended{outcome: step.Refused, text: "confirm: " + err.Error(), final: true}.by(exprs[bad], "value")
	case missing != nil && !v.view.open(missing):
		return v.moot(v.view.lacking(missing))
	case v.stage.Outside[v.host]:
		return ended{outcome: step.Skipped, text: "outside of what this run was narrowed to"}
	case v.loop.ID == "":
		e.Kind, e.If, e.Confirm = ActionPlanned, v.condition(), question
		v.loop.emit(e)
		return ended{outcome: step.Planned}
	case v.loop.Confirm == nil:
		return ended{outcome: step.Refused, text: "nobody is here to be asked: " + question, hint: "run it on a terminal, or give --yes to answer every question with yes", final: true}
	}
	v.loop.asking.Lock() // one question at a time
	defer v.loop.asking.Unlock()
	if v.over(ctx) {
		return ended{outcome: step.Canceled, text: v.whyOver()}
	}
	asked := e
	asked.Kind, asked.Text = Asked, question
	v.loop.emit(asked)
	answer := v.loop.Confirm(v.loop.going, question)
	asked.Kind, asked.Text = Answered, question+" "+answer.How
	v.loop.emit(asked)
	switch {
	case v.over(ctx):
		return ended{outcome: step.Canceled, text: v.whyOver()}
	case !answer.Yes:
		return ended{outcome: step.Refused, text: "not confirmed: " + question, final: true}
	}
	return ended{outcome: step.OK}
}
