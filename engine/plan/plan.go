// Package plan joins a playbook, an inventory and what the operator asked for:
// which hosts each stage has, and what the inputs are. It is pure arithmetic:
// no host is asked anything.
//
// Its invariant: in a *Plan every stage's hosts exist, every input has its
// type, and no step reads an output that its host can never have. What only
// the run can tell (windows given by outputs, loops, guards) stays an
// expression.
package plan

import (
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"

	"rung/engine/diag"
	"rung/engine/guard"
	"rung/engine/inventory"
	"rung/engine/playbook"
)

// Plan is what a run carries out.
type Plan struct {
	Playbook  *playbook.Playbook
	Inventory *inventory.Inventory
	Inputs    map[string]any
	Stages    []*Stage
	Narrowed  bool // --limit or --stage leaves something out
	Open      bool // no input is given yet: see Sketch
	// leftOut are the hosts that some stage would have, and leaves out by except.
	leftOut map[string]bool
	// Base are the values that every expression may read: inputs, groups, nodes,
	// inventory. It is shared and never changed.
	Base guard.Values
}

// Stage is a stage with its hosts.
type Stage struct {
	*playbook.Stage
	Hosts  []string // in inventory order; of a stage of stages none
	Stages []*Stage
	// Outside are the hosts on which nothing may be changed, because the
	// operator narrowed the run: only read-only steps run there.
	Outside map[string]bool
	// Inside are the Base of the playbook that the stage includes; nil where it includes none.
	Inside guard.Values
}

// Narrowing is what the operator takes out of a run.
type Narrowing struct {
	Limit  string   // a selector: change only these hosts; "" for all
	Stages []string // change only in these stages; empty for all
}

// New makes a plan. given are the inputs of the command line, by name.
func New(pb *playbook.Playbook, inv *inventory.Inventory, given map[string]any, narrow Narrowing) (*Plan, diag.List) {
	return build(&Plan{Playbook: pb, Inventory: inv, leftOut: map[string]bool{}}, given, narrow)
}

// Sketch is a plan of what is known before any input is given, to be looked at and not to be run: its inputs have no values,
// and a stage whose hosts depend on them has none.
func Sketch(pb *playbook.Playbook, inv *inventory.Inventory) (*Plan, diag.List) {
	return build(&Plan{Playbook: pb, Inventory: inv, leftOut: map[string]bool{}, Open: true}, nil, Narrowing{})
}

func build(p *Plan, given map[string]any, narrow Narrowing) (*Plan, diag.List) {
	b := &builder{plan: p, narrow: narrow}
	p.Inputs = map[string]any{}
	if !p.Open {
		b.inputs(given)
	}
	if b.found.Err() != nil {
		return nil, b.found
	}
	p.Base, p.Narrowed = p.base(), narrow.Limit != "" || len(narrow.Stages) > 0
	if narrow.Limit != "" {
		limit, found := p.Inventory.Select(narrow.Limit, diag.Pos{File: "--limit"})
		b.found = append(b.found, found...)
		b.limit = limit
	}
	b.base = p.Base
	b.knownStages()
	p.Stages = b.stages(p.Playbook.Stages, false)
	if b.found.Err() == nil {
		var early settled
		early.stages(p.Stages, p.Base)
		b.found = append(b.found, early.found...)
		if !b.unsure {
			b.found = append(b.found, unreadable(p)...)
		}
	}
	b.found.Sort()
	if b.found.Err() != nil {
		return nil, b.found
	}
	return p, b.found
}

type builder struct {
	plan   *Plan
	narrow Narrowing
	limit  []string
	found  diag.List
	base   guard.Values // of the playbook whose stages are at hand
	unsure bool         // of a sketch: which hosts a stage has depends on an input
}

func (b *builder) errorf(code string, pos diag.Pos, format string, args ...any) {
	b.found = append(b.found, diag.Errorf(code, pos, format, args...))
}

