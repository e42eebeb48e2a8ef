package run_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"rung/engine/plan"
	"rung/engine/run"
)

const sixHosts = "hosts: {w1: {}, w2: {}, w3: {}, w4: {}, w5: {}, w6: {}}"

func work(atOnce string) string {
	return `
  - stage: S
    hosts: all` + atOnce + `
    steps:
      - do: {run: act}
`
}

func TestAFreeSlotIsTakenAtOnce(t *testing.T) {
	p := scene{hosts: sixHosts, stages: work("\n    at_once: 2"), replies: map[string][]reply{
		"w1 act": {{takes: 10 * time.Second}}, "act": {{takes: time.Second}},
	}}.play(t)
	if p.hosts.most != 2 {
		t.Errorf("%d hosts were worked on at a time, want 2", p.hosts.most)
	}
	if p.took != 10*time.Second {
		t.Errorf("the stage took %s, want 10s: five hosts of 1s fit beside the slow one", p.took)
	}
	same(t, "order", p.lines(run.HostStarted), text(`
host.started S w1
host.started S w2
host.started S w3
host.started S w4
host.started S w5
host.started S w6`))
}

func TestTheWindowIsNeverLarger(t *testing.T) {
	tests := []struct {
		atOnce string
		lanes  int
		want   int
		told   string
	}{
		{"", 0, 6, "6 hosts, all at once"},
		{"\n    at_once: 1", 0, 1, "6 hosts, 1 at a time"},
		{"\n    at_once: 50%", 0, 3, "6 hosts, 3 at a time"},
		{"\n    at_once: 1%", 0, 1, "6 hosts, 1 at a time"},
		{"\n    at_once: 40", 0, 6, "6 hosts, 6 at a time"},
		{"\n    at_once: 3", 1, 1, "6 hosts, 3 at a time"},
		{"", 2, 2, "6 hosts, all at once"},
	}
	for _, test := range tests {
		t.Run(fmt.Sprintf("at_once %q in %d lanes", strings.TrimSpace(test.atOnce), test.lanes), func(t *testing.T) {
			p := scene{hosts: sixHosts, stages: work(test.atOnce), lanes: test.lanes, replies: map[string][]reply{"act": {{takes: time.Second}}}}.play(t)
			if p.hosts.most != test.want {
				t.Errorf("%d hosts at a time, want %d", p.hosts.most, test.want)
			}
			if got := p.lines(run.StageStarted)[0]; !strings.Contains(got, test.told) {
				t.Errorf("told %q, want %q in it", got, test.told)
			}
		})
	}
}

func TestACountThatTheRunMakes(t *testing.T) {
	stages := `
  - stage: Look
    hosts: w1
    steps:
      - id: size
        look: {run: size}
  - stage: S
    hosts: all
    at_once: ${{ steps.size.said }}
    steps:
      - do: {run: act}
`
	act := []reply{{takes: time.Second}}
	p := scene{hosts: sixHosts, stages: stages, replies: map[string][]reply{"size": {says("2")}, "act": act}}.play(t)
	if p.hosts.most != 2 {
		t.Errorf("%d hosts at a time, want 2", p.hosts.most)
	}
	for size, why := range map[string]string{"0": "at_once is 0: no host would ever be worked on", "many": `"many" is not a count`} {
		p = scene{hosts: sixHosts, stages: stages, replies: map[string][]reply{"size": {says(size)}}}.play(t)
		if p.Exit != run.ExitRefused || !strings.Contains(p.Text, why) {
			t.Errorf("size %s: exit %d, %s; want 4 and %q", size, p.Exit, p.Text, why)
		}
		same(t, "commands", p.hosts.sent(), []string{"w1 size"})
	}
}

