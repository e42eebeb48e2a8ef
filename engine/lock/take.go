package lock

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Falls decides on a lock that another holds: nil says that it falls. One that
// had expired falls only if it still has when it is taken.
type Falls func(context.Context, Found) error

// Take takes the lock for who has the key, on one host after the other. Where
// another holds it, falls is asked; its error is that of Take, and what was
// taken so far is given back.
//
// Hosts that cannot be asked are passed over as long as more than half of them
// can: two runs then meet on one of them at least. skipped is told of them.
func (s Site) Take(ctx context.Context, key string, who Record, falls Falls, skipped func(error)) (*Lock, error) {
	l := &Lock{site: s, key: key, who: who, fallen: map[string]Found{}, away: map[string]bool{}, renamed: make(chan struct{}, 1)}
	var away []error
	for _, h := range s.Hosts {
		err := l.take(ctx, h, falls)
		var no *refusal
		switch {
		case err == nil:
		case errors.As(err, &no):
			return nil, l.back(ctx, no.because)
		case ctx.Err() != nil:
			return nil, l.back(ctx, err)
		default:
			away, l.away[h.Name] = append(away, err), true
		}
	}
	if 2*len(away) >= len(s.Hosts) {
		var names []string
		for _, h := range s.Hosts {
			names = append(names, h.Name)
		}
		return nil, l.back(ctx, fmt.Errorf("the lock of the cluster lies on %s, more than half of which must answer: %w", strings.Join(names, ", "), errors.Join(away...)))
	}
	for _, err := range away {
		skipped(err)
	}
	l.awake = s.wall()
	return l, nil
}

// refusal is a lock that does not fall.
type refusal struct{ because error }

func (r *refusal) Error() string { return r.because.Error() }

// take takes the lock on one host. It is tried again where it changed hands while falls thought about it.
func (l *Lock) take(ctx context.Context, h Host, falls Falls) error {
	instead, only := "", ""
	for {
		verdict, f, err := l.site.turn(ctx, h, "take", l.key, expiry(), l.line(), instead, only)
		if err == nil && verdict != taken && verdict != held {
			err = fmt.Errorf("%s: the lock of the cluster cannot be read there: %q", h.Name, verdict)
		}
		if err != nil || verdict == taken {
			return err
		}
		if err := falls(ctx, f); err != nil {
			return &refusal{err}
		}
		l.fallen[h.Name] = f
		instead, only = insteadOf(f)
	}
}

// insteadOf is what turn.sh is told of a lock that falls.
func insteadOf(f Found) (key, only string) {
	if f.Expired {
		only = "expired"
	}
	return f.Key, only
}

func expiry() string { return strconv.Itoa(int(Expiry / time.Second)) }

// giving is how long hosts may take, all together, until a lock is given back.
const giving = 15 * time.Second

// Release gives the lock back. Where a host cannot be asked it expires there.
func (l *Lock) Release(ctx context.Context) error {
	if l.stop != nil {
		l.stop()
		l.keeping.Wait()
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), giving)
	defer cancel()
	var failed []error
	for i := range l.site.Hosts { // whoever takes the first one finds the others free
		h := l.site.Hosts[len(l.site.Hosts)-1-i]
		if _, _, err := l.site.turn(ctx, h, "free", l.key, expiry(), l.line()); err != nil {
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

// back gives back what was taken on the way to an error.
func (l *Lock) back(ctx context.Context, because error) error {
	_ = l.Release(ctx) // it expires
	return because
}
