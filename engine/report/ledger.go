package report

import (
	"path/filepath"
	"slices"
	"strings"
	"time"

	"rung/engine/run"
	"rung/engine/step"
)

// ledger is what has been seen of a run so far.
type ledger struct {
	playbook string
	latest   time.Time
	running  bool // it started, and did not end
	hosts    []string
	stages   []*stage // with hosts, in order of their start
	now      *stage   // the one at work
	work     map[string]*work
	queue    []*work // the hosts at work, the longest first
	ends     map[string]ending
	failed   []string // hosts, in order of their failure
	gathered []ending // what stands in the way, by stages that gather
	changed  map[string]bool
	unsure   []run.Event      // actions of which only a person can tell
	assumed  map[visit]string // what a step did that nobody saw, and of which a person has told
	touched  bool             // a command left that may change something
	notes    []run.Event
	versions versions
	stopping bool // it was told what is waited for
	cordons  cordons
	causes   causes
	kept     map[string]string // by host, the folder here with what was found out about it
	laps     laps
}

// visit is a step on a host.
type visit struct{ host, stage, step string }

func visitOf(e run.Event) visit { return visit{e.Host, e.Stage, e.Step} }

// stage is one stage that was begun.
type stage struct {
	path    string
	about   string
	hosts   int
	done    int // hosts
	began   time.Time
	took    time.Duration
	ended   bool
	outcome step.Outcome
	count   map[step.Outcome]int // of steps
	turns   turns
}

// work is what a host is busy with.
type work struct {
	host   string
	since  time.Time // the step began
	step   string
	title  string
	named  bool   // title is the step's own
	last   string // the last line it wrote, or what is waited for
	told   time.Time
	action run.Event
	busy   bool     // the action has not ended
	word   string   // the last warning of the action: that contact was lost, or is there again
	tail   []string // the last lines that the action wrote
}

// ending is how a host fared in the worst stage.
type ending struct {
	host, stage, title, reason string
	gist                       string // of what the command printed
	outcome                    step.Outcome
}

// tailLines is how many lines of a command's output a failure quotes.
const tailLines = 12

func newLedger() *ledger {
	return &ledger{work: map[string]*work{}, ends: map[string]ending{}, changed: map[string]bool{}, assumed: map[visit]string{}, causes: causes{}, kept: map[string]string{}, cordons: newCordons()}
}

// enter takes e in, before it is told.
func (l *ledger) enter(e run.Event) {
	if e.At.After(l.latest) {
		l.latest = e.At
	}
	l.cordons.see(e)
	switch e.Kind {
	case run.RunStarted:
		l.playbook, l.hosts, l.running = e.Title, e.Hosts, true
	case run.RunResumed:
		l.resume(e)
	case run.RunEnded:
		l.running = false
	case run.StageStarted:
		l.pace(e)
		if len(e.Hosts) > 0 {
			l.now = &stage{path: e.Stage, about: e.Text, hosts: len(e.Hosts), began: e.At, count: map[step.Outcome]int{}, turns: turns{atOnce: number(e.Data["at_once"]), last: e.At}}
			l.stages = append(l.stages, l.now)
		}
	case run.HostStarted:
		l.at(e).title = ""
	case run.StepStarted:
		*l.at(e) = work{host: e.Host, since: e.At, told: e.At, step: e.Step, title: titleOf(e), named: e.Title != ""}
	case run.ActionStarted:
		w := l.at(e)
		w.action, w.tail, w.last, w.busy, w.word = e, nil, "", true, ""
		l.touched = l.touched || touches(e)
		if !w.named && e.Title != "" {
			w.title = e.Title
		}
	case run.ActionEnded:
		if e.Assumed {
			if !bad(e.Outcome) {
				l.assumed[visitOf(e)] = titleOf(e)
			}
			return // it is of an earlier life: nobody is at work
		}
		l.at(e).busy = false
		if e.File != "" {
			l.kept[e.Host] = filepath.Dir(e.File)
		}
	case run.Output:
		w := l.at(e)
		if w.step == "" { // an earlier life of the run has started it
			w.step, w.title, w.busy = e.Step, titleOf(e), true
		}
		w.wrote(e.Text)
	case run.Waiting:
		l.at(e).last = waitingFor(e)
	case run.Noted:
		if w := l.work[e.Host]; w != nil && w.busy && w.step == e.Step && e.Warning && e.Cause == nil {
			w.word = reasonOf(e.Text)
		}
		if e.Cause == nil {
			l.notes = append(l.notes, e)
		}
		if e.Assumed {
			l.unsure = append(l.unsure, e)
		}
	case run.StepEnded:
		l.versions.see(e)
		if s := l.stageOf(e.Stage); s != nil {
			s.count[e.Outcome]++
		}
		l.changes(e)
	}
}

// changes takes in whether e ends a step that changed something.
func (l *ledger) changes(e run.Event) {
	if e.Kind == run.StepEnded && e.Outcome == step.Changed {
		l.changed[e.Host] = true
	}
}

