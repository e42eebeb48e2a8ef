package journal

import (
	"errors"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"rung/engine/run"
)

// paper is a store in memory, whose fsync can be held and whose room ends.
type paper struct {
	mu     sync.Mutex
	room   int // bytes that still fit
	lines  []byte
	synced int // bytes that were there at the last sync
	syncs  int
	gate   chan struct{} // a sync takes a token, where there is one
}

func (p *paper) append(lines []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	fits := min(p.room, len(lines))
	p.lines, p.room = append(p.lines, lines[:fits]...), p.room-fits
	if fits < len(lines) {
		return syscall.ENOSPC
	}
	return nil
}

func (p *paper) output(string, []byte) error { return nil }

func (p *paper) sync() error {
	if p.gate != nil {
		<-p.gate
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.synced, p.syncs = len(p.lines), p.syncs+1
	return nil
}

func (p *paper) close() error { return nil }

func (p *paper) text() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return string(p.lines[:p.synced])
}

func TestAMutatingActionStartsOnlyOnceItIsOnDisk(t *testing.T) {
	p := &paper{room: 1 << 20, gate: make(chan struct{})}
	j := start("/runs/x", "x", nil, p)
	record(t, j, run.Event{Kind: run.StepStarted, Step: "before"}) // does not wait
	returned := make(chan string)
	go func() {
		if err := j.Record(run.Event{Kind: run.ActionStarted, Step: "cordon", Mutates: true}); err != nil {
			t.Error(err)
		}
		returned <- p.text()
	}()
	select {
	case <-returned:
		t.Fatal("Record returned before the fsync")
	case p.gate <- struct{}{}:
	}
	text := <-returned
	for _, step := range []string{"before", "cordon"} {
		if !strings.Contains(text, step) {
			t.Errorf("when Record returned, %s was not on disk: %q", step, text)
		}
	}
	close(p.gate)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestThoseWhoWaitTogetherShareOneFsync(t *testing.T) {
	p := &paper{room: 1 << 20, gate: make(chan struct{})}
	j := start("/runs/x", "x", nil, p)
	var all sync.WaitGroup
	send := func() {
		all.Add(1)
		go func() {
			defer all.Done()
			if err := j.Record(run.Event{Kind: run.StepEnded}); err != nil {
				t.Error(err)
			}
		}()
	}
	const hosts = 100
	send()
	j.await(t, 1) // its fsync is held
	for range hosts {
		send()
	}
	j.await(t, 1+hosts)
	close(p.gate)
	all.Wait()
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if p.syncs > 4 { // the first, the others in at most two, the last of Close
		t.Errorf("%d fsyncs for %d events", p.syncs, 1+hosts)
	}
}

// await waits until that many events are in.
func (j *Journal) await(t *testing.T, events int64) {
	t.Helper()
	for limit := time.Now().Add(10 * time.Second); ; runtime.Gosched() {
		j.mu.Lock()
		seq := j.seq
		j.mu.Unlock()
		if seq >= events {
			return
		}
		if time.Now().After(limit) {
			t.Fatalf("%d events came, not %d", seq, events)
		}
	}
}

func TestAFullDiskStopsTheRunForGood(t *testing.T) {
	p := &paper{room: 300}
	j := start("/runs/x", "x", nil, p)
	var err error
	good := 0
	for ; err == nil && good < 100; good++ {
		err = j.Record(run.Event{Kind: run.ActionStarted, Host: "w1", Step: "drain", Mutates: true})
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("err = %v, want no space", err)
	}
	if want := "make room on the disk of /runs/x"; !strings.Contains(err.Error(), want) {
		t.Errorf("error %q does not say %q", err, want)
	}
	p.mu.Lock()
	p.room = 1 << 20 // room again: too late, the journal has a hole
	p.mu.Unlock()
	for _, e := range []run.Event{{Kind: run.Noted}, {Kind: run.RunEnded}, {Kind: run.Output}} {
		if again := j.Record(e); again == nil || again.Error() != err.Error() {
			t.Errorf("later Record of %s = %v", e.Kind, again)
		}
	}
	if j.Close() == nil {
		t.Error("Close has no error")
	}
	if strings.Count(string(p.lines), "\n") != good-1 {
		t.Errorf("%d whole lines, want %d", strings.Count(string(p.lines), "\n"), good-1)
	}
}

func TestAnEventThatIsNoJSONHarmsNoOther(t *testing.T) {
	p := &paper{room: 1 << 20}
	j := start("/runs/x", "x", nil, p)
	err := j.Record(run.Event{Kind: run.StepEnded, Step: "7", Host: "w1", Data: map[string]any{"f": func() {}}})
	if err == nil || !strings.Contains(err.Error(), "step 7 on w1") {
		t.Errorf("err = %v", err)
	}
	record(t, j, run.Event{Kind: run.RunEnded})
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if strings.Count(string(p.lines), "\n") != 1 {
		t.Errorf("lines = %q", p.lines)
	}
}

func TestNothingIsRecordedAfterClose(t *testing.T) {
	j := start("/runs/x", "x", nil, &paper{room: 1 << 20})
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Errorf("the second Close = %v", err)
	}
	if err := j.Record(run.Event{Kind: run.Noted}); !errors.Is(err, errClosed) {
		t.Errorf("Record = %v", err)
	}
}
