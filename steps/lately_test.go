package steps

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// A large cluster is listed thousands of times in a run, and each time another node has changed.
func TestANodeThatIsKnownHoldsOnToNoAnswerOfLongAgo(t *testing.T) {
	const nodes, looks = 500, 200
	lines := make([]string, nodes)
	line := func(i, look int) string {
		return fmt.Sprintf("w%d\t\tTrue\t{\"pool\":%q}\t\t{\"cpu\":\"4\"}\n", i, strings.Repeat("x", 300)+fmt.Sprint(look))
	}
	for i := range lines {
		lines[i] = line(i, 0)
	}
	inUse := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	began, answered := inUse(), 0
	for look := range looks {
		lines[look] = line(look, look+1)
		answer := []byte(strings.Join(lines, ""))
		answered += len(answer)
		if list, err := readNodes(answer); err != nil || len(list) != nodes {
			t.Fatalf("%d nodes, %v", len(list), err)
		}
	}
	if kept := int(inUse()) - int(began); kept > answered/10 {
		t.Errorf("%d bytes are kept of %d", kept, answered)
	}
	runtime.KeepAlive(lines)
}

func TestOfAListThatIsReadAgainOnlyNewLinesAreRead(t *testing.T) {
	names := listing{what: "names", fields: []string{".name"}}
	var all byLine[string]
	reads := 0
	read := func(basis string, lines ...string) {
		t.Helper()
		list, err := all.read(names, []byte(strings.Join(lines, "\n")+"\n"), []byte(basis), func(r *row) (string, error) {
			reads++
			return basis + r.text(".name"), nil
		})
		for i := range lines {
			lines[i] = basis + lines[i]
		}
		if err != nil || !slices.Equal(list, lines) {
			t.Errorf("%q, %v, and not %q", list, err, lines)
		}
	}
	for _, look := range []struct {
		basis string
		lines []string
		reads int
	}{
		{"1", []string{"a", "b", "c"}, 3},
		{"1", []string{"a", "b", "c"}, 3},
		{"1", []string{"a", "x", "b", "c", "c"}, 4},
		{"1", []string{"c", "b", "a"}, 4},
		{"2", []string{"c", "b", "a"}, 7},
		{"2", []string{"d", "e", "f", "g"}, 11},
		{"2", []string{"h"}, 12},
		{"2", []string{"h", "d"}, 13}, // of long ago
	} {
		if read(look.basis, slices.Clone(look.lines)...); reads != look.reads {
			t.Errorf("after %q with %s, %d lines were read and not %d", look.lines, look.basis, reads, look.reads)
		}
	}
}
