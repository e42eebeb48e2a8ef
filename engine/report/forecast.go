package report

import (
	"fmt"
	"io"
	"sync"
	"time"

	"rung/engine/run"
	"rung/engine/step"
)

// ForecastOptions say how a Forecast tells a rehearsal.
type ForecastOptions struct {
	Colour bool
	All    bool // every host has its lines, however many there are
	JSON   bool // as one JSON object: see Prediction
}

// Forecast is a run.Sink for a run on a twin: what a real one would come to, how long it would take and where the time
// would go. What goes wrong is told in the words of a run.
type Forecast struct {
	mu     sync.Mutex
	t      *Terminal
	o      ForecastOptions
	began  time.Time
	open   map[string]*Visit // by host
	past   []*Visit
	window map[string]string // by stage, how many of its hosts at a time
	end    run.Event
	faults []Wrong
}

// Visit is the time of one host in one stage.
type Visit struct {
	Stage   string        `json:"stage"`
	Host    string        `json:"host"`
	From    time.Duration `json:"from"` // since the run began, in nanoseconds, as all durations
	To      time.Duration `json:"to"`
	Outcome step.Outcome  `json:"outcome"`
	Steps   []Lap         `json:"steps,omitempty"` // those that took time, in their order

	step  string
	since time.Time
}

// Lap is how long a step took.
type Lap struct {
	Step string        `json:"step"`
	Type string        `json:"type,omitempty"`
	Took time.Duration `json:"took"`
}

// NewForecast returns a Forecast that tells to w, when the run has ended.
func NewForecast(w io.Writer, o ForecastOptions) *Forecast {
	t := &Terminal{w: w, o: Options{Colour: o.Colour, Verbose: o.All}, ink: ink(o.Colour), l: newLedger()}
	return &Forecast{t: t, o: o, open: map[string]*Visit{}, window: map[string]string{}}
}

// invented are the steps whose notes only repeat what the twin made up: when certificates expire, how large a backup is and
// what its checksum. Nobody's cluster has that, so that it is not told. Their warnings are.
var invented = map[string]bool{"certs": true, "etcd-snapshot": true}

// Record takes e in. It returns nil.
func (f *Forecast) Record(e run.Event) error {
	if e.Kind == run.Noted && !e.Warning && invented[e.Type] {
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.t.l.enter(e)
	f.see(e)
	f.t.l.leave(e)
	return nil
}

func (f *Forecast) see(e run.Event) {
	switch e.Kind {
	case run.RunStarted:
		f.began, f.t.since = e.At, e.At // a time of day would be nobody's
	case run.StageStarted:
		f.t.widen(e.Hosts)
		if n := number(e.Data["at_once"]); n > 0 && len(e.Hosts) > 1 {
			f.window[e.Stage] = fmt.Sprintf(", %d at a time", n)
		}
	case run.HostStarted:
		f.open[e.Host] = &Visit{Stage: e.Stage, Host: e.Host, From: e.At.Sub(f.began)}
	case run.StepStarted:
		if v := f.open[e.Host]; v != nil {
			v.step, v.since = e.Step, e.At
		}
	case run.StepEnded:
		f.lap(e)
		f.blame(e)
	case run.HostEnded:
		if v := f.open[e.Host]; v != nil {
			v.To, v.Outcome = e.At.Sub(f.began), e.Outcome
			f.past = append(f.past, v)
			delete(f.open, e.Host)
		}
	case run.StageEnded:
		if e.Outcome == step.Refused {
			f.t.tell(e)
		}
	case run.RunEnded:
		f.end = e
	}
}

// lap keeps how long a step took; many take no time that anybody would plan with.
func (f *Forecast) lap(e run.Event) {
	v := f.open[e.Host]
	if v == nil || v.step != e.Step {
		return
	}
	if took := e.At.Sub(v.since); took >= time.Second {
		v.Steps = append(v.Steps, Lap{Step: f.t.l.title(e), Type: e.Type, Took: took})
	}
}

// blame tells a failure as a run does; of the same on many hosts, the summary says the rest.
func (f *Forecast) blame(e run.Event) {
	if !bad(e.Outcome) {
		return
	}
	if f.faults = append(f.faults, wrongOf(e)); len(f.faults) <= mostListed {
		f.t.stepEnded(e)
	}
}

// Tell writes what was foreseen. on says on what the run was rehearsed, absent what was not rehearsed, and gaps what the
// simulated hosts did not know: where there is one, what came of the rehearsal is no forecast, and the first lines say so.
func (f *Forecast) Tell(on string, absent []string, gaps []Gap) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.o.JSON {
		return f.encode(on, absent, gaps)
	}
	t := f.t
	wrong := t.text
	t.text = nil
	t.print("%s on %s\n", t.ink.on(bold, clean(t.l.playbook)), clean(on))
	f.verdict(gaps)
	if len(wrong) > 0 {
		t.title(map[bool]string{true: "what would stop it", false: "what stopped the simulation"}[len(gaps) == 0])
		t.text = append(t.text, wrong...)
	}
	f.timeline()
	if t.l.touched {
		f.critical()
	}
	t.hostCounts()
	t.failedHosts()
	t.nodeVersions()
	t.notes(true)
	t.notes(false)
	t.left()
	f.leftOut(absent)
	t.flush()
	return t.err
}

func (f *Forecast) verdict(gaps []Gap) {
	t, e := f.t, f.end
	switch {
	case len(gaps) > 0:
		f.unforeseen(gaps)
	case e.Exit == run.ExitDone && e.Outcome == step.OK:
		t.print("  it would change nothing, in %s\n", length(e.Took))
	case e.Exit == run.ExitDone:
		t.print("  it would be %s in %s\n", t.ink.on(green, "done"), length(e.Took))
		if e.Took >= time.Minute {
			t.print("  workloads that start slowly, and images that come from far away, take longer\n")
		}
	default:
		t.print("  it would be %s after %s, exit code %d: %s\n", t.ink.on(styleOf(e.Outcome), string(e.Outcome)), length(e.Took), e.Exit, reasonOf(e.Text))
	}
}

// leftOut names what was not rehearsed.
func (f *Forecast) leftOut(absent []string) {
	if len(absent) == 0 {
		return
	}
	f.t.title("not rehearsed")
	for _, what := range absent {
		f.t.print("  %s\n", clean(what))
	}
}

// clockOf says a time since the beginning: 0:04:10.
func clockOf(d time.Duration) string {
	d = d.Round(time.Second)
	return fmt.Sprintf("%d:%02d:%02d", d/time.Hour, d%time.Hour/time.Minute, d%time.Minute/time.Second)
}
