package plan

import (
	"fmt"
	"strings"

	"rung/engine/diag"
	"rung/engine/playbook"
)

// everyStep lists the steps written in s itself, bodies of sequences included.
func everyStep(s *playbook.Stage) []*playbook.Step {
	return flat(flat(flat(flat(nil, s.Admit), s.Steps), s.Rescue), s.Always)
}

func flat(all, steps []*playbook.Step) []*playbook.Step {
	for _, s := range steps {
		all = flat(append(all, s), s.Body)
	}
	return all
}

// unreadable reports the steps that read the output of a step which never
// runs on their host: outputs belong to a host, unless the step stands in a
// stage of exactly one host, which publishes them to all.
func unreadable(p *Plan) diag.List {
	r := &reader{holders: map[string]holder{}}
	r.stages(p.Stages)
	return r.found
}

type holder struct {
	stage string
	hosts map[string]bool
}

type reader struct {
	holders map[string]holder // by id
	found   diag.List
}

func (r *reader) stages(stages []*Stage) {
	for _, s := range stages {
		hosts := make(map[string]bool, len(s.Hosts))
		for _, h := range s.Hosts {
			hosts[h] = true
		}
		for _, e := range stageGuards(s.Stage) {
			r.check(e, s.Pos, nil)
		}
		for _, list := range [][]*playbook.Step{s.Admit, s.Steps, s.Rescue, s.Always} {
			r.steps(list, s, hosts)
		}
		around := r.holders
		if s.Include != nil { // it knows nothing of what stands around it, and nothing there of it
			r.holders = map[string]holder{}
		}
		r.stages(s.Stages)
		r.holders = around
	}
}

// steps checks what steps read. The ids of a sequence are read on its own host alone, and those of one of another file
// are no others' names.
func (r *reader) steps(steps []*playbook.Step, s *Stage, hosts map[string]bool) {
	for _, st := range steps {
		for _, ref := range st.Refs() {
			r.check(ref, st.Pos, s.Hosts)
		}
		if st.ID != "" {
			r.holders[st.ID] = holder{s.Name, hosts}
		}
		if !st.Apart {
			r.steps(st.Body, s, hosts)
		}
	}
}

func stageGuards(s *playbook.Stage) []string {
	var refs []string
	if s.When != nil {
		refs = append(refs, s.When.Refs...)
	}
	if s.ForEach != nil && s.ForEach.List != nil {
		refs = append(refs, s.ForEach.List.Refs...)
	}
	if s.AtOnce != nil {
		refs = append(refs, s.AtOnce.Refs()...)
	}
	if s.MaxFailures != nil {
		refs = append(refs, s.MaxFailures.Refs()...)
	}
	return refs
}

// check reports ref where one of hosts (nil: no host at all) can never have
// it.
func (r *reader) check(ref string, pos diag.Pos, hosts []string) {
	path := strings.Split(ref, ".")
	if path[0] != "steps" || len(path) < 2 {
		return
	}
	h, ok := r.holders[path[1]]
	if !ok || len(h.hosts) == 1 {
		return
	}
	var without []string
	for _, name := range hosts {
		if !h.hosts[name] {
			without = append(without, name)
		}
	}
	d := diag.Errorf("host-scoped", pos, "this reads %s, which each host of the stage %q has for itself", ref, h.stage)
	switch {
	case hosts == nil:
		d.Hint = "a stage's own guards have no host: read it in a step, or make it in a stage of one host"
	case len(without) > 0:
		d.Text += fmt.Sprintf("; %s runs no such step", strings.Join(without, ", "))
		d.Hint = "run that step on these hosts too, or in a stage of one host, whose outputs all may read"
	default:
		return
	}
	r.found = append(r.found, d)
}
