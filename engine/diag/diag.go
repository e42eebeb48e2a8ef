// Package diag holds what is wrong with a file as values: where, what, and
// what to do about it.
//
// The readers of this project collect every mistake of a file before they
// answer, so a person mends them all in one go. A List is an error; an empty
// one is none (see List.Err). The package prints nothing by itself: Write
// does, to the writer it is given.
package diag

import (
	"fmt"
	"sort"
	"strings"
)

// Pos is a place in a file. Line and Col count from 1, Col in runes; a zero
// Line means the whole file.
type Pos struct {
	File      string
	Line, Col int
}

// String returns file:line:col, without the parts that are not known.
func (p Pos) String() string {
	switch {
	case p.Line == 0:
		return p.File
	case p.Col == 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col)
}

// Severity tells a mistake from advice.
type Severity int

// The severities, worst first.
const (
	Error Severity = iota
	Advice
)

// String returns the word that is printed for s.
func (s Severity) String() string {
	if s == Advice {
		return "advice"
	}
	return "error"
}

// Diagnostic is one finding about a file.
type Diagnostic struct {
	Severity Severity
	Code     string // stable and lower-case, such as "unknown-key"; see docs/diagnostics.md
	Pos      Pos
	Width    int    // runes to underline from Pos; 0 underlines one
	Text     string // what is wrong: lower case, no full stop
	Hint     string // what to do, or empty
	Via      string // how its file came to be read, where that was not asked for: included at FILE:LINE:COL; or empty
}

// Error returns the finding on one line, without its hint.
func (d Diagnostic) Error() string {
	if d.Pos.File == "" && d.Pos.Line == 0 {
		return fmt.Sprintf("%s: %s", d.Severity, d.Text)
	}
	return fmt.Sprintf("%s: %s: %s", d.Pos, d.Severity, d.Text)
}

// Errorf makes an error finding at pos.
func Errorf(code string, pos Pos, format string, args ...any) Diagnostic {
	return Diagnostic{Code: code, Pos: pos, Text: fmt.Sprintf(format, args...)}
}

// Advicef makes a piece of advice at pos: it works, and would better be
// written otherwise.
func Advicef(code string, pos Pos, format string, args ...any) Diagnostic {
	d := Errorf(code, pos, format, args...)
	d.Severity = Advice
	return d
}

// WithHint returns d with a hint.
func (d Diagnostic) WithHint(format string, args ...any) Diagnostic {
	d.Hint = fmt.Sprintf(format, args...)
	return d
}

// Over returns d underlining width runes.
func (d Diagnostic) Over(width int) Diagnostic {
	d.Width = width
	return d
}

// List is all that was found. It is an error; use Err to get nil for a list
// that holds no error.
type List []Diagnostic

// Error returns every finding, a line each.
func (l List) Error() string {
	lines := make([]string, len(l))
	for i, d := range l {
		lines[i] = d.Error()
	}
	return strings.Join(lines, "\n")
}

// Err returns l as an error, or nil where it holds no finding of severity Error.
func (l List) Err() error {
	for _, d := range l {
		if d.Severity == Error {
			return l
		}
	}
	return nil
}

// Sort orders l by file, line and column, keeping the order of equal places.
func (l List) Sort() {
	sort.SliceStable(l, func(i, j int) bool {
		a, b := l[i].Pos, l[j].Pos
		if a.File != b.File {
			return a.File < b.File
		}
		if a.Line != b.Line {
			return a.Line < b.Line
		}
		return a.Col < b.Col
	})
}