// leave takes in what e ends, after it is told.
func (l *ledger) leave(e run.Event) {
	switch e.Kind {
	case run.StepEnded:
		if bad(e.Outcome) {
			l.blame(e, l.title(e))
			l.causes.see(e)
		}
		delete(l.assumed, visitOf(e))
		if w := l.work[e.Host]; w != nil {
			*w = work{host: e.Host, since: e.At, told: e.At}
		}
	case run.HostEnded:
		l.pace(e)
		if s := l.stageOf(e.Stage); s != nil {
			s.done++
		}
		if bad(e.Outcome) {
			l.fail(e)
		}
		l.free(e.Host)
	case run.StageEnded:
		l.pace(e)
		if s := l.stageOf(e.Stage); s != nil {
			s.took, s.ended, s.outcome = e.Took, true, e.Outcome
			if s == l.now {
				l.now = nil
			}
		}
	}
}

// at returns what the host of e is busy with.
func (l *ledger) at(e run.Event) *work {
	w := l.work[e.Host]
	if w == nil {
		w = &work{host: e.Host, since: e.At, told: e.At}
		l.work[e.Host] = w
		l.queue = append(l.queue, w)
	}
	return w
}

func (l *ledger) free(host string) {
	w := l.work[host]
	delete(l.work, host)
	for i := range l.queue {
		if l.queue[i] == w {
			l.queue = append(l.queue[:i], l.queue[i+1:]...)
			return
		}
	}
}

// stageOf looks from the end: the stage at work is the last, or near it.
func (l *ledger) stageOf(path string) *stage {
	for i := len(l.stages) - 1; i >= 0; i-- {
		if l.stages[i].path == path {
			return l.stages[i]
		}
	}
	return nil
}

// blame keeps why a host's step failed; the host's own end decides whether it
// counts, for a playbook may ignore the failure.
func (l *ledger) blame(e run.Event, title string) {
	if e.Gather {
		l.gathered = append(l.gathered, ending{e.Host, e.Stage, title, reasonOf(e.Text), gistOf(e.Text), e.Outcome})
	}
	if was, known := l.ends[e.Host]; known && was.stage == e.Stage {
		return // the first failure is the cause; rescue and always come after it
	}
	l.ends[e.Host] = ending{stage: e.Stage, title: title, reason: reasonOf(e.Text), gist: gistOf(e.Text)}
}

func (l *ledger) fail(e run.Event) {
	end := l.ends[e.Host]
	if end.stage != e.Stage || end.reason == "" {
		end = ending{stage: e.Stage, reason: reasonOf(e.Text), gist: gistOf(e.Text)}
	}
	if !slices.Contains(l.failed, e.Host) {
		l.failed = append(l.failed, e.Host)
	}
	end.outcome = e.Outcome
	l.ends[e.Host] = end
}

// title is the name of the step that e ends.
func (l *ledger) title(e run.Event) string {
	if e.Title == "" {
		if did := l.assumed[visitOf(e)]; did != "" {
			return did
		}
		if w := l.work[e.Host]; w != nil && w.step == e.Step && w.title != "" {
			return w.title
		}
	}
	return titleOf(e)
}

func (w *work) wrote(line string) {
	line = clean(line)
	if line == "" {
		return
	}
	w.last = line
	if len(w.tail) == tailLines {
		copy(w.tail, w.tail[1:])
		w.tail = w.tail[:tailLines-1]
	}
	w.tail = append(w.tail, line)
}

func titleOf(e run.Event) string {
	for _, title := range []string{e.Title, e.Type, e.Step} {
		if title != "" {
			return clean(title)
		}
	}
	return "a step"
}

func waitingFor(e run.Event) string {
	if e.Title == "" {
		return clean(e.Text)
	}
	if e.Text == "" {
		return "waiting until " + clean(e.Title)
	}
	return "waiting until " + clean(e.Title) + ": " + clean(e.Text)
}

func bad(o step.Outcome) bool {
	return o == step.Failed || o == step.Unknown || o == step.Refused || o == step.Canceled
}

// reasonOf is the first line of why something failed; output follows it.
func reasonOf(text string) string {
	first, _, _ := strings.Cut(text, "\n")
	return clean(strings.TrimSuffix(first, "; it printed:"))
}

// touches says whether a command leaves that may change something.
func touches(e run.Event) bool { return e.Kind == run.ActionStarted && e.Mutates }

// resume begins another life of the run: nobody is at work, and hosts that did not end well have another chance. What was
// changed stays so, and what is closed.
func (l *ledger) resume(e run.Event) {
	l.playbook, l.hosts, l.running = e.Title, e.Hosts, true
	l.now, l.work, l.queue = nil, map[string]*work{}, nil
	l.failed, l.gathered, l.ends = nil, nil, map[string]ending{}
	l.stages, l.notes, l.unsure, l.stopping = nil, nil, nil, false
}
