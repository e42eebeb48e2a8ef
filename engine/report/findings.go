package report

import (
	"fmt"
	"strings"

	"rung/engine/step"
)

// findings are the notes on what was read for a dry-run: a board reads them before the work, in which nothing of them is
// to be done.
type findings struct {
	list []*finding
	at   map[wording]*finding
}

// wording is what is told once, for all hosts of a stage.
type wording struct {
	stage, text string
	warning     bool
}

type finding struct {
	wording
	hosts []string
}

// of takes the notes of a page of c, for all hosts that it stands for. Those of steps that are to be done stand with them.
func (all *findings) of(c *Chapter, f *folding) {
	for e := range f.page.Steps() {
		if e.Outcome == step.Planned {
			continue
		}
		for _, n := range e.Notes {
			all.add(wording{c.Stage, n.Text, n.Warning}, f)
		}
	}
}

func (all *findings) add(words wording, f *folding) {
	x := all.at[words]
	if x == nil {
		x = &finding{wording: words}
		if all.at == nil {
			all.at = map[wording]*finding{}
		}
		all.list, all.at[words] = append(all.list, x), x
	}
	x.hosts = append(append(x.hosts, f.page.Host), f.alike...)
}

// lines are Markdown, one for each.
func (all findings) lines() []string {
	var lines []string
	for _, x := range all.list {
		mark := ""
		if x.warning {
			mark = "**WARNING** "
		}
		lines = append(lines, fmt.Sprintf("%s%s (%s; %s)", mark, prose(x.text), prose(some(x.hosts, 4)), prose(x.stage)))
	}
	return lines
}

// toDo says whether something is to be done on p.
func (p *Page) toDo() bool {
	for e := range p.Steps() {
		if e.Outcome == step.Planned {
			return true
		}
	}
	return false
}

// already says what was read for a page on which nothing is to be done: "" where something is, a run would stop, or nobody
// looked.
func (p *Page) already() string {
	var read []string
	for e := range p.Steps() {
		switch {
		case e.Outcome != step.OK && e.Outcome != step.Skipped:
			return ""
		case e.Outcome == step.OK && e.Read:
			read = append(read, e.heading())
		}
	}
	switch {
	case len(read) > 0:
		return "Read already: " + strings.Join(read, "; ") + "."
	case p.Len() > 0:
		return "Nothing to do."
	}
	return ""
}
