package run

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
)

// shortestSecret bounds what is taken for a secret in an output: what is shorter stands there by chance, too.
const shortestSecret = 4

// unsaid stands in an output where a command has repeated a secret.
const unsaid = "(secret)"

// hush is text without the secrets of the run, line by line, as it is told.
func (x *Execute) hush(text []byte) []byte {
	var words []string
	for _, s := range x.Secrets {
		for line := range strings.Lines(s.Reveal()) {
			if line = strings.TrimSpace(line); len(line) >= shortestSecret {
				words = append(words, line)
			}
		}
	}
	slices.SortFunc(words, func(a, b string) int { return cmp.Compare(len(b), len(a)) }) // one may hold another
	for _, word := range words {
		text = bytes.ReplaceAll(text, []byte(word), []byte(unsaid))
	}
	return text
}
