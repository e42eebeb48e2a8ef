package run

import (
	"errors"
	"fmt"

	"rung/engine/diag"
	"rung/engine/step"
)

// A stage that gathers tells all that stands in the way, and not only the first of it: what is refused or fails in it
// is reported, and the host goes on to its next step. Once the outermost such stage is over, the run ends where
// anything was. That is safe because nothing may be changed in it. What cannot be judged because of something that was
// told already is left out: it would be the same mistake under another name.

// keep counts what stands in the way, and takes a host that cannot be reached out of what follows.
func (v *visit) keep(outcome step.Outcome, how ended) {
	if !v.inTheWay(outcome) {
		return
	}
	v.loop.stands(true)
	var away *step.Unreachable
	if errors.As(how.err, &away) || errors.Is(how.err, step.ErrLost) {
		v.away = true
		v.loop.mu.Lock()
		v.loop.lost[v.host] = outcome
		v.loop.mu.Unlock()
	}
}

// gathers says whether the host goes on after a step with this outcome all the same.
func (v *visit) gathers(outcome step.Outcome) bool {
	return v.inTheWay(outcome) && !v.away
}

// exit is the exit code for a step that did not end well. A question that could not be answered stands in the way as a
// bad answer does, and nothing was changed: that is a refusal.
func (v *visit) exit(outcome step.Outcome, err error) int {
	code := exitOf(outcome, err)
	if v.gather && code == ExitFailed {
		return ExitRefused
	}
	return code
}

// inTheWay says whether a step with this outcome is one of the things that the stage gathers.
func (v *visit) inTheWay(outcome step.Outcome) bool {
	return v.gather && (outcome == step.Failed || outcome == step.Refused)
}

// moot is what comes of a step that lacks something: refused, or left out where a stage that gathers has told why.
func (v *visit) moot(text, hint string) ended {
	if v.gather && v.loop.hasGathered() {
		return ended{outcome: step.Skipped, text: "not judged: " + text}
	}
	return ended{outcome: step.Refused, text: text, hint: hint, final: true, blame: diag.Diagnostic{Code: "not-known"}}
}

// stands counts one more thing that stands in the way; outside of a stage that gathers it ends the run.
func (l *loop) stands(gather bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if gather {
		l.inTheWay++
	} else {
		l.full = true
	}
}

func (l *loop) hasGathered() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.inTheWay > 0
}

// gathered ends the run after the outermost stage that gathers, where anything stands in the way.
func (l *loop) gathered(outcome step.Outcome) step.Outcome {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.inTheWay == 0 {
		return outcome
	}
	l.full = true
	for exit, why := range l.reasons {
		if l.inTheWay > 1 && exit != ExitInternal && exit != ExitInterrupted {
			l.reasons[exit] = fmt.Sprintf("%d things stand in the way; the first: %s", l.inTheWay, why)
		}
	}
	return outcome
}
