package cli

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"rung/engine/facts"
	"rung/engine/report"
	"rung/engine/run"
	"rung/engine/saved"
)

func (a *app) diffVerb() *cobra.Command {
	var full bool
	verb := &cobra.Command{
		Use:   "diff A B",
		Short: "Say in what two plans, runbooks or files of facts differ",
		Long: `Say what B has added (+), taken away (-) and changed against A, by stage, host and step. A and B are two saved plans, two
runbooks (rung render, as text or as json), a plan and a runbook in json, or two files of rung facts.

Of a stage that only one of them has, it says how many steps that has; --full shows them.

The exit code is 0 where they are the same, and 1 where they differ. Of what was found, what
only one has read is not compared: how many steps that are is told in a line, and is no difference.`,
		Example: "  rung diff monday.plan friday.plan",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return usage("name two files: plans, runbooks or facts")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			most := mostLines
			if full {
				most = 0
			}
			return a.diff(args[0], args[1], most)
		},
	}
	verb.Flags().BoolVar(&full, "full", false, "also every step of stages that come or go, and every line of long scripts")
	return verb
}

// mostLines is how many lines are shown of a step that came, or went: its title, and how its script begins.
const mostLines = 8

// document is a file that can be compared.
type document struct {
	book  *report.Book // of a plan, or a runbook in JSON
	facts *facts.File  // of facts, or of a plan
	lines []string     // of a runbook as text
}

func (a *app) diff(first, second string, most int) error {
	was, err := readDocument(first)
	if err != nil {
		return err
	}
	now, err := readDocument(second)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	switch {
	case was.book != nil && now.book != nil:
		err = saved.Write(&out, saved.Compare(was.book, now.book), most)
		writeFound(&out, was.facts, now.facts)
	case was.book == nil && now.book == nil && was.facts != nil && now.facts != nil:
		for _, line := range was.facts.Inventory.Differs(now.facts.Inventory) {
			fmt.Fprintln(&out, line)
		}
		writeFound(&out, was.facts, now.facts)
	case was.lines != nil && now.lines != nil:
		_, err = io.WriteString(&out, saved.Lines(was.lines, now.lines, "", 0))
	default:
		return usage("%s and %s are of two kinds, and cannot be compared", first, second)
	}
	if err != nil {
		return err
	}
	differ := out.Len() > 0
	writeApart(&out, was.facts, now.facts)
	if _, err := out.WriteTo(a.out); err != nil {
		return err
	}
	if differ {
		return told{run.ExitFailed}
	}
	return nil
}

// writeApart writes how much was not compared, in a line.
func writeApart(w io.Writer, was, now *facts.File) {
	if was == nil || now == nil {
		return
	}
	if first, second := facts.Apart(was, now); first+second > 0 {
		fmt.Fprintf(w, "not compared: what only one has read, %s of the first and %s of the second\n", report.Many(first, "step"), report.Many(second, "step"))
	}
}

// writeFound writes what was found otherwise.
func writeFound(w io.Writer, was, now *facts.File) {
	if was == nil || now == nil {
		return
	}
	differ := facts.Compare(was, now)
	if len(differ) > 0 {
		fmt.Fprintln(w, "FOUND")
	}
	for _, d := range differ {
		fmt.Fprintln(w, "  "+d.String())
	}
}

func readDocument(name string) (d document, err error) {
	file, err := os.Open(name)
	if err != nil {
		return d, usage("%v", err)
	}
	defer file.Close() // it was only read
	in := bufio.NewReader(file)
	begins, err := in.Peek(512)
	if err != nil && !errors.Is(err, io.EOF) {
		return d, usage("%v", err)
	}
	switch {
	case saved.Is(begins):
		p, err := readPlan(name)
		if err != nil {
			return d, err
		}
		return document{book: p.Book, facts: p.Facts}, nil
	case facts.Is(begins), bytes.HasPrefix(begins, []byte{0x1f, 0x8b}):
		d.facts, err = facts.Read(name)
	case bytes.HasPrefix(bytes.TrimSpace(begins), []byte("{")):
		d.book, err = report.ReadBook(in)
	default:
		var content []byte
		content, err = io.ReadAll(in)
		d.lines = strings.Split(strings.TrimSuffix(string(content), "\n"), "\n")
	}
	if err != nil {
		return d, usage("%s: %v", name, err)
	}
	return d, nil
}
