package lock

import (
	"context"
	"sync"
	"time"
)

// Keep gives signs of life until Release, or until ctx ends. Once the lock is
// found to be another's, or taken away, on any host, lost is told so, and that
// was the last one. It is called once at most, and Release waits for it; it
// must not use the Lock.
func (l *Lock) Keep(ctx context.Context, lost func(Found)) {
	ctx, l.stop = context.WithCancel(ctx)
	l.lost = lost
	l.keeping.Go(func() {
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			case <-l.renamed:
			}
			l.mu.Lock()
			l.lookUp()
			l.mu.Unlock()
			if l.live(ctx) {
				return
			}
		}
	})
}

// live gives a sign of life on all hosts, and says whether the lock is not ours any more.
func (l *Lock) live(ctx context.Context) (gone bool) {
	ctx, cancel := context.WithTimeout(ctx, answer)
	defer cancel()
	took, theirs := make([]bool, len(l.site.Hosts)), make([]*Found, len(l.site.Hosts))
	var all sync.WaitGroup
	for i, h := range l.site.Hosts {
		all.Go(func() {
			verdict, f, err := l.site.turn(ctx, h, "keep", l.key, expiry(), l.line())
			if err == nil && verdict == lost && l.never(h.Name, f) {
				key, only := insteadOf(f)
				verdict, f, err = l.site.turn(ctx, h, "take", l.key, expiry(), l.line(), key, only)
			}
			took[i] = err == nil && (verdict == kept || verdict == taken)
			if err == nil && verdict == lost { // an error says nothing about the lock
				theirs[i] = &f
			}
		})
	}
	all.Wait()
	return l.note(took, theirs)
}

// never says whether f is no loss: Take did not get as far as writing there, and what stands there is a lock that fell,
// without a sign of life since, or one that an earlier life of this run has given back.
func (l *Lock) never(host string, f Found) bool {
	was, fell := l.fallen[host]
	return l.away[host] && (fell && f.Held && f.Key == was.Key && f.Silent >= was.Silent || !f.Held && !f.Broken && f.Key == l.key)
}

// note keeps what came of a sign of life, and tells of the loss the first time that it is seen: before anybody else sees it.
func (l *Lock) note(took []bool, theirs []*Found) (gone bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	heard := 0
	for _, took := range took {
		if took {
			heard++
		}
	}
	l.tried = l.site.wall()
	if 2*heard > len(took) {
		l.slept = false
	}
	for _, f := range theirs {
		if f != nil && !l.gone {
			l.gone = true
			l.lost(*f)
		}
	}
	return l.gone
}
