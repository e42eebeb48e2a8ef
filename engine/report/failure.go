package report

import (
	"fmt"
	"strings"

	"rung/engine/run"
	"rung/engine/step"
)

// commandLines is how many lines of a script a failure quotes.
const commandLines = 8

// failure tells the rest of what is known of a step that did not end well:
// where, the command, the end of its output, the reason, and what to do now.
func (t *Terminal) failure(e run.Event, w *work) {
	if e.Outcome == step.Canceled {
		t.block("reason", reasonOf(e.Text))
		return
	}
	where := "step " + e.Step
	if e.Stage != "" {
		where += " of " + e.Stage
	}
	output := outputIn(e.Text)
	if w != nil && w.step == e.Step && w.action.Command != "" {
		if w.action.Title != "" && clean(w.action.Title) != t.l.title(e) {
			where += ": " + w.action.Title
		}
		t.block("where", where)
		t.block("on", w.action.On)
		t.block("command", head(w.action.Command, commandLines))
		if output == "" {
			output = strings.Join(w.tail, "\n")
		}
	} else {
		t.block("where", where)
	}
	t.block("output", output)
	t.block("reason", reasonOf(e.Text))
	t.block("hint", e.Hint)
	if e.Cause != nil {
		t.block("cause", "probably "+e.Cause.Why)
		t.block("do", e.Cause.Do)
	}
}

// outputIn is what follows the first line of a failure's text: the end of what
// the command wrote.
func outputIn(text string) string {
	_, output, _ := strings.Cut(text, "\n")
	return output
}

// longestGist is how much of a line a summary quotes: its beginning and, longer, its end, where tools that wrap errors
// say most.
const longestGist, gistHead = 200, 80

// gistOf is the line of a failed command's output that says most: the last that speaks of an error, or the last.
func gistOf(text string) string {
	gist := ""
	for line := range strings.Lines(outputIn(text)) {
		line = clean(strings.TrimSpace(line))
		if lower := strings.ToLower(line); line != "" && lower != "error:" && !strings.Contains(lower, "stack trace") && (strings.Contains(lower, "error") || !strings.Contains(strings.ToLower(gist), "error")) {
			gist = line
		}
	}
	if runes := []rune(gist); len(runes) > longestGist {
		gist = string(runes[:gistHead]) + " … " + string(runes[len(runes)-longestGist+gistHead:])
	}
	return gist
}

// head is the first lines of a script, and how many there are besides.
func head(script string, most int) string {
	lines := strings.Split(strings.TrimSpace(script), "\n")
	if len(lines) <= most {
		return strings.Join(lines, "\n")
	}
	return strings.Join(lines[:most-1], "\n") + fmt.Sprintf("\n… %d more lines", len(lines)-most+1)
}

// block prints a labelled text below a line; nothing, where there is none.
func (t *Terminal) block(label, text string) {
	if text == "" {
		return
	}
	indent := strings.Repeat(" ", len("15:04:05 ")+t.host+2)
	for i, line := range strings.Split(text, "\n") {
		line, leading := clean(line), strings.Repeat(" ", len(line)-len(strings.TrimLeft(line, " \t")))
		if i > 0 {
			label = ""
		}
		t.print("%s%s  %s\n", indent, t.ink.on(dim, pad(label, 7)), leading+strings.TrimLeft(line, " "))
	}
}
