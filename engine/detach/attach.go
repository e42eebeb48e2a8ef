package detach

import (
	"context"
	"errors"
	"io"

	"rung/engine/step"
)

// errNeverStarted says that a unit was looked for that nobody has started.
var errNeverStarted = errors.New("the command was never started")

// Attach follows the unit that c names, which this run has started earlier, or was about to, from another process. Its
// whole output comes again. found is false where it was not started: under that name it never will be. Nothing else of c
// counts but Sudo. For errors, and for ctx, see Exec.
func (x *Exec) Attach(ctx context.Context, host string, c step.Command, output io.Writer) (result step.Result, found bool, err error) {
	u := &unit{Exec: x, host: host, command: c, heard: heard{to: output}, doubt: true, found: true}
	began := x.Clock.Now()
	err = u.follow(ctx)
	never := errors.Is(err, errNeverStarted)
	x.leaves(host, c, never || u.heard.verdict == exited)
	if never {
		return step.Result{}, false, nil
	}
	result = u.heard.result()
	result.Took = x.Clock.Now().Sub(began)
	return result, true, err
}

// Left notes that the run has left folders of units on host in its earlier lives: Tidy removes them.
func (x *Exec) Left(host string, sudo bool) { x.leaves(host, step.Command{Sudo: sudo}, true) }
