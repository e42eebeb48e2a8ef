package run

import (
	"maps"
	"sync"

	"rung/engine/guard"
	"rung/engine/step"
)

// record is what a step left behind for later expressions.
type record struct {
	values  map[string]any // outputs, outcome, changed; what is not known is not there
	planned bool           // a dry-run did not perform it: a run would know more
}

// recordOf is the record of a step that ended so.
func recordOf(outcome step.Outcome, outputs map[string]any) record {
	r := record{values: make(map[string]any, len(outputs)+2), planned: outcome == step.Planned}
	if !r.planned {
		maps.Copy(r.values, outputs)
		r.values["outcome"], r.values["changed"] = string(outcome), outcome == step.Changed
	}
	return r
}

// frame holds the records of one scope: the playbook's, or one round of a
// loop's, whose ids end with it.
type frame struct {
	parent *frame
	vars   map[string]any // the loop variable
	base   guard.Values   // what is known before the run; nil: as around

	mu   sync.Mutex
	own  map[string]map[string]record // host, then id
	wide map[string]record            // published by stages of one host

	fleet map[string]record // by id, once its stage is over: lists of what each host put out
}

func newFrame(parent *frame, vars map[string]any) *frame {
	return &frame{parent: parent, vars: vars, own: map[string]map[string]record{}, wide: map[string]record{}, fleet: map[string]record{}}
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

// join makes lists of what step id put out on hosts, in their order. A host where it did not run adds nothing.
func (f *frame) join(id string, hosts []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	all := record{values: map[string]any{}}
	for _, host := range hosts {
		r, ran := f.own[host][id]
		if !ran {
			r = f.wide[id]
		}
		all.planned = all.planned || r.planned
		for name, value := range r.values {
			list, _ := all.values[name].([]any)
			all.values[name] = append(list, value)
		}
	}
	if all.planned { // a list without those that are still to come would be a lie
		all.values = map[string]any{}
	}
	f.fleet[id] = all
}

// fleets are the lists of all stages that are over.
func (f *frame) fleets() map[string]record {
	all := map[string]record{}
	if f.parent != nil {
		all = f.parent.fleets()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	maps.Copy(all, f.fleet)
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

// view is what expressions read now.
func (l *loop) view(f *frame, host map[string]any, name string) *view {
	v := newView(f.known(l.Plan.Base), f, host, name)
	v.values["run"] = l.standing()
	if l.review != nil { // who fails is for the run to see
		v.values["run"], v.planned["run"] = map[string]any{"narrowed": l.Plan.Narrowed}, true
		v.planned["inputs"] = l.Plan.Open
	}
	return v
}

// known is what was known before the run: of the playbook itself, that is base.
func (f *frame) known(base guard.Values) guard.Values {
	for ; f != nil; f = f.parent {
		if f.base != nil {
			return f.base
		}
	}
	return base
}

// standing is what expressions read of the run as it is now.
func (l *loop) standing() map[string]any {
	return map[string]any{"narrowed": l.Plan.Narrowed, "skipped": l.skipped()}
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
	fleet := map[string]any{}
	for id, r := range f.fleets() {
		fleet[id] = r.values
		if r.planned {
			v.planned["fleet."+id] = true
		}
	}
	v.values["fleet"] = fleet
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
