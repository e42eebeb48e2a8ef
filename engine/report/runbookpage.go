package report

import (
	"strconv"
	"strings"

	"rung/engine/step"
)

// page is a page of a Runbook while it is written.
type page struct {
	kept   *scripts
	where  string // for whoever is sent back to it: stage and host
	text   []byte
	number int // the last that was given to a step, or to an action of a step without a name
}

// The columns of a page: numbers and titles, the labels below a title, and the
// commands, which nothing but spaces precedes, so that they can be pasted.
const (
	margin  = "     "
	command = "         "
	label   = 10 // columns
)

// entry writes a step.
func (p *page) entry(s *Entry) {
	if s.Require != nil {
		p.heading(s.heading(), "")
		p.labelled("runs if", s.Require.If)
		p.labelled("stops", "unless "+s.Require.Expr)
		p.labelled("saying", s.Require.Else)
	}
	if s.Confirm != "" || len(s.Depends) > 0 {
		p.heading(s.heading(), "")
		p.labelled("runs if", s.If)
		p.labelled("confirm", s.Confirm)
		if len(s.Depends) > 0 {
			p.labelled("depends", "on "+strings.Join(s.Depends, ", ")+": what runs is known only then")
		}
	}
	for i := range s.Actions {
		p.act(s, &s.Actions[i], i == 0)
	}
	for _, n := range s.Notes {
		p.add("\n", margin, n.mark(), " ", n.Text, "\n")
	}
	p.end(s)
}

// act writes an action that would be performed. Those of a step that has a
// name of its own are numbered below it: 6.1, 6.2.
func (p *page) act(s *Entry, a *Act, first bool) {
	title, aside := clean(a.Title), ""
	if s.Name != "" && len(s.Actions) == 1 {
		title = clean(s.Name)
	}
	if !a.Mutates {
		aside = "  (only reads)"
	}
	numbered := s.Name != "" && title != clean(s.Name)
	switch {
	case numbered && first:
		p.heading(clean(s.Name), "")
		fallthrough
	case numbered:
		p.add("\n", margin, strconv.Itoa(p.number), ".", strconv.Itoa(a.Number), "  ", title, aside, "\n")
	default:
		p.heading(title, aside)
	}
	p.labelled("on", a.On)
	p.labelled("runs if", s.If)
	number := strconv.Itoa(p.number)
	if numbered {
		number += "." + strconv.Itoa(a.Number)
	}
	check := ""
	if a.Check != nil {
		check = a.Check.Line()
		if short, ok := p.kept.fold("check of "+s.Type, a.Check); ok {
			check = short
		}
	}
	p.labelled("unless", check)
	if a.Until != nil {
		p.labelled("until", a.Until.String())
	}
	if a.Do.Secret {
		p.labelled("reads", a.Do.reads())
	}
	p.do(s, a, p.where+", "+number, strings.Contains(strings.TrimRight(check, "\n"), "\n"))
}

// do writes the command of an action, which is found at where; below says that the script of its check stands above it.
func (p *page) do(s *Entry, a *Act, where string, below bool) {
	if a.Mutates {
		if short, ok := p.kept.again(where, a.Do); ok {
			p.labelled("run", short)
			return
		}
	} else if short, ok := p.kept.fold(s.Type, &a.Do); ok {
		p.labelled("run", short)
		return
	}
	line := a.Do.Line()
	switch {
	case a.Do.Sudo && a.Do.Script == "":
		line = "sudo " + line
	case a.Do.Sudo:
		p.labelled("as", "root, by sudo sh -eu")
		below = true
	}
	if below {
		p.add(margin, "run\n") // where the script of the check ends, or the labels do
	} else {
		p.add("\n")
	}
	p.script(line)
}

// heading numbers and names what is planned.
func (p *page) heading(title, aside string) {
	p.number++
	number := strconv.Itoa(p.number)
	p.add("\n", strings.Repeat(" ", max(0, 3-len(number))), number, ". ", title, aside, "\n")
}

// heading is what a step is called, for people.
func (e *Entry) heading() string {
	for _, title := range []string{e.Name, e.Type, e.Step} {
		if title != "" {
			return clean(title)
		}
	}
	return "a step"
}

// labelled writes what is to be known about an action; text of several lines
// goes below its label, as it is.
func (p *page) labelled(name, text string) {
	text = strings.TrimRight(text, "\n")
	switch {
	case text == "":
	case strings.Contains(text, "\n"):
		p.add(margin, name, "\n")
		p.script(text)
	default:
		p.add(margin, name, strings.Repeat(" ", label-len(name)), text, "\n")
	}
}

// script writes text line by line, indented and otherwise verbatim.
func (p *page) script(text string) {
	for line := range strings.Lines(strings.TrimRight(text, "\n")) {
		if strings.TrimSpace(line) != "" {
			p.add(command)
		}
		p.add(strings.TrimRight(line, "\n"), "\n")
	}
}

// end writes how a step ended that is not planned: skipped, read now in a
// preview, or refused.
func (p *page) end(s *Entry) {
	title := s.heading()
	switch {
	case s.Outcome == step.Skipped:
		p.add("\n  –  ", title, ": skipped", after(": ", strings.TrimPrefix(s.Text, "when: ")), "\n")
	case bad(s.Outcome):
		p.add("\n  !  ", title, ": ", strings.ToUpper(string(s.Outcome)), after(": ", s.Text), "\n")
		p.labelled("hint", s.Hint)
	case s.Outcome == step.OK && s.Read:
		p.add("\n  ·  ", title, ": read now\n")
	case s.Outcome == step.OK && s.Type != "":
		p.add("\n  ·  ", title, ": nothing to do\n")
	}
}

// after is text with something before it, where there is text.
func after(before, text string) string {
	if text == "" {
		return ""
	}
	return before + strings.ReplaceAll(text, "\n", "\n"+margin)
}

func (p *page) add(parts ...string) {
	for _, part := range parts {
		p.text = append(p.text, part...)
	}
}
