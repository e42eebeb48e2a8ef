package run_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"rung/engine/run"
)

var errFull = errors.New("no space left on device")

// A step type that panics ends the run as an internal fault; no further host
// starts, those that did end what they do, and the events stay whole.
func TestAPanicIsAnInternalFault(t *testing.T) {
	p := scene{stages: `
  - stage: S
    hosts: workers
    steps:
      - when: host.name == "w1"
        do: {run: panic}
      - do: {run: act}
`}.play(t)
	if p.Exit != run.ExitInternal || !strings.Contains(p.Text, "internal fault on w1: a fault of the step type") {
		t.Errorf("ended with %d: %s", p.Exit, p.Text)
	}
	var started, ended []string
	for _, e := range p.events {
		switch e.Kind {
		case run.HostStarted:
			started = append(started, e.Host)
		case run.HostEnded:
			ended = append(ended, e.Host)
		}
	}
	slices.Sort(started)
	slices.Sort(ended)
	if !slices.Contains(ended, "w1") || !slices.Equal(started, ended) {
		t.Errorf("hosts that started: %v; that ended: %v", started, ended)
	}
}

// A journal that cannot be written stops the run before anything more is sent.
func TestWhatCannotBeRecordedIsNotDone(t *testing.T) {
	const stages = `
  - stage: S
    hosts: workers
    at_once: 1
    steps:
      - look: {run: look}
      - {retry: 3, ignore_failure: true, do: {run: act}}
      - do: {run: more}
    rescue: [{do: {run: rescue}}]
    always: [{do: {run: always}}]
  - stage: Next
    hosts: w2
    steps: [{do: {run: next}}]
`
	tests := []struct {
		name string
		at   func(run.Event) bool
		sent []string
	}{
		{"at the start", func(e run.Event) bool { return e.Kind == run.RunStarted }, nil},
		{"at a stage", func(e run.Event) bool { return e.Kind == run.StageStarted }, nil},
		{"at a step", func(e run.Event) bool { return e.Kind == run.StepStarted && e.Type == "do" }, []string{"w1 look"}},
		{"before a change", func(e run.Event) bool { return e.Kind == run.ActionStarted && e.Mutates }, []string{"w1 look"}},
		{"after a change", func(e run.Event) bool { return e.Kind == run.ActionEnded && e.Mutates }, []string{"w1 look", "w1 act"}},
		{"at the end of a step", func(e run.Event) bool { return e.Kind == run.StepEnded && e.Type == "do" }, []string{"w1 look", "w1 act"}},
	}
	for _, test := range tests {
		for _, once := range []bool{true, false} { // a disk may be full for good, or for a moment
			name := test.name + ", for good"
			if once {
				name = test.name + ", for a moment"
			}
			t.Run(name, func(t *testing.T) {
				broke := 0
				p := scene{stages: stages, broken: func(e run.Event) error {
					if test.at(e) || broke > 0 && !once {
						if broke++; broke == 1 || !once {
							return errFull
						}
					}
					return nil
				}}.play(t)
				same(t, "commands", p.hosts.sent(), test.sent)
				if p.Exit != run.ExitInternal || p.Text != "the journal cannot be written: no space left on device" {
					t.Errorf("exit %d, %s; want 70 and why", p.Exit, p.Text)
				}
			})
		}
	}
}

// What stops a run gently need not be the operator: it is said what it was, and the rest is the same.
func TestAStopThatIsNotTheOperatorsSaysWhy(t *testing.T) {
	p := scene{
		stages:  "\n  - stage: S\n    hosts: w1\n    steps: [{do: {run: act}}, {do: {run: more}}]\n    always: [{do: {run: always}}]\n",
		replies: map[string][]reply{"w1 act": {{takes: time.Minute}}}, stopAt: time.Second, stopWhy: "the lock was taken away",
	}.play(t)
	same(t, "commands", p.hosts.sent(), []string{"w1 act", "w1 always"})
	same(t, "ends", p.lines(run.HostEnded), []string{"host.ended S w1 = canceled took 1m : the lock was taken away"})
	if p.Exit != run.ExitInterrupted || p.Text != "the lock was taken away" {
		t.Errorf("exit %d: %s", p.Exit, p.Text)
	}
}

