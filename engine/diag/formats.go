package diag

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Formats are the names of the ways to print a list, the one for people first.
func Formats() []string { return []string{"text", "json", "github", "sarif"} }

// WriteAs prints l in one of Formats. source is as of Write; tool names the
// program and its version, for the format that asks.
func WriteAs(w io.Writer, format string, l List, source func(file string) []byte, tool Tool) error {
	switch format {
	case "text":
		Write(w, l, source)
		return nil
	case "json":
		return writeJSON(w, l)
	case "github":
		return writeGitHub(w, l)
	case "sarif":
		return writeSARIF(w, l, tool)
	}
	return fmt.Errorf("there is no format %q: it is one of %s", format, strings.Join(Formats(), ", "))
}

// jsonDiagnostic is a finding in JSON. Its keys are stable.
type jsonDiagnostic struct {
	Severity string `json:"severity"` // error, advice
	Code     string `json:"code"`
	File     string `json:"file"`
	Line     int    `json:"line,omitempty"` // from 1; left out: the whole file
	Col      int    `json:"col,omitempty"`  // from 1, in characters; left out: the whole line
	Width    int    `json:"width,omitempty"`
	Text     string `json:"text"`
	Hint     string `json:"hint,omitempty"`
	Via      string `json:"via,omitempty"`
}

// writeJSON prints {"format": 1, "diagnostics": […]}.
func writeJSON(w io.Writer, l List) error {
	out := struct {
		Format      int              `json:"format"`
		Diagnostics []jsonDiagnostic `json:"diagnostics"`
	}{1, []jsonDiagnostic{}}
	for _, d := range l {
		out.Diagnostics = append(out.Diagnostics, jsonDiagnostic{d.Severity.String(), d.Code, d.Pos.File, d.Pos.Line, d.Pos.Col, d.Width, d.Text, d.Hint, d.Via})
	}
	return indented(w, out)
}

func indented(w io.Writer, value any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(value)
}

// writeGitHub prints workflow commands, which GitHub shows on the lines of a
// pull request.
// Source: https://docs.github.com/actions/reference/workflow-commands-for-github-actions.
func writeGitHub(w io.Writer, l List) error {
	for _, d := range l {
		command := "error"
		if d.Severity == Advice {
			command = "warning"
		}
		properties := []string{"file=" + property(d.Pos.File)}
		if d.Pos.Line > 0 {
			properties = append(properties, fmt.Sprintf("line=%d", d.Pos.Line))
		}
		if d.Pos.Line > 0 && d.Pos.Col > 0 {
			properties = append(properties, fmt.Sprintf("col=%d,endColumn=%d", d.Pos.Col, d.Pos.Col+max(1, d.Width)))
		}
		text := d.told()
		if _, err := fmt.Fprintf(w, "::%s %s,title=%s::%s\n", command, strings.Join(properties, ","), property(d.Code), message(text)); err != nil {
			return err
		}
	}
	return nil
}

// told is what d says in a format that has no place for its parts.
func (d Diagnostic) told() string {
	text := d.Text
	if d.Via != "" {
		text += "\n" + d.Via
	}
	if d.Hint != "" {
		text += "\nhint: " + d.Hint
	}
	return text
}

var message = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace

func property(text string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(message(text))
}

// codesOf are the codes of l, sorted, each once.
func codesOf(l List) []string {
	var codes []string
	for _, d := range l {
		codes = append(codes, d.Code)
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}
