package run

import (
	"strings"

	"rung/engine/diag"
	"rung/engine/guard"
	"rung/engine/playbook"
	"rung/engine/step"
)

// ended is how a step ended, and why; an empty outcome is "go on".
type ended struct {
	outcome step.Outcome
	text    string
	hint    string
	cond    string // a dry-run's "runs if"
	final   bool   // of a guard: asking it again would not help
	refuses bool   // nothing is wrong with the files: a guard of theirs is false
	err     error
	outputs map[string]any

	// blame is the mistake, where the playbook or the inventory makes one; what it leaves out is that of the step, and of the
	// text. open: only a run knows of what it is made; always: it is one whatever the guards around it say.
	blame        diag.Diagnostic
	open, always bool
}

// by says that the expression e is to blame.
func (how ended) by(e *guard.Expr, code string) ended {
	how.blame.Pos, how.blame.Code = e.Pos, code
	return how
}

// title is what s is called: by its name, or where it has neither that nor a type, by what it asks or requires.
func (v *visit) title(s *playbook.Step) string {
	switch {
	case s.Name == nil && s.Confirm != nil:
		return "the question"
	case s.Name == nil && s.Draft == nil && s.Body == nil && s.Require != nil: // it is what it requires
		return "require " + strings.Join(strings.Fields(s.Require.Source), " ")
	case s.Name == nil:
		return ""
	}
	text, _, err := s.Name.Text(v.view.values)
	if err != nil {
		return ""
	}
	return text
}

func (v *visit) when(s *playbook.Step) ended {
	if s.When == nil {
		return ended{}
	}
	truth, missing, err := s.When.Decide(v.view.values)
	switch {
	case err != nil:
		return ended{outcome: step.Refused, text: "when: " + err.Error(), final: true}.by(s.When, "value")
	case truth == guard.False:
		return ended{outcome: step.Skipped, text: "when: " + s.When.Source + " is false"}
	case truth == guard.Unknown && v.view.open(missing):
		return ended{cond: s.When.Source}
	case truth == guard.Unknown:
		text, hint := v.view.lacking(missing)
		return v.moot("when: "+text, hint).by(s.When, "not-known")
	}
	return ended{}
}

func (v *visit) require(s *playbook.Step, e Event, after ended) ended {
	truth, missing, err := s.Require.Decide(v.view.values)
	switch {
	case err != nil:
		return v.failedGuard(s, err)
	case truth == guard.True:
		return after
	case truth == guard.Unknown && v.view.open(missing):
		e.Kind, e.Require, e.If, e.Text = ActionPlanned, s.Require.Source, v.condition(), v.otherwise(s)
		v.loop.emit(e)
		if s.Draft == nil && s.Body == nil && s.Confirm == nil {
			return ended{outcome: step.Planned}
		}
		return after
	case truth == guard.Unknown:
		text, hint := v.view.lacking(missing)
		return v.moot("require: "+text, hint).by(s.Require, "not-known")
	}
	text := v.otherwise(s)
	if text == "" {
		text = s.Require.Source + " is false"
	}
	how := ended{outcome: step.Refused, text: text, refuses: true}.by(s.Require, "")
	if seen := s.Require.Seen(v.view.values, text); len(seen) > 0 {
		how.hint = "seen: " + strings.Join(seen, "; ")
	}
	return how
}

// failedGuard is a guard that could not be answered: what it says where it is
// false, with the mistake as its reason.
func (v *visit) failedGuard(s *playbook.Step, err error) ended {
	if text := v.otherwise(s); text != "" {
		return ended{outcome: step.Refused, text: text, hint: strings.TrimPrefix(err.Error(), s.Require.Source+": "), final: true}.by(s.Require, "value")
	}
	return ended{outcome: step.Refused, text: "require: " + err.Error(), final: true}.by(s.Require, "value")
}

func (v *visit) otherwise(s *playbook.Step) string {
	if s.Else == nil {
		return ""
	}
	text, _, err := s.Else.Text(v.view.values)
	if err != nil {
		return err.Error()
	}
	return text
}

func (v *visit) condition() string { return condition(v.conds) }
