package cli

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"

	"rung/engine/run"
)

// book is a sink that keeps what it is told, and can refuse it.
type book struct {
	mu     sync.Mutex
	events []run.Event
	refuse error
	before func(run.Event)
}

func (b *book) Record(e run.Event) error {
	if b.before != nil {
		b.before(e)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.refuse != nil {
		return b.refuse
	}
	b.events = append(b.events, e)
	return nil
}

func TestReportsHearEventsInTheOrderOfTheirNumbers(t *testing.T) {
	slow, quick := make(chan struct{}), make(chan struct{})
	journal, report := &book{}, &book{}
	journal.before = func(e run.Event) {
		if e.Host == "slow" {
			close(quick)
			<-slow
		}
	}
	s := newSinks(journal, 0, io.Discard, report)
	var hosts sync.WaitGroup
	hosts.Go(func() { record(t, s, run.Event{Kind: run.Noted, Host: "slow"}) })
	<-quick
	record(t, s, run.Event{Kind: run.Noted, Host: "quick"})
	hosts.Go(func() { record(t, s, run.Event{Kind: run.RunEnded}) })
	close(slow)
	hosts.Wait()
	if len(report.events) != 3 {
		t.Fatalf("told %v, want three events", report.events)
	}
	numbers := map[string]int64{}
	for _, e := range journal.events {
		numbers[e.Host] = e.Seq
	}
	for i, e := range report.events {
		if e.Seq != int64(i+1) || numbers[e.Host] != e.Seq {
			t.Errorf("event %d told is number %d, and number %d in the journal", i+1, e.Seq, numbers[e.Host])
		}
	}
}

func TestReportsHearOfTheEndAlsoWhereTheJournalFails(t *testing.T) {
	full := errors.New("no space left on device")
	report := &book{}
	s := newSinks(&book{refuse: full}, 0, io.Discard, report)
	for _, kind := range []run.Kind{run.StepStarted, run.RunEnded} {
		if err := s.Record(run.Event{Kind: kind}); !errors.Is(err, full) {
			t.Errorf("%s: error %v, want the journal's", kind, err)
		}
	}
	if len(report.events) != 1 || report.events[0].Kind != run.RunEnded {
		t.Errorf("told %v, want only the end of the run", report.events)
	}
}

func TestAReportThatFailsStopsNothingAndIsSaidOnce(t *testing.T) {
	gone, other := errors.New("broken pipe"), &book{}
	var said bytes.Buffer
	s := newSinks(nil, 0, &said, &book{refuse: gone}, other)
	for range 2 {
		if err := s.Record(run.Event{Kind: run.Noted}); err != nil {
			t.Errorf("error %v: only the journal can stop a run", err)
		}
	}
	if len(other.events) != 2 {
		t.Errorf("the other report was told %v", other.events)
	}
	if n := strings.Count(said.String(), "broken pipe"); n != 1 {
		t.Errorf("said %d times, want once: %s", n, said.String())
	}
}

func record(t *testing.T, s run.Sink, e run.Event) {
	if err := s.Record(e); err != nil {
		t.Error(err)
	}
}
