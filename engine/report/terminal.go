package report

// The rules of what is shown:
//
//   - Calm. A line is printed for what changed, failed or warns. What was as it
//     should be, or was skipped, is counted; Verbose prints it too.
//   - Every line stands alone: time, host, what, outcome, how long. It can be
//     searched for a host, and pasted into a ticket.
//   - A failure is told at once, and once: what, where, the command, the end of
//     its output, the reason, and what to do now.
//   - On a terminal, the lines scroll above a live region: one line for the
//     stage and one for each host at work, at most twelve, the one that has
//     been at it longest first, so that lines do not jump. It is drawn at most
//     ten times a second, in one write, and never as wide as the terminal, so
//     that a terminal that is made narrower can still be tidied up.
//   - Anywhere else there is no control code, and nothing is ever taken back.
//     A step that takes long says so every half minute.
//   - Colour only underlines what the words say already.

import (
	"io"
	"sync"
	"time"

	"rung/engine/run"
)

// Options say how a Terminal shows a run.
type Options struct {
	Live    bool                       // w is a terminal that may be drawn on
	Colour  bool                       // see Coloured
	Verbose bool                       // also what was ok or skipped, and notes as they come
	Size    func() (width, height int) // of the terminal, asked before each drawing; nil: 80 by 24
	Now     func() time.Time           // the clock of the run; nil: time.Now
	Run     string                     // the run's id, for the commands to type next; "" where it has none
}

// Terminal is a run.Sink that tells a run to a person. It may be used by many
// goroutines at once, and its Record never fails: a terminal that went away is
// no reason to leave a cluster half upgraded.
type Terminal struct {
	w    io.Writer
	o    Options
	ink  ink
	mu   sync.Mutex // guards what is below
	l    *ledger
	host int    // width of the column of hosts
	text []byte // lines that wait to be written
	live region
	err  error

	since  time.Time // the zero of the times that are shown; none: they are those of a clock
	told   time.Time // of the progress of a stage
	closed bool
	asks   bool // somebody is asked something on the terminal: nothing is drawn below the question

	stop    chan struct{}
	stopped chan struct{}
}

// NewTerminal returns a Terminal that writes to w. It must be closed.
func NewTerminal(w io.Writer, o Options) *Terminal {
	if o.Size == nil {
		o.Size = func() (int, int) { return 80, 24 }
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	t := &Terminal{w: w, o: o, ink: ink(o.Colour), l: newLedger(), stop: make(chan struct{}), stopped: make(chan struct{})}
	if o.Live {
		go t.tick(time.NewTicker(100 * time.Millisecond))
	} else {
		close(t.stopped)
	}
	return t
}

// tick draws until t is closed.
func (t *Terminal) tick(every *time.Ticker) {
	defer close(t.stopped)
	defer every.Stop()
	for {
		select {
		case <-every.C:
			t.mu.Lock()
			if !t.asks {
				t.draw(true)
			}
			t.mu.Unlock()
		case <-t.stop:
			return
		}
	}
}

// Record tells e. It returns nil.
func (t *Terminal) Record(e run.Event) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.l.enter(e)
	t.tell(e)
	t.l.leave(e)
	if e.Kind == run.HostEnded {
		t.progress(e)
	}
	switch {
	case !t.o.Live:
		t.flush()
	case e.Kind == run.RunEnded:
		t.draw(false)
	case e.Kind == run.Paused, e.Kind == run.Resumed, e.Kind == run.Asked, e.Kind == run.Answered:
		t.asks = e.Kind == run.Paused || e.Kind == run.Asked
		t.draw(!t.asks)
	}
	return nil
}

// Close takes the live region away and stops drawing. Where the end of the run
// was never told, it says so. It returns the first error of the writer.
func (t *Terminal) Close() error {
	t.mu.Lock()
	first := !t.closed
	t.closed = true
	t.mu.Unlock()
	if first {
		close(t.stop)
	}
	<-t.stopped
	t.mu.Lock()
	defer t.mu.Unlock()
	if first && t.l.running {
		t.unfinished()
	}
	if t.o.Live {
		t.draw(false)
	} else {
		t.flush()
	}
	return t.err
}

// Leave is Close for who has seen enough of a run that goes on: it says nothing of an end.
func (t *Terminal) Leave() error {
	t.mu.Lock()
	t.l.running = false
	t.mu.Unlock()
	return t.Close()
}

// flush writes the lines that wait. A writer that failed is left alone.
func (t *Terminal) flush() {
	if len(t.text) > 0 && t.err == nil {
		_, t.err = t.w.Write(t.text)
	}
	t.text = t.text[:0]
}

// Show tells a past run to w: what a Terminal printed off a terminal. Times
// are in the zone in which the run was made.
func Show(w io.Writer, events []run.Event, o Options) error {
	o.Live = false
	t := NewTerminal(w, o)
	for _, e := range events {
		if err := t.Record(e); err != nil {
			return err
		}
	}
	return t.Close()
}

var _ run.Sink = (*Terminal)(nil)
