package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"rung/engine/journal"
	"rung/engine/report"
	"rung/engine/run"
)

// followEvery is how often the journal of a run that goes on is looked at.
const followEvery = 200 * time.Millisecond

// follow tells a run while it goes on in another process, to its end, and ends with its exit code. Whoever stops it stops
// to watch; the run goes on.
func (a *app) follow(dir string, asJSON bool) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	f, err := journal.Follow(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	w := &watcher{app: a, follower: f, json: asJSON}
	err = w.watch(ctx)
	switch {
	case errors.Is(err, context.Canceled):
		err = w.leave()
		fmt.Fprintf(a.err, "the run goes on; to see more of it: rung show %s --follow\n", f.Header.Run)
		return errors.Join(err, told{run.ExitInterrupted})
	case err != nil:
		return errors.Join(err, w.leave())
	}
	return w.end()
}

// watcher hands a journal to a report, as it grows.
type watcher struct {
	*app
	follower *journal.Follower
	json     bool

	sink     run.Sink
	terminal *report.Terminal // nil: JSON
	time     anchor
	exit     int // of the run
}

func (w *watcher) watch(ctx context.Context) error {
	often := time.NewTicker(followEvery)
	defer often.Stop()
	for {
		events, over, err := w.follower.Next()
		if err != nil {
			return err
		}
		for _, e := range events {
			if err := w.tell(e); err != nil {
				return err
			}
		}
		if over {
			return nil
		}
		select {
		case <-often.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (w *watcher) tell(e run.Event) error {
	if w.sink == nil {
		w.open()
	}
	w.time.move(e.At)
	if e.Kind == run.RunEnded {
		w.exit = e.Exit
	}
	return w.sink.Record(e)
}

// open begins the report; the run's id is known by now.
func (w *watcher) open() {
	if w.json {
		w.sink = report.NewJSONLines(w.out)
		return
	}
	_, live := terminal(w.out)
	w.terminal = report.NewTerminal(w.out, report.Options{
		Live: live, Colour: report.Coloured(live, os.Getenv), Verbose: w.verbosity > 0, Now: w.time.Now, Run: w.follower.Header.Run, Size: sizeOf(w.out),
	})
	w.sink = w.terminal
}

func (w *watcher) leave() error {
	if w.terminal == nil {
		return nil
	}
	return w.terminal.Leave()
}

// end tells how the run ended, or that its process did not end it.
func (w *watcher) end() error {
	var err error
	if w.terminal != nil {
		err = w.terminal.Close()
	}
	switch {
	case !w.follower.Ended():
		fmt.Fprintf(w.err, "rung: the process of the run %s is gone: it was killed, or its machine went down\n", w.follower.Header.Run)
		fmt.Fprintln(w.err, "  hint: to go on with it: rung resume "+w.follower.Header.Run)
		return errors.Join(err, told{run.ExitUnknown})
	case w.exit != run.ExitDone:
		return errors.Join(err, told{w.exit})
	}
	return err
}

// anchor is the clock of a run that is watched: the time of its last event, and what has gone by here since it was read.
type anchor struct {
	mu   sync.Mutex
	at   time.Time
	seen time.Time
}

func (a *anchor) move(at time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if at.After(a.at) {
		a.at, a.seen = at, time.Now()
	}
}

// Now is the run's.
func (a *anchor) Now() time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.at.Add(time.Since(a.seen))
}
