package cli

import (
	"fmt"
	"io"
	"slices"
	"sync"

	"rung/engine/run"
)

// sinks numbers every event, and hands it to the journal first and then, in the
// order of the numbers, to the reports. Only the journal can stop a run: a
// report that fails (its reader went away, the disk of its log is full) is no
// reason to leave a cluster half upgraded. That is said once, and the report is
// told no more.
type sinks struct {
	journal run.Sink  // nil: none
	lost    io.Writer // is told of reports that fail
	reports []run.Sink

	mu      sync.Mutex // guards what is below, and the reports
	last    int64      // the number given last
	told    int64      // all up to it are told, or lost
	waiting map[int64]run.Event
	moved   sync.Cond // told grew
}

// newSinks numbers on from last, the number of the last event of the journal.
func newSinks(journal run.Sink, last int64, lost io.Writer, reports ...run.Sink) *sinks {
	s := &sinks{journal: journal, lost: lost, reports: reports, last: last, told: last, waiting: map[int64]run.Event{}}
	s.moved.L = &s.mu
	return s
}

// Record returns the error of the journal. What the
// journal did not take is not told either, but for the end of the run: who
// reads a report is owed the reason why nothing more comes.
func (s *sinks) Record(e run.Event) error {
	s.mu.Lock()
	s.last++
	e.Seq = s.last
	s.mu.Unlock()
	var lost error
	if s.journal != nil {
		lost = s.journal.Record(e)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting[e.Seq] = e
	if lost != nil && e.Kind != run.RunEnded {
		s.waiting[e.Seq] = run.Event{} // keeps no other from being told
	}
	s.tell()
	for e.Kind == run.RunEnded && s.told < e.Seq {
		s.moved.Wait() // the reports are closed next
	}
	return lost
}

// tell hands on what waits, up to the first that is still on its way to the
// journal.
func (s *sinks) tell() {
	for {
		e, here := s.waiting[s.told+1]
		if !here {
			return
		}
		delete(s.waiting, s.told+1)
		s.told++
		s.moved.Broadcast()
		if e.Kind == "" {
			continue
		}
		s.reports = slices.DeleteFunc(s.reports, func(r run.Sink) bool {
			err := r.Record(e)
			if err != nil {
				fmt.Fprintf(s.lost, "rung: the output could not be written: %v; the run goes on, see rung runs\n", err)
			}
			return err != nil
		})
	}
}
