package report

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"rung/engine/step"
)

// GuideName is the name of the file that says how to go about the sheets.
const GuideName = "000-README.md"

// WriteGuide says how the sheets of b are carried out, and in which order. Markdown. The error is the writer's.
func (b *Book) WriteGuide(to io.Writer) error {
	w := bufio.NewWriter(to)
	fmt.Fprintf(w, "# %s, by hand\n\n%s\n\n", prose(b.Playbook), escaped(strings.TrimSpace(b.About)))
	for _, row := range b.given() {
		fmt.Fprintf(w, "- %s: %s\n", row[0], code(row[1]))
	}
	for _, n := range b.Notes {
		fmt.Fprintf(w, "\n**Note.** %s\n", prose(n.Text))
	}
	_, _ = w.WriteString(`
These scripts do, one after the other, what rung would do. They were written from what was known when they were
rendered: render again where the cluster has changed since.

- Run them **in the order of their numbers**, each on the host that its name ends with, to its end, before the next. Each
  refuses to run elsewhere. Where a host calls itself otherwise than the inventory does: ` + "`RUNG_HOST=NAME sh SCRIPT`" + `.
- Run them where a lost connection does not end them: in tmux or screen. Never cut off ` + "`kubeadm upgrade`" + ` or a package manager.
- A script that stops says where and why. Mend it, and run the same script again: what is done is recognised by its check
  and passed over; what has no check, such as pulling images, is done once more.
- What nobody could know beforehand is asked for at the top of a script, or taken from the environment:
  ` + "`ANSWER_1=yes RUN=by-hand sh SCRIPT`" + `. An earlier script has read, and shown, what the answer is made of.
- A secret input is read from a file, ` + "`SECRET_PASSWORD_FILE=FILE sh SCRIPT`" + ` for the input password, or asked for at the terminal,
  where it is not shown. It is not taken from the environment.
- What rung does besides: it judges what is read, tries again where the playbook says so, journals, holds the lock of the cluster,
  goes on past failures that the playbook ignores, and opens nodes again after a failure. By hand, all that is yours.

| script | where | what |
|---|---|---|
`)
	number := 0
	for s := range b.stretches {
		number++
		fmt.Fprintf(w, "| `%s` | %s | %s |\n", s.sheet(number).Name, cell(s.host), strings.Join(s.does(), "; "))
	}
	return w.Flush()
}

// given are the inputs of b that have a value, sorted by name.
func (b *Book) given() [][2]string {
	var rows [][2]string
	for name, value := range b.Inputs {
		if value != "" {
			rows = append(rows, [2]string{name, strings.ReplaceAll(value, "\n", " ")})
		}
	}
	slices.SortFunc(rows, func(a, b [2]string) int { return strings.Compare(a[0], b[0]) })
	return rows
}

// does is what s does, for people: each step once.
func (s *stretch) does() []string {
	var titles []string
	for _, x := range s.parts {
		if len(x.acts) == 0 {
			continue
		}
		title := oneLine(x.entry.title())
		if !strings.Contains(title, x.page.Host) && x.page.Host != s.host {
			title += " (for " + x.page.Host + ")"
		}
		if title = cell(title); !slices.Contains(titles, title) {
			titles = append(titles, title)
		}
	}
	if len(titles) == 0 {
		return []string{"only asks"}
	}
	return titles
}

// writeSheets writes the guide and all scripts into one stream.
func (b *Book) writeSheets(w io.Writer) error {
	sheets, err := b.Sheets()
	if err != nil {
		return err
	}
	if err := b.WriteGuide(&remark{to: w}); err != nil {
		return err
	}
	for s := range sheets {
		where := "on " + s.Host
		if s.Host == step.ThisMachine {
			where = "on the machine that rung runs on"
		}
		if _, err := fmt.Fprintf(w, "\n######## %s: run it %s ########\n%s", s.Name, where, s.Text); err != nil {
			return err
		}
	}
	return nil
}

// remark writes lines as remarks of a script.
type remark struct {
	to   io.Writer
	line []byte // what is not a whole line yet
}

// Write writes all whole lines. A text ends with one.
func (r *remark) Write(text []byte) (int, error) {
	r.line = append(r.line, text...)
	var out bytes.Buffer
	for {
		line, rest, whole := bytes.Cut(r.line, []byte("\n"))
		if !whole {
			break
		}
		out.Write(bytes.TrimRight(append([]byte("# "), line...), " "))
		out.WriteByte('\n')
		r.line = rest
	}
	_, err := out.WriteTo(r.to)
	return len(text), err
}
