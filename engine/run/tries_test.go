package run_test

import (
	"strings"
	"testing"
	"time"

	"rung/engine/run"
)

func TestRetry(t *testing.T) {
	tests := []struct {
		name    string
		steps   string
		replies map[string][]reply
		stopAt  time.Duration
		sent    []string
		took    time.Duration
		exit    int
	}{
		{
			name: "three more tries, with a pause of 10s", steps: "  - retry: {times: 3, every: 10s}\n    do: {run: act}\n",
			replies: map[string][]reply{"act": {no, no, {}}}, sent: []string{"w1 act", "w1 act", "w1 act"}, took: 20 * time.Second,
		},
		{
			name: "the pause is 5s where nothing is said", steps: "  - retry: 1\n    do: {run: act}\n",
			replies: map[string][]reply{"act": {no}}, sent: []string{"w1 act", "w1 act"}, took: 5 * time.Second, exit: run.ExitFailed,
		},
		{
			name: "an unknown outcome is never tried again", steps: "  - retry: 3\n    do: {run: act}\n",
			replies: map[string][]reply{"act": {no, lost}}, sent: []string{"w1 act", "w1 act"}, took: 5 * time.Second, exit: run.ExitUnknown,
		},
		{
			name: "a host that is away is tried again", steps: "  - retry: 1\n    do: {run: act}\n",
			replies: map[string][]reply{"act": {away("w1"), {}}}, sent: []string{"w1 act", "w1 act"}, took: 5 * time.Second,
		},
		{
			name: "output that is not understood is tried again", steps: "  - retry: 1\n    look: {run: act}\n",
			replies: map[string][]reply{"act": {says("gibberish"), {}}}, sent: []string{"w1 act", "w1 act"}, took: 5 * time.Second,
		},
		{name: "fields that are wrong stay wrong", steps: "  - retry: 3\n    do: {run: nonsense}\n", exit: run.ExitFailed},
		{
			name: "every try starts with the first action", steps: "  - retry: 1\n    do: {run: act, then: more}\n",
			replies: map[string][]reply{"more": {no, {}}}, sent: []string{"w1 act", "w1 more", "w1 act", "w1 more"}, took: 5 * time.Second,
		},
		{
			name: "a stop ends the pause, and there is no further try", steps: "  - retry: {times: 3, every: 1h}\n    do: {run: act}\n",
			replies: map[string][]reply{"act": {no}}, stopAt: time.Minute, sent: []string{"w1 act"}, took: time.Minute, exit: run.ExitInterrupted,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := scene{steps: test.steps, replies: test.replies, stopAt: test.stopAt}.play(t)
			same(t, "commands", p.hosts.sent(), test.sent)
			if p.Exit != test.exit || p.took != test.took {
				t.Errorf("exit %d after %s (%s), want %d after %s", p.Exit, p.took, p.Text, test.exit, test.took)
			}
			if got := len(p.lines(run.StepStarted)); got > 1 {
				t.Errorf("the step started %d times, want once", got)
			}
		})
	}
}

func TestAValueThatAStepDoesNotTakeIsShownWhereItStands(t *testing.T) {
	p := scene{
		inputs: "inputs: {word: {type: string, default: unfit, about: x}}\n",
		steps:  "  - name: act\n    do:\n      run: ${{ inputs.word }}\n",
	}.play(t)
	same(t, "events", p.lines(run.StepEnded), text(`
step.ended S w1 1:do = failed : run does not fit hint: it is written at toy.yaml:10:16
`))
}

func TestRetryIsTold(t *testing.T) {
	p := scene{steps: "  - retry: 1\n    do: {run: act}\n", replies: map[string][]reply{"act": {no, {}}}}.play(t)
	same(t, "events", p.lines(), text(`
run.started
stage.started S : w1 hosts w1
host.started S w1
step.started S w1 1:do mutates
action.started S w1 1:do #1 $ act mutates
output S w1 1:do #1 : no
action.ended S w1 1:do #1 mutates = failed exit 1 : the command exited with 1; it printed: / no
note S w1 1:do : try 1 of 2 failed: the command exited with 1; it printed: / no
action.started S w1 1:do #1 $ act mutates
action.ended S w1 1:do #1 mutates = changed
step.ended S w1 1:do = changed
host.ended S w1 = changed took 5s
stage.ended S = ok took 5s
run.ended = changed took 5s`))
}

