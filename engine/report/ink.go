package report

import "rung/engine/step"

// ink colours text, or leaves it as it is.
type ink bool

// The colours carry no meaning of their own: every word they are on says it.
const (
	bold   = "1"
	dim    = "2"
	red    = "1;31"
	green  = "32"
	yellow = "33"
)

func (i ink) on(style, text string) string {
	if !bool(i) || style == "" || text == "" {
		return text
	}
	return "\x1b[" + style + "m" + text + "\x1b[0m"
}

func styleOf(o step.Outcome) string {
	switch o {
	case step.OK:
		return green
	case step.Changed, step.Canceled:
		return yellow
	case step.Failed, step.Unknown, step.Refused:
		return red
	}
	return dim
}

// Coloured says whether to colour what is written to a terminal, or to what
// is none: never with NO_COLOR set, whatever it says (see no-color.org), nor
// on a dumb terminal. getenv is os.Getenv.
func Coloured(terminal bool, getenv func(string) string) bool {
	return terminal && getenv("NO_COLOR") == "" && getenv("TERM") != "dumb"
}
