package trial

import (
	"strings"
	"sync"
	"time"

	"rung/engine/run"
	"rung/engine/step"
)

// diary is a run.Sink: what was done, and what was said.
type diary struct {
	mu      sync.Mutex
	began   time.Time
	took    time.Duration
	said    []string
	trouble []string
	done    []run.Event // starts of actions
	changed bool
}

// Record is of run.Sink.
func (d *diary) Record(e run.Event) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch e.Kind {
	case run.RunStarted:
		d.began = e.At
	case run.RunEnded:
		d.took = e.At.Sub(d.began)
	case run.ActionStarted:
		d.done = append(d.done, e)
	case run.ActionEnded:
		d.changed = d.changed || e.Mutates && e.Outcome == step.Changed
	}
	if e.Kind == run.Output || e.Kind == run.ActionStarted {
		return nil
	}
	for _, text := range []string{e.Text, e.Hint} {
		if text != "" {
			d.said = append(d.said, text)
		}
	}
	if e.Cause != nil {
		d.said = append(d.said, e.Cause.Why, e.Cause.Do)
	}
	if e.Kind == run.StepEnded && (e.Outcome == step.Failed || e.Outcome == step.Refused || e.Outcome == step.Unknown) || e.Kind == run.Noted && e.Warning {
		first, _, _ := strings.Cut(e.Text, "\n")
		d.trouble = append(d.trouble, strings.TrimPrefix(e.Host+": "+first, ": "))
	}
	return nil
}

func (d *diary) says(text string) bool {
	for _, said := range d.said {
		if strings.Contains(said, text) {
			return true
		}
	}
	return false
}

// count is how often a command was carried out, and how its step calls the last of them.
func (d *diary) count(want deed) (n int, title string) {
	for _, e := range d.done {
		at := e.Host
		if e.On != "" {
			at = e.On
		}
		if (want.host == "" || want.host == at) && (e.Mutates || want.reads) && strings.Contains(e.Command, want.command.text) {
			n, title = n+1, e.Title
		}
	}
	return n, title
}
