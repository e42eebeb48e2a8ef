package saved

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"rung/engine/report"
	"rung/engine/run"
	"rung/engine/step"
)

// Hold returns what a run of that id is asked before each of its changes leaves: nil for what b has planned, and a
// *run.Disagreement for all else.
func Hold(b *report.Book, id string) func(run.Task) error {
	h := &held{id: id, exact: map[at]entry{}}
	h.index(b)
	return h.agree
}

// index finds the entries of b by their places.
func (h *held) index(b *report.Book) {
	for _, c := range b.Stages {
		if pattern := openPath(c.Stage); pattern != nil {
			h.open = append(h.open, openStage{pattern, c.Stage})
		}
		for _, p := range c.Pages {
			for i := range p.Len() {
				h.exact[at{c.Stage, p.Host, p.Step(i).Step}] = entry{page: p, number: i}
			}
		}
	}
}

type held struct {
	id    string
	exact map[at]entry
	open  []openStage // rounds of loops whose lists were not known
}

type at struct{ stage, host, step string }

type openStage struct {
	pattern *regexp.Regexp
	path    string // as the dry-run has it
}

// openPath matches the paths that a stage may have in a run, where a dry-run did not know a loop's list; else it is nil.
func openPath(stage string) *regexp.Regexp {
	if !strings.Contains(stage, "=…]") {
		return nil
	}
	return regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(stage), `=…\]`, `=[^]]*\]`) + "$")
}

// agree says nothing of what was planned.
func (h *held) agree(t run.Task) error {
	e := t.Event
	if strings.HasPrefix(e.Step, "rescue ") { // no dry-run shows them: they follow a failure
		return nil
	}
	planned := h.entry(at{e.Stage, e.Host, e.Step})
	switch {
	case planned == nil:
		return &run.Disagreement{Why: "the plan does not have it", Now: t.Action.Do.Line()}
	case len(planned.Depends) > 0: // it could not be planned, and says so
		return nil
	}
	i := slices.IndexFunc(planned.Actions, func(a report.Act) bool { return a.Number == e.Action })
	if i < 0 {
		why := "the plan has it, and nothing to do for it"
		if planned.Text != "" {
			why += ": " + planned.Text
		}
		return &run.Disagreement{Why: why, Now: t.Action.Do.Line()}
	}
	a := planned.Actions[i]
	if t.Action.On != step.AdminHost && orHost(a.On, e.Host) != t.On {
		return &run.Disagreement{Why: fmt.Sprintf("the plan has it on %s, and not on %s", orHost(a.On, e.Host), t.On), Now: t.Action.Do.Line()}
	}
	if !fits(a, t.Action.Do.Shown(), h.id) {
		return &run.Disagreement{Why: "the plan has another command", Planned: told(commandOf(a.Do)), Now: told(t.Action.Do)}
	}
	return nil
}

func orHost(on, host string) string {
	if on == "" {
		return host
	}
	return on
}

// entry is the step as it was planned; nil where it was not.
func (h *held) entry(where at) *report.Entry {
	if e := h.exact[where].get(); e != nil {
		return e
	}
	return h.openEntry(where)
}

// openEntry is the step as it was planned for rounds that were not known.
func (h *held) openEntry(where at) *report.Entry {
	for _, o := range h.open {
		e := h.exact[at{o.path, where.host, where.step}].get()
		if e != nil && o.pattern.MatchString(where.stage) {
			return e
		}
	}
	return nil
}

// fits says whether c is what a has planned. The variables of a host come on top of those of the step; which host does
// what belongs to the control planes is not planned; and a plan of an earlier rung does not tell what is read where that is
// secret.
func fits(a report.Act, c step.Command, id string) bool {
	m := matcher{id, a.Unknown}
	if len(a.Do.Argv) != len(c.Argv) || a.Do.Secret != c.Secret || len(a.Do.Env) < len(c.Env) {
		return false
	}
	for i := range c.Argv {
		if !m.matches(a.Do.Argv[i], c.Argv[i]) {
			return false
		}
	}
	for i := range c.Env {
		if !m.matches(a.Do.Env[i], c.Env[i]) {
			return false
		}
	}
	return m.scripts(a.Do.Script, c.Script) && m.matches(a.Do.Stdin, string(c.Stdin)) && m.reads(a.Do.Reads, c.Reads)
}

// reads compares what is read that is secret: the same inputs, and between them the texts that were planned. Where it was
// not known which inputs these would be, nobody can tell.
func (m matcher) reads(planned, now step.SecretParts) bool {
	if len(planned) == 0 || slices.ContainsFunc(planned, step.SecretPart.Nameless) {
		return true
	}
	texts, inputs := between(planned)
	others, same := between(now)
	return slices.Equal(inputs, same) && slices.EqualFunc(texts, others, m.matches)
}

// between are the secret inputs of parts, and the texts before the first of them, between them, and behind the last.
func between(parts step.SecretParts) (texts, inputs []string) {
	texts = []string{""}
	for _, p := range parts {
		if p.Text != "" {
			texts[len(texts)-1] += p.Text
			continue
		}
		inputs, texts = append(inputs, p.Input), append(texts, "")
	}
	return texts, inputs
}
