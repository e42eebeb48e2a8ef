package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"rung/engine/run"
)

// errClosed says that an event came after the end of its run.
var errClosed = errors.New("the journal is closed: an event came after the end of its run")

// Record puts e into the journal, or, where it is Output, into the file of its
// action. It numbers events that are not numbered yet. It returns at once,
// but for the events that the package's invariant names: there it returns when
// e is on disk. Once it has returned an error, it always does: a run must not
// go on where it can no longer write down what it does.
func (j *Journal) Record(e run.Event) error {
	j.mu.Lock()
	switch {
	case j.err != nil:
		j.mu.Unlock()
		return j.err
	case j.closed:
		j.mu.Unlock()
		return errClosed
	}
	if e.Seq == 0 {
		e.Seq = j.seq + 1
	}
	j.seq = max(j.seq, e.Seq)
	b := j.open
	if err := j.add(b, e); err != nil {
		j.mu.Unlock()
		return err
	}
	wait := durable(e) || b.size() > maxPending
	j.mu.Unlock()

	select {
	case j.wake <- struct{}{}:
	default: // the writer has been told already
	}
	if !wait {
		return nil
	}
	<-b.done
	return b.err
}

// durable says whether e must be on disk before the run goes on. An fsync
// covers all that came before it, so the other events need none of their own.
func durable(e run.Event) bool {
	switch e.Kind {
	case run.RunStarted, run.RunEnded, run.StepEnded:
		return true
	case run.ActionStarted, run.ActionEnded:
		return e.Mutates
	}
	return false
}

// add puts e into b, j.mu being held.
func (j *Journal) add(b *batch, e run.Event) error {
	if e.Kind == run.Output {
		b.output(j.outputOf(e), e.Text)
		return nil
	}
	switch e.Kind {
	case run.ActionStarted:
		j.started[actionOf(e)] = e.Seq
	case run.ActionEnded:
		delete(j.started, actionOf(e))
	}
	before := b.lines.Len()
	enc := json.NewEncoder(&b.lines)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(e); err != nil {
		b.lines.Truncate(before)
		return fmt.Errorf("%s of step %s on %s cannot be written down: %w", e.Kind, e.Step, e.Host, err)
	}
	b.durable = b.durable || durable(e)
	return nil
}

// maxPending bounds, in bytes, what waits in memory for a slow disk: past it,
// Record waits too.
const maxPending = 4 << 20

// batch is what goes to disk together.
type batch struct {
	lines   bytes.Buffer
	outputs map[string]*bytes.Buffer // by file name
	files   []string                 // the keys of outputs, in order of appearance
	written int                      // bytes in outputs
	durable bool                     // wants an fsync
	done    chan struct{}            // closed when it is written, or has failed; err is set before
	err     error
}

func newBatch() *batch { return &batch{done: make(chan struct{})} }

func (b *batch) size() int { return b.lines.Len() + b.written }

func (b *batch) output(file, line string) {
	if b.outputs == nil {
		b.outputs = map[string]*bytes.Buffer{}
	}
	text := b.outputs[file]
	if text == nil {
		text = &bytes.Buffer{}
		b.outputs[file] = text
		b.files = append(b.files, file)
	}
	text.WriteString(line)
	text.WriteByte('\n')
	b.written += len(line) + 1
}
