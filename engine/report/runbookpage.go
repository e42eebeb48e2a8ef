package report

import (
	"strconv"
	"strings"

	"rung/engine/run"
	"rung/engine/step"
)

// The columns of a page: numbers and titles, the labels below a title, and the
// commands, which nothing but spaces precedes, so that they can be pasted.
const (
	margin  = "     "
	command = "         "
	label   = 10 // columns
)

// plan writes an action that would be performed, a guard that would be asked,
// or a step that cannot be planned yet.
func (p *page) plan(e run.Event) {
	p.heading(e)
	p.labelled("on", e.On)
	p.labelled("runs if", e.If)
	if e.Require != "" {
		p.labelled("stops", "unless "+e.Require)
		p.labelled("saying", e.Text)
	}
	p.labelled("confirm", e.Confirm)
	if len(e.Depends) > 0 {
		p.labelled("depends", "on "+strings.Join(e.Depends, ", ")+": what runs is known only then")
	}
	check := e.Check
	if short, ok := p.kept.fold("check of "+e.Type, check); ok {
		check = short
	}
	p.labelled("unless", check)
	p.labelled("until", e.Until)
	if e.Command == "" {
		return
	}
	if !e.Mutates {
		if short, ok := p.kept.fold(e.Type, e.Command); ok {
			p.labelled("run", short)
			return
		}
	}
	if strings.Contains(strings.TrimRight(check, "\n"), "\n") {
		p.add(margin, "run\n") // where the check's script ends
	} else {
		p.add("\n")
	}
	p.script(e.Command)
}

// heading numbers and names what is planned. The actions of a step that has a
// name of its own are numbered below it: 6.1, 6.2.
func (p *page) heading(e run.Event) {
	title, below := titleOf(e), p.title != "" && p.title != e.Title
	if !below || !p.numbered {
		p.number++
		p.numbered = true
		number := strconv.Itoa(p.number)
		p.add("\n", strings.Repeat(" ", max(0, 3-len(number))), number, ". ")
		if below {
			p.add(p.title, "\n")
		}
	}
	if below {
		p.add("\n", margin, strconv.Itoa(p.number), ".", strconv.Itoa(e.Action), "  ")
	}
	p.add(title)
	if !e.Mutates && e.Command != "" {
		p.add("  (only reads)")
	}
	p.add("\n")
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

// note writes a note about the host.
func (p *page) note(e run.Event) {
	p.add("\n", margin, markOf(e), " ", e.Text, "\n")
}

// end writes how a step ended that is not planned: skipped, read now in a
// preview, or refused.
func (p *page) end(e run.Event) {
	title := titleOf(e)
	if e.Title == "" && p.title != "" {
		title = p.title
	}
	switch {
	case e.Outcome == step.Skipped:
		p.add("\n  –  ", title, ": skipped", after(": ", strings.TrimPrefix(e.Text, "when: ")), "\n")
	case bad(e.Outcome):
		p.add("\n  !  ", title, ": ", strings.ToUpper(string(e.Outcome)), after(": ", e.Text), "\n")
		p.labelled("hint", e.Hint)
	case e.Outcome == step.OK && p.read:
		p.add("\n  ·  ", title, ": read now\n")
	case e.Outcome == step.OK && e.Type != "":
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
