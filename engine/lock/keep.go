package lock

import (
	"context"
	"sync"
	"time"
)

// Keep gives signs of life until Release, or until ctx ends. Once the lock is
// found to be another's, or taken away, on any host, lost is told so, and that
// was the last one. It is called once at most; Release waits for it.
func (l *Lock) Keep(ctx context.Context, lost func(Found)) {
	ctx, l.stop = context.WithCancel(ctx)
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
			if f := l.live(ctx); f != nil {
				lost(*f)
				return
			}
		}
	})
}

// live gives a sign of life on all hosts, and returns what was found where the lock is not ours any more.
func (l *Lock) live(ctx context.Context) *Found {
	ctx, cancel := context.WithTimeout(ctx, answer)
	defer cancel()
	gone := make([]*Found, len(l.site.Hosts))
	var all sync.WaitGroup
	for i, h := range l.site.Hosts {
		all.Go(func() {
			verdict, f, err := l.site.turn(ctx, h, "keep", l.key, expiry(), l.line())
			if err == nil && verdict == lost { // an error says nothing about the lock
				gone[i] = &f
			}
		})
	}
	all.Wait()
	for _, f := range gone {
		if f != nil {
			return f
		}
	}
	return nil
}
