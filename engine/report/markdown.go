package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"rung/engine/step"
)

// markdown is a runbook for a change board that reads it, and for an operator who ticks it off.
type markdown struct {
	strings.Builder
	book   *Book
	places map[string]string
	open   []string // what nobody knows yet: each once, in order
	found  findings
}

// writeMarkdown writes b. Hosts that do the same share a checklist, with a box for each of them.
func (b *Book) writeMarkdown(w io.Writer) error {
	m := &markdown{book: b, places: map[string]string{}}
	var work markdown
	work.book, work.places = b, m.places
	number := 0
	for _, c := range b.Stages {
		if len(c.Pages) > 0 {
			number++
		}
		work.chapter(c, number)
	}
	for _, n := range b.Notes {
		m.open = append(m.open, prose(n.Text))
	}
	m.open, m.found = append(m.open, work.open...), work.found
	m.cover()
	m.WriteString("\n## The work\n\nStages come one after the other, and so do the steps of a host. Tick what is done.\n")
	m.WriteString(work.String())
	m.afterwards()
	_, err := io.WriteString(w, m.String())
	return err
}

// cover is what a change board reads first.
func (m *markdown) cover() {
	b := m.book
	fmt.Fprintf(m, "# Runbook: %s\n\n%s\n\n", prose(b.Playbook), escaped(strings.TrimSpace(b.About)))
	if b.Exit != 0 {
		fmt.Fprintf(m, "> **A run would stop** (exit code %d): %s\n\n", b.Exit, prose(b.Text))
	}
	fmt.Fprintf(m, "| | |\n|---|---|\n| hosts | %s |\n", cell(strings.Join(b.Hosts, ", ")))
	for _, row := range b.given() {
		fmt.Fprintf(m, "| %s | %s |\n", cell(row[0]), strings.ReplaceAll(code(row[1]), "|", "\\|"))
	}
	changes, hosts, rounds := 0, map[string]bool{}, []string{}
	var saved []string
	for _, c := range b.Stages {
		if c.Round > 0 {
			rounds = append(rounds, c.Stage)
		}
		for _, p := range c.Pages {
			for e := range p.Steps() {
				for _, a := range e.Actions {
					if a.Mutates {
						changes, hosts[p.Host] = changes+1, true
					}
					if a.Mutates && strings.Contains(a.Title, "back up ") || a.Save != nil {
						saved = append(saved, prose(p.Host+": "+a.Title))
					}
				}
			}
		}
	}
	fmt.Fprintf(m, "| changes | %s on %s |\n", Many(changes, "command"), Many(len(hosts), "host"))
	if len(rounds) > 0 {
		fmt.Fprintf(m, "| rounds | %s |\n", cell(strings.Join(rounds, " → ")))
	}
	if x := b.Expected; x != nil {
		fmt.Fprintf(m, "| how long it takes | %s, as rehearsed |\n", length(x.Took))
	}
	m.expected()
	if found := m.found.lines(); len(found) > 0 {
		m.list("What was found", "", found)
	}
	m.list("What is kept", "Nothing is backed up by this playbook.", saved)
	m.list("Open questions", "None: everything that decides was known when this was written.", m.open)
}

func (m *markdown) list(title, none string, lines []string) {
	fmt.Fprintf(m, "\n## %s\n\n", title)
	if len(lines) == 0 {
		fmt.Fprintln(m, none)
	}
	for _, line := range lines {
		fmt.Fprintf(m, "- %s\n", line)
	}
}

// asks notes an open question under the title, in Markdown, of the first step that has it.
func (m *markdown) asks(title, expr string) {
	question := ": " + code(expr)
	if !slices.ContainsFunc(m.open, func(known string) bool { return strings.HasSuffix(known, question) }) {
		m.open = append(m.open, title+question)
	}
}

