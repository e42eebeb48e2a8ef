package run

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rung/engine/step"
)

// Shelf is where a run keeps what was found out about a host that failed.
type Shelf interface {
	// Put keeps content under a name of its host, and says which file it became.
	Put(host, name string, content []byte) (file string, err error)
}

// What is kept is bounded, so that a failure is not followed by a long wait, or by a full disk.
const (
	longestGlance = 2 * time.Minute
	mostKept      = 1 << 20
)

// glance performs an action with Keep. What it printed stands in no error.
func (x *Execute) glance(ctx context.Context, t Task, c step.Command) (step.Result, error) {
	ctx, release := bound(ctx, x.Clock, longestGlance, errHangs)
	defer release()
	result, err := x.once(ctx, t.On, c, nil)
	if err == nil && result.Exit != 0 {
		err = fmt.Errorf("the command exited with %d", result.Exit)
	}
	return result, err
}

// shelve keeps the beginning of what an action with Keep printed.
func (x *Execute) shelve(t Task, content []byte) (string, error) {
	if x.Shelf == nil {
		return "", errors.New("nothing can be kept on this machine here")
	}
	if len(content) > mostKept {
		content = append(content[:mostKept:mostKept], "\n… cut off here\n"...)
	}
	return x.Shelf.Put(t.Event.Host, t.Action.Keep, content)
}

// spares says whether the step goes on although an action did not end well: nothing depends on what is kept.
func spares(a step.Action, outcome step.Outcome, err error) bool {
	var record *RecordError
	return a.Keep != "" && outcome == step.Failed && !errors.As(err, &record)
}
