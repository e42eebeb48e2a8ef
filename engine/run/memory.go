package run

import (
	"strconv"
	"strings"
)

// Memory is what a run knows of its earlier lives, made of their events alone. What ended well is not done again:
//
//	a round of a loop    that ended well, or that another came after, is not walked again; its list stays what it was
//	a host in a stage    that was changed, or looked at to be changed, and ended well there is not visited again: its
//	                     steps are what they were
//	a host at work       goes on: its changing steps that ended well are what they were, and so are the actions of a step
//	                     under way; unless rescue or always have begun to tidy up after a failure: then all is asked anew
//	what only reads      is read again, and guards are asked again; but for what was asked between two changes: it was to
//	                     let the second one begin, which is in the way of its answer now
//
// A nil Memory is that of a run in its first life.
type Memory struct {
	lists  map[string][]any // of loops, as they were kept, by the path of their stage
	over   map[string]bool  // rounds that are not walked again, by path
	ended  map[string]bool  // stages that ended well
	begun  map[string]bool  // stages in which a host is at work, and those around them
	passed map[string]bool  // stages that ended well between two changes
	visits map[place]*past  // what came of a host in a stage
	starts map[string]int   // of detached commands, by what they are for
	open   []Event          // starts of what may or may not have done its work
	known  map[string]bool  // of what is open, what has become known
	change bool             // something was changed
}

// place is a host in a stage.
type place struct{ stage, host string }

// past is what a host did in a stage.
type past struct {
	done     bool             // it ended well there
	afresh   bool             // rescue or always have begun to tidy up after a failure
	mutates  bool             // something was to be changed
	changing map[string]bool  // the steps that were to change something, by key
	ends     map[string]Event // of steps
	deeds    map[deed]done    // actions that ended well, of steps that did not end
}

type deed struct {
	step   string
	action int
}

// done is an action that ended well.
type done struct{ start, end Event }

// actionOf names an action of a run: what its detached starts are counted by.
func actionOf(e Event) string {
	return strings.Join([]string{e.Stage, e.Host, e.Step, strconv.Itoa(e.Action)}, "\x00")
}

// Remember makes a memory of the events of all lives of a run, in their order.
func Remember(events []Event) *Memory {
	r := &remembering{
		Memory: &Memory{
			lists: map[string][]any{}, over: map[string]bool{}, ended: map[string]bool{}, begun: map[string]bool{}, passed: map[string]bool{},
			visits: map[place]*past{}, starts: map[string]int{}, known: map[string]bool{},
		},
		flying: map[string]Event{}, rounds: map[string]string{}, isRound: map[string]bool{}, lost: map[string]bool{}, here: map[place]bool{}, between: map[string]bool{},
	}
	for _, e := range events {
		r.see(e)
	}
	r.close()
	return r.Memory
}

// Changed says whether something was changed in the run so far.
func (m *Memory) Changed() bool { return m != nil && m.change }

// Open are the starts of actions of which is not known whether they have done their work, in their order.
func (m *Memory) Open() []Event {
	if m == nil {
		return nil
	}
	return m.open
}

// Afresh forgets how far the hosts at work have come, and what loops go through: the playbook or its inputs are others.
func (m *Memory) Afresh() {
	clear(m.lists)
	clear(m.begun)
	for at, p := range m.visits {
		if !p.done {
			delete(m.visits, at)
		}
	}
}

// list is what a loop goes through, where that is known.
func (m *Memory) list(stage string) ([]any, bool) {
	if m == nil {
		return nil, false
	}
	list, known := m.lists[stage]
	return list, known
}

func (m *Memory) isOver(round string) bool     { return m != nil && m.over[round] }
func (m *Memory) endedWell(stage string) bool  { return m != nil && m.ended[stage] }
func (m *Memory) underWayIn(stage string) bool { return m != nil && m.begun[stage] }

// visit is what is remembered of a host in a stage, where that counts: it is done, or it goes on.
func (m *Memory) visit(stage, host string) *past {
	if m == nil {
		return nil
	}
	p := m.visits[place{stage, host}]
	switch {
	case p == nil || p.afresh:
		return nil
	case p.mutates, p.done && m.passed[stage]:
		return p
	}
	return nil
}

// underWay says whether the host was at work, and goes on.
func (p *past) underWay() bool { return p != nil && !p.done }

// ended is how a step that was to change something ended well.
func (p *past) ended(key string) (Event, bool) {
	if p == nil || !p.changing[key] {
		return Event{}, false
	}
	e, known := p.ends[key]
	return e, known && goesOn(e.Outcome)
}

// within says whether a step that was to change something has begun, or one of its body's.
func (p *past) within(key string) bool {
	if p == nil {
		return false
	}
	for begun := range p.changing {
		if begun == key || strings.HasPrefix(begun, key+".") {
			return true
		}
	}
	return false
}

// did is an action that ended well, of a step that did not end.
func (p *past) did(key string, action int) (done, bool) {
	if p == nil {
		return done{}, false
	}
	d, known := p.deeds[deed{key, action}]
	return d, known
}

// drop forgets the actions of a step: it is tried again from its beginning.
func (p *past) drop(key string) {
	if p == nil {
		return
	}
	for d := range p.deeds {
		if d.step == key {
			delete(p.deeds, d)
		}
	}
}
