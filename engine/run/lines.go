package run

import (
	"bytes"
	"sort"
	"sync"

	"rung/engine/step"
)

// lines turns what a command writes into Output events, a line each.
type lines struct {
	task  Task
	clock Clock
	sink  Sink
	hush  func([]byte) []byte // takes secrets out of a line; nil: there are none

	mu   sync.Mutex // standard output and error come at once
	rest []byte
}

// longestLine bounds a line; a longer one is cut into several.
const longestLine = 4096

// Write takes a piece of output. It never fails: output that cannot be shown
// is no reason to stop a command.
func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rest = append(l.rest, p...)
	for {
		i := bytes.IndexByte(l.rest, '\n')
		if i < 0 && len(l.rest) < longestLine {
			return len(p), nil
		}
		if i < 0 || i > longestLine {
			i = longestLine
			l.emit(l.rest[:i])
			l.rest = l.rest[i:]
			continue
		}
		l.emit(l.rest[:i])
		l.rest = l.rest[i+1:]
	}
}

func (l *lines) flush() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.rest) > 0 {
		l.emit(l.rest)
		l.rest = nil
	}
}

func (l *lines) emit(line []byte) {
	if l.hush != nil {
		line = l.hush(line)
	}
	e := l.task.event(Output, l.clock.Now())
	e.Text = string(bytes.TrimRight(line, "\r"))
	_ = l.sink.Record(e) // the next event that matters meets the same error
}

// Tell says what becomes of the way to the host: see step.Listener.
func (l *lines) Tell(text string) {
	e := l.task.event(Noted, l.clock.Now())
	e.Text, e.Warning = text, true
	_ = l.sink.Record(e)
}

var _ step.Listener = (*lines)(nil)

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
