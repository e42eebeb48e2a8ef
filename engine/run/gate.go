package run

import "sync"

// gate lets so many in at a time. One goroutine takes the places for others, and waits for a free one, or for all to be
// out.
type gate struct {
	places int
	crew   Crew // nil: the clock does not want to know who waits

	mu     sync.Mutex
	left   sync.Cond // somebody went out
	inside int
	waits  bool // whoever enters the others, and is not counted by the crew
}

func newGate(places int, c Clock) *gate {
	g := &gate{places: max(1, places)}
	g.crew, _ = c.(Crew)
	g.left.L = &g.mu
	return g
}

// enter takes a place, once there is a free one.
func (g *gate) enter() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.await(g.places - 1)
	g.inside++
}

// leave frees a place.
func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inside--
	if g.waits && g.crew != nil {
		g.crew.Enter()
	}
	g.waits = false
	g.left.Signal()
}

// await waits until no more than so many are inside.
func (g *gate) await(most int) {
	for g.inside > most {
		g.waits = true
		if g.crew != nil {
			g.crew.Leave()
		}
		g.left.Wait()
	}
}

// alone waits until nobody is inside but the one that was let in last.
func (g *gate) alone() { g.until(1) }

// empty waits until all are out.
func (g *gate) empty() { g.until(0) }

func (g *gate) until(most int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.await(most)
}

// others is how many are inside, beside the one that was let in last.
func (g *gate) others() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.inside - 1
}

// free is how many places nobody has.
func (g *gate) free() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.places - g.inside
}

// start carries f out beside whoever calls. Where there is one place, whoever calls would only wait for it to be free again,
// and does f itself.
func (g *gate) start(f func()) {
	switch {
	case g.crew != nil:
		g.crew.Go(f)
	case g.places == 1:
		f()
	default:
		go f() // whoever calls waits until it has left
	}
}
