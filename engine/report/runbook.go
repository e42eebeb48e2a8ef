package report

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"sort"
	"strings"
	"sync"

	"rung/engine/run"
	"rung/engine/step"
)

// Runbook is a run.Sink for a dry-run: it writes what a run would do as a
// document, stage by stage and host by host, with the exact commands. Hosts
// are planned side by side; a stage is written at its end, its hosts in the
// order of the stage, so that two dry-runs of one plan are the same bytes.
type Runbook struct {
	mu     sync.Mutex
	out    *bufio.Writer
	open   map[string]*chapter // the stages at work, by path
	number int                 // of the stages with hosts
	total  totals
	kept   scripts
}

// chapter is a stage of a runbook, until it is written.
type chapter struct {
	hosts []string
	pages map[string]*page
	last  *page // the page that was written on last
	on    string
}

// page is what is to be done on one host in one stage.
type page struct {
	kept     *scripts
	text     []byte
	number   int    // the last that was given to a step, or to an action of a step without a name
	step     string // the step that is being told
	title    string // its own; "" where it has none
	numbered bool   // it has its number
	read     bool   // something was read for it, in a preview
}

// totals are counted for the last line.
type totals struct {
	commands, changes, conditional int
	hosts                          map[string]bool
}

// NewRunbook returns a Runbook that writes to w, as Text.
func NewRunbook(w io.Writer) *Runbook {
	return &Runbook{out: bufio.NewWriterSize(w, 64<<10), open: map[string]*chapter{}, total: totals{hosts: map[string]bool{}}, kept: scripts{number: map[string]int{}}}
}

// Record takes e. The error is the writer's.
func (b *Runbook) Record(e run.Event) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e.Kind {
	case run.RunStarted:
		b.cover(e)
	case run.StageStarted:
		b.chapter(e)
	case run.StageEnded:
		return b.close(e)
	case run.RunEnded:
		b.colophon(e)
		return b.out.Flush()
	default:
		b.onPage(e)
	}
	return nil
}

// onPage writes e on the page of its host; what belongs to no host goes
// straight into the document.
func (b *Runbook) onPage(e run.Event) {
	if e.Host == "" {
		if e.Kind == run.Noted {
			b.remark(e)
		}
		return
	}
	p := b.page(e)
	if e.Step != p.step {
		p.step, p.title, p.numbered, p.read = e.Step, "", false, false
	}
	switch e.Kind {
	case run.StepStarted:
		p.title = e.Title
	case run.ActionStarted:
		p.read = true
	case run.ActionPlanned:
		b.total.count(e)
		p.plan(e)
	case run.Noted:
		p.note(e)
	case run.StepEnded:
		p.end(e)
	}
}

func (b *Runbook) page(e run.Event) *page {
	c := b.open[e.Stage]
	if c == nil {
		c = &chapter{pages: map[string]*page{}}
		b.open[e.Stage] = c
	}
	if c.last == nil || c.on != e.Host {
		c.last, c.on = c.pages[e.Host], e.Host
	}
	if c.last == nil {
		c.last = &page{kept: &b.kept}
		c.pages[e.Host] = c.last
	}
	return c.last
}

func (t *totals) count(e run.Event) {
	t.hosts[e.Host] = true
	if e.Command == "" {
		return
	}
	t.commands++
	if e.Mutates {
		t.changes++
	}
	if e.If != "" {
		t.conditional++
	}
}

const (
	stageRule = "════════════════════════════════════════════════════════════════════════════════"
	hostRule  = "────────────────────────────────────────────────────────────────────────────────"
)

// rule draws a line after title, of 80 columns altogether.
func rule(title, line string) string {
	rest := max(3, 80-columns(title)-1)
	return title + " " + strings.Repeat(line[:3], rest)
}

// cover heads the document: what it is for, its inputs and its hosts.
func (b *Runbook) cover(e run.Event) {
	fmt.Fprintf(b.out, "RUNBOOK  %s\n", e.Title)
	if e.Text != "" {
		fmt.Fprintf(b.out, "\n%s\n", strings.TrimSpace(e.Text))
	}
	rows := [][2]string{}
	for name, value := range e.Data {
		text := fmt.Sprint(value)
		if text == "" {
			text = "–"
		}
		rows = append(rows, [2]string{name, text})
	}
	sort.Slice(rows, func(i, j int) bool { return rows[i][0] < rows[j][0] })
	if len(e.Hosts) > 0 {
		rows = append(rows, [2]string{"hosts", some(e.Hosts, 20)})
	}
	wide := 0
	for _, row := range rows {
		wide = max(wide, columns(row[0]))
	}
	for i, row := range rows {
		if i == 0 || row[0] == "hosts" {
			fmt.Fprintln(b.out)
		}
		fmt.Fprintf(b.out, "  %s  %s\n", pad(row[0], wide), strings.ReplaceAll(row[1], "\n", " "))
	}
	fmt.Fprintf(b.out, "\n%s", legend)
}

