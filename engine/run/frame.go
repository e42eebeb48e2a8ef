package run

import (
	"sync"

	"rung/engine/guard"
)

// record is what a step left behind for later expressions.
type record struct {
	values  map[string]any // outputs, outcome, changed; what is not known is not there
	planned bool           // a dry-run did not perform it: a run would know more
}

// frame holds the records of one scope: the playbook's, or one round of a
// loop's, whose ids end with it.
type frame struct {
	parent *frame
	vars   map[string]any // the loop variable

	mu   sync.Mutex
	own  map[string]map[string]record // host, then id
	wide map[string]record            // published by stages of one host
}

func newFrame(parent *frame, vars map[string]any) *frame {
	return &frame{parent: parent, vars: vars, own: map[string]map[string]record{}, wide: map[string]record{}}
}

// publish keeps the record of step id on host; wide ones are for every host.
func (f *frame) publish(host, id string, r record, wide bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if wide {
		f.wide[id] = r
		return
	}
	if f.own[host] == nil {
		f.own[host] = map[string]record{}
	}
	f.own[host][id] = r
}

// records returns what host may read; host "" reads what is published to all.
func (f *frame) records(host string) map[string]record {
	all := map[string]record{}
	if f.parent != nil {
		all = f.parent.records(host)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for id, r := range f.wide {
		all[id] = r
	}
	for id, r := range f.own[host] {
		all[id] = r
	}
	return all
}

func (f *frame) loopVars(into guard.Values) {
	if f.parent != nil {
		f.parent.loopVars(into)
	}
	for name, value := range f.vars {
		into[name] = value
	}
}

// view is the values that expressions on one host read: the shared base, the
// loop variables and the records so far. One goroutine owns a view.
type view struct {
	values  guard.Values
	steps   map[string]any
	planned map[string]bool
}

func newView(base guard.Values, f *frame, host map[string]any, name string) *view {
	v := &view{values: guard.Values{}, steps: map[string]any{}, planned: map[string]bool{}}
	for key, value := range base {
		v.values[key] = value
	}
	if host != nil {
		v.values["host"] = host
	}
	f.loopVars(v.values)
	for id, r := range f.records(name) {
		v.add(id, r)
	}
	v.values["steps"] = v.steps
	return v
}

func (v *view) add(id string, r record) {
	v.steps[id] = r.values
	if r.planned {
		v.planned[id] = true
	}
}

// forget ends the private ids of a sequence.
func (v *view) forget(ids []string) {
	for _, id := range ids {
		delete(v.steps, id)
		delete(v.planned, id)
	}
}