// inputs takes what was given and the defaults, and reports what is missing
// or not declared.
func (b *builder) inputs(given map[string]any) {
	p := b.plan
	declared := map[string]bool{}
	for _, in := range p.Playbook.Inputs {
		declared[in.Name] = true
		value, ok := given[in.Name]
		switch {
		case ok:
			p.Inputs[in.Name] = value
		case in.Type == "secret":
			p.Inputs[in.Name] = guard.Withheld(in.Name) // a dry-run needs none, and a run discloses it
		case in.Default != nil:
			p.Inputs[in.Name] = in.Default
		case !in.Optional:
			d := diag.Errorf("missing-input", in.Pos, "the input %s is not given", in.Name)
			b.found = append(b.found, d.WithHint("give it with -e %s=…%s", in.Name, about(in)))
		}
	}
	var unknown []string
	for name := range given {
		if !declared[name] {
			unknown = append(unknown, name)
		}
	}
	sort.Strings(unknown)
	for _, name := range unknown {
		b.found = append(b.found, Undeclared(p.Playbook, name))
	}
}

func about(in playbook.Input) string {
	if in.About == "" {
		return ""
	}
	return ": " + in.About
}

// Undeclared is the finding for an input that the playbook does not have.
func Undeclared(pb *playbook.Playbook, name string) diag.Diagnostic {
	names := make([]string, len(pb.Inputs))
	for i, in := range pb.Inputs {
		names[i] = in.Name
	}
	d := diag.Errorf("unknown-input", diag.Pos{File: pb.File}, "the playbook %s has no input %q", pb.Name, name)
	if hint := diag.DidYouMean(name, names); hint != "" {
		return d.WithHint("%s", hint)
	}
	if len(names) == 0 {
		return d.WithHint("it has no inputs")
	}
	return d.WithHint("its inputs are %s", strings.Join(names, ", "))
}

func (p *Plan) base() guard.Values {
	all := p.Inventory.Names()
	groups, nodes := map[string]any{"all": texts(all)}, map[string]any{"all": texts(p.nodes(all))}
	for _, g := range p.Inventory.Groups {
		groups[g.Name], nodes[g.Name] = texts(g.Hosts), texts(p.nodes(g.Hosts))
	}
	return guard.Values{
		"inputs":    p.Inputs,
		"groups":    groups,
		"nodes":     nodes,
		"inventory": map[string]any{"hosts": texts(all), "nodes": nodes["all"]},
	}
}

// nodes are the names that Kubernetes has for these hosts.
func (p *Plan) nodes(hosts []string) []string {
	nodes := make([]string, len(hosts))
	for i, name := range hosts {
		nodes[i] = p.Inventory.Host(name).Node
	}
	return nodes
}

func texts(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}

func (b *builder) stages(list []*playbook.Stage, chosen bool) []*Stage {
	var stages []*Stage
	for _, s := range list {
		in := chosen || len(b.narrow.Stages) == 0 || slices.Contains(b.narrow.Stages, s.Name)
		st := &Stage{Stage: s, Outside: map[string]bool{}}
		if s.Hosts != nil {
			st.Hosts = b.hosts(s)
		}
		for _, h := range st.Hosts {
			if !in || (b.narrow.Limit != "" && !slices.Contains(b.limit, h)) {
				st.Outside[h] = true
			}
		}
		b.readsHosts(s)
		around := b.base
		if s.Include != nil {
			st.Inside = b.inside(s)
			b.base = st.Inside
		}
		st.Stages = b.stages(s.Stages, in)
		b.base = around
		stages = append(stages, st)
	}
	return stages
}

// inside are the values that the playbook which s includes may read.
func (b *builder) inside(s *playbook.Stage) guard.Values {
	values := maps.Clone(b.base)
	inputs, err := s.Include.Inputs(b.base)
	if err != nil {
		b.errorf("value", s.Pos, "%v", err)
	}
	values["inputs"] = inputs
	return values
}

