package report

import (
	"fmt"
	"strings"
	"time"

	"rung/engine/run"
	"rung/engine/step"
)

// longWait is after how long a step that is not done says that it is still at
// it, off a terminal.
const longWait = 30 * time.Second

// tell adds the lines of e to those that wait to be written.
func (t *Terminal) tell(e run.Event) {
	switch e.Kind {
	case run.RunStarted:
		t.opening(e)
	case run.RunResumed:
		t.opening(e)
		t.line(e, "", t.ink.on(bold, "resumed")+strings.TrimPrefix(" "+clean(e.Text), " resumed"))
	case run.StageStarted:
		t.widen(e.Hosts)
		t.heading(e, stageAbout(e))
	case run.StageEnded:
		t.stageEnded(e)
	case run.Waiting, run.Output:
		t.stillAtIt(e)
	case run.Noted:
		t.note(e)
	case run.StepEnded:
		t.stepEnded(e)
		t.asItIs(e)
	case run.HostEnded:
		t.hostEnded(e)
	case run.Stopping:
		t.stopping(e)
	case run.Paused:
		t.line(e, "", t.ink.on(bold, "paused ")+clean(e.Text))
	case run.Resumed:
		t.line(e, "", clean(e.Text))
	case run.Answered:
		t.line(e, e.Host, t.ink.on(bold, "asked ")+clean(e.Text))
	case run.RunEnded:
		t.summary(e)
	}
}

// line adds one line: time, host, text.
func (t *Terminal) line(e run.Event, host, text string) {
	at := t.moment(e.At)
	if t.host == 0 && host == "" {
		t.print("%s %s\n", t.ink.on(dim, at), text)
		return
	}
	t.print("%s %s  %s\n", t.ink.on(dim, at), pad(clean(host), t.host), text)
}

// moment says when something was: by the clock, or since the beginning.
func (t *Terminal) moment(at time.Time) string {
	if t.since.IsZero() {
		return at.Format("15:04:05")
	}
	return fmt.Sprintf("%8s", clockOf(at.Sub(t.since)))
}

func (t *Terminal) print(format string, args ...any) {
	t.text = fmt.Appendf(t.text, format, args...)
}

// widen makes room for the names of hosts.
func (t *Terminal) widen(hosts []string) {
	for _, h := range hosts {
		t.host = max(t.host, min(20, columns(h)))
	}
}

func (t *Terminal) opening(e run.Event) {
	t.widen(e.Hosts)
	about := clean(e.Title)
	if t.o.Run != "" {
		about += ", run " + t.o.Run
	}
	t.print("%s %s: %s\n", t.ink.on(dim, e.At.Format("15:04:05")), t.ink.on(bold, about), Many(len(e.Hosts), "host"))
}

func stageAbout(e run.Event) string {
	about := clean(e.Text)
	if about == "" && len(e.Hosts) > 0 {
		about = some(e.Hosts, 8)
	}
	if e.If != "" {
		about += " (runs if " + clean(e.If) + ")"
	}
	return about
}

// some lists the first hosts, and how many there are besides.
func some(hosts []string, most int) string {
	if len(hosts) <= most {
		return clean(strings.Join(hosts, ", "))
	}
	return fmt.Sprintf("%s … and %d more", clean(strings.Join(hosts[:most-1], ", ")), len(hosts)-most+1)
}

func (t *Terminal) heading(e run.Event, about string) {
	text := t.ink.on(bold, "── "+clean(e.Stage))
	if about != "" {
		text += ": " + about
	}
	t.print("%s %s\n", t.ink.on(dim, t.moment(e.At)), text)
}

func (t *Terminal) stageEnded(e run.Event) {
	s := t.l.stageOf(e.Stage)
	switch {
	case e.Outcome == step.Skipped:
		t.heading(e, "skipped, "+clean(e.Text))
	case e.Outcome == step.Refused && e.Text != "": // the stage itself, not one of its hosts
		t.heading(e, t.ink.on(red, "REFUSED")+": "+clean(e.Text))
		t.block("hint", e.Hint)
	case s != nil:
		t.heading(e, fmt.Sprintf("%s in %s: %s", ended(s, e), length(e.Took), s.tally()))
	}
}

func ended(s *stage, e run.Event) string {
	switch {
	case s.done == s.hosts && !bad(e.Outcome):
		return "done"
	case s.done == s.hosts:
		return string(e.Outcome)
	case e.Outcome == step.OK || e.Outcome == "":
		return fmt.Sprintf("stopped after %d of %s", s.done, Many(s.hosts, "host"))
	}
	return fmt.Sprintf("%s, stopped after %d of %s", e.Outcome, s.done, Many(s.hosts, "host"))
}

// tally counts the steps of a stage by outcome.
func (s *stage) tally() string {
	var counts []string
	for _, o := range []step.Outcome{step.Failed, step.Unknown, step.Refused, step.Canceled, step.Changed, step.OK, step.Planned, step.Skipped} {
		if n := s.count[o]; n > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", n, o))
		}
	}
	if counts == nil {
		return "no steps"
	}
	return strings.Join(counts, ", ")
}

// stillAtIt tells of a long step, off a terminal.
func (t *Terminal) stillAtIt(e run.Event) {
	w := t.l.at(e)
	if t.o.Live || e.At.Sub(w.told) < longWait {
		return
	}
	w.told = e.At
	t.line(e, e.Host, fmt.Sprintf("%s … %s (%s)", w.title, w.last, length(e.At.Sub(w.since))))
}

func (t *Terminal) note(e run.Event) {
	switch {
	case e.Cause != nil:
		if t.l.causes.see(e) {
			t.line(e, e.Host, t.ink.on(bold, "probably")+": "+clean(e.Cause.Why))
			t.block("do", e.Cause.Do)
		}
	case e.Warning:
		t.line(e, e.Host, t.ink.on(yellow, "warning")+": "+reasonOf(e.Text))
	case t.o.Verbose:
		t.line(e, e.Host, "note: "+reasonOf(e.Text))
	}
}

func (t *Terminal) stepEnded(e run.Event) {
	quiet := e.Outcome == step.OK || e.Outcome == step.Skipped || e.Outcome == step.Planned
	if quiet && !t.o.Verbose {
		return
	}
	word := string(e.Outcome)
	if bad(e.Outcome) && e.Outcome != step.Canceled {
		word = strings.ToUpper(word)
	}
	text := t.l.title(e) + " … " + t.ink.on(styleOf(e.Outcome), word)
	w := t.l.work[e.Host]
	switch {
	case t.l.assumed[visitOf(e)] != "" && e.Outcome == step.Changed:
		text += " (assumed, as the operator says)"
	case w != nil && w.step == e.Step:
		text += " (" + length(e.At.Sub(w.since)) + ")"
	}
	if quiet && e.Text != "" {
		text += ": " + clean(strings.TrimPrefix(e.Text, "when: "))
	}
	t.line(e, e.Host, text)
	if bad(e.Outcome) {
		t.failure(e, w)
	}
}

// hostEnded tells of a host that ended badly without a step that did.
func (t *Terminal) hostEnded(e run.Event) {
	if end, told := t.l.ends[e.Host]; !bad(e.Outcome) || told && end.stage == e.Stage || e.Outcome == step.Canceled {
		return
	}
	t.line(e, e.Host, t.ink.on(styleOf(e.Outcome), strings.ToUpper(string(e.Outcome)))+": "+reasonOf(e.Text))
	t.block("hint", e.Hint)
}