func (m *markdown) chapter(c *Chapter, number int) {
	switch {
	case c.Holds:
		fmt.Fprintf(m, "\n### %s\n", prose(c.Stage))
	case len(c.Pages) == 0:
		fmt.Fprintf(m, "\n### %s\n\n%s: %s\n", prose(c.Stage), c.Outcome, prose(c.Text))
		return
	default:
		fmt.Fprintf(m, "\n### %d. %s\n\n%s\n", number, prose(c.Stage), prose(c.Window))
	}
	if c.If != "" {
		fmt.Fprintf(m, "\nOnly if %s.\n", code(c.If))
	}
	if len(c.Rescue) > 0 {
		m.WriteString("\nWhere a host fails:\n\n")
		for _, title := range c.Rescue {
			fmt.Fprintf(m, "- %s\n", prose(title))
		}
	}
	for _, n := range c.Notes {
		fmt.Fprintf(m, "\n> %s: %s\n", n.mark(), prose(n.Text))
	}
	for _, f := range c.foldings() {
		hosts := append([]string{f.page.Host}, f.alike...)
		fmt.Fprintf(m, "\n#### %s\n\n", prose(strings.Join(hosts, ", ")))
		m.found.of(c, f)
		if already := f.page.already(); already != "" {
			fmt.Fprintf(m, "%s\n\n", prose(already))
		} else if len(hosts) > 1 && f.page.toDo() {
			fmt.Fprintf(m, "The same on each, with its own name in place of %s:\n\n", prose(f.page.Host))
			for _, host := range hosts {
				fmt.Fprintf(m, "- [ ] %s\n", prose(host))
			}
			m.WriteString("\n")
		}
		if c.missed(f.page) {
			m.WriteString("Not looked at: a run stops before it.\n")
		}
		part := ""
		first := true
		for e := range f.page.Steps() {
			if title := e.after(part); title != "" && e.Outcome != step.OK {
				if !first {
					m.WriteString("\n")
				}
				fmt.Fprintf(m, "*%s%s:*\n\n", strings.ToUpper(title[:1]), title[1:])
				part = e.part()
			}
			m.entry(e, fmt.Sprintf("stage %d, %s", number, f.page.Host))
			first = false
		}
	}
	if bad(c.Outcome) && c.Text != "" {
		fmt.Fprintf(m, "\n> **%s**: %s\n", c.Outcome, prose(c.Text))
	}
}

func (m *markdown) entry(e *Entry, where string) {
	title := prose(e.heading())
	if title == e.Step {
		title = "Step " + title
	}
	switch {
	case e.Outcome == step.Skipped:
		fmt.Fprintf(m, "- ~~%s~~ not needed: %s\n", title, prose(strings.TrimPrefix(e.Text, "when: ")))
		return
	case bad(e.Outcome):
		fmt.Fprintf(m, "- **%s: a run stops here.** %s %s\n", title, prose(e.Text), prose(e.Hint))
		return
	case e.Outcome == step.OK:
		return // it holds, or has nothing to do
	}
	if d := e.Require; d != nil {
		lead := fmt.Sprintf("**%s.** Go on only if", title)
		if e.Name == "require "+oneLine(d.Expr) { // it has no other name
			title, lead = "Go on only if", "**Go on only if**"
		}
		m.asks(title, d.Expr)
		fmt.Fprintf(m, "- [ ] %s %s%s. Else stop: %s\n", lead, code(d.Expr), onlyWhere(d.If), prose(d.Else))
	}
	if e.If != "" {
		m.asks(title, e.If)
	}
	if e.Confirm != "" {
		fmt.Fprintf(m, "- [ ] **Ask%s:** %s Go on only with a yes.\n", onlyWhere(e.If), prose(e.Confirm))
	}
	if len(e.Depends) > 0 {
		m.asks(title, strings.Join(e.Depends, ", "))
		fmt.Fprintf(m, "- [ ] **%s**%s: what it runs depends on %s, and is known only then\n", title, onlyWhere(e.If), code(strings.Join(e.Depends, ", ")))
	}
	for _, a := range e.Actions {
		name := prose(a.Title)
		if e.Name != "" {
			name = title
			if len(e.Actions) > 1 {
				name += ": " + prose(a.Title)
			}
		}
		m.act(e, a, name, where)
	}
	for _, n := range e.Notes {
		fmt.Fprintf(m, "\n  > %s: %s\n", n.mark(), prose(n.Text))
	}
}

