package playbook

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"rung/engine/diag"
	"rung/engine/guard"
	"rung/engine/step"
)

// Advise says what of a playbook works, and would better be written otherwise.
// Where it stands on purpose, a comment says so on its line, on the line above,
// or, for the whole file, on a line without indentation:
//
//	# rung: ignore unchecked-command
//
// Each of judges says what a command that is said to only read would change; "" where it knows of nothing.
func Advise(pb *Playbook, judges ...func(step.Command) string) diag.List {
	a := &adviser{pb: pb, judges: judges, read: map[string]bool{}, taken: map[*Sequence]map[string]bool{}, said: map[diag.Diagnostic]bool{}}
	a.stages(pb.Stages)
	for _, in := range pb.Inputs {
		if !a.read["inputs."+in.Name] && in.Pos.File == pb.File { // those of other files have other playbooks, too
			a.add(diag.Advicef("unused-input", in.Pos, "nothing reads the input %s", in.Name).
				Over(utf8.RuneCountInString(in.Name)).WithHint("read it as inputs.%s, or remove it", in.Name))
		}
	}
	a.foreignBraces()
	a.noSteps()
	a.unusedParameters()
	a.unusedIncludes()
	if !pb.isLibrary { // where one sequence takes back what another leaves
		a.undone()
	}
	place(pb.documents, a.found)
	return a.found
}

type adviser struct {
	pb     *Playbook
	judges []func(step.Command) string
	found  diag.List
	said   map[diag.Diagnostic]bool // the steps of a sequence stand at every call
	read   map[string]bool          // names
	spans  []span                   // of every stage with steps, in order
	// within is the sequence whose steps are looked at, and taken what is read of the parameters of each.
	within *Sequence
	taken  map[*Sequence]map[string]bool
}

func (a *adviser) add(found ...diag.Diagnostic) {
	for _, d := range found {
		if doc := a.pb.documents[d.Pos.File]; doc != nil {
			d.Via = doc.via
		}
		if !a.said[d] && !a.ignored(d) {
			a.said[d] = true
			a.found = append(a.found, d)
		}
	}
}

var ignore = regexp.MustCompile(`#\s*rung: ignore ([a-z][a-z, -]*)`)

// ignored says whether a comment lets d pass.
func (a *adviser) ignored(d diag.Diagnostic) bool {
	doc := a.pb.documents[d.Pos.File]
	if doc == nil {
		return false
	}
	for i, line := range bytes.Split(doc.src, []byte("\n")) {
		text := bytes.TrimSpace(line)
		comment := bytes.HasPrefix(text, []byte("#"))
		whole := bytes.HasPrefix(line, []byte("#"))
		if whole || i+1 == d.Pos.Line || i+2 == d.Pos.Line && comment {
			if m := ignore.FindSubmatch(line); m != nil && slices.Contains(strings.FieldsFunc(string(m[1]), between), d.Code) {
				return true
			}
		}
	}
	return false
}

func between(r rune) bool { return r == ',' || r == ' ' }

func (a *adviser) stages(stages []*Stage) {
	for _, s := range stages {
		for _, e := range []*guard.Expr{s.Except, s.When} {
			a.expression(e)
		}
		for _, t := range []*guard.Template{s.Hosts, s.AtOnce, s.MaxFailures} {
			a.template(t)
		}
		a.decided(s.When, "the stage is never skipped", "the stage is always skipped")
		if s.ForEach != nil {
			a.expression(s.ForEach.List)
		}
		for _, list := range [][]*Step{s.Admit, s.Steps, s.Rescue, s.Always} {
			a.steps(list)
		}
		if s.Include != nil { // it is another playbook: it is asked for advice by itself
			a.given(s.Include.With)
			continue
		}
		if s.Stages == nil {
			a.spans = append(a.spans, span{stage: s.Name, usual: flat(nil, s.Steps, nil), rescue: flat(nil, s.Rescue, nil), always: flat(nil, s.Always, nil)})
		}
		a.stages(s.Stages)
	}
}

func (a *adviser) given(with []Argument) {
	for _, given := range with {
		for _, e := range given.exprs() {
			a.expression(e)
		}
	}
}

