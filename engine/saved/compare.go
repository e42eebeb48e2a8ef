package saved

import (
	"fmt"
	"slices"
	"strings"

	"rung/engine/report"
	"rung/engine/step"
)

// Difference is a step on a host in which two dry-runs differ.
type Difference struct {
	Stage, Host, Step, Name string
	Was, Now                []string // what would be done, a line for each thing; empty: the step is not there
	Mutates                 bool     // it may change something, in one of the two
	Alone                   bool     // only one of the two has any step of its stage
}

// Compare says in which steps on which hosts two dry-runs differ, in the order of work.
func Compare(a, b *report.Book) []Difference {
	all := differences(a, b, alike)
	then, now := worked(a), worked(b)
	for i, d := range all {
		all[i].Alone = d.Host != "" && !(then[d.Stage] && now[d.Stage])
	}
	return all
}

// alike says whether two entries tell the same, as far as both tell it.
func alike(was, now *report.Entry) bool {
	return slices.Equal(linesOf(was), linesOf(now)) || slices.Equal(linesOf(asTold(was, now)), linesOf(asTold(now, was)))
}

// asTold is e without what its commands read where the other keeps that to itself: a rung of before does.
func asTold(e, other *report.Entry) *report.Entry {
	if e == nil || other == nil {
		return e
	}
	told := *e
	told.Actions = slices.Clone(e.Actions)
	for i := range min(len(e.Actions), len(other.Actions)) {
		if do := other.Actions[i].Do; do.Secret && do.Reads == nil {
			told.Actions[i].Do.Reads = nil
		}
	}
	return &told
}

// worked are the stages of b with steps on hosts.
func worked(b *report.Book) map[string]bool {
	stages := map[string]bool{}
	for _, c := range b.Stages {
		for _, p := range c.Pages {
			stages[c.Stage] = stages[c.Stage] || p.Len() > 0
		}
	}
	return stages
}

// Strays says where what would be done now is not what was planned: changes that were not planned, are other ones, or are
// no more needed. What a plan left open (a guard, a name, a list) may have become anything; what only reads does not count.
func Strays(plan, now *report.Book) []Difference {
	h := held{exact: map[at]entry{}}
	h.index(plan)
	return differences(plan, now, func(was, is *report.Entry) bool { return covers(was, is) }, h.openEntry)
}

// differences walks through both. lookups find the entry of a where it stands under another name.
func differences(a, b *report.Book, same func(was, now *report.Entry) bool, lookups ...func(at) *report.Entry) []Difference {
	then, order := entries(a)
	now, more := entries(b)
	order = merged(order, more)
	var found []Difference
	for _, where := range order {
		was, is := then[where].get(), now[where].get()
		for _, lookup := range lookups {
			if was == nil {
				was = lookup(where)
			}
		}
		if is == nil && openPath(where.stage) != nil && len(lookups) > 0 { // what it became is held against it
			continue
		}
		if same(was, is) {
			continue
		}
		d := Difference{Stage: where.stage, Host: where.host, Step: where.step, Was: linesOf(was), Now: linesOf(is), Mutates: mutates(was) || mutates(is)}
		for _, e := range []*report.Entry{was, is} {
			if e != nil && e.Name != "" {
				d.Name = e.Name
			}
		}
		found = append(found, d)
	}
	return found
}

// entry is where a step stands. Thousands of hosts share most of theirs: it is made when it is looked at.
type entry struct {
	page   *report.Page
	number int
	whole  *report.Entry // in place of a page: of a stage that was not begun
}

// get is the step; nil where there is none.
func (e entry) get() *report.Entry {
	if e.page == nil {
		return e.whole
	}
	return e.page.Step(e.number)
}

func entries(b *report.Book) (map[at]entry, []at) {
	all, order := map[at]entry{}, []at{}
	for _, c := range b.Stages {
		if len(c.Pages) == 0 && c.Outcome != step.OK { // skipped, or refused, as a whole
			where := at{stage: c.Stage}
			all[where], order = entry{whole: &report.Entry{Outcome: c.Outcome, Text: c.Text}}, append(order, where)
		}
		for _, p := range c.Pages {
			for i := range p.Len() {
				where := at{c.Stage, p.Host, p.Step(i).Step}
				all[where], order = entry{page: p, number: i}, append(order, where)
			}
		}
	}
	return all, order
}

