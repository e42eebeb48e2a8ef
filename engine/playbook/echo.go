package playbook

import (
	"bytes"
	"strings"

	"rung/engine/diag"
)

// withoutEchoes leaves out of what was found that nothing is known of the outputs of a step whose type is not known: it was
// said of the step. ids holds true for those of such steps.
func withoutEchoes(documents map[string]*document, ids map[string]bool, found diag.List) diag.List {
	if len(ids) == 0 {
		return found
	}
	var kept diag.List
	for _, d := range found {
		if doc := documents[d.Pos.File]; d.Code != "unknown-name" || doc == nil || !readsOf(ids, doc.src, d.Pos) {
			kept = append(kept, d)
		}
	}
	return kept
}

// readsOf says whether the word at pos is an output of one of ids: steps.ID. stands before it.
func readsOf(ids map[string]bool, src []byte, pos diag.Pos) bool {
	lines := bytes.Split(src, []byte("\n"))
	if pos.Line < 1 || pos.Line > len(lines) {
		return false
	}
	line := []rune(string(lines[pos.Line-1]))
	if pos.Col < 1 || pos.Col > len(line) {
		return false
	}
	before := string(line[:pos.Col-1])
	for id, untyped := range ids {
		if untyped && strings.HasSuffix(before, "steps."+id+".") {
			return true
		}
	}
	return false
}
