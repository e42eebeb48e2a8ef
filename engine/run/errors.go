package run

import (
	"fmt"
	"strings"

	"rung/engine/step"
)

// CommandError is a command that said no.
type CommandError struct {
	Host    string
	Command string
	Result  step.Result
	Link    error  // a wait that ended without contact
	What    string // more than the exit status says, or ""
	Why     string // what was found out about it afterwards, or ""
}

// tailLines bounds what of a failed command's output goes into its error.
const tailLines = 12

func (e *CommandError) Error() string {
	what := e.What
	if what == "" {
		what = fmt.Sprintf("the command exited with %d", e.Result.Exit)
	}
	if e.Link != nil {
		return what + "; " + e.Link.Error()
	}
	what += "; it printed"
	if tail := Tail(e.Result); tail != "" {
		what += ":\n" + tail
	} else {
		what += " nothing"
	}
	if e.Why != "" {
		what += "\n" + e.Why
	}
	return what
}

// Tail returns the end of what a command printed: of its standard error, or
// where that is empty of its standard output.
func Tail(r step.Result) string {
	text := strings.TrimSpace(string(r.Stderr))
	if text == "" {
		text = strings.TrimSpace(string(r.Stdout))
	}
	lines := strings.Split(text, "\n")
	if len(lines) > tailLines {
		lines = append([]string{"…"}, lines[len(lines)-tailLines:]...)
	}
	for i, line := range lines {
		if runes := []rune(line); len(runes) > 400 {
			lines[i] = string(runes[:400]) + "…"
		}
	}
	return strings.Join(lines, "\n")
}

// RecordError means that the journal could not be written: nothing more may
// be changed.
type RecordError struct{ Err error }

func (e *RecordError) Error() string {
	return "the journal cannot be written: " + e.Err.Error()
}

func (e *RecordError) Unwrap() error { return e.Err }

// Disagreement is a change that the plan, to which a run is held, does not have.
type Disagreement struct {
	Why     string // the plan does not have it
	Planned string // the command that it has in its place, or ""
	Now     string // the command that would be run
}

func (d *Disagreement) Error() string {
	text := "not as planned: " + d.Why
	if d.Planned != "" {
		text += "\n- " + strings.ReplaceAll(d.Planned, "\n", "\n- ")
	}
	return text + "\n+ " + strings.ReplaceAll(d.Now, "\n", "\n+ ")
}