// merged is a, with what only b has behind what stands before it in b.
func merged(a, b []at) []at {
	known := make(map[at]bool, len(a))
	for _, where := range a {
		known[where] = true
	}
	behind := map[at][]at{}
	var last at // the last that both have
	for _, where := range b {
		if known[where] {
			last = where
			continue
		}
		behind[last] = append(behind[last], where)
	}
	all := append([]at{}, behind[at{}]...)
	for _, where := range a {
		all = append(append(all, where), behind[where]...)
	}
	return all
}

// covers says whether now is what was planned, as far as that was known.
func covers(was, now *report.Entry) bool {
	switch {
	case was != nil && len(was.Depends) > 0:
		return true
	case !mutates(was) && !mutates(now):
		return true
	case was == nil:
		return false
	case now == nil || !mutates(now):
		return was.If != ""
	case now.If != "" && was.If == "", len(now.Depends) > 0:
		return false
	}
	for _, a := range now.Actions {
		i := slices.IndexFunc(was.Actions, func(b report.Act) bool { return b.Number == a.Number })
		if a.Mutates && (i < 0 || a.On != was.Actions[i].On && !elsewhere(was.Actions[i], a) || !fits(was.Actions[i], commandOf(a.Do), runID)) {
			return false
		}
	}
	return was.If != "" || !slices.ContainsFunc(was.Actions, func(b report.Act) bool {
		return b.Mutates && !slices.ContainsFunc(now.Actions, func(a report.Act) bool { return a.Number == b.Number })
	})
}

// elsewhere says that both run on some other host than their step's: which control plane answers is not planned.
func elsewhere(a, b report.Act) bool {
	return a.On != step.ThisMachine && b.On != step.ThisMachine
}

func commandOf(o report.Order) step.Command {
	return step.Command{Argv: o.Argv, Script: o.Script, Stdin: []byte(o.Stdin), Env: o.Env, Secret: o.Secret, Reads: o.Reads}
}

// told is a command for people, with what may be shown of what it reads where that is secret.
func told(c step.Command) string {
	if len(c.Reads) == 0 {
		return c.Line()
	}
	return strings.TrimSuffix(c.Line(), "\n") + "\nwhich reads: " + c.Reads.String()
}

func mutates(e *report.Entry) bool {
	return e != nil && (len(e.Depends) > 0 || slices.ContainsFunc(e.Actions, func(a report.Act) bool { return a.Mutates }))
}

// linesOf is what would be done for a step, for people.
func linesOf(e *report.Entry) []string {
	if e == nil {
		return nil
	}
	var lines []string
	add := func(format string, args ...any) {
		lines = append(lines, strings.Split(strings.TrimRight(fmt.Sprintf(format, args...), "\n"), "\n")...)
	}
	if e.If != "" {
		add("if: %s", e.If)
	}
	if e.Require != nil {
		add("only if: %s, else: %s", e.Require.Expr, e.Require.Else)
	}
	if e.Confirm != "" {
		add("asks: %s", e.Confirm)
	}
	if len(e.Depends) > 0 {
		add("depends on: %s", strings.Join(e.Depends, ", "))
	}
	switch {
	case e.Outcome == step.Planned:
	case e.Outcome == step.OK && e.Read:
		add("read now")
	case e.Text != "":
		add("%s: %s", e.Outcome, e.Text)
	default:
		add("%s", e.Outcome)
	}
	for _, a := range e.Actions {
		where := ""
		if a.On != "" {
			where = " (on " + a.On + ")"
		}
		add("%s%s", a.Title, where)
		if a.Check != nil {
			add("unless: %s", a.Check.Line())
		}
		add("$ %s", told(commandOf(a.Do)))
		if a.Until != nil {
			add("until it succeeds, at most %gs: %s", a.Until.For, a.Until.What)
		}
	}
	for _, n := range e.Notes {
		add("note: %s", n.Text)
	}
	return lines
}
