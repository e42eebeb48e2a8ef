package run

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"rung/engine/guard"
	"rung/engine/playbook"
	"rung/engine/step"
)

// Before a host takes its place in the window, the stage's admit is carried out for it: steps that only read, and
// guards. Where a guard is false, or a step fails, the host waits, and all of them are done afresh: what other hosts of
// the window do changes what they see. Only what can never be answered turns the host away at once. What the API was
// asked for one of the places that are free serves the others: see look.go.

// admitWait bounds how long a host waits to be admitted while nothing runs that would change the answer, and admitEvery
// is how often it asks.
const admitWait, admitEvery = 30 * time.Minute, 5 * time.Second

// enters waits until the host may take its place, and takes it.
func (v *visit) enters(ctx context.Context) bool {
	defer v.confess(v.host)
	switch {
	case len(v.stage.Admit) == 0:
	case v.stage.Outside[v.host]: // nothing will be changed there: only what its steps may read is wanted
		v.askAdmission(ctx, false)
	default:
		if outcome, ok := v.admitted(ctx); !ok {
			v.loop.emit(Event{Kind: HostEnded, Stage: v.path, Host: v.host, Outcome: outcome, Text: v.reason})
			v.see(outcome)
			return false
		}
	}
	v.enter(v.scope)
	return true
}

func (v *visit) admitted(ctx context.Context) (outcome step.Outcome, ok bool) {
	l, began, told := v.loop, v.loop.Clock.Now(), ""
	for idle, again := time.Duration(0), false; ; again = true {
		if !l.starts(v.slots.alone) {
			return l.halting(), false
		}
		no, in := v.askAdmission(ctx, again)
		switch {
		case in && l.restsSoon(): // whoever rests may rest for long: it is asked again after it
			continue
		case in && told != "":
			v.remark(false, fmt.Sprintf("admitted after %s", guard.FormatDuration(l.Clock.Now().Sub(began).Round(time.Second))), "")
			return step.OK, true
		case in:
			return step.OK, true
		case l.stopped():
			return l.halting(), false
		case no.final:
			return v.turnAway("admit: "+strings.TrimPrefix(no.text, "require: "), no.hint)
		case l.ID == "": // a dry-run waits for nothing
			v.remark(true, "a run would wait here: "+no.text, no.hint)
			return step.OK, true
		case idle >= admitWait:
			return v.turnAway(fmt.Sprintf("admit: no further host was admitted for %s, and nothing runs that would change it: %s", guard.FormatDuration(admitWait), no.text), no.hint)
		case no.text != told:
			told = no.text
			v.remark(true, "waits to be admitted: "+no.text, no.hint)
		}
		l.Clock.Sleep(admitEvery, l.going.Done())
		if l.stopped() {
			return l.halting(), false
		}
		if idle += admitEvery; v.slots.others() > 0 {
			idle = 0
		}
	}
}

// askAdmission carries out the steps of admit once, again where the host was asked before; no says what keeps it out. One
// that was at work when the run was broken off has its place, and others may be waiting for it: it is let in whatever
// they say.
func (v *visit) askAdmission(ctx context.Context, again bool) (no ended, ok bool) {
	if v.loop.ID != "" { // a dry-run tells every question
		v.looks(again)
	}
	v.admitting, v.refusal = true, ended{}
	defer func() { v.admitting = false }()
	for _, s := range v.stage.Admit {
		if v.over(ctx) {
			return ended{}, false
		}
		if !goesOn(v.step(ctx, s)) && !v.past.underWay() {
			return v.refusal, false
		}
	}
	return ended{}, true
}

// notYet ends a step of admit that keeps the host out, for now.
func (v *visit) notYet(e Event, how ended) step.Outcome {
	v.refusal = how
	e.Kind, e.Outcome, e.Text, e.Hint = StepEnded, step.Skipped, "not yet: "+how.text, how.hint
	v.loop.emit(e)
	return how.outcome
}

func (v *visit) remark(warning bool, text, hint string) {
	v.loop.emit(Event{Kind: Noted, Stage: v.path, Host: v.host, Warning: warning, Text: text, Hint: hint})
}

// turnAway gives no more slots: nothing will let this host in.
func (v *visit) turnAway(text, hint string) (outcome step.Outcome, ok bool) {
	v.remark(true, text, hint)
	v.loop.fail(ExitRefused, v.path+": "+text)
	v.reason = text
	return step.Refused, false
}

// windowName is the name under which expressions read who holds a place in the window.
const windowName = "window"

// seesWindow puts into the view who is in the window now, and who left it for good. A dry-run can know only where the
// hosts come one at a time.
func (v *visit) seesWindow() {
	if !v.readsWindow {
		return
	}
	if v.loop.ID == "" && !v.alone {
		v.view.planned[windowName] = true
		return
	}
	if v.loop.ID != "" {
		v.view.values["run"] = v.loop.standing()
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.view.values[windowName] = map[string]any{"nodes": v.nodes}
}

// enter and leave keep who is in the window, in the order in which they came. Expressions hold the list of nodes as it
// was when they read it: a node is added behind it, and taken out of a copy, where any of them reads it.
func (w *window) enter(host step.Host) {
	w.loop.occupy(host.Name, true)
	if w.stage.Outside[host.Name] {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.inside = append(w.inside, host.Name)
	w.nodes = append(w.nodes, host.Node)
}

func (w *window) leave(host string) {
	w.loop.occupy(host, false)
	w.mu.Lock()
	defer w.mu.Unlock()
	at := slices.Index(w.inside, host)
	if at < 0 {
		return
	}
	w.inside = slices.Delete(w.inside, at, at+1)
	if w.readsWindow {
		w.nodes = slices.Clone(w.nodes)
	}
	w.nodes = slices.Delete(w.nodes, at, at+1)
}

// readsWindow says whether an expression of these steps asks who is in the window.
func readsWindow(lists ...[]*playbook.Step) bool {
	for _, list := range lists {
		for _, s := range list {
			if slices.ContainsFunc(s.Refs(), func(ref string) bool { return strings.HasPrefix(ref, windowName+".") }) || readsWindow(s.Body) {
				return true
			}
		}
	}
	return false
}
