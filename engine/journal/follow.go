package journal

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"rung/engine/run"
)

// Follower reads the journal of a run that may still go on, in this process or another.
type Follower struct {
	Header Header

	dir   string
	file  *os.File
	rest  []byte // the beginning of a line whose end is not there yet
	line  int    // how many lines were read
	ended bool   // the run's own end was read
}

// Follow opens the journal of a run directory. The Follower must be closed.
func Follow(dir string) (*Follower, error) {
	file, err := os.Open(filepath.Join(dir, journalName))
	if err != nil {
		return nil, fmt.Errorf("read the journal: %w", err)
	}
	return &Follower{dir: dir, file: file}, nil
}

// Next returns what came since the last call, which may be nothing. over says that no more will come: the run has ended,
// or its process is gone.
func (f *Follower) Next() (events []run.Event, over bool, err error) {
	// Whether it is alive is asked before its end is looked for: what it wrote last is then seen.
	gone := !alive(filepath.Join(f.dir, lockName))
	more, err := io.ReadAll(f.file)
	if err != nil {
		return nil, false, fmt.Errorf("read the journal: %w", err)
	}
	f.rest = append(f.rest, more...)
	for {
		line, rest, whole := bytes.Cut(f.rest, []byte{'\n'})
		if !whole {
			return events, gone || f.ended, nil
		}
		f.rest = rest
		f.line++
		if f.line == 1 {
			if f.Header, err = parseHeader(line); err != nil {
				return nil, false, fmt.Errorf("%s:1: %w", f.file.Name(), err)
			}
			continue
		}
		e, err := parseEvent(line)
		if err != nil {
			return events, false, fmt.Errorf("%s:%d: this is no event: %w", f.file.Name(), f.line, err)
		}
		events = append(events, e)
		f.ended = f.ended || e.Kind == run.RunEnded
	}
}

// Ended says whether the run's own end was read, and not only that of its process.
func (f *Follower) Ended() bool { return f.ended }

// Close lets go of the journal.
func (f *Follower) Close() error { return f.file.Close() }
