package steps

import (
	"fmt"
	"runtime"
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