func TestMaxFailures(t *testing.T) {
	stages := func(allowed string) string {
		return `
  - stage: S
    hosts: all
    at_once: 1
    max_failures: ` + allowed + `
    steps:
      - do: {run: act}
  - stage: Next
    hosts: all
    steps:
      - do: {run: next}
`
	}
	tests := []struct {
		name, allowed string
		bad           reply
		sent          []string
		exit          int
	}{
		{
			"with none allowed the first failure gives no more slots", "0", no,
			[]string{"w1 act", "w2 act"},
			run.ExitFailed,
		},
		{
			"with two allowed the run goes on, without the host that failed", "2", no,
			[]string{"w1 act", "w2 act", "w3 act", "w4 act", "w5 act", "w6 act", "w1 next", "w3 next", "w4 next", "w5 next", "w6 next"},
			run.ExitFailed,
		},
		{
			"a percentage is of the stage's hosts", "34%", no,
			[]string{"w1 act", "w2 act", "w3 act", "w4 act", "w5 act", "w6 act", "w1 next", "w3 next", "w4 next", "w5 next", "w6 next"},
			run.ExitFailed,
		},
		{
			"an unknown outcome stops whatever is allowed", "2", lost,
			[]string{"w1 act", "w2 act"},
			run.ExitUnknown,
		},
		{
			"a host that is away counts as a failure", "1", away("w2"),
			[]string{"w1 act", "w2 act", "w3 act", "w4 act", "w5 act", "w6 act", "w1 next", "w3 next", "w4 next", "w5 next", "w6 next"},
			run.ExitUnreachable,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := scene{hosts: sixHosts, lanes: 1, stages: stages(test.allowed), replies: map[string][]reply{"w2 act": {test.bad}}}.play(t)
			same(t, "commands", p.hosts.sent(), test.sent)
			if p.Exit != test.exit {
				t.Errorf("exit %d (%s), want %d", p.Exit, p.Text, test.exit)
			}
		})
	}
}

func TestARefusalStopsWhateverIsAllowed(t *testing.T) {
	p := scene{hosts: sixHosts, stages: `
  - stage: S
    hosts: all
    at_once: 1
    max_failures: 5
    steps:
      - require: host.name != "w2"
      - do: {run: act}
`}.play(t)
	same(t, "commands", p.hosts.sent(), []string{"w1 act"})
	same(t, "stage", p.lines(run.StageEnded), text("stage.ended S = refused"))
	if p.Exit != run.ExitRefused {
		t.Errorf("exit %d, want 4", p.Exit)
	}
}

func TestHostsUnderWayGoOnToTheirEndWhenAnotherFails(t *testing.T) {
	p := scene{hosts: sixHosts, stages: `
  - stage: S
    hosts: all
    at_once: 2
    steps:
      - do: {run: act}
      - do: {run: more}
`, replies: map[string][]reply{"w1 act": {{exit: 1, out: "no", takes: time.Second}}, "w2 act": {{takes: time.Minute}}}}.play(t)
	same(t, "hosts", p.lines(run.HostEnded), text(`
host.ended S w1 = failed took 1s : the command exited with 1; it printed: / no
host.ended S w2 = changed took 1m`))
	same(t, "stage", p.lines(run.StageEnded), text("stage.ended S = failed took 1m"))
}

func TestAStageWhoseHostsAllFailedHasNoneLeft(t *testing.T) {
	p := scene{stages: `
  - stage: S
    hosts: w1
    max_failures: 1
    steps:
      - do: {run: act}
  - stage: Next
    hosts: w1
    steps:
      - do: {run: next}
  - stage: Nobody
    hosts: workers[3:]
    steps:
      - do: {run: nobody}
`, replies: map[string][]reply{"act": {no}}}.play(t)
	same(t, "stages", p.lines(run.StageStarted), text(`
stage.started S : w1 hosts w1
stage.started Next : no host is left
stage.started Nobody : no hosts`))
	same(t, "commands", p.hosts.sent(), []string{"w1 act"})
}

