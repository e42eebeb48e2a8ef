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
//
// What is the same on several hosts is told once, and so is a long script.
type Runbook struct {
	mu     sync.Mutex
	out    *bufio.Writer
	bind   *Binder
	number int // of the stages with hosts
	total  totals
	kept   scripts
}

// totals are counted for the last line.
type totals struct {
	commands, changes, conditional int
	hosts                          map[string]bool
}

// NewRunbook returns a Runbook that writes to w, as Text. With full, nothing is left out because it stands elsewhere
// already, but for long scripts that only look.
func NewRunbook(w io.Writer, full bool) *Runbook {
	b := &Runbook{out: bufio.NewWriterSize(w, 64<<10), bind: NewBinder(), total: totals{hosts: map[string]bool{}}}
	b.kept = scripts{full: full, number: map[string]int{}, places: map[string]string{}}
	return b
}

// Record takes e. The error is the writer's.
func (b *Runbook) Record(e run.Event) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	_ = b.bind.Record(e) // never fails
	switch e.Kind {
	case run.RunStarted:
		b.cover(e)
	case run.StageStarted:
		if c := b.bind.now; c.Holds {
			b.chapter(c)
		}
	case run.ActionPlanned:
		b.total.count(e)
	case run.Noted:
		if e.Host == "" && b.bind.chapter(e.Stage) == nil {
			b.remark(e)
		}
	case run.StageEnded:
		if c := b.bind.chapter(e.Stage); c.Holds {
			b.notes(c)
		} else {
			b.chapter(c)
			b.close(c)
		}
		b.bind.forget()
		return b.out.Flush()
	case run.RunEnded:
		b.colophon(e)
		return b.out.Flush()
	}
	return nil
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
  that only look stand at the end, once; the others where they are first met.

    on        the command runs there, not on the host of the heading
    runs if   only the hosts can tell whether it runs
    unless    is run first; where it succeeds, there is nothing left to do
    until     the command is repeated until it succeeds
    stops     a condition without which nothing more is done on this host
    confirm   a question that a person has to answer with yes
`

// chapter heads a stage. One that holds others, or has ended before it began, has no number.
func (b *Runbook) chapter(c *Chapter) {
	title := "STAGE  " + c.Stage
	if len(c.Pages) > 0 {
		b.number++
		title = fmt.Sprintf("STAGE %d  %s", b.number, c.Stage)
	}
	fmt.Fprintf(b.out, "\n\n%s\n%s\n", title, stageRule)
	if c.If != "" {
		fmt.Fprintf(b.out, "runs if %s\n", c.If)
	}
	hosts := make([]string, len(c.Pages))
	for i, p := range c.Pages {
		hosts[i] = p.Host
	}
	switch names := strings.Join(hosts, ", "); {
	case len(hosts) == 0 && c.Window != "":
		fmt.Fprintln(b.out, c.Window)
	case len(hosts) == 0:
	case c.Window == "" || c.Window == names:
		if len(hosts) > 1 { // one host has a heading of its own below
			fmt.Fprintln(b.out, names)
		}
	default:
		fmt.Fprintf(b.out, "%s: %s\n", c.Window, names)
	}
	if len(c.Rescue) > 0 {
		fmt.Fprintf(b.out, "where a host fails: %s\n", oneLine(strings.Join(c.Rescue, "; ")))
	}
}

// close writes the pages of a stage that has ended.
func (b *Runbook) close(c *Chapter) {
	b.notes(c)
	for _, s := range b.told(c) {
		fmt.Fprintf(b.out, "\n%s\n", rule("── "+s.page.Host, hostRule))
		if len(s.alike) > 0 {
			fmt.Fprintf(b.out, "\n     the same on %s, each with its own name in place of %s\n", s.others(c), s.page.Host)
		}
		p := page{kept: &b.kept, where: fmt.Sprintf("stage %d, %s", b.number, s.page.Host)}
		part := ""
		for e := range s.page.Steps() {
			before := len(p.text)
			p.entry(e)
			if title := e.after(part); title != "" && len(p.text) > before {
				p.text = slices.Insert(p.text, before, []byte("\n  ── "+title+"\n")...)
			}
			if len(p.text) > before {
				part = e.part()
			}
		}
		switch {
		case c.missed(s.page):
			p.add("\n     not looked at: a run stops before it\n")
		case len(p.text) == 0:
			p.add("\n     nothing to do\n")
		}
		_, _ = b.out.Write(p.text) // a bufio.Writer keeps its error for Flush
	}
	switch {
	case c.Outcome == step.Skipped:
		fmt.Fprintf(b.out, "skipped: %s\n", c.Text)
	case bad(c.Outcome) && c.Text != "":
		if len(c.Pages) > 0 {
			fmt.Fprintln(b.out)
		}
		fmt.Fprintf(b.out, "%s: %s\n", strings.ToUpper(string(c.Outcome)), c.Text)
		if c.Hint != "" {
			fmt.Fprintln(b.out, c.Hint)
		}
	}
}

// told are the pages of c that are written.
func (b *Runbook) told(c *Chapter) []*folding {
	if !b.kept.full {
		return c.foldings()
	}
	all := make([]*folding, len(c.Pages))
	for i, p := range c.Pages {
		all[i] = &folding{page: p}
	}
	return all
}

func (b *Runbook) notes(c *Chapter) {
	for _, n := range c.Notes {
		fmt.Fprintf(b.out, "\n%s %s: %s\n", n.mark(), c.Stage, n.Text)
	}
}

// remark is a note about a stage, or about the whole.
func (b *Runbook) remark(e run.Event) {
	where := ""
	if e.Stage != "" {
		where = e.Stage + ": "
	}
	fmt.Fprintf(b.out, "\n%s %s%s\n", Remark{Warning: e.Warning}.mark(), where, e.Text)
}

// colophon ends the document with its sums.
func (b *Runbook) colophon(e run.Event) {
	b.kept.write(b.out)
	t := b.total
	fmt.Fprintf(b.out, "\n\n%s\n%s on %s in %s: %d to change something, %d that only read", stageRule,
		Many(t.commands, "command"), Many(len(t.hosts), "host"), Many(b.number, "stage"), t.changes, t.commands-t.changes)
	if t.conditional > 0 {
		they := "they run"
		if t.conditional == 1 {
			they = "it runs"
		}
		fmt.Fprintf(b.out, "; for %d of them only the hosts can tell whether %s", t.conditional, they)
	}
	fmt.Fprintln(b.out, ".")
	if bad(e.Outcome) {
		fmt.Fprintf(b.out, "\n%s: %s\n", strings.ToUpper(string(e.Outcome)), e.Text)
	}
}

var _ run.Sink = (*Runbook)(nil)
