package report

import (
	"fmt"
	"io"
)

// Format is how a dry-run is written.
type Format string

// The formats.
const (
	Text     Format = "text"     // for people, to be read in a terminal or in a ticket: see Runbook
	Markdown Format = "markdown" // for who decides on it, and for who ticks it off
	Shell    Format = "sh"       // scripts that do it by hand: see Book.Sheets
	JSON     Format = "json"     // for programs: a Book
)

// Formats are all of them.
var Formats = []Format{Text, Markdown, Shell, JSON}

// Write writes b to w, in any format but Text, which is written while the dry-run goes on. The error is the writer's, or
// says why there is nothing to write.
func (b *Book) Write(w io.Writer, format Format) error {
	switch format {
	case Markdown:
		return b.writeMarkdown(w)
	case Shell:
		return b.writeSheets(w)
	case JSON:
		return b.WriteJSON(w)
	}
	return fmt.Errorf("a runbook cannot be written as %q; known are: %s", format, Formats)
}
