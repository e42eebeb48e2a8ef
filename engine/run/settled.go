package run

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"rung/engine/diag"
	"rung/engine/plan"
	"rung/engine/playbook"
	"rung/engine/step"
)

// Settled walks through p as a run would, and asks no host. It returns the mistakes that a run would come upon whatever
// the hosts say, each once, with its place; and how the run would end by guards that are false by what is known now, in an
// Ending whose Exit is ExitDone where there is none. What stands under a guard that only a run decides, or is made of what
// only a run finds, is not settled, and is left to the run.
func Settled(ctx context.Context, p *plan.Plan) (diag.List, Ending) {
	r := &review{places: map[diag.Diagnostic]int{}, spared: spared{over: map[string]string{}}}
	l := newLoop(ctx, Run{Plan: p, Perform: silence{}, Sink: silence{}, Clock: Wall{}, Lanes: 1}, func() {})
	l.review = r
	l.stages(ctx, p.Stages, around{frame: newFrame(nil, nil)})
	end := l.ending(ctx)
	if r.refused > 1 && end.Exit == ExitRefused {
		end.Text = fmt.Sprintf("%d things stand in the way; the first: %s", r.refused, end.Text)
	}
	return r.list(), end
}

// silence performs nothing, and keeps nothing.
type silence struct{}

func (silence) Perform(context.Context, Task) (step.Result, step.Outcome, error) {
	return step.Result{}, step.Planned, nil
}

func (silence) Record(Event) error { return nil }

// review is what Settled has come upon. With one, whatever ends a step or a stage is noted, and the walk goes on as if a
// run had decided it otherwise: so all of it is found.
type review struct {
	refused int // steps
	found   []misfit
	places  map[diag.Diagnostic]int // where in found
	spared                          // what may end the way of a host alone
}

// misfit is a mistake, and the hosts on which it is one; none for that of a stage.
type misfit struct {
	diag.Diagnostic
	hosts []string
}

// of notes how a step ended on the host of v, where it ends the run and nothing that a run finds would change that, and
// says that the step was planned.
func (r *review) of(v *visit, s *playbook.Step, how ended) step.Outcome {
	hangs := how.cond != "" || len(v.conds) > 0 || how.open || v.admitting && !how.final && how.blame.Code == "" // a guard that is false makes the host wait
	switch {
	case how.always:
		r.tell(v.loop, v.host, s, how)
	case hangs, r.isOver(v), r.spares(v, s, how):
	case r.countsFirst(v, how):
		r.held = append(r.held, held{v.host, func() { r.tell(v.loop, v.host, s, how) }})
	default:
		r.tell(v.loop, v.host, s, how)
	}
	return step.Planned
}

func (r *review) tell(l *loop, host string, s *playbook.Step, how ended) {
	if how.blame.Code == "" && how.outcome == step.Refused {
		r.refused++
		l.note(ExitRefused, fmt.Sprintf("%s: %s", host, how.text))
		return
	}
	d := how.blame
	if d.Pos == (diag.Pos{}) {
		d.Pos = s.Pos
	}
	d.Code, d.Text = cmp.Or(d.Code, "value"), cmp.Or(d.Text, how.text)
	if d.Code == "not-known" || d.Code == "changes" {
		d.Hint = how.hint
	}
	r.add(d, host)
}

// ofStage notes why a stage does not start.
func (r *review) ofStage(a around, at diag.Pos, text, hint string) step.Outcome {
	if len(a.conds) == 0 {
		r.add(diag.Errorf("value", at, "%s", text).WithHint("%s", hint), "")
	}
	return step.Planned
}

func (r *review) add(d diag.Diagnostic, host string) {
	i, known := r.places[d]
	if !known {
		i = len(r.found)
		r.places[d] = i
		r.found = append(r.found, misfit{Diagnostic: d})
	}
	if m := &r.found[i]; host != "" && !slices.Contains(m.hosts, host) {
		m.hosts = append(m.hosts, host)
	}
}

// unseen says of a stage that did not start, or of whose hosts nothing is known yet, that it may put out what its steps do:
// that it did not is no mistake of those who read it. What a loop puts out, or another playbook, is read there alone.
func (f *frame) unseen(s *plan.Stage) {
	if s.ForEach != nil || s.Inside != nil {
		return
	}
	for _, inner := range s.Stages {
		f.unseen(inner)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, st := range s.Steps {
		if _, known := f.wide[st.ID]; st.ID != "" && !known {
			f.wide[st.ID], f.fleet[st.ID] = record{planned: true}, record{planned: true}
		}
	}
}

// mostNamed bounds how many hosts a mistake names.
const mostNamed = 3

// list is what was found, by place.
func (r *review) list() diag.List {
	var all diag.List
	for _, m := range r.found {
		switch n := len(m.hosts); {
		case n > mostNamed:
			m.Text += fmt.Sprintf(", on %s and %d more hosts", strings.Join(m.hosts[:mostNamed-1], ", "), n-mostNamed+1)
		case n > 0:
			m.Text += ", on " + strings.Join(m.hosts, ", ")
		}
		all = append(all, m.Diagnostic)
	}
	all.Sort()
	return all
}
