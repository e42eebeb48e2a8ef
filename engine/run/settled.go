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

// Settled walks through p as a run would, and asks no host. It returns what a run would come upon whatever the hosts say,
// each once, with its place: the mistakes, and the guards that are false; of one place the first few, and how many more. What
// stands under a guard that only a run decides, or is made of what only a run finds, is not settled, and is left to the run;
// so is a guard of a stage that gathers, which tells it beside all that the hosts say. Nor is it settled what comes on a host
// behind a step that may skip it; but that hosts may fail for what they say, where max_failures allows some, is not foreseen:
// what is wrong behind that is told. The Ending is that of the walk: its Exit is ExitDone where it came to its end.
func Settled(ctx context.Context, p *plan.Plan) (mistakes, refusals diag.List, end Ending) {
	r := &review{places: map[diag.Diagnostic]int{}, spared: spared{over: map[string]string{}}}
	l := newLoop(ctx, Run{Plan: p, Perform: silence{}, Sink: silence{}, Clock: Wall{}, Lanes: 1}, func() {})
	l.review = r
	l.stages(ctx, p.Stages, around{frame: newFrame(nil, nil)})
	mistakes, refusals = r.lists()
	return mistakes, refusals, l.ending(ctx)
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
	found  []misfit
	places map[diag.Diagnostic]int // where in found
	spared                         // what may end the way of a host alone
}

// misfit is a mistake, or without a code a guard that is false, and the hosts on which it is so; none for that of a stage.
type misfit struct {
	diag.Diagnostic
	hosts                []string
	moreHosts, moreTimes int // that are alike, and are not told
}

// of notes how a step ended on the host of v, where it ends the run and nothing that a run finds would change that, and
// says that the step was planned.
func (r *review) of(v *visit, s *playbook.Step, how ended) step.Outcome {
	if goesOn(how.outcome) {
		r.mayLeave(v, s, how.outcome)
		return how.outcome
	}
	hangs := how.cond != "" || len(v.conds) > 0 || how.open || v.admitting && how.refuses // a guard that is false makes the host wait
	switch {
	case how.always:
		r.tell(v.host, s, how)
	case r.isOver(v), r.spares(v, s, how), hangs, v.gather && how.refuses:
	case r.countsFirst(v, how):
		r.held = append(r.held, held{v.host, func() { r.tell(v.host, s, how) }})
	default:
		r.tell(v.host, s, how)
	}
	return step.Planned
}

func (r *review) tell(host string, s *playbook.Step, how ended) {
	d := how.blame
	if d.Pos == (diag.Pos{}) {
		d.Pos = s.Pos
	}
	d.Text = cmp.Or(d.Text, how.text)
	if !how.refuses {
		d.Code = cmp.Or(d.Code, "value")
	}
	if how.outcome != step.Failed { // whose hint is the place
		d.Hint = cmp.Or(d.Hint, how.hint)
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

// mostNamed bounds how many hosts a mistake names, and how many are told of one place.
const mostNamed = 3

// lists are the mistakes and the refusals, each by place.
func (r *review) lists() (mistakes, refusals diag.List) {
	for _, m := range r.few() {
		switch n := len(m.hosts); {
		case n > mostNamed:
			m.Text += fmt.Sprintf(", on %s and %d more hosts", strings.Join(m.hosts[:mostNamed-1], ", "), n-mostNamed+1)
		case n > 0:
			m.Text += ", on " + strings.Join(m.hosts, ", ")
		}
		switch {
		case m.moreHosts > 0:
			m.Text += ", and with other values on " + more(m.moreHosts, "host")
		case m.moreTimes > 0:
			m.Text += ", and with other values " + more(m.moreTimes, "time")
		}
		if m.Code == "" {
			refusals = append(refusals, m.Diagnostic)
		} else {
			mistakes = append(mistakes, m.Diagnostic)
		}
	}
	mistakes.Sort()
	refusals.Sort()
	return mistakes, refusals
}

func more(n int, what string) string {
	if n > 1 {
		what += "s"
	}
	return fmt.Sprintf("%d more %s", n, what)
}

// few are the first of each place, and how many more there are: what is read of a host is other on each of a thousand.
func (r *review) few() []*misfit {
	type place struct {
		diag.Pos
		code string
	}
	var few []*misfit
	told, hosts := map[place][]*misfit{}, map[place]map[string]bool{}
	for i := range r.found {
		m := &r.found[i]
		at := place{m.Pos, m.Code}
		known := len(hosts[at])
		if known == 0 {
			hosts[at] = map[string]bool{}
		}
		for _, h := range m.hosts {
			hosts[at][h] = true
		}
		if len(told[at]) < mostNamed {
			told[at], few = append(told[at], m), append(few, m)
			continue
		}
		last := told[at][mostNamed-1]
		last.moreHosts += len(hosts[at]) - known
		last.moreTimes++
	}
	return few
}