func (a *adviser) steps(steps []*Step) {
	for _, s := range steps {
		for _, e := range []*guard.Expr{s.When, s.Require, s.Retry, s.Ignore, s.Skip} {
			a.expression(e)
		}
		for _, t := range []*guard.Template{s.Name, s.Else, s.On, s.Confirm} {
			a.template(t)
		}
		a.decided(s.When, "the step is never skipped", "the step is always skipped")
		a.decided(s.Require, "it stops no host", "it stops every host")
		if s.Draft != nil {
			for _, e := range s.Draft.Exprs() {
				a.expression(e)
			}
			a.twoTimeouts(s)
			a.onlyReads(s)
			for _, e := range s.Draft.InScripts() {
				a.inScript(e)
			}
			for _, d := range s.Draft.Advise(s.Pos) {
				of := d
				of.Pos = s.Pos
				if !a.ignored(of) { // a comment at the step speaks for its fields, too
					a.add(d)
				}
			}
		}
		a.call(s)
	}
}

// onlyReads advises where a step says that it only reads, and a command of it does not.
func (a *adviser) onlyReads(s *Step) {
	for _, action := range s.Draft.Sketch() {
		for _, judge := range a.judges {
			if why := judge(action.Do); action.ReadOnly && !action.Do.Secret && why != "" {
				a.add(diag.Advicef("not-read-only", s.Pos, "the step says that it only reads, and does not: %s", why).WithHint("a dry-run and rung facts would not start it: leave read_only out, and give it a check"))
			}
		}
	}
}

func (a *adviser) template(t *guard.Template) {
	if t == nil {
		return
	}
	for _, e := range t.Exprs() {
		a.expression(e)
	}
}

func (a *adviser) expression(e *guard.Expr) {
	if e == nil {
		return
	}
	a.reads(e.Refs)
	for _, c := range e.Comparisons() {
		a.comparison(c)
	}
}

func (a *adviser) reads(refs []string) {
	for _, ref := range refs {
		a.read[ref] = true
		if name, ok := strings.CutPrefix(ref, parametersName+"."); ok && a.within != nil {
			a.taken[a.within][name] = true
		}
	}
}

// call goes through the steps of the sequence that s calls, if it does.
func (a *adviser) call(s *Step) {
	if s.called == nil {
		return
	}
	a.given(s.With)
	if a.taken[s.called] == nil {
		a.taken[s.called] = map[string]bool{}
	}
	around := a.within
	a.within = s.called
	a.steps(s.Body)
	a.within = around
}

// unusedIncludes advises where a playbook includes a file, and calls nothing of it. That it calls not all is what such files
// are for.
func (a *adviser) unusedIncludes() {
	for _, i := range a.pb.libraries {
		called := slices.ContainsFunc(i.sequences, func(q *Sequence) bool { return a.taken[q] != nil })
		read := slices.ContainsFunc(i.inputs, func(in Input) bool { return a.read["inputs."+in.Name] })
		if !called && !read {
			a.add(diag.Advicef("unused-include", i.pos, "no step calls a sequence of %s", i.name).Over(utf8.RuneCountInString(i.name)).WithHint("call one, or do not include it"))
		}
	}
}

func (a *adviser) unusedParameters() {
	for _, q := range a.pb.Sequences {
		for _, p := range q.Parameters {
			if taken, called := a.taken[q]; called && !taken[p.Name] {
				a.add(diag.Advicef("unused-parameter", p.Pos, "nothing in the sequence %s reads its parameter %s", q.Name, p.Name).
					Over(utf8.RuneCountInString(p.Name)).WithHint("read it as parameters.%s, or remove it", p.Name))
			}
		}
	}
}

// decided advises where nothing that a run may find out changes what e says.
func (a *adviser) decided(e *guard.Expr, whenTrue, whenFalse string) {
	if e == nil {
		return
	}
	switch truth, _, err := e.Decide(guard.Values{}); {
	case err != nil || truth == guard.Unknown:
	case truth == guard.True:
		a.add(diag.Advicef("always-true", e.Pos, "this is true whatever a run finds: %s", whenTrue).Over(width(e)).WithHint("remove the guard, or let it read what it is about"))
	default:
		a.add(diag.Advicef("always-false", e.Pos, "this is false whatever a run finds: %s", whenFalse).Over(width(e)).WithHint("remove what it guards, or let it read what it is about"))
	}
}

func width(e *guard.Expr) int {
	line, _, _ := strings.Cut(e.Source, "\n")
	return utf8.RuneCountInString(line)
}
