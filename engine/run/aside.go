package run

import (
	"runtime"
	"sync"
)

// errands are what is computed beside those who work on a Discrete.
type errands struct {
	aside   int           // who has one that is not over
	last    chan struct{} // closed when all of them are over
	back    []*errand     // those that are over, in the order in which they were begun: their people may go on
	waiting []*errand     // that nobody has taken
	hands   int           // who takes them
	called  *sync.Cond    // one is waiting, or the hands are dismissed
}

type errand struct {
	do     func(turn func())
	before chan struct{} // closed when those begun before are over; nil: there are none
	over   chan struct{}
	goOn   chan struct{} // closed when whoever has it may go on
	fault  any           // what it panicked with
}

// Aside lets the others have their turns at this instant while f computes, on other processors where there are some. It
// returns when f is over and has no one before it: whoever has a turn at this instant, and all who stepped aside before.
// What f does to anything that others see, it does behind turn, which waits for these: so it is the same each time. A panic
// of f is one of Aside.
func (d *Discrete) Aside(f func(turn func())) {
	e := &errand{do: f, over: make(chan struct{}), goOn: make(chan struct{})}
	d.mu.Lock()
	e.before, d.last = d.last, e.over
	d.aside++
	taken := d.hands > 0
	if taken {
		d.waiting = append(d.waiting, e)
		d.called.Signal()
	}
	d.working--
	d.next()
	d.mu.Unlock()
	if !taken {
		runtime.Gosched() // whoever is next goes on at once, and f where there is room: a start elsewhere takes as long as most f
		d.carryOut(e)
	}
	<-e.goOn
	if e.fault != nil {
		panic(e.fault)
	}
}

func (d *Discrete) carryOut(e *errand) {
	defer func() {
		e.fault = recover()
		e.turn()
		d.mu.Lock()
		defer d.mu.Unlock()
		d.back = append(d.back, e)
		close(e.over)
		d.aside--
		d.next()
	}()
	e.do(e.turn)
}

func (e *errand) turn() {
	if e.before != nil {
		<-e.before
	}
}

// Hire starts goroutines that compute what is to be computed aside, and dismiss waits for their end. Without them
// everybody computes for himself: that needs a stack for each of thousands of hosts, as deep as the shell that it interprets.
func (d *Discrete) Hire(hands int) (dismiss func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.hands, d.called = hands, sync.NewCond(&d.mu)
	var all sync.WaitGroup
	for range hands {
		all.Go(d.serve)
	}
	return func() {
		d.mu.Lock()
		d.hands = 0
		d.called.Broadcast()
		d.mu.Unlock()
		all.Wait()
	}
}

// serve takes errands in the order in which they were begun: so one that waits for its turn waits for nobody who has to
// wait for a hand.
func (d *Discrete) serve() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for {
		for len(d.waiting) == 0 && d.hands > 0 {
			d.called.Wait()
		}
		if len(d.waiting) == 0 {
			return
		}
		e := d.waiting[0]
		d.waiting = d.waiting[1:]
		d.mu.Unlock()
		d.carryOut(e)
		runtime.Gosched() // whoever may go on does so here: another processor would take tens of microseconds to fetch him
		d.mu.Lock()
	}
}