func onlyWhere(cond string) string {
	if cond == "" {
		return ""
	}
	return ", where " + code(cond)
}

// act writes an action, its check in words and its command in a fence.
func (m *markdown) act(e *Entry, a Act, name, where string) {
	fmt.Fprintf(m, "- [ ] **%s**%s", name, onlyWhere(e.If))
	if a.On != "" {
		fmt.Fprintf(m, ", on %s", prose(a.On))
	}
	if !a.Mutates {
		m.WriteString(" (only reads)")
	}
	if a.Do.Secret {
		m.WriteString(" (reads a secret, which is not shown)")
	}
	if a.Until != nil {
		fmt.Fprintf(m, "; again until %s", prose(a.Until.String()))
	}
	m.WriteString("\n")
	if len(a.Do.Reads) > 0 {
		m.WriteString("\n  It reads:\n")
		m.fenced("text", a.Do.reads())
	}
	if a.Check != nil {
		m.WriteString("\n  Not needed where this succeeds:\n")
		m.fence(*a.Check, where)
		m.WriteString("\n  Else:\n")
	}
	m.fence(a.Do, where)
}

// fence is a command as it is typed. A long script stands where it is first met.
func (m *markdown) fence(o Order, where string) {
	if place, known := m.places[o.Script]; isLong(o) && known {
		root := ""
		if o.Sudo {
			root = ", as root"
		}
		fmt.Fprintf(m, "\n  The script `%s` of %s%s%s\n", o.Called, prose(place), prose(with(o)), root)
		return
	}
	if isLong(o) {
		m.places[o.Script] = where
		fmt.Fprintf(m, "\n  Script `%s`, by `sh -eu`:\n", o.Called)
	}
	text := strings.TrimRight(o.Line(), "\n")
	switch {
	case o.Sudo && o.Script == "":
		text = "sudo " + text
	case o.Sudo:
		m.WriteString("\n  As root:\n")
	}
	m.fenced("sh", text)
}

// fenced is text in a fence, as it is.
func (m *markdown) fenced(language, text string) {
	text = strings.TrimRight(text, "\n")
	ticks := "```"
	for strings.Contains(text, ticks) {
		ticks += "`"
	}
	fmt.Fprintf(m, "\n  %s%s\n", ticks, language)
	for line := range strings.Lines(text + "\n") {
		m.WriteString(strings.TrimRight("  "+line, " \n") + "\n")
	}
	fmt.Fprintf(m, "  %s\n", ticks)
}

// afterwards says how to stop, and what to do where it goes wrong.
func (m *markdown) afterwards() {
	m.WriteString(`
## How to stop

- With rung: Ctrl-C once. What runs ends, nothing new starts, and the run can be continued. Twice breaks off what may be broken off.
- By hand: end the step that runs, and go on to no other.

## How to go on, and how to go back

- ` + "`rung resume`" + ` goes on where the run ended. By hand: what is done is recognised by the check before it.
`)
	if m.book.has("drain", "cordon") {
		m.WriteString("- Nodes that are still closed at the end are named, with the command that opens them.\n")
	}
	if m.book.has("upgrade-apply", "upgrade-node") {
		m.WriteString("- Never cut off `kubeadm upgrade`. It does not go back to an older minor version: the way out of a broken upgrade is\n" +
			"  forward, or a restore of what is kept (above): `rung playbooks kubeadm-recover`, and docs/recovery.md.\n")
	}
}

// has says whether b plans a step of one of these types.
func (b *Book) has(types ...string) bool {
	for _, c := range b.Stages {
		for _, p := range c.Pages {
			for e := range p.Steps() {
				if e.Outcome == step.Planned && slices.Contains(types, e.Type) {
					return true
				}
			}
		}
	}
	return false
}
