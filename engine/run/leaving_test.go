package run

import (
	"slices"
	"testing"
)

func TestWhoHasReadTheWindowKeepsWhatWasInIt(t *testing.T) {
	for _, reads := range []bool{true, false} {
		w := &window{loop: &loop{busy: map[string]bool{}}, readsWindow: reads, inside: []string{"w1", "w2", "w3"}, nodes: []any{"one", "two", "three"}}
		read := w.nodes
		w.leave("w2")
		if reads && !slices.Equal(read, []any{"one", "two", "three"}) {
			t.Errorf("what was read has become %v", read)
		}
		if !slices.Equal(w.nodes, []any{"one", "three"}) || !slices.Equal(w.inside, []string{"w1", "w3"}) {
			t.Errorf("in the window are %v, the nodes %v", w.inside, w.nodes)
		}
	}
}
