package playbook

import (
	"slices"
	"strconv"
	"strings"

	"rung/engine/diag"
	"rung/engine/guard"
	"rung/engine/yamldoc"
)

// innerKeys are those that a stage of stages does not have.
var innerKeys = []string{"hosts", "except", "at_once", "max_failures", "admit", "rescue", "always"}

func (l *loader) stages(n *yamldoc.Node, s *scope) []*Stage {
	if !l.wantList(n, "stages", "stage: What it is for") {
		return nil
	}
	if len(n.Items) == 0 {
		l.errorf("empty", n.Pos, "stages is empty")
	}
	var stages []*Stage
	names := map[string]diag.Pos{}
	for _, item := range n.Items {
		if !l.want(item, yamldoc.Map, "a stage") {
			continue
		}
		st := l.stage(item, s)
		if first, twice := names[st.Name]; twice && st.Name != "" {
			l.errorf("duplicate-stage", st.Pos, "a stage called %q stands on line %d already", st.Name, first.Line)
		}
		names[st.Name] = st.Pos
		stages = append(stages, st)
	}
	return stages
}

func (l *loader) stage(n *yamldoc.Node, outer *scope) *Stage {
	meant := l.keys(n, "a stage", StageKeys())
	st := &Stage{Pos: n.Pos, Name: l.text(n.Get("stage"), "stage")}
	if n.Get("stage") == nil && !slices.Contains(meant, "stage") {
		l.add(diag.Errorf("missing-key", n.Pos, "a stage needs a name: stage: What it is for").WithHint("a dash begins a new stage: if this belongs to the one above, take the dash away"))
		meant = append(meant, "hosts", "steps") // which are there, if so
	}
	s := outer
	if loop := n.Get("for_each"); loop != nil {
		s = outer.child()
		st.ForEach = l.loop(loop, s)
	}
	l.hinting(nil, "this is settled before anything runs: hosts reads inputs, except also groups, nodes and inventory", func() {
		l.where(st, n, s)
	})
	l.hinting([]string{"host", "window"}, "the guards of a stage have no host: give this one to its steps", func() {
		l.window(st, n, s)
	})
	if g := n.Get("gather"); g != nil {
		st.Gather = l.boolean(g, "gather")
	}
	l.body(st, n, s, meant)
	return st
}

func (l *loader) body(st *Stage, n *yamldoc.Node, s *scope, meant []string) {
	steps, stages := n.Get("steps"), n.Get("stages")
	if w := n.Get("with"); w != nil && n.Get("include") == nil {
		l.add(diag.Errorf("misplaced", w.Pos, "with goes with include: it gives a playbook its inputs"))
	}
	switch {
	case n.Get("include") != nil:
		l.include(st, n, s)
	case steps == nil && stages == nil && (slices.Contains(meant, "steps") || slices.Contains(meant, "stages")):
	case steps == nil && stages == nil:
		l.errorf("missing-key", n.Pos, "the stage needs steps, stages, or a playbook to include")
	case steps != nil && stages != nil:
		l.errorf("steps-and-stages", n.Pos, "the stage has both steps and stages: keep one")
	case stages != nil:
		for _, f := range n.Fields {
			if slices.Contains(innerKeys, f.Key) {
				l.add(diag.Errorf("misplaced", f.Pos, "%s belongs on the inner stages, not on a stage of stages", f.Key).Over(len(f.Key)))
			}
		}
		st.Stages = l.stages(stages, s)
	default:
		if n.Get("hosts") == nil && !slices.Contains(meant, "hosts") {
			l.errorf("missing-key", n.Pos, "the stage needs hosts: all, or a group of the inventory")
		}
		s.host = true
		if v := n.Get("admit"); v != nil {
			st.Admit = l.admit(v, s)
		}
		st.Steps = l.steps(steps, s, "")
		if v := n.Get("rescue"); v != nil {
			st.Rescue = l.steps(v, s.child(), "rescue ")
		}
		if v := n.Get("always"); v != nil {
			st.Always = l.steps(v, s.child(), "always ")
		}
		s.host = false
		s.join(st.Steps)
	}
}

// where reads which hosts a stage is for.
func (l *loader) where(st *Stage, n *yamldoc.Node, s *scope) {
	if h := n.Get("hosts"); h != nil {
		st.Hosts, st.HostsPos = l.selector(h, (&scope{base: s.base[:1]}).names()), h.Content()
	}
	if e := n.Get("except"); e != nil {
		st.Except = l.expression(e, "except", (&scope{base: s.base}).names(), textList)
	}
}

