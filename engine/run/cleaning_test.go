package run_test

import (
	"testing"
	"time"

	"rung/engine/run"
)

func TestRescueAndAlways(t *testing.T) {
	const steps = `
  - do: {run: act}
  - do: {run: more}
rescue:
  - do: {run: rescue}
  - do: {run: rescue more}
always:
  - do: {run: always}
  - do: {run: always more}
`
	tests := []struct {
		name     string
		replies  map[string][]reply
		stopAt   time.Duration
		cancelAt time.Duration
		sent     []string
		ended    string
		exit     int
	}{
		{
			name: "all well: always alone",
			sent: []string{"w1 act", "w1 more", "w1 always", "w1 always more"}, ended: "host.ended S w1 = changed",
		},
		{
			name: "a failure: rescue, then always, and it stays a failure", replies: map[string][]reply{"act": {no}},
			sent: []string{"w1 act", "w1 rescue", "w1 rescue more", "w1 always", "w1 always more"}, exit: run.ExitFailed,
			ended: "host.ended S w1 = failed : the command exited with 1; it printed: / no",
		},
		{
			name: "a failure in rescue ends it, and always still runs", replies: map[string][]reply{"act": {no}, "rescue": {{exit: 2}}},
			sent: []string{"w1 act", "w1 rescue", "w1 always", "w1 always more"}, exit: run.ExitFailed,
			ended: "host.ended S w1 = failed : the command exited with 1; it printed: / no",
		},
		{
			name: "an unknown outcome in rescue keeps always off", replies: map[string][]reply{"act": {no}, "rescue": {lost}},
			sent: []string{"w1 act", "w1 rescue"}, exit: run.ExitUnknown,
			ended: "host.ended S w1 = unknown : the command exited with 1; it printed: / no",
		},
		{
			name: "an unknown outcome: neither", replies: map[string][]reply{"more": {lost}},
			sent: []string{"w1 act", "w1 more"}, exit: run.ExitUnknown,
			ended: "host.ended S w1 = unknown : contact with the host was lost while the command ran: it may or may not have done its work",
		},
		{
			name: "a failure in always is a failure of the host, and takes no other step of always with it", replies: map[string][]reply{"always": {no}},
			sent: []string{"w1 act", "w1 more", "w1 always", "w1 always more"}, exit: run.ExitFailed,
			ended: "host.ended S w1 = failed : the command exited with 1; it printed: / no",
		},
		{
			name: "an unknown outcome in always ends it", replies: map[string][]reply{"always": {lost}},
			sent: []string{"w1 act", "w1 more", "w1 always"}, exit: run.ExitUnknown,
			ended: "host.ended S w1 = unknown : contact with the host was lost while the command ran: it may or may not have done its work",
		},
		{
			name: "a host that is away: rescue and always are tried", replies: map[string][]reply{"act": {away("w1")}},
			sent: []string{"w1 act", "w1 rescue", "w1 rescue more", "w1 always", "w1 always more"}, exit: run.ExitUnreachable,
			ended: "host.ended S w1 = failed : w1: no contact: no route",
		},
		{
			name: "a stop: the action finishes, nothing new starts, always runs", replies: map[string][]reply{"act": {{takes: time.Minute}}}, stopAt: time.Second,
			sent: []string{"w1 act", "w1 always", "w1 always more"}, exit: run.ExitInterrupted,
			ended: "host.ended S w1 = canceled took 1m : stopped by the operator",
		},
		{
			name: "a stop during a failing action: rescue and always run", replies: map[string][]reply{"act": {{takes: time.Minute, exit: 1}}}, stopAt: time.Second,
			sent: []string{"w1 act", "w1 rescue", "w1 rescue more", "w1 always", "w1 always more"}, exit: run.ExitInterrupted,
			ended: "host.ended S w1 = failed took 1m : the command exited with 1; it printed nothing",
		},
		{
			name: "a second Ctrl-C: what runs is asked to end, and nothing runs after it", replies: map[string][]reply{"act": {{takes: time.Minute}}}, stopAt: time.Second, cancelAt: 2 * time.Second,
			sent: []string{"w1 act"}, exit: run.ExitInterrupted,
			ended: "host.ended S w1 = canceled took 2s : stopped by the operator",
		},
		{
			name: "a second Ctrl-C during always ends it", replies: map[string][]reply{"act": {{takes: time.Minute}}, "always": {{takes: time.Minute}}}, stopAt: time.Second, cancelAt: 61 * time.Second,
			sent: []string{"w1 act", "w1 always"}, exit: run.ExitInterrupted,
			ended: "host.ended S w1 = canceled took 1m1s : stopped by the operator",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := scene{steps: steps, replies: test.replies, stopAt: test.stopAt, cancelAt: test.cancelAt}.play(t)
			same(t, "commands", p.hosts.sent(), test.sent)
			same(t, "host", p.lines(run.HostEnded), []string{test.ended})
			if p.Exit != test.exit {
				t.Errorf("exit %d (%s), want %d", p.Exit, p.Text, test.exit)
			}
		})
	}
}

// What belongs together in always is a sequence: there a failure ends the rest, and only there.
func TestAFailureInAlwaysEndsItsSequenceAlone(t *testing.T) {
	p := scene{stages: `
  - stage: S
    hosts: w1
    steps:
      - do: {run: act}
    always:
      - sequence: tidy
      - id: last
        do: {run: last}
      - when: steps.last.outcome == "changed"
        do: {run: hook}
`, inputs: `
sequences:
  tidy:
    - do: {run: tidy}
    - do: {run: tidy more}
`, replies: map[string][]reply{"tidy": {no}}}.play(t)
	same(t, "commands", p.hosts.sent(), []string{"w1 act", "w1 tidy", "w1 last", "w1 hook"})
	if p.Exit != run.ExitFailed {
		t.Errorf("exit %d (%s), want %d", p.Exit, p.Text, run.ExitFailed)
	}
}

func TestRescueMayRetryDuringAStop(t *testing.T) {
	p := scene{steps: `
  - do: {run: act}
rescue:
  - retry: {times: 2, every: 10s}
    do: {run: rescue}
`, replies: map[string][]reply{"act": {{takes: time.Minute, exit: 1}}, "rescue": {no, {}}}, stopAt: time.Second}.play(t)
	same(t, "commands", p.hosts.sent(), []string{"w1 act", "w1 rescue", "w1 rescue"})
	if p.took != 70*time.Second {
		t.Errorf("took %s, want 1m10s", p.took)
	}
}

func TestAStopStartsNoFurtherHostAndNoFurtherStage(t *testing.T) {
	p := scene{stages: `
  - stage: S
    hosts: workers
    at_once: 2
    steps:
      - do: {run: act, then: more}
    always:
      - do: {run: always}
  - stage: Next
    hosts: workers
    steps:
      - do: {run: next}
`, replies: map[string][]reply{"w1 act": {{takes: time.Minute}}, "w2 act": {{takes: 2 * time.Minute}}}, stopAt: time.Second}.play(t)
	same(t, "ends", p.lines(run.HostStarted, run.HostEnded, run.StageEnded, run.RunEnded)[2:], text(`
host.ended S w1 = canceled took 1m : stopped by the operator
host.ended S w2 = canceled took 2m : stopped by the operator
stage.ended S = canceled took 2m
run.ended = canceled exit 130 took 2m : stopped by the operator`))
	if p.Exit != run.ExitInterrupted || len(p.hosts.sent()) != 4 {
		t.Errorf("exit %d, sent %q", p.Exit, p.hosts.sent())
	}
}