func TestAdmit(t *testing.T) {
	stages := `
  - stage: Look
    hosts: w1
    steps:
      - id: room
        when: inputs.look
        look: {run: room}
  - stage: S
    hosts: all
    at_once: 1
    admit: steps.room.number > 0
    steps:
      - do: {run: act}
`
	const inputs = "inputs:\n  look: {type: bool, default: true}\n"
	t.Run("a host that is admitted takes its slot", func(t *testing.T) {
		p := scene{inputs: inputs, hosts: sixHosts, stages: stages, replies: map[string][]reply{"room": {says("1")}}}.play(t)
		if len(p.hosts.sent()) != 7 || p.Exit != run.ExitDone {
			t.Errorf("exit %d, sent %q", p.Exit, p.hosts.sent())
		}
	})
	t.Run("while it is false nobody starts, and in the end the run refuses", func(t *testing.T) {
		p := scene{inputs: inputs, hosts: sixHosts, stages: stages, replies: map[string][]reply{"room": {says("0")}}}.play(t)
		same(t, "commands", p.hosts.sent(), []string{"w1 room"})
		same(t, "notes", p.lines(run.Noted, run.StageEnded)[1:], text(`
note S w1 : waits to be admitted: steps.room.number > 0 is false hint: seen: steps.room.number = 0
note S w1 : admit: no further host was admitted for 30m, and nothing runs that would change it: steps.room.number > 0 is false hint: seen: steps.room.number = 0
stage.ended S = refused took 30m`))
		if p.Exit != run.ExitRefused || p.took != 30*time.Minute {
			t.Errorf("exit %d after %s, want 4 after 30m", p.Exit, p.took)
		}
	})
	t.Run("a stop ends the wait", func(t *testing.T) {
		p := scene{inputs: inputs, hosts: sixHosts, stages: stages, stopAt: 7 * time.Second, replies: map[string][]reply{"room": {says("0")}}}.play(t)
		if p.Exit != run.ExitInterrupted || p.took != 7*time.Second {
			t.Errorf("exit %d after %s, want 130 after 7s", p.Exit, p.took)
		}
	})
	t.Run("unknown refuses in a run, with a hint, and admits in a dry-run", func(t *testing.T) {
		p := scene{inputs: inputs, hosts: sixHosts, stages: stages, given: map[string]string{"look": "false"}}.play(t)
		same(t, "notes", p.lines(run.Noted), text("note S w1 : admit: steps.room.number is not known hint: the step room was skipped: ask steps.room.outcome first"))
		if p.Exit != run.ExitRefused {
			t.Errorf("exit %d, want 4", p.Exit)
		}
		p = scene{inputs: inputs, hosts: sixHosts, stages: stages, offline: true}.play(t)
		if got := len(p.lines(run.HostStarted)); got != 7 || p.Exit != run.ExitDone {
			t.Errorf("%d hosts were told, want 7; exit %d", got, p.Exit)
		}
	})
}

// --limit and --stage leave hosts outside: what reads runs there, what changes
// does not.
func TestWhatStandsOutsideIsOnlyRead(t *testing.T) {
	const stages = `
  - stage: One
    hosts: workers
    steps:
      - look: {run: look}
      - do: {run: one}
  - stage: Two
    hosts: workers
    steps:
      - do: {run: two}
    always:
      - do: {run: after}
`
	tests := []struct {
		name   string
		narrow plan.Narrowing
		sent   []string
	}{
		{"limit", plan.Narrowing{Limit: "w2"}, []string{"w1 look", "w2 look", "w2 one", "w3 look", "w2 two", "w2 after"}},
		{"stage", plan.Narrowing{Stages: []string{"Two"}}, []string{"w1 look", "w2 look", "w3 look", "w1 two", "w1 after", "w2 two", "w2 after", "w3 two", "w3 after"}},
		{"both", plan.Narrowing{Limit: "w1", Stages: []string{"One"}}, []string{"w1 look", "w1 one", "w2 look", "w3 look"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := scene{stages: stages, narrow: test.narrow, lanes: 1}.play(t)
			same(t, "commands", p.hosts.sent(), test.sent)
			if p.Exit != run.ExitDone {
				t.Errorf("exit %d: %s", p.Exit, p.Text)
			}
		})
	}
}

// Whoever reads events learns the name that kubectl knows a host by, where it is another.
func TestAHostStartsUnderItsNode(t *testing.T) {
	p := scene{hosts: "hosts: {w1: {node: ip-192-0-2-21}, w2: {}}", stages: work("\n    at_once: 1")}.play(t)
	same(t, "starts", p.lines(run.HostStarted), slashed("host.started S w1 node ip-192-0-2-21 / host.started S w2"))
}
