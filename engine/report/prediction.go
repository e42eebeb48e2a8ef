package report

import (
	"encoding/json"
	"time"

	"rung/engine/run"
	"rung/engine/step"
)

// PredictionFormat is the version of what --json of a rehearsal prints.
const PredictionFormat = 1

// Prediction is a Forecast for programs. Durations are nanoseconds; times are since the beginning.
type Prediction struct {
	Format       int           `json:"format"`
	Playbook     string        `json:"playbook"`
	On           string        `json:"on"`
	Outcome      step.Outcome  `json:"outcome"`
	Exit         int           `json:"exit"` // the exit code that a run would have
	Text         string        `json:"text,omitempty"`
	Took         time.Duration `json:"took"`
	Visits       []*Visit      `json:"visits"`   // in order of their ends
	Critical     []*Visit      `json:"critical"` // of them, those that made it as long as it is
	Wrong        []Wrong       `json:"wrong,omitempty"`
	Warnings     []Wrong       `json:"warnings,omitempty"`
	NotRehearsed []string      `json:"not_rehearsed,omitempty"`
	NotKnown     []Gap         `json:"not_known,omitempty"` // where there is one, outcome and exit are the simulation's, and no forecast
}

// Wrong is something that would go wrong, in the words of a run.
type Wrong struct {
	Stage   string       `json:"stage,omitempty"`
	Host    string       `json:"host,omitempty"`
	Step    string       `json:"step,omitempty"`
	Outcome step.Outcome `json:"outcome,omitempty"`
	Text    string       `json:"text"`
	Hint    string       `json:"hint,omitempty"`
	Cause   *run.Cause   `json:"cause,omitempty"`
}

func wrongOf(e run.Event) Wrong {
	return Wrong{e.Stage, e.Host, e.Title, e.Outcome, e.Text, e.Hint, e.Cause}
}

func (f *Forecast) encode(on string, absent []string, gaps []Gap) error {
	p := Prediction{
		Format: PredictionFormat, Playbook: f.t.l.playbook, On: on, Outcome: f.end.Outcome, Exit: f.end.Exit, Text: f.end.Text, Took: f.end.Took,
		Visits: f.past, Critical: f.path(), Wrong: f.faults, NotRehearsed: absent, NotKnown: gaps,
	}
	for _, e := range f.t.l.notes {
		if e.Warning {
			p.Warnings = append(p.Warnings, wrongOf(e))
		}
	}
	out := json.NewEncoder(f.t.w)
	out.SetEscapeHTML(false)
	return out.Encode(p)
}
