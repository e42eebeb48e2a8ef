package report

import (
	"fmt"

	"rung/engine/run"
)

// mostAwaited bounds the hosts that are named when a run stops.
const mostAwaited = 8

// stopping tells that the run starts nothing new, and what it waits for.
func (t *Terminal) stopping(e run.Event) {
	t.line(e, e.Host, t.ink.on(bold, "stopping: ")+clean(e.Text))
	if t.l.stopping { // what is waited for has been named
		return
	}
	t.l.stopping = true
	more := 0
	for i, w := range t.l.awaited() {
		if i >= mostAwaited {
			more++
			continue
		}
		text := fmt.Sprintf("%s (%s)", w.title, length(e.At.Sub(w.since)))
		if w.action.Unit != "" {
			text += ", which must not be cut off"
		}
		if w.word != "" {
			text += ": " + w.word
		}
		t.line(e, w.host, "waited for: "+text)
	}
	if more > 0 {
		t.line(e, "", fmt.Sprintf("waited for: %s", Many(more, "more host")))
	}
}

// awaited is what is at work, the oldest first.
func (l *ledger) awaited() []*work {
	var all []*work
	for _, w := range l.queue {
		if w.busy {
			all = append(all, w)
		}
	}
	return all
}
