package report

import (
	"fmt"
	"io"
	"strings"

	"rung/engine/step"
)

// scripts are the longer scripts of a runbook, each told once. Those that only look stand at its end: they would hide what
// changes. Those that change stand where they are first met.
type scripts struct {
	full   bool           // those that change are told each time
	number map[string]int // by text
	places map[string]string
	list   []keptScript
}

type keptScript struct{ name, text string }

// longScript is how many lines a script has that is told once.
const longScript = 8

func isLong(o Order) bool {
	return strings.Count(strings.TrimRight(o.Script, "\n"), "\n") >= longScript && o.Stdin == ""
}

// with is what a script is called with.
func with(o Order) string {
	if len(o.Argv) == 0 {
		return ""
	}
	return " with " + step.Command{Argv: o.Argv}.Line()
}

// fold returns what stands on a page for a script of a step type that only looks, and false where it is short enough to
// stand there itself.
func (s *scripts) fold(name string, o *Order) (string, bool) {
	if !isLong(*o) {
		return "", false
	}
	n, known := s.number[o.Script]
	if !known {
		s.list = append(s.list, keptScript{name, o.Script})
		n = len(s.list)
		s.number[o.Script] = n
	}
	return fmt.Sprintf("script %d (%s)%s", n, name, with(*o)), true
}

// again returns what stands on a page for a script that stands elsewhere already, and false where it does not: from then
// on it stands at where.
func (s *scripts) again(where string, o Order) (string, bool) {
	if s.full || !isLong(o) {
		return "", false
	}
	place, known := s.places[o.Script]
	if !known {
		s.places[o.Script] = where
		return "", false
	}
	root := ""
	if o.Sudo {
		root = "sudo "
	}
	return root + "the script in " + place + with(o), true
}

// write prints the scripts, in the order in which they were first wanted.
func (s *scripts) write(w io.Writer) {
	if len(s.list) == 0 {
		return
	}
	fmt.Fprintf(w, "\n\nSCRIPTS  that only look; $1, $2 … are the words after \"with\"\n%s\n", stageRule)
	for i, script := range s.list {
		fmt.Fprintf(w, "\n%s\n\n", rule(fmt.Sprintf("── script %d (%s)", i+1, script.name), hostRule))
		p := page{}
		p.script(script.text)
		_, _ = w.Write(p.text)
	}
}
