package lock

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// Look returns how the lock stands on each host that can be asked. It changes
// nothing there. The error is of the others.
func (s Site) Look(ctx context.Context) ([]Found, error) {
	found, failed := make([]Found, len(s.Hosts)), make([]error, len(s.Hosts))
	var all sync.WaitGroup
	for i, h := range s.Hosts {
		all.Go(func() { _, found[i], failed[i] = s.turn(ctx, h, "show") })
	}
	all.Wait()
	var told []Found
	for i, f := range found {
		if failed[i] == nil {
			told = append(told, f)
		}
	}
	return told, errors.Join(failed...)
}

// Break takes the lock away from the run that f was found of, and from no
// other: it may have ended by now, and another begun. The run is told by whom
// with its next sign of life, and starts nothing new.
func (s Site) Break(ctx context.Context, f Found, by Record) error {
	for _, h := range s.Hosts {
		if h.Name == f.Host {
			verdict, _, err := s.turn(ctx, h, "break", f.Key, expiry(), by.line())
			if err == nil && verdict == lost {
				err = fmt.Errorf("%s: the lock changed hands meanwhile: look again", h.Name)
			}
			return err
		}
	}
	return errors.New("no lock lies on " + f.Host)
}