func TestTimeout(t *testing.T) {
	slow := map[string][]reply{"act": {{takes: time.Hour}}}
	tests := []struct {
		name, steps, ended string
		exit               int
	}{
		{
			"what may be signalled has failed", "  - timeout: 5m\n    do: {run: act}\n",
			"S w1 1:do = failed : the step's timeout of 5m has passed", run.ExitFailed,
		},
		{
			"a read has failed", "  - timeout: 5m\n    look: {run: act}\n",
			"S w1 1:look = failed : the step's timeout of 5m has passed", run.ExitFailed,
		},
		{
			"a wait has failed", "  - timeout: 5m\n    look: {run: act, for: 1h}\n",
			"S w1 1:look = failed : the step's timeout of 5m has passed", run.ExitFailed,
		},
		{
			"a check has failed, though what it is for is detached", "  - timeout: 5m\n    do: {run: never, check: act, detach: true}\n",
			"S w1 1:do = failed : the step's timeout of 5m has passed", run.ExitFailed,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := scene{steps: test.steps, replies: slow}.play(t)
			same(t, "step", p.endings(), []string{test.ended})
			if p.Exit != test.exit || p.took != 5*time.Minute {
				t.Errorf("exit %d after %s, want %d after 5m", p.Exit, p.took, test.exit)
			}
		})
	}
	t.Run("each try has its own", func(t *testing.T) {
		p := scene{steps: "  - timeout: 5m\n    retry: 1\n    do: {run: act}\n", replies: map[string][]reply{"act": {{takes: time.Hour}, {takes: 4 * time.Minute}}}}.play(t)
		if p.Exit != run.ExitDone || p.took != 9*time.Minute+5*time.Second {
			t.Errorf("exit %d after %s, want 0 after 9m5s", p.Exit, p.took)
		}
	})
}

func TestNothingCutsADetachedCommandOff(t *testing.T) {
	tests := []struct {
		name       string
		steps      string
		reply      reply
		interrupts bool
		noted      string
		ended      string
		exit       int
	}{
		{
			name: "a timeout, and it ends well", steps: "  - timeout: 5m\n    do: {run: act, detach: true}\n", reply: reply{takes: time.Hour},
			noted: "note S w1 1:do #1 : the step's timeout of 5m has passed: this command must not be cut off, and is waited for",
			ended: "S w1 1:do = changed",
		},
		{
			name: "a timeout, and it says no", steps: "  - timeout: 5m\n    do: {run: act, detach: true}\n", reply: reply{takes: time.Hour, exit: 1, out: "no"},
			noted: "note S w1 1:do #1 : the step's timeout of 5m has passed: this command must not be cut off, and is waited for",
			ended: "S w1 1:do = failed : the command exited with 1; it printed: / no", exit: run.ExitFailed,
		},
		{
			name: "a timeout, and another action behind it", steps: "  - timeout: 5m\n    do: {run: act, then: more, detach: true}\n", reply: reply{takes: time.Hour},
			noted: "note S w1 1:do #1 : the step's timeout of 5m has passed: this command must not be cut off, and is waited for",
			ended: "S w1 1:do = failed : the step's timeout of 5m has passed", exit: run.ExitFailed,
		},
		{
			name: "a second Ctrl-C", steps: "  - do: {run: act, detach: true}\n", reply: reply{takes: time.Hour}, interrupts: true,
			noted: "note S w1 1:do #1 : stopped by the operator: this command must not be cut off, and is waited for",
			ended: "S w1 1:do = changed", exit: run.ExitInterrupted,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := scene{steps: test.steps, replies: map[string][]reply{"act": {test.reply}}}
			if test.interrupts {
				s.stopAt, s.cancelAt = time.Second, time.Minute
			}
			p := s.play(t)
			same(t, "notes", p.lines(run.Noted), []string{test.noted})
			same(t, "step", p.endings(), []string{test.ended})
			if n := len(p.hosts.sent()); n != 1 {
				t.Errorf("%d commands were sent, want one", n)
			}
			if p.Exit != test.exit || p.took != time.Hour {
				t.Errorf("exit %d after %s, want %d after 1h", p.Exit, p.took, test.exit)
			}
		})
	}
}

