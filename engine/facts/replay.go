package facts

import (
	"context"
	"fmt"
	"io"

	"rung/engine/step"
)

// Replay is a step.Exec that answers as the hosts of a File did.
type Replay struct{ answers map[question]*Answer }

// NewReplay makes a Replay of f, which must not be changed any more.
func NewReplay(f *File) *Replay {
	r := &Replay{make(map[question]*Answer, len(f.Recorded))}
	for i := range f.Recorded {
		a := &f.Recorded[i]
		r.answers[question{a.Host, a.Key}] = a
	}
	return r
}

// Knows says whether c was recorded on host.
func (r *Replay) Knows(host string, c step.Command) bool {
	return r.answers[question{host, KeyOf(c)}] != nil
}

// Exec answers as the host did. A command that was not recorded was never started: it is a *step.Unreachable.
func (r *Replay) Exec(ctx context.Context, host string, c step.Command, output io.Writer) (step.Result, error) {
	if ctx.Err() != nil {
		return step.Result{}, context.Cause(ctx)
	}
	a := r.answers[question{host, KeyOf(c)}]
	if a == nil {
		return step.Result{}, &step.Unreachable{Host: host, Why: step.NoContact, Err: fmt.Errorf("the facts do not say what it answers to %.80q", c.Line()), Hint: "take them anew: rung facts"}
	}
	result, err := a.result()
	if err == nil && output != nil {
		_, err = output.Write(append(result.Stdout[:len(result.Stdout):len(result.Stdout)], result.Stderr...))
	}
	return result, err
}
