package run

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

// Crew is what a Clock has besides whose time stands still while anybody works: it has to know who does. Whoever waits
// for something but the clock says so, and is counted again by the one who ends its wait.
type Crew interface {
	// Go starts f as one more who works, and returns at once; f has its turn when the others rest.
	Go(f func())
	// Leave counts whoever calls it as one who waits, until somebody calls Enter for it.
	Leave()
	Enter()
	// After calls f once d has passed, unless undo was called before; f may end sleeps.
	After(d time.Duration, f func()) (undo func())
}

// Discrete is a clock of events: its time stands still while anybody works, and goes on to the next end of a sleep when
// all rest. One works at a time, in the order in which their sleeps end, and began: a run on a twin is the same each time.
//
// Whoever makes it is the first who works. Each further goroutine that sleeps on it must be one of its Crew.
type Discrete struct {
	mu      sync.Mutex
	now     time.Time
	working int
	asleep  sleepers
	number  int64
	stirred bool // sleeps may have been ended before their time

	errands // see Aside
}

// sleeper is somebody who sleeps, or something to be done then.
type sleeper struct {
	until  time.Time
	number int64
	at     int // in the heap; -1 where it is not there any more
	done   <-chan struct{}
	woken  chan struct{}
	then   func() // nil: somebody sleeps
}

var (
	_ Clock = (*Discrete)(nil)
	_ Crew  = (*Discrete)(nil)
)

// NewDiscrete returns a clock that shows start.
func NewDiscrete(start time.Time) *Discrete { return &Discrete{now: start, working: 1} }

// Now is the time at which all that happens now happens.
func (d *Discrete) Now() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.now
}

// Sleep returns when the clock has come so far, or done is closed.
func (d *Discrete) Sleep(span time.Duration, done <-chan struct{}) {
	d.mu.Lock()
	s := d.lie(span)
	s.done = done
	d.working--
	d.next()
	d.mu.Unlock()
	d.await(s)
}

func (d *Discrete) await(s *sleeper) {
	select {
	case <-s.woken: // whoever did that has counted it
		return
	case <-s.done:
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if s.at >= 0 {
		d.asleep.remove(s)
		d.working++
	}
}

// Go starts f, behind all whose turn it is now.
func (d *Discrete) Go(f func()) {
	d.mu.Lock()
	s := d.lie(0)
	d.mu.Unlock()
	go func() { // ends with f: whoever called waits for that
		d.await(s)
		defer d.Leave()
		f()
	}()
}

// Leave is for who waits for something else than the clock.
func (d *Discrete) Leave() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.working--
	d.next()
}

// Enter ends that.
func (d *Discrete) Enter() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.working++
}

// After calls f in time.
func (d *Discrete) After(span time.Duration, f func()) (undo func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := d.lie(span)
	s.then = f
	return func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		if s.at >= 0 {
			d.asleep.remove(s)
		}
	}
}

// lie puts somebody to sleep.
func (d *Discrete) lie(span time.Duration) *sleeper {
	d.number++
	s := &sleeper{until: d.now.Add(max(0, span)), number: d.number, woken: make(chan struct{})}
	d.asleep.insert(s)
	return s
}

// next wakes whoever is next, where nobody works.
func (d *Discrete) next() {
	if d.working > 0 || d.roused() {
		return
	}
	if len(d.asleep) == 0 || d.asleep[0].until.After(d.now) { // nobody else has a turn at this instant
		if len(d.back) > 0 {
			d.working++
			close(d.back[0].goOn)
			d.back = d.back[1:]
			return
		}
		if d.aside > 0 || len(d.asleep) == 0 {
			return
		}
	}
	s := d.asleep[0]
	d.now = s.until
	d.wake(s)
	if s.then != nil {
		d.stirred = true
		go func() { // ends with what it does; it counts as one who works until then
			defer d.Leave()
			s.then()
		}()
	}
}

// roused wakes those whose sleep was ended before its time, and says whether there were any.
func (d *Discrete) roused() bool {
	if !d.stirred {
		return false
	}
	d.stirred = false
	var over []*sleeper
	for _, s := range d.asleep {
		select {
		case <-s.done:
			over = append(over, s)
		default:
		}
	}
	slices.SortFunc(over, func(a, b *sleeper) int { return cmp.Compare(a.number, b.number) })
	for _, s := range over {
		d.wake(s)
	}
	return len(over) > 0
}

func (d *Discrete) wake(s *sleeper) {
	d.asleep.remove(s)
	d.working++
	close(s.woken)
}
