package report

import (
	"encoding/json"
	"io"
	"maps"
	"sync"

	"rung/engine/run"
)

// JSONLines is a run.Sink that writes each event as one JSON object on a line:
// what --json prints. The keys are those of run.Event; the last one also has in
// its data, as left_cordoned, the nodes that are still closed.
type JSONLines struct {
	mu      sync.Mutex
	out     *json.Encoder
	seq     int64
	cordons cordons
}

// NewJSONLines returns a JSONLines that writes to w, at once and event by
// event.
func NewJSONLines(w io.Writer) *JSONLines {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	return &JSONLines{out: out, cordons: newCordons()}
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
	j.cordons.see(e)
	if nodes := append(j.cordons.ours(), j.cordons.others()...); e.Kind == run.RunEnded && len(nodes) > 0 {
		data := map[string]any{"left_cordoned": nodes}
		maps.Copy(data, e.Data)
		e.Data = data
	}
	return j.out.Encode(e)
}

var _ run.Sink = (*JSONLines)(nil)
