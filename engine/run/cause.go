package run

import (
	"errors"

	"rung/engine/kube"
)

// Cause is what probably lies behind a failure, and what to do about it.
type Cause struct {
	ID    string `json:"id"` // of docs/causes.md
	Why   string `json:"why"`
	Do    string `json:"do"`
	Vague bool   `json:"vague,omitempty"` // another cause tells more, where one is known
}

// causeOf is the cause that is known by what the command printed that failed; nil where none is.
func causeOf(how ended) *Cause {
	text := how.text
	var failed *CommandError
	if errors.As(how.err, &failed) { // all that it printed, and not only the end
		text += "\n" + string(failed.Result.Stdout) + "\n" + string(failed.Result.Stderr)
	}
	if known := kube.CausesIn(map[kube.Trace]string{kube.InOutput: text}); len(known) > 0 {
		return causeFrom(known[0])
	}
	return nil
}

func causeFrom(c kube.Cause) *Cause { return &Cause{ID: c.ID, Why: c.Why, Do: c.Do, Vague: c.Vague} }

// causeCalled is the cause of that id; nil where there is none.
func causeCalled(id string) *Cause {
	if c, known := kube.CauseOf(id); known {
		return causeFrom(c)
	}
	return nil
}
