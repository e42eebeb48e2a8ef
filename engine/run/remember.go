package run

import (
	"maps"
	"sort"

	"rung/engine/step"
)

// remembering makes a Memory, event by event.
type remembering struct {
	*Memory
	flying  map[string]Event  // started, and not known to have ended
	order   []string          // of their starts
	rounds  map[string]string // the last round that began, by the path of its loop
	isRound map[string]bool   // all of them
	lost    map[string]bool   // hosts that ended badly in the life at hand
	here    map[place]bool    // visits that began in the life at hand
	changed bool              // a step that was to change something has begun
	between map[string]bool   // stages that ended well since, and before another such step
}

func (r *remembering) see(e Event) {
	switch e.Kind {
	case RunStarted, RunResumed:
		clear(r.lost)
		clear(r.here)
	case StageStarted:
		r.stageStarted(e)
	case StageEnded:
		well := e.Outcome == step.OK || e.Outcome == step.Skipped
		r.ended[e.Stage] = well
		// A host that was lost in it takes part again: in the last round that began.
		if well && r.changed {
			r.between[e.Stage] = true
		}
		r.over[e.Stage] = r.isRound[e.Stage] && e.Outcome == step.OK && len(r.lost) == 0
	case HostStarted:
		r.hostStarted(place{e.Stage, e.Host})
	case HostLeft:
		r.at(e).afresh = true
	case HostEnded:
		r.hostEnded(e)
	case StepStarted, Answered:
		r.stepStarted(e)
	case StepEnded:
		r.stepEnded(e)
	case ActionStarted, ActionEnded:
		if e.Mutates {
			r.action(e)
		}
	}
}

// stageStarted keeps a loop's list, and what came before its round.
func (r *remembering) stageStarted(e Event) {
	delete(r.between, e.Stage)
	loop, _ := e.Data["loop"].(string)
	if loop == "" {
		return
	}
	if list, kept := e.Data["list"].([]any); kept {
		r.lists[loop] = list
	}
	if before := r.rounds[loop]; before != "" && before != e.Stage {
		r.over[before] = true
	}
	r.rounds[loop], r.isRound[e.Stage] = e.Stage, true
}

// hostStarted goes on with a visit that did not end, or begins another.
func (r *remembering) hostStarted(at place) {
	r.here[at] = true
	if p := r.visits[at]; p == nil || p.done || p.afresh {
		r.visits[at] = &past{changing: map[string]bool{}, ends: map[string]Event{}, deeds: map[deed]done{}}
	}
}

// at is the visit that e belongs to.
func (r *remembering) at(e Event) *past {
	at := place{e.Stage, e.Host}
	if r.visits[at] == nil {
		r.hostStarted(at)
	}
	return r.visits[at]
}

func (r *remembering) hostEnded(e Event) {
	switch at := (place{e.Stage, e.Host}); {
	case !goesOn(e.Outcome):
		r.lost[e.Host] = true
	case r.here[at]:
		r.at(e).done = true
	}
}

func (r *remembering) stepStarted(e Event) {
	p := r.at(e)
	delete(p.ends, e.Step)
	if e.Mutates || e.Kind == Answered { // what a person has confirmed is not asked again
		p.mutates, p.changing[e.Step] = true, true
		maps.Copy(r.passed, r.between)
		clear(r.between)
		r.changed = true
	}
}

func (r *remembering) stepEnded(e Event) {
	p := r.at(e)
	p.ends[e.Step] = e
	p.drop(e.Step)
}

// action keeps the start of a changing action, or its end. Where one has not done its work, its step is done again from
// the beginning.
func (r *remembering) action(e Event) {
	name, p, d := actionOf(e), r.at(e), deed{e.Step, e.Action}
	if e.Kind == ActionStarted {
		if _, again := r.flying[name]; !again {
			r.order = append(r.order, name)
		}
		if e.Unit != "" {
			r.starts[name]++
		}
		r.flying[name] = e
		return
	}
	start := r.flying[name]
	switch {
	case e.Outcome == step.Unknown:
		return
	case goesOn(e.Outcome):
		r.change, p.deeds[d] = true, done{start, e}
	default:
		p.drop(e.Step)
	}
	delete(r.flying, name)
}

// close works out what is open in the end.
func (r *remembering) close() {
	for _, name := range r.order {
		if e, still := r.flying[name]; still {
			delete(r.flying, name)
			r.open = append(r.open, e)
		}
	}
	sort.SliceStable(r.open, func(i, j int) bool { return r.open[i].Seq < r.open[j].Seq })
	for at, p := range r.visits {
		if p.done || p.afresh || !p.mutates {
			continue
		}
		for i, c := range at.stage { // those around it as well
			if c == '/' || c == '[' {
				r.begun[at.stage[:i]] = true
			}
		}
		r.begun[at.stage] = true
	}
}
