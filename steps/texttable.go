package steps

import (
	"strings"
)

// tableRows reads every table of a text whose heading begins with first: columns stand
// under their names, which are two or more spaces apart, and a row ends the table when
// it is empty or a ruler. A cell may be empty, so that cells are cut by position.
// kubeadm prints its tables with Go's text/tabwriter, padded by spaces.
func tableRows(text, first string) []map[string]string {
	var rows []map[string]string
	var names []string
	var starts []int
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, " \r\n")
		switch {
		case strings.HasPrefix(line, first+"  "):
			names, starts = columns(line)
		case line == "" || strings.HasPrefix(line, "___"):
			names = nil
		case names != nil:
			rows = append(rows, cells(line, names, starts))
		}
	}
	return rows
}

// columns finds the names in a heading, and where each begins.
func columns(heading string) (names []string, starts []int) {
	at := 0
	for at < len(heading) {
		end := strings.Index(heading[at:], "  ")
		if end < 0 {
			end = len(heading) - at
		}
		names, starts = append(names, heading[at:at+end]), append(starts, at)
		at += end
		for at < len(heading) && heading[at] == ' ' {
			at++
		}
	}
	return names, starts
}

func cells(line string, names []string, starts []int) map[string]string {
	row := make(map[string]string, len(names))
	for i, name := range names {
		end := len(line)
		if i+1 < len(starts) {
			end = min(starts[i+1], len(line))
		}
		row[name] = strings.TrimSpace(line[min(starts[i], len(line)):end])
	}
	return row
}