func TestExitCodes(t *testing.T) {
	const stages = `
  - stage: S
    hosts: workers
    max_failures: 3
    steps:
      - do: {run: begin} # so that all are under way
      - require: not (host.name == "w1" and inputs.refuse)
      - do: {run: act}
`
	tests := []struct {
		name    string
		replies map[string][]reply
		refuse  string
		stopped bool
		exit    int
		text    string
	}{
		{"all well", nil, "false", false, run.ExitDone, ""},
		{"unreachable", map[string][]reply{"w2 act": {away("w2")}}, "false", false, run.ExitUnreachable, "w2: w2: no contact: no route"},
		{"refused before unreachable", map[string][]reply{"w2 act": {away("w2")}}, "true", false, run.ExitRefused, `w1: not (host.name == "w1" and inputs.refuse) is false`},
		{"failed before refused", map[string][]reply{"w2 act": {away("w2")}, "w3 act": {{exit: 7}}}, "true", false, run.ExitFailed, "w3: the command exited with 7; it printed nothing"},
		{"unknown before failed", map[string][]reply{"w2 act": {lost}, "w3 act": {{exit: 7}}}, "true", false, run.ExitUnknown, "w2: contact with the host was lost while the command ran: it may or may not have done its work"},
		{"interrupted before unknown", map[string][]reply{"w2 act": {lost}, "w3 act": {{exit: 7, takes: time.Second}}}, "true", true, run.ExitInterrupted, "stopped by the operator"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := scene{inputs: "inputs:\n  refuse: {type: bool}\n", stages: stages, given: map[string]string{"refuse": test.refuse}, replies: map[string][]reply{"begin": {{takes: time.Second}}}}
			maps.Copy(s.replies, test.replies)
			if test.stopped {
				s.stopAt = 1500 * time.Millisecond
			}
			p := s.play(t)
			if p.Exit != test.exit || p.Text != test.text {
				t.Errorf("exit %d, %q; want %d, %q", p.Exit, p.Text, test.exit, test.text)
			}
		})
	}
}

func TestARunThatChangesNothingSaysOK(t *testing.T) {
	for line, want := range map[string]string{"0": "ok", "1": "changed"} {
		r := reply{}
		if line == "1" {
			r.exit = 1
		}
		p := scene{steps: "  - do: {run: act, check: check}\n", replies: map[string][]reply{"check": {r}}}.play(t)
		if string(p.Outcome) != want || p.Exit != 0 {
			t.Errorf("a check that exits %s: the run is %s, exit %d; want %s, 0", line, p.Outcome, p.Exit, want)
		}
	}
}

func TestCommandsAreDressedForTheHostWhereTheyRun(t *testing.T) {
	p := scene{hosts: `
hosts:
  cp1: {env: {no_proxy: .svc, https_proxy: "http://proxy"}}
  w1: {sudo: true}
groups: {control_plane: [cp1]}
`, steps: `
  - do: {run: act, check: check it}
  - do: {run: nodes, admin: true}
  - look: {run: wait, for: 1m}
`}.play(t)
	same(t, "commands", p.hosts.sent(), []string{
		"sudo w1 check it", "sudo w1 act", "cp1 nodes https_proxy=http://proxy no_proxy=.svc", "sudo w1 wait",
	})
	same(t, "events", p.lines(run.ActionStarted), text(`
action.started S w1 1:do #1 $ sudo act mutates
action.started S w1 2:do #1 on cp1 $ nodes mutates
action.started S w1 3:look #1 $ sudo wait`))
}