// window reads how many hosts a stage takes at once, and whether it takes any.
func (l *loader) window(st *Stage, n *yamldoc.Node, s *scope) {
	if a := n.Get("at_once"); a != nil {
		st.AtOnce, st.AtOncePos = l.count(a, "at_once", s), a.Content()
	}
	if m := n.Get("max_failures"); m != nil {
		st.MaxFailures, st.MaxFailuresPos = l.count(m, "max_failures", s), m.Content()
	}
	if w := n.Get("when"); w != nil {
		st.When = l.expression(w, "when", s.names(), guard.Type{Kind: guard.Bool})
	}
}

// selector compiles the hosts of a stage.
func (l *loader) selector(n *yamldoc.Node, names guard.Names) *guard.Template {
	if n.Kind == yamldoc.List {
		d, _ := yamldoc.WantKind(n, yamldoc.Scalar, "hosts")
		l.add(d.WithHint("write the names into one text:  hosts: w1,w2"))
		return nil
	}
	return l.template(n, "hosts", names)
}

// hinting does something, and gives hint to the unknown names that it finds:
// those of names, or, where that is nil, all that are near no other.
func (l *loader) hinting(names []string, hint string, do func()) {
	before := len(l.found)
	do()
	for i := range l.found[before:] {
		d := &l.found[before+i]
		known := func(name string) bool { return strings.HasPrefix(d.Text, strconv.Quote(name)+" ") }
		if d.Code == "unknown-name" && (slices.ContainsFunc(names, known) || names == nil && !strings.HasPrefix(d.Hint, "did you mean")) {
			d.Hint = hint
		}
	}
}

// admit reads what must hold before a host takes its place: one guard, or steps. Their ids stay in scope, for the host
// goes on with what it saw.
func (l *loader) admit(n *yamldoc.Node, s *scope) []*Step {
	if n.Kind == yamldoc.Scalar {
		return []*Step{{Key: "admit 1", Pos: n.Pos, Require: l.expression(n, "admit", s.names(), guard.Type{Kind: guard.Bool})}}
	}
	if n.Kind != yamldoc.List {
		l.errorf("wrong-kind", n.Pos, "admit is a guard, or a list of steps that only read, not %s", n.Describe())
		return nil
	}
	steps := l.steps(n, s, "admit ")
	for _, st := range steps {
		if st.Confirm != nil {
			l.errorf("misplaced", st.Pos, "admit asks again and again, so that it is no place for confirm: put it into the steps of the stage")
		}
	}
	return steps
}

// count compiles a count: plain text is checked at once.
func (l *loader) count(n *yamldoc.Node, key string, s *scope) *guard.Template {
	t := l.template(n, key, s.names())
	if t == nil || guard.HasExpression(n.Text) {
		return t
	}
	switch count, err := Count(n.Text, 100); {
	case err != nil:
		l.wrong(n, "%s: %v", key, err)
	case count == 0 && key == "at_once":
		l.wrong(n, "at_once is 0: no host would ever be worked on")
	}
	return t
}

// loop reads for_each: {hop: "ladder(…)"}, and puts the variable in scope.
func (l *loader) loop(n *yamldoc.Node, s *scope) *Loop {
	if !l.want(n, yamldoc.Map, "for_each") {
		return nil
	}
	if len(n.Fields) != 1 {
		l.errorf("for-each", n.Pos, "for_each names one variable and its list: {hop: \"ladder(…)\"}")
		return nil
	}
	f := n.Fields[0]
	if !identifier.MatchString(f.Key) {
		l.errorf("name", f.Pos, "%q is not a name: want lower-case letters, digits and _", f.Key)
	}
	if _, taken := s.names().Find(f.Key); taken || guard.Reserved(f.Key) {
		l.add(diag.Errorf("name", f.Pos, "%s is a name already", f.Key).Over(len(f.Key)).WithHint("choose another for the variable"))
	}
	loop := &Loop{Var: f.Key}
	loop.List, s.loops = l.list(f, s)
	return loop
}

func (l *loader) list(f yamldoc.Field, s *scope) (*guard.Expr, []guard.Name) {
	v, loopVar := f.Value, guard.Name{Name: f.Key, Type: textType}
	if v.Kind != yamldoc.Scalar || v.Null {
		l.add(diag.Errorf("for-each", v.Pos, "the list of for_each is an expression, not %s", v.Describe()).WithHint(`quote it: '["a", "b"]'`))
		return nil, append(s.loops, loopVar)
	}
	e, found := guard.CompileOneOf(v.Text, v.Content(), s.names(), loopLists...)
	l.add(found...)
	if e != nil {
		loopVar.Type = *e.Type.Elem
	}
	return e, append(s.loops, loopVar)
}

// loopLists are what for_each goes over.
var loopLists = []guard.Type{textList, guard.ListOf(guard.Type{Kind: guard.Version}), guard.ListOf(guard.Type{Kind: guard.Int})}
