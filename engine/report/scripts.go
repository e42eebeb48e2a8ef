package report

import (
	"fmt"
	"io"
	"strings"
)

// scripts are the longer scripts that only look, kept for the end of a
// runbook: they are the same on every host, and would hide what changes.
type scripts struct {
	number map[string]int // by text
	list   []keptScript
}

type keptScript struct{ name, text string }

// longScript is how many lines a script has that goes to the end.
const longScript = 8

// fold returns what stands on a page for the script text of a step type, and
// false where it is short enough to stand there itself.
func (s *scripts) fold(name, text string) (string, bool) {
	words, body := "", text
	if first, rest, ok := strings.Cut(text, "\n"); ok && strings.HasPrefix(first, "set -- ") {
		words, body = strings.TrimPrefix(first, "set -- "), rest
	}
	if strings.Count(strings.TrimRight(body, "\n"), "\n") < longScript {
		return "", false
	}
	n, known := s.number[body]
	if !known {
		s.list = append(s.list, keptScript{name, body})
		n = len(s.list)
		s.number[body] = n
	}
	short := fmt.Sprintf("script %d (%s)", n, name)
	if words != "" {
		short += " with " + words
	}
	return short, true
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