// legend explains the labels of a page to who reads a runbook for the first
// time.
const legend = `  How to read this: stages come one after the other, and so do the commands of
  a host. A script of several lines is run by sh -eu, with LC_ALL=C. Longer ones
  that only look stand at the end, once.

    on        the command runs there, not on the host of the heading
    runs if   only the hosts can tell whether it runs
    unless    is run first; where it succeeds, there is nothing left to do
    until     the command is repeated until it succeeds
    stops     a condition without which nothing more is done on this host
    confirm   a question that a person has to answer with yes
`

// chapter heads a stage. One without hosts holds other stages.
func (b *Runbook) chapter(e run.Event) {
	title := "STAGE  " + e.Stage
	if len(e.Hosts) > 0 {
		b.number++
		title = fmt.Sprintf("STAGE %d  %s", b.number, e.Stage)
		b.open[e.Stage] = &chapter{hosts: e.Hosts, pages: map[string]*page{}}
	}
	fmt.Fprintf(b.out, "\n\n%s\n%s\n", title, stageRule)
	if e.If != "" {
		fmt.Fprintf(b.out, "runs if %s\n", e.If)
	}
	if len(e.Hosts) == 0 {
		if e.Text != "" {
			fmt.Fprintln(b.out, e.Text)
		}
		return
	}
	switch names := strings.Join(e.Hosts, ", "); e.Text {
	case "", names:
		if len(e.Hosts) > 1 { // one host has a heading of its own below
			fmt.Fprintln(b.out, names)
		}
	default:
		fmt.Fprintf(b.out, "%s: %s\n", e.Text, names)
	}
}

// close writes the pages of a stage that has ended.
func (b *Runbook) close(e run.Event) error {
	c := b.open[e.Stage]
	if c == nil {
		b.unopened(e)
		return b.out.Flush()
	}
	delete(b.open, e.Stage)
	for _, host := range c.order() {
		fmt.Fprintf(b.out, "\n%s\n", rule("── "+host, hostRule))
		p := c.pages[host]
		if p == nil || len(p.text) == 0 {
			fmt.Fprint(b.out, "\n     nothing to do\n")
			continue
		}
		_, _ = b.out.Write(p.text) // a bufio.Writer keeps its error for Flush
	}
	if bad(e.Outcome) && e.Text != "" {
		fmt.Fprintf(b.out, "\n%s: %s\n", strings.ToUpper(string(e.Outcome)), e.Text)
	}
	return b.out.Flush()
}

// order is the hosts of the stage as the stage names them, and after them any
// other, sorted.
func (c *chapter) order() []string {
	var others []string
	for host := range c.pages {
		if !slices.Contains(c.hosts, host) {
			others = append(others, host)
		}
	}
	sort.Strings(others)
	return append(slices.Clip(c.hosts), others...)
}

// unopened tells of a stage that ends without steps: one that was skipped or
// refused, or one that held others.
func (b *Runbook) unopened(e run.Event) {
	switch {
	case e.Outcome == step.Skipped:
		fmt.Fprintf(b.out, "\n\nSTAGE  %s\n%s\nskipped: %s\n", e.Stage, stageRule, e.Text)
	case bad(e.Outcome):
		fmt.Fprintf(b.out, "\n\nSTAGE  %s\n%s\n%s: %s\n", e.Stage, stageRule, strings.ToUpper(string(e.Outcome)), e.Text)
		if e.Hint != "" {
			fmt.Fprintln(b.out, e.Hint)
		}
	}
}

// remark is a note about a stage, or about the whole.
func (b *Runbook) remark(e run.Event) {
	where := ""
	if e.Stage != "" {
		where = e.Stage + ": "
	}
	fmt.Fprintf(b.out, "\n%s %s%s\n", markOf(e), where, e.Text)
}

func markOf(e run.Event) string {
	if e.Warning {
		return "WARNING"
	}
	return "NOTE"
}

// colophon ends the document with its sums.
func (b *Runbook) colophon(e run.Event) {
	b.kept.write(b.out)
	t := b.total
	fmt.Fprintf(b.out, "\n\n%s\n%s on %s in %s: %d to change something, %d that only read", stageRule,
		many(t.commands, "command"), many(len(t.hosts), "host"), many(b.number, "stage"), t.changes, t.commands-t.changes)
	if t.conditional > 0 {
		fmt.Fprintf(b.out, "; for %d of them only the hosts can tell whether they run", t.conditional)
	}
	fmt.Fprintln(b.out, ".")
	if bad(e.Outcome) {
		fmt.Fprintf(b.out, "\n%s: %s\n", strings.ToUpper(string(e.Outcome)), e.Text)
	}
}

var _ run.Sink = (*Runbook)(nil)
