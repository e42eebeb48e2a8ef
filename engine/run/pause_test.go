package run_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"rung/engine/run"
)

const turns = `
  - stage: Fetch
    hosts: all
    steps:
      - do: {run: fetch}
  - stage: Workers
    hosts: workers
    at_once: 2
    steps:
      - do: {run: act, check: "true?"}
  - stage: Last
    hosts: cp1
    steps:
      - do: {run: last}
`

// A run rests after what the operator named, once nothing is at work, and goes on or ends by the answer.
func TestB10ARunRestsAfterAHostOrAStage(t *testing.T) {
	yes, no := func(context.Context) bool { return true }, func(context.Context) bool { return false }
	// Both are at work before w1 is done: what has not begun would not begin.
	toDo := map[string][]reply{"true?": {{exit: 1}}, "w1 act": {{takes: time.Second}}, "w2 act": {{takes: time.Minute}}}
	tests := []struct {
		name   string
		pauses run.Pauses
		done   map[string][]reply
		sent   string // behind the fetches, in order of their end
		told   string
		exit   int
	}{
		{
			"after a host, answered yes",
			run.Pauses{Hosts: []string{"w1"}, Ask: yes},
			toDo, "act act act last",
			"paused : after w1 in Workers, as you asked; nothing is at work / resumed : the run goes on", run.ExitDone,
		},
		{
			"after a host, answered no: the other one in the window is finished",
			run.Pauses{Hosts: []string{"w1"}, Ask: no},
			toDo, "act act",
			"paused : after w1 in Workers, as you asked; nothing is at work / resumed : the run ends here", run.ExitPaused,
		},
		{"after a host, and nobody to ask", run.Pauses{Hosts: []string{"w1"}}, toDo, "act act", "", run.ExitPaused},
		{"a host on which nothing was changed is passed", run.Pauses{Hosts: []string{"w1"}}, map[string][]reply{"true?": {{}}}, "last", "", run.ExitDone},
		{"after a stage, and nobody to ask", run.Pauses{Stages: []string{"Workers"}}, toDo, "act act act", "", run.ExitPaused},
		{"after the last stage there is nothing to ask", run.Pauses{Stages: []string{"Last"}}, toDo, "act act act last", "", run.ExitDone},
		{"after the last host of a stage", run.Pauses{Hosts: []string{"w3"}}, toDo, "act act act", "", run.ExitPaused},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := scene{stages: turns, replies: test.done, pauses: test.pauses}.play(t)
			var sent []string
			for _, line := range p.hosts.sent() {
				if word := line[strings.LastIndexByte(line, ' ')+1:]; word != "fetch" && word != "true?" {
					sent = append(sent, word)
				}
			}
			if got := strings.Join(sent, " "); got != test.sent {
				t.Errorf("sent %q, want %q", got, test.sent)
			}
			same(t, "told", p.lines(run.Paused, run.Resumed), slashed(test.told))
			if p.Exit != test.exit {
				t.Errorf("exit %d (%s), want %d", p.Exit, p.Text, test.exit)
			}
		})
	}
}

func TestARunThatRestsHasNothingAtWork(t *testing.T) {
	yes := func(context.Context) bool { return true }
	p := scene{stages: turns, pauses: run.Pauses{Hosts: []string{"w1"}, Ask: yes}, replies: map[string][]reply{
		"true?": {{exit: 1}}, "w1 act": {{takes: time.Second}}, "w2 act": {{takes: time.Minute}},
	}}.play(t)
	same(t, "order", p.lines(run.HostEnded, run.Paused)[4:7], text(`
host.ended Workers w1 = changed took 1s
host.ended Workers w2 = changed took 1m
paused : after w1 in Workers, as you asked; nothing is at work`))
}

func TestAStopWhileTheRunAsksEndsIt(t *testing.T) {
	waits := func(ctx context.Context) bool { <-ctx.Done(); return false }
	p := scene{stages: turns, pauses: run.Pauses{Stages: []string{"Fetch"}, Ask: waits}, stopAt: time.Minute}.play(t)
	if p.Exit != run.ExitInterrupted || len(p.hosts.sent()) != 4 {
		t.Errorf("exit %d after %q; want %d after the four of Fetch", p.Exit, p.hosts.sent(), run.ExitInterrupted)
	}
}

// Whoever waits to be admitted when the run is to rest is asked afresh after it.
func TestARunRestsAlsoWhereAHostWaitsToBeAdmitted(t *testing.T) {
	stages := `
  - stage: S
    hosts: workers
    at_once: 2
    admit: len(window.nodes) == 0
    steps:
      - do: {run: act}
`
	for _, admit := range []string{"len(window.nodes) == 0", "[{look: {run: room}}]"} {
		p := scene{
			stages: strings.Replace(stages, "len(window.nodes) == 0", admit, 1), pauses: run.Pauses{Hosts: []string{"w1"}},
			replies: map[string][]reply{"act": {{takes: time.Minute}}, "w2 room": {{takes: 2 * time.Minute}}},
		}.play(t)
		if sent := p.hosts.sent(); p.Exit != run.ExitPaused || slices.Contains(sent, "w2 act") {
			t.Errorf("%s: exit %d after %q, want %d after the turn of w1", admit, p.Exit, sent, run.ExitPaused)
		}
	}
}

func TestB10NothingNewStartsAfterATimeOfDay(t *testing.T) {
	stages := `
  - stage: S
    hosts: workers
    at_once: 1
    steps:
      - do: {run: act}
      - do: {run: more}
    always:
      - do: {run: release}
  - stage: After
    hosts: w3
    steps:
      - do: {run: after}
`
	p := scene{stages: stages, notAfter: 90 * time.Second, replies: map[string][]reply{"act": {{takes: time.Minute}}}}.play(t)
	same(t, "sent", p.hosts.sent(), slashed("w1 act / w1 more / w1 release / w2 act / w2 more / w2 release"))
	if p.Exit != run.ExitPaused || !strings.Contains(p.Text, "--not-after says that nothing new starts then") {
		t.Errorf("exit %d (%s), want %d", p.Exit, p.Text, run.ExitPaused)
	}
	if told := p.lines(run.Stopping); len(told) != 1 || !strings.Contains(told[0], "what is at work is finished") {
		t.Errorf("told %q, want once that what is at work is finished", told)
	}

	p = scene{stages: stages, notAfter: 4 * time.Minute, replies: map[string][]reply{"act": {{takes: time.Minute}}}}.play(t)
	if p.Exit != run.ExitDone {
		t.Errorf("a run that is done in time: exit %d (%s), want 0", p.Exit, p.Text)
	}
}
