package run_test

import (
	"slices"
	"testing"
	"time"

	"rung/engine/run"
)

func TestAHostThatWasThereIsWaitedFor(t *testing.T) {
	gone := away("w1")
	for _, test := range []struct {
		name    string
		steps   string
		replies map[string][]reply
		stopAt  time.Duration
		sent    string
		took    time.Duration
		exit    int
	}{
		{
			name: "for a change that has not started", steps: "  - do: {run: first}\n  - do: {run: act}\n",
			replies: map[string][]reply{"act": {gone, gone, gone, {}}}, sent: "w1 first / w1 act / w1 act / w1 act / w1 act", took: 7 * time.Second,
		},
		{
			name: "and its check is asked again", steps: "  - do: {run: first}\n  - do: {run: act, check: check act}\n",
			replies: map[string][]reply{"act": {gone, {}}}, sent: "w1 first / w1 check act / w1 act / w1 check act / w1 act", took: time.Second,
		},
		{
			name: "for a read whose link was lost", steps: "  - do: {run: first}\n  - look: {run: facts}\n",
			replies: map[string][]reply{"facts": {lost, gone, gone, says("there")}}, sent: "w1 first / w1 facts / w1 facts / w1 facts / w1 facts", took: 3 * time.Second,
		},
		{
			name: "until it is given up", steps: "  - do: {run: first}\n  - do: {run: act}\n",
			replies: map[string][]reply{"act": {gone}}, took: run.Patience, exit: run.ExitUnreachable,
		},
		{
			name: "or the operator stops the run", steps: "  - do: {run: first}\n  - do: {run: act}\n", stopAt: 5 * time.Second,
			replies: map[string][]reply{"act": {gone}}, sent: "w1 first / w1 act / w1 act / w1 act", took: 5 * time.Second, exit: run.ExitInterrupted,
		},
		{
			name: "or he stops it while a wait is tried", steps: "  - do: {run: first}\n  - look: {run: facts, for: 1m}\n", stopAt: 5 * time.Second,
			replies: map[string][]reply{"facts": {no, gone}}, took: 5 * time.Second, exit: run.ExitInterrupted,
		},
		{
			name: "also where it tidies up", steps: "  - do: {run: first}\nalways:\n  - do: {run: act}\n", stopAt: 5 * time.Second,
			replies: map[string][]reply{"act": {gone}}, sent: "w1 first / w1 act / w1 act / w1 act", took: 5 * time.Second, exit: run.ExitInterrupted,
		},
		{
			name: "but a step that has restarted its host sees it come back", steps: "  - do: {run: first, back: up}\n  - do: {run: act}\n", stopAt: 5 * time.Second,
			replies: map[string][]reply{"up": {gone, gone, gone, gone, gone, gone, gone, {}}}, sent: "w1 first / w1 up / w1 up / w1 up / w1 up / w1 up / w1 up / w1 up / w1 up", took: 16*time.Second + 200*time.Millisecond, exit: run.ExitInterrupted,
		},
		{
			name: "or the step's timeout has passed", steps: "  - do: {run: first}\n  - timeout: 5s\n    do: {run: act}\n",
			replies: map[string][]reply{"act": {gone}}, sent: "w1 first / w1 act / w1 act / w1 act", took: 5 * time.Second, exit: run.ExitUnreachable,
		},
		{
			name: "but not one that was never there", steps: "  - do: {run: act}\n",
			replies: map[string][]reply{"act": {gone}}, sent: "w1 act", exit: run.ExitUnreachable,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := scene{steps: test.steps, replies: test.replies, stopAt: test.stopAt}.play(t)
			if test.sent != "" {
				same(t, "commands", p.hosts.sent(), slashed(test.sent))
			}
			if p.Exit != test.exit || p.took != test.took {
				t.Errorf("exit %d after %s (%s), want %d after %s", p.Exit, p.took, p.Text, test.exit, test.took)
			}
		})
	}
}

func TestTheWaitForAHostIsTold(t *testing.T) {
	p := scene{steps: "  - do: {run: first}\n  - do: {run: act}\n", replies: map[string][]reply{"act": {away("w1"), {}}}}.play(t)
	same(t, "notes", p.lines(run.Noted), text(`
note S w1 2:do : no contact: no route: nothing was started, and it is tried again for up to 10m
note S w1 2:do : it is back: going on`))
}

func TestOtherHostsGoOnWhileOneIsWaitedFor(t *testing.T) {
	p := scene{
		stages:  "\n  - stage: S\n    hosts: workers\n    at_once: 2\n    steps: [{do: {run: first}}, {do: {run: act}}]\n",
		replies: map[string][]reply{"w1 act": {away("w1"), away("w1"), away("w1"), away("w1"), {}}, "w2 act": {{takes: time.Second}}, "w3 act": {{takes: time.Second}}},
	}.play(t)
	sent := p.hosts.sent()
	if last := sent[len(sent)-1]; p.Exit != run.ExitDone || last != "w1 act" || slices.Index(sent, "w3 act") < 0 {
		t.Errorf("exit %d: %q", p.Exit, sent)
	}
}

func TestAWaitDoesNotCountTheTimeOfALostLink(t *testing.T) {
	gone := away("w1")
	for _, test := range []struct {
		name    string
		replies []reply
		took    time.Duration
		exit    int
	}{
		{"back within the patience, and soon good", []reply{no, gone, gone, gone, gone, gone, gone, no, {}}, 21*time.Second + 200*time.Millisecond, run.ExitDone},
		{"back, and never good", []reply{no, gone, gone, gone, gone, no}, 0, run.ExitFailed},
		{"away from the first, and back", []reply{gone, gone, gone, gone, gone, gone, gone, {}}, 16*time.Second + 200*time.Millisecond, run.ExitDone},
		{"never back", []reply{no, gone}, run.Patience + 200*time.Millisecond, run.ExitFailed},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := scene{steps: "  - look: {run: first}\n  - look: {run: act, for: 5s}\n", replies: map[string][]reply{"act": test.replies}}.play(t)
			if p.Exit != test.exit || test.took != 0 && p.took != test.took {
				t.Errorf("exit %d after %s (%s), want %d after %s", p.Exit, p.took, p.Text, test.exit, test.took)
			}
		})
	}
}

func TestARunThatStopsLeavesAHostThatIsAway(t *testing.T) {
	p := scene{steps: "  - do: {run: first}\n  - do: {run: act}\nalways:\n  - do: {run: tidy}\n", replies: map[string][]reply{"act": {away("w1")}, "tidy": {away("w1")}}, stopAt: 5 * time.Second}.play(t)
	left := "= canceled : stopped by the operator: w1: no contact: no route; nothing was started hint: switch it on"
	same(t, "endings", p.endings(), []string{"S w1 1:do = changed", "S w1 2:do " + left, "S w1 always 1:do " + left})
	if notes := p.lines(run.Noted); len(notes) != 1 {
		t.Errorf("it says %q; want no word of a wait that there is not", notes)
	}
}
