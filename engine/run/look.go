package run

import (
	"context"
	"reflect"
	"strings"
	"time"

	"rung/engine/step"
)

// look is what the API answered to the questions of admit, kept for the hosts whose places were free when it was asked:
// they are let in on one look, and of thousands of hosts not each waits for a list of all nodes and pods. That it serves
// several weakens nothing. A host is never judged by what was seen before its place was free; who was let in on the same
// look stands in window.nodes, so that guards count him; and who waits is judged by a new look each time.
//
// One goroutine owns it: the one that gives the places.
type look struct {
	left    int       // how many more hosts it serves
	newest  time.Time // when the last answer came
	answers map[string]step.Result
	seen    map[string]finding
}

// finding is what a step of admit made of the answers.
type finding struct {
	step    step.Step
	outputs map[string]any
	notes   []step.Note
}

// lookLasts bounds how old the answers of a look may be: hosts may be asked something of their own between them.
const lookLasts = admitEvery

// looks has the host judged by the look that there is, where it is one of those that it serves, and by a new one where not.
func (v *visit) looks(again bool) {
	l, w := v.look, v.window
	if now := v.loop.Clock.Now(); l == nil || again || l.left == 0 || !l.newest.IsZero() && now.Sub(l.newest) > lookLasts {
		w.look = &look{left: 1 + w.slots.free(), answers: map[string]step.Result{}, seen: map[string]finding{}}
	}
	w.look.left--
}

// asks performs t, or takes its answer from the look.
func (v *visit) asks(ctx context.Context, t Task) (step.Result, step.Outcome, error) {
	if !v.admitting || v.look == nil || !isQuestion(t.Action) {
		return v.place(ctx, t)
	}
	question := strings.Join([]string{t.Action.Do.Line(), string(t.Action.Do.Stdin)}, "\x00")
	if answer, known := v.look.answers[question]; known {
		return answer, step.OK, nil
	}
	answer, outcome, err := v.place(ctx, t)
	if err == nil && outcome == step.OK {
		v.look.answers[question], v.look.newest = answer, v.loop.Clock.Now()
	}
	return answer, outcome, err
}

// isQuestion says whether the answer to an action is the same whichever host it is for: the API gives it.
func isQuestion(a step.Action) bool {
	return a.ReadOnly && a.On == step.AdminHost && a.Check == nil && a.Until == nil && a.Keep == "" && !a.Do.Secret
}

// found is what the step of w found already, for another host of the look: from the same fields, and the same answers.
func (v *visit) found(w work, key string) (finding, bool) {
	if !v.admitting || v.look == nil {
		return finding{}, false
	}
	f, known := v.look.seen[key]
	return f, known && reflect.DeepEqual(f.step, w.step)
}

// finds keeps what the step of w found, where all its answers are of the look.
func (v *visit) finds(w work, key string, outputs map[string]any, notes []step.Note) {
	if !v.admitting || v.look == nil {
		return
	}
	for _, a := range w.actions {
		if !isQuestion(a) {
			return
		}
	}
	v.look.seen[key] = finding{w.step, outputs, notes}
}