func (b *builder) hosts(s *playbook.Stage) []string {
	selector, unknown, err := s.Hosts.Text(b.base)
	switch {
	case err != nil:
		b.errorf("value", s.HostsPos, "%v", err)
	case unknown != nil && b.plan.Open:
		b.unsure = true
	case unknown != nil:
		b.errorf("missing-input", s.HostsPos, "the hosts depend on %s, which is not given", strings.Join(unknown, ", "))
	default:
		hosts, found := b.plan.Inventory.Select(selector, s.HostsPos)
		b.found = append(b.found, found...)
		return b.without(hosts, s)
	}
	return nil
}

// without takes out the hosts that the stage leaves out, by their own names or their nodes'.
func (b *builder) without(hosts []string, s *playbook.Stage) []string {
	if s.Except == nil {
		return hosts
	}
	value, unknown, err := s.Except.Value(b.base)
	switch {
	case err != nil:
		b.errorf("value", s.Pos, "except: %v", err)
	case unknown != nil && b.plan.Open:
		b.unsure = true
	case unknown != nil:
		b.errorf("missing-input", s.Pos, "except depends on %s, which is not given", strings.Join(unknown, ", "))
	default:
		return slices.DeleteFunc(slices.Clone(hosts), func(host string) bool {
			out := slices.ContainsFunc(value.([]any), func(name any) bool { return name == host || name == b.plan.Inventory.Host(host).Node })
			if out {
				b.plan.leftOut[host] = true
			}
			return out
		})
	}
	return nil
}

// knownStages reports the names given with --stage that no stage has.
func (b *builder) knownStages() {
	names := stageNames(b.plan.Playbook.Stages)
	for _, s := range b.narrow.Stages {
		if !slices.Contains(names, s) {
			d := diag.Errorf("unknown-stage", diag.Pos{File: "--stage"}, "the playbook has no stage %q", s)
			hint := diag.DidYouMean(s, names)
			if hint == "" {
				hint = "its stages are " + strings.Join(names, ", ")
			}
			b.found = append(b.found, d.WithHint("%s", hint))
		}
	}
}

func stageNames(stages []*playbook.Stage) []string {
	var names []string
	for _, s := range stages {
		names = append(names, s.Name)
		names = append(names, stageNames(s.Stages)...)
	}
	return names
}

// readsHosts reports the groups that a stage's expressions read and the
// inventory does not have.
func (b *builder) readsHosts(s *playbook.Stage) {
	for _, st := range everyStep(s) {
		for _, ref := range st.Refs() {
			table, name, _ := strings.Cut(ref, ".")
			if (table == "groups" || table == "nodes") && name != "all" && b.plan.Inventory.Group(name) == nil {
				b.errorf("unknown-group", st.Pos, "this reads %s, and the inventory has no group %s", ref, name)
			}
		}
	}
}

// OnlyReads says whether nothing can be changed, because all stages gather.
func (p *Plan) OnlyReads() bool {
	return !slices.ContainsFunc(p.Stages, func(s *Stage) bool { return !s.Gather })
}

// Hosts are the hosts that some stage names, in inventory order.
func (p *Plan) Hosts() []string {
	used := map[string]bool{}
	named(p.Stages, used)
	return p.Inventory.InOrder(used)
}

// LeftOut are the hosts that stages leave out by except, and that no stage names: the operator says that they are away.
func (p *Plan) LeftOut() []string {
	used := p.Hosts()
	return slices.DeleteFunc(p.Inventory.InOrder(p.leftOut), func(name string) bool { return slices.Contains(used, name) })
}

func named(stages []*Stage, used map[string]bool) {
	for _, s := range stages {
		for _, name := range s.Hosts {
			used[name] = true
		}
		named(s.Stages, used)
	}
}

// Window is how many of total hosts a stage with the count text works on at a
// time: at least one, at most all.
func Window(text string, total int) (int, error) {
	n, err := playbook.Count(text, total)
	if err == nil && n == 0 && total > 0 {
		err = fmt.Errorf("at_once is 0: no host would ever be worked on")
	}
	return min(n, total), err
}
