package twin

import (
	"strings"
	"time"

	"rung/engine/step"
)

// lock is a file that a program holds for as long as another one runs. That is interpreted at once: known is closed when
// it is known until when it is held.
type lock struct {
	known chan struct{}
	until time.Time
}

// flock runs a program while it holds the lock of a file: -s together with others that share it, -n not at all where
// another holds it, -w at most so many seconds later; then its status is 1.
func flock(p *process) int {
	set, rest, ok := flags(p.args(), "snox", "w")
	if !ok || len(rest) < 2 {
		return p.usage()
	}
	patience, bounded := time.Duration(0), set['n'] != ""
	if text, given := set['w']; given {
		d, err := seconds(text)
		if err != nil {
			return p.fail("invalid timeout value: '%s'", text)
		}
		patience, bounded = d, true
	}
	name := p.path(rest[0])
	if set['s'] != "" { // nobody is kept out by it for longer than the twin can tell
		if !p.awaitLock(name, patience, bounded, nil) {
			return 1
		}
		return p.with(rest[1:], p.env)
	}
	mine := &lock{known: make(chan struct{})}
	if !p.awaitLock(name, patience, bounded, mine) {
		return 1
	}
	code := p.with(rest[1:], p.env)
	p.cluster.mu.Lock()
	mine.until = p.now()
	p.cluster.mu.Unlock()
	close(mine.known)
	return code
}

// awaitLock waits until nobody holds the lock of a file, for at most so long, and puts mine in its place.
func (p *process) awaitLock(name string, patience time.Duration, bounded bool, mine *lock) bool {
	for {
		p.cluster.mu.Lock()
		held := p.host.locks[name]
		free := held == nil
		if !free {
			select {
			case <-held.known:
				free = !held.until.After(p.now())
			default:
			}
		}
		if free {
			if mine != nil {
				p.host.locks[name] = mine
			}
			p.cluster.mu.Unlock()
			return true
		}
		p.cluster.mu.Unlock()
		<-held.known
		wait := max(0, held.until.Sub(p.now()))
		if bounded && wait > patience {
			p.charge(patience)
			return false
		}
		p.charge(wait)
	}
}

// export prints the variables that programs get, as the shell reads them.
func export(p *process) int {
	for _, pair := range exported(p.env) {
		name, value, _ := strings.Cut(pair, "=")
		p.outf("export %s=%s\n", name, step.Quote(value))
	}
	return 0
}
