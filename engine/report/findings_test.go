package report

import (
	"bytes"
	"strings"
	"testing"

	"rung/engine/step"
)

// markdownOf is a runbook of these stages for a change board.
func markdownOf(t *testing.T, stages ...*Chapter) string {
	t.Helper()
	var text bytes.Buffer
	if err := (&Book{Playbook: "p", Stages: stages}).Write(&text, Markdown); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// looked is what was read on a host, with these notes.
func looked(name string, notes ...Remark) *Entry {
	return &Entry{Step: "1", Type: "host-facts", Name: name, Outcome: step.OK, Read: true, Notes: notes}
}

func TestABoardReadsWhatWasFound(t *testing.T) {
	old := Remark{Text: "the certificate is old"}
	todo := &Entry{Step: "1", Outcome: step.Planned, Actions: []Act{{Number: 1, Title: "go", Mutates: true, Do: Order{Argv: []string{"go"}}}}, Notes: []Remark{{Text: "mind the gap"}}}
	text := markdownOf(t,
		&Chapter{Stage: "Look", Pages: []*Page{NewPage("a", looked("Facts of <a>", old)), NewPage("b", looked("Facts of b", old, Remark{Warning: true, Text: "it is slow"}))}},
		&Chapter{Stage: "Do", Pages: []*Page{NewPage("a", looked("Again", old), todo)}},
	)
	wantIn(t, text, "\n## What was found\n\n- the certificate is old (a, b; Look)\n- **WARNING** it is slow (b; Look)\n- the certificate is old (a; Do)\n\n## What is kept\n", "\n  > NOTE: mind the gap\n")
	if n := strings.Count(text, "mind the gap"); n != 1 {
		t.Errorf("a note on what is to be done is told %d times", n)
	}
	if text := markdownOf(t, &Chapter{Stage: "Do", Pages: []*Page{NewPage("a", todo)}}); strings.Contains(text, "What was found") {
		t.Errorf("nobody looked, and something was found:\n%s", text)
	}
}

func TestAPageOnWhichARunStopsIsNotSaidToBeDone(t *testing.T) {
	for _, outcome := range []step.Outcome{step.Refused, step.Failed, step.Unknown, step.Canceled} {
		stops := &Entry{Step: "2", Name: "Mind", Outcome: outcome, Text: "not here"}
		alike := []*stencil{{entry: stops}}
		text := markdownOf(t, &Chapter{Stage: "Look", Pages: []*Page{{Host: "a", steps: alike}, {Host: "b", steps: alike}, NewPage("c", looked("Facts"), stops)}})
		wantIn(t, text, "\n#### a, b\n\n", "\n#### c\n\n", "not here")
		if strings.Contains(text, "Nothing to do") || strings.Contains(text, "Read already") || strings.Contains(text, "[ ]") {
			t.Errorf("where it is %s:\n%s", outcome, text)
		}
	}
}

// What was read needs no tick: where nothing is left to do, there is no box.
func TestWhatWasReadHasNoBoxes(t *testing.T) {
	skipped := &Entry{Step: "2", Name: "Swap off", Outcome: step.Skipped, Text: "when: facts.swap is false"}
	alike := []*stencil{{entry: looked("Facts")}, {entry: skipped}}
	text := markdownOf(t,
		&Chapter{Stage: "Look", Pages: []*Page{{Host: "a", steps: alike}, {Host: "b", steps: alike}}},
		&Chapter{Stage: "Guard", Pages: []*Page{NewPage("a", skipped)}},
	)
	wantIn(t, text, "\n#### a, b\n\nRead already: Facts.\n\n- ~~Swap off~~ not needed: facts.swap is false\n", "\n#### a\n\nNothing to do.\n\n- ~~Swap off~~")
	if strings.Contains(text, "[ ]") {
		t.Errorf("there is something to tick:\n%s", text)
	}
}
