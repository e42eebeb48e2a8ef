package cli

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"golang.org/x/term"

	"rung/engine/run"
)

// stopper turns Ctrl-C and SIGTERM into a gentle stop, a second one into a hard
// one, and leaves with the third. A terminal that goes away (SIGHUP) says so
// more than once: it stops gently, and never more than that.
type stopper struct {
	gentle chan struct{}   // closed by the first signal, or by halt
	hard   context.Context // ends with the second

	signals chan os.Signal
	cancel  context.CancelFunc
	leave   func(why string)
	wait    sync.WaitGroup
	once    sync.Once // closes gentle

	mu    sync.Mutex
	sink  run.Sink
	clock run.Clock
	last  func()
}

func listen(ctx context.Context) *stopper {
	s := newStopper(ctx, leave)
	notify(s.signals)
	s.wait.Go(s.obey)
	return s
}

func newStopper(ctx context.Context, leave func(why string)) *stopper {
	s := &stopper{gentle: make(chan struct{}), signals: make(chan os.Signal, 4), leave: leave}
	s.hard, s.cancel = context.WithCancel(ctx)
	return s
}

// notify sends to signals whatever asks rung to stop. A SIGHUP that is ignored
// from the beginning, as under nohup, stays ignored.
func notify(signals chan<- os.Signal) {
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) {
		signal.Notify(signals, syscall.SIGHUP)
	}
}

// leave ends the program where it stands.
func leave(why string) {
	fmt.Fprintf(os.Stderr, "\nrung: %s\n", why)
	os.Exit(run.ExitInterrupted)
}

func (s *stopper) obey() {
	asked := 0
	for sig := range s.signals {
		if sig == syscall.SIGHUP && asked > 0 {
			continue
		}
		switch asked++; asked {
		case 1:
			s.once.Do(func() { close(s.gentle) })
			s.say("running commands finish, nothing new starts; once more ends those that may be cut off, and waits for no host that is away")
		case 2:
			s.cancel()
			s.say("what may be cut off is ended now; the rest (kubeadm, drains, packages) is waited for, where its host is there; once more leaves at once")
		default:
			s.conclude()
			s.leave("left at once: what must not be cut off goes on on its host. rung resume follows it to its end, and goes on")
		}
	}
}

// halt stops gently, because of something else than the operator.
func (s *stopper) halt(why string) {
	s.once.Do(func() { close(s.gentle) })
	s.say(why + ": running commands finish, nothing new starts")
}

// announce tells stops to sink from now on. last tells what is known of the run so far, where it is left at once.
func (s *stopper) announce(sink run.Sink, clock run.Clock, last func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sink, s.clock, s.last = sink, clock, last
}

// longestLast is how long the last lines may take: a terminal that takes none keeps nobody from leaving.
const longestLast = 2 * time.Second

// conclude says what is known of the run, which nodes are still closed above all.
func (s *stopper) conclude() {
	s.mu.Lock()
	last := s.last
	s.mu.Unlock()
	if last == nil {
		return
	}
	done := make(chan struct{})
	go func() { // the process ends next, and this with it
		defer close(done)
		last()
	}()
	select {
	case <-done:
	case <-time.After(longestLast):
	}
}

func (s *stopper) say(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sink != nil {
		_ = s.sink.Record(run.Event{Kind: run.Stopping, At: s.clock.Now(), Text: text})
	}
}

// first returns a context that ends with the first signal: for the time before
// anything is changed.
func (s *stopper) first() context.Context {
	ctx, cancel := context.WithCancel(s.hard)
	s.wait.Go(func() {
		defer cancel()
		select {
		case <-s.gentle:
		case <-s.hard.Done():
		}
	})
	return ctx
}

// close stops listening and waits for the goroutines.
func (s *stopper) close() {
	signal.Stop(s.signals)
	s.cancel()
	close(s.signals)
	s.wait.Wait()
}

// asking lets the first signal leave at once, until answered is called: who
// reads from a terminal cannot be told to stop, and nothing was touched yet.
// The terminal is given back as it is now: a passphrase is read without echo.
func asking(terminal *os.File, leave func(why string)) (answered func()) {
	state, err := term.GetState(int(terminal.Fd()))
	signals, done := make(chan os.Signal, 1), make(chan struct{})
	notify(signals)
	var wait sync.WaitGroup
	wait.Go(func() {
		select {
		case <-signals:
			if err == nil {
				_ = term.Restore(int(terminal.Fd()), state) // what else could be done
			}
			leave("stopped by the operator; nothing was touched")
		case <-done:
		}
	})
	return func() {
		signal.Stop(signals)
		close(done)
		wait.Wait()
	}
}