func TestUntil(t *testing.T) {
	tests := []struct {
		name    string
		step    string
		replies []reply
		tries   int
		took    time.Duration
		ended   string
		exit    int
	}{
		{"it is asked at once", "{run: act, for: 10s}", []reply{{}}, 1, 0, "= ok", 0},
		{
			"the pauses double from 0.2s to every", "{run: act, for: 1m, every: 1s}",
			[]reply{no, no, no, no, no, {}},
			6,
			200*time.Millisecond + 400*time.Millisecond + 800*time.Millisecond + 2*time.Second, "= ok", 0,
		},
		{
			"it gives up after for, with a last try at the end", "{run: act, for: 10s, every: 5s}",
			[]reply{no},
			7,
			10 * time.Second, "= failed : not within 10s: act succeeds; it printed: / no", run.ExitFailed,
		},
		{"a lost link is not yet", "{run: act, for: 10s}", []reply{lost, {}}, 2, 200 * time.Millisecond, "= ok", 0},
		{"a host that is away is not yet", "{run: act, for: 10s}", []reply{away("w1"), {}}, 2, 200 * time.Millisecond, "= ok", 0},
		{
			"a try that hangs is ended a minute after the wait is over", "{run: act, for: 10s}",
			[]reply{{takes: 24 * time.Hour}},
			1, 70 * time.Second,
			"= failed : not within 10s: act succeeds; the command did not end, and was ended", run.ExitFailed,
		},
		{
			"a host that stays away has failed", "{run: act, for: 1s, every: 1s}",
			[]reply{away("w1")},
			4, time.Second,
			"= failed : not within 1s: act succeeds; w1: no contact: no route", run.ExitFailed,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := scene{steps: "  - look: " + test.step + "\n", replies: map[string][]reply{"act": test.replies}}.play(t)
			same(t, "step", p.endings(), []string{"S w1 1:look " + test.ended})
			if got := len(p.hosts.sent()); got != test.tries || p.took != test.took || p.Exit != test.exit {
				t.Errorf("%d tries in %s, exit %d; want %d in %s, exit %d", got, p.took, p.Exit, test.tries, test.took, test.exit)
			}
		})
	}
}

func TestAWaitSaysWhatItWaitsForAtMostOnceASecond(t *testing.T) {
	p := scene{steps: "  - look: {run: act, for: 10s, every: 1s}\n", replies: map[string][]reply{"act": {{exit: 1, out: "w1 is\nNotReady\n"}}}}.play(t)
	told := p.lines(run.Waiting)
	if len(told) < 5 || len(told) > 11 || told[0] != "waiting S w1 1:look #1 : NotReady" {
		t.Errorf("told %d times in %s: %q", len(told), p.took, told)
	}
}

func TestAStopLetsAWaitFinishAndASecondEndsIt(t *testing.T) {
	s := scene{steps: "  - look: {run: act, for: 10m, every: 30s}\n  - do: {run: next}\n", replies: map[string][]reply{"act": {no}}, stopAt: time.Second}
	if p := s.play(t); p.took != 10*time.Minute || p.Exit != run.ExitInterrupted {
		t.Errorf("took %s, exit %d; want 10m, 130", p.took, p.Exit)
	}
	s.cancelAt = 3 * time.Second
	if p := s.play(t); p.took != 3*time.Second || p.Exit != run.ExitInterrupted {
		t.Errorf("took %s, exit %d; want 3s, 130", p.took, p.Exit)
	}
}

func TestCheck(t *testing.T) {
	tests := []struct {
		name    string
		replies map[string][]reply
		ended   string
		sent    []string
		exit    int
	}{
		{"0: done", map[string][]reply{"check": {says("there")}}, "= ok", []string{"w1 check"}, 0},
		{"1: to do", map[string][]reply{"check": {no}}, "= changed", []string{"w1 check", "w1 act"}, 0},
		{
			"anything else: an error",
			map[string][]reply{"check": {{exit: 127, out: "not found"}}},
			"= failed : the check before it answered neither done (0) nor to do (1), but 127; it printed: / not found",
			[]string{"w1 check"},
			run.ExitFailed,
		},
		{"lost once: asked again", map[string][]reply{"check": {lost, {}}}, "= ok", []string{"w1 check", "w1 check"}, 0},
		{
			"lost twice: failed, for nothing was changed",
			map[string][]reply{"check": {lost}},
			"= failed : contact with the host was lost while the command ran, twice; it only reads: nothing was changed",
			[]string{"w1 check", "w1 check"},
			run.ExitUnreachable,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := scene{steps: "  - do: {run: act, check: check}\n", replies: test.replies}.play(t)
			same(t, "step", p.endings(), []string{"S w1 1:do " + test.ended})
			same(t, "commands", p.hosts.sent(), test.sent)
			if p.Exit != test.exit {
				t.Errorf("exit %d, want %d", p.Exit, test.exit)
			}
		})
	}
}

func TestOutputIsToldByTheLineAndALongLineIsCut(t *testing.T) {
	p := scene{steps: "  - do: {run: act}\n", replies: map[string][]reply{"act": {{out: "one\r\ntwo\n\n" + strings.Repeat("x", 5000) + "\nlast"}}}}.play(t)
	var lengths []int
	for _, line := range p.lines(run.Output) {
		lengths = append(lengths, len(line))
	}
	if len(lengths) != 6 {
		t.Fatalf("%d lines, want 6: one, two, an empty one, two pieces of the long one, last", len(lengths))
	}
}
