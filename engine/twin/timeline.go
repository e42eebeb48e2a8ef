package twin

import (
	"slices"
	"time"
)

// timeline is a value that changes over time, into the future: what a running command will have done by
// then is in it already. The zero timeline holds the zero value for ever.
type timeline[T any] []moment[T]

type moment[T any] struct {
	from  time.Time
	value T
}

// memory is how long a superseded value is kept: a session is interpreted at once, and may last that long.
const memory = mostTime

// keeps is how many values are kept however old they are: a loss of power for days sets today what will be when it is over,
// and sessions still ask for what is now, and for what was before it.
const keeps = 8

// always is a timeline that never changes, until it is set.
func always[T any](value T) timeline[T] { return timeline[T]{{value: value}} }

// last is the moment since which the value of that time is what it is; nil before the first.
func (l timeline[T]) last(now time.Time) *moment[T] {
	for i := len(l) - 1; i >= 0; i-- {
		if !l[i].from.After(now) {
			return &l[i]
		}
	}
	return nil
}

// at is the value at that time.
func (l timeline[T]) at(now time.Time) (value T) {
	if m := l.last(now); m != nil {
		return m.value
	}
	return value
}

// since is when the value of that time came to be.
func (l timeline[T]) since(now time.Time) time.Time {
	if m := l.last(now); m != nil {
		return m.from
	}
	return time.Time{}
}

// set changes the value from that time on, up to the next change that is already known.
func (l *timeline[T]) set(from time.Time, value T) {
	i := len(*l)
	for i > 0 && (*l)[i-1].from.After(from) {
		i--
	}
	if i > 0 && (*l)[i-1].from.Equal(from) {
		(*l)[i-1].value = value
		return
	}
	*l = slices.Insert(*l, i, moment[T]{from, value})
	l.forget(from.Add(-memory))
}

// cut drops what would have come after that time.
func (l *timeline[T]) cut(now time.Time) {
	for i := len(*l); i > 0 && (*l)[i-1].from.After(now); i-- {
		*l = (*l)[:i-1]
	}
}

// drop takes back the change of exactly that time.
func (l *timeline[T]) drop(at time.Time) {
	*l = slices.DeleteFunc(*l, func(m moment[T]) bool { return m.from.Equal(at) })
}

// forget drops what was superseded before that time, but for the last few.
func (l *timeline[T]) forget(before time.Time) {
	dead := 0
	for dead+keeps < len(*l) && (*l)[dead+1].from.Before(before) {
		dead++
	}
	if dead > 0 {
		*l = slices.Delete(*l, 0, dead)
	}
}
