package report

import (
	"encoding/json"
	"io"
	"sync"

	"rung/engine/run"
)

// JSONLines is a run.Sink that writes each event as one JSON object on a line:
// what --json prints. The keys are those of run.Event.
type JSONLines struct {
	mu  sync.Mutex
	out *json.Encoder
	seq int64
}

// NewJSONLines returns a JSONLines that writes to w, at once and event by
// event.
func NewJSONLines(w io.Writer) *JSONLines {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	return &JSONLines{out: out}
}

// Record writes e, numbered from 1 where it has no number yet. The error is the
// writer's: who asked for events must not miss one unknowingly.
func (j *JSONLines) Record(e run.Event) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if e.Seq == 0 {
		e.Seq = j.seq + 1
	}
	j.seq = e.Seq
	return j.out.Encode(e)
}

var _ run.Sink = (*JSONLines)(nil)
