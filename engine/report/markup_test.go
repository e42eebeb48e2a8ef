package report

import (
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"rung/engine/step"
)

func TestTextIsNoMarkup(t *testing.T) {
	for text, want := range map[string]string{
		"drain <steps.next.node>":   `drain \<steps.next.node>`,
		"of a_file_name, and _one_": `of a_file_name, and \_one\_`,
		"*.conf and *.d":            `\*.conf and \*.d`,
		"say `rung resume`":         "say \\`rung resume\\`",
		"AT&T, R & D, &lt; &#60;":   `AT\&T, R & D, \&lt; \&#60;`,
		"[see](http://there)":       `[see]\(http://there)`,
		"Climb[hop=1.31.14]/Last":   "Climb[hop=1.31.14]/Last",
		`a\b ~~gone~~`:              `a\\b \~\~gone\~\~`,
		"_<x>":                      `\_\<x>`,
		"no \xff UTF-8":             "no � UTF-8",
		"":                          "",
	} {
		if got := prose(text); got != want {
			t.Errorf("%q is written %q, want %q", text, got, want)
		}
	}
	if got := cell("a | b"); got != `a \| b` {
		t.Errorf("in a table: %q", got)
	}
	if got := code("`a` or ``b"); got != "``` `a` or ``b ```" {
		t.Errorf("as code: %q", got)
	}
}

// tags is a runbook that has <…> wherever there is text.
func tags() *Book {
	act := Act{Number: 1, Title: "<title>", On: "<on>", Mutates: true, Do: Order{Argv: []string{"echo", "<argv>"}}, Until: &Wait{What: "<what>"}}
	kept := act
	kept.Save = &Saving{To: "/x"}
	pages := []*Page{NewPage(
		"<host>",
		&Entry{Step: "1", Name: "<name>", Outcome: step.Planned, If: "a <if> b", Require: &Demand{If: "a <if> b", Expr: "a <expr> b", Else: "<else>"}, Actions: []Act{act, kept}, Notes: []Remark{{Text: "<note>"}}},
		&Entry{Step: "2", Type: "<type>", Outcome: step.Planned, Confirm: "<confirm>", Depends: []string{"<depends>"}},
		&Entry{Step: "3", Outcome: step.Skipped, Text: "when: <skipped>"},
		&Entry{Step: "always 4", Outcome: step.Refused, Text: "<refused>", Hint: "<hint>"},
	)}
	return &Book{
		Playbook: "<playbook>", About: "<about>\n<more>", Inputs: map[string]string{"input": "<input>"}, Hosts: []string{"<host>"},
		Exit: 1, Text: "<text>", Notes: []Remark{{Text: "<book>"}},
		Expected: &Expected{On: "<on>", Stops: "<stops>", Stages: []Stretch{{Stage: "<stage>", Took: time.Hour}}, Moves: []Move{{"<node>", "<from>", "<to>"}}, NotRehearsed: []string{"<absent>"}},
		Stages: []*Chapter{
			{Stage: "<stage>", If: "a <if> b", Window: "<window>", Round: 1, Outcome: step.Refused, Text: "<text>", Rescue: []string{"<rescue>"}, Notes: []Remark{{Text: "<note>"}}, Pages: pages},
			{Stage: "<skipped>", Outcome: step.Skipped, Text: "<why>"},
			{Stage: "<holds>", Holds: true},
		},
	}
}

// inCode is what a reader of Markdown shows as it is: between fences, and between ticks that are no escaped ones.
var inCode = regexp.MustCompile("(?s)\n *```.*?\n *```\n|(?:^|[^\\\\`])`[^`\n]+`")

func TestNoTextVanishesFromMarkdown(t *testing.T) {
	b := tags()
	var w, guide strings.Builder
	if err := errors.Join(b.writeMarkdown(&w), b.WriteGuide(&guide)); err != nil {
		t.Fatal(err)
	}
	for what, text := range map[string]string{"runbook": w.String(), "guide": guide.String()} {
		for line := range strings.Lines(inCode.ReplaceAllString(text, "\n")) {
			if strings.Contains(strings.ReplaceAll(line, `\<`, ""), "<") {
				t.Errorf("%s: a part of this would be taken for a tag:\n%s", what, line)
			}
		}
	}
	if n := strings.Count(w.String(), `\<`); n < 30 {
		t.Errorf("only %d texts were looked at:\n%s", n, w.String())
	}
}
