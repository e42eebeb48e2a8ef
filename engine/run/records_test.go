package run_test

import (
	"strings"
	"testing"

	"rung/engine/run"
)

func TestWhatLaterStepsRead(t *testing.T) {
	tests := []struct {
		name      string
		sequences string
		stages    string
		replies   map[string][]reply
		sent      []string
		ended     string // of the last step
		exit      int
	}{
		{
			name: "outputs of a stage of one host are for all",
			stages: `
  - stage: Look
    hosts: cp1
    steps: [{id: facts, look: {run: facts}}]
  - stage: Act
    hosts: workers
    steps: [{do: {run: "act ${{ steps.facts.said }}"}}]
`, replies: map[string][]reply{"facts": {says("x")}}, sent: []string{"cp1 facts", "w1 act x", "w2 act x", "w3 act x"},
		},
		{
			name: "outputs of a stage of many are for each host alone, also in later stages",
			stages: `
  - stage: Look
    hosts: workers
    steps: [{id: facts, look: {run: facts}}]
  - stage: Act
    hosts: w2,w3
    steps: [{do: {run: "act ${{ steps.facts.said }}"}}]
`, replies: map[string][]reply{"w1 facts": {says("x")}, "w2 facts": {says("y")}, "w3 facts": {says("z")}},
			sent: []string{"w1 facts", "w2 facts", "w3 facts", "w2 act y", "w3 act z"},
		},
		{
			name: "a skipped step's outcome is known",
			stages: `
  - stage: S
    hosts: w1
    steps:
      - {id: made, when: 1 > 2, do: {run: make}}
      - when: steps.made.outcome == "skipped" or steps.made.number > 1
        do: {run: act}
      - when: steps.made.changed
        do: {run: never}
`, sent: []string{"w1 act"}, ended: "S w1 3:do = skipped : when: steps.made.changed is false",
		},
		{
			name: "a skipped step's outputs are not known: text refuses",
			stages: `
  - stage: S
    hosts: w1
    steps:
      - {id: made, when: 1 > 2, do: {run: make}}
      - do: {run: "act ${{ steps.made.said }}"}
`, ended: "S w1 2:do = refused : steps.made.said is not known hint: the step made was skipped: ask steps.made.outcome first", exit: run.ExitRefused,
		},
		{
			name: "a skipped step's outputs are not known: a field that is not text refuses",
			stages: `
  - stage: S
    hosts: w1
    steps:
      - {id: made, when: 1 > 2, do: {run: make}}
      - look: {run: act, count: "${{ steps.made.number }}"}
`, ended: "S w1 2:look = refused : steps.made.number is not known hint: the step made was skipped: ask steps.made.outcome first", exit: run.ExitRefused,
		},
		{
			name: "a failed step's outputs are not known, where the failure is ignored",
			stages: `
  - stage: S
    hosts: w1
    steps:
      - {id: made, ignore_failure: true, do: {run: make}}
      - require: steps.made.outcome == "failed"
      - require: steps.made.number > 1
`, replies: map[string][]reply{"make": {no}}, sent: []string{"w1 make"},
			ended: "S w1 3 = refused : require: steps.made.number is not known hint: the step made was failed: ask steps.made.outcome first", exit: run.ExitRefused,
		},
		{
			name: "a step that another host never came to has not run here",
			stages: `
  - stage: First
    hosts: w2
    max_failures: 1
    steps:
      - do: {run: act}
      - {id: made, do: {run: make}}
  - stage: S
    hosts: w1
    steps:
      - do: {run: "use ${{ steps.made.said }}"}
`, replies: map[string][]reply{"act": {no}}, sent: []string{"w2 act"},
			ended: "S w1 1:do = refused : steps.made.said is not known hint: the step made has not run here", exit: run.ExitFailed,
		},
		{
			name: "an input that was left out is named",
			stages: `
  - stage: S
    hosts: w1
    steps:
      - do: {run: "act ${{ inputs.from }}"}
`, ended: "S w1 1:do = refused : inputs.from is not known hint: give the input: -e from=…", exit: run.ExitRefused,
		},
		{
			name: "the ids of a sequence are its own, call by call",
			sequences: `
sequences:
  twice:
    - {id: made, when: steps.first.number > 0, do: {run: make}}
    - when: steps.made.outcome != "skipped"
      do: {run: "use ${{ steps.made.said }}"}
  outer:
    - sequence: twice
    - do: {run: between}
    - sequence: twice
`,
			stages: `
  - stage: S
    hosts: w1
    steps:
      - {id: first, look: {run: first}}
      - sequence: outer
      - {id: made, do: {run: my own}}
      - do: {run: "use ${{ steps.made.said }}"}
`, replies: map[string][]reply{"first": {says("1")}, "make": {says("a"), says("b")}, "my own": {says("c")}},
			sent: []string{"w1 first", "w1 make", "w1 use a", "w1 between", "w1 make", "w1 use b", "w1 my own", "w1 use c"},
		},
		{
			name:      "a sequence has the guard of its call",
			sequences: "sequences:\n  some:\n    - do: {run: some}\n",
			stages: `
  - stage: S
    hosts: w1
    steps:
      - {sequence: some, when: 1 > 2}
      - {sequence: some, require: 2 > 1}
      - {sequence: some, require: 1 > 2}
`, sent: []string{"w1 some"}, ended: "S w1 3 = refused : 1 > 2 is false", exit: run.ExitRefused,
		},
		{
			name:      "the id of a sequence is not taken for the stage's own, which was never reached",
			sequences: "\nsequences:\n  some:\n    - {id: made, do: {run: make}}\n",
			stages: `
  - stage: S
    hosts: w1
    steps:
      - sequence: some
      - do: {run: act}
      - {id: made, do: {run: my own}}
    rescue:
      - do: {run: "use ${{ steps.made.said }}"}
`, replies: map[string][]reply{"make": {says("a")}, "act": {no}}, sent: []string{"w1 make", "w1 act"},
			ended: "S w1 rescue 1:do = refused : steps.made.said is not known hint: the step made has not run here", exit: run.ExitFailed,
		},
		{
			name: "rescue and always have ids of their own",
			stages: `
  - stage: S
    hosts: w1
    steps: [{do: {run: act}}]
    rescue:
      - {id: made, look: {run: made}}
      - do: {run: "rescue ${{ steps.made.said }}"}
    always:
      - {id: made, look: {run: made}}
      - do: {run: "always ${{ steps.made.said }}"}
`, replies: map[string][]reply{"act": {no}, "made": {says("a"), says("b")}},
			sent: []string{"w1 act", "w1 made", "w1 rescue a", "w1 made", "w1 always b"}, exit: run.ExitFailed,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := scene{inputs: targets + test.sequences, stages: test.stages, replies: test.replies, lanes: 1}.play(t)
			same(t, "commands", p.hosts.sent(), test.sent)
			if e := p.endings(); test.ended != "" && e[len(e)-1] != test.ended {
				t.Errorf("the last step ended\n  %s\nwant\n  %s", e[len(e)-1], test.ended)
			}
			if p.Exit != test.exit {
				t.Errorf("exit %d (%s), want %d", p.Exit, p.Text, test.exit)
			}
		})
	}
}

func TestARequireThatIsFalseSaysWhatItSaw(t *testing.T) {
	p := scene{steps: `
  - id: facts
    look: {run: facts}
  - require: steps.facts.number >= 1024
    else: only ${{ steps.facts.number }} MiB are free on ${{ host.name }}
`, replies: map[string][]reply{"facts": {says("7")}}}.play(t)
	same(t, "events", p.lines(run.StepEnded, run.RunEnded)[1:], text(`
step.ended S w1 2 = refused : only 7 MiB are free on w1 hint: seen: steps.facts.number = 7
run.ended = refused exit 4 : w1: only 7 MiB are free on w1`))
}

func TestWhatAHostIs(t *testing.T) {
	p := scene{
		hosts: "hosts: {w1: {node: ip-192-0-2-21, vars: {rack: a}}}\ngroups: {workers: [w1]}\n",
		steps: "  - do: {run: \"say ${{ host.name }} ${{ host.node }} ${{ host.vars.rack }} ${{ groups.workers[0] }} ${{ inventory.nodes[0] }}\"}\n",
	}.play(t)
	same(t, "commands", p.hosts.sent(), []string{"w1 say w1 ip-192-0-2-21 a w1 ip-192-0-2-21"})
}

func TestOnAnotherHost(t *testing.T) {
	tests := []struct {
		name, on string
		sent     []string
		ended    string
	}{
		{"a host", "cp1", []string{"cp1 act w1"}, "S w1 1:do = changed"},
		{"the first of a group", "control_plane[0]", []string{"cp1 act w1"}, "S w1 1:do = changed"},
		{"more than one", "workers", nil, "S w1 1:do = refused : toy.yaml:6:7: error: on: workers names 3 hosts; want exactly one"},
		{"nobody", "nobody", nil, "S w1 1:do = refused : toy.yaml:6:7: error: there is no host or group \"nobody\""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := scene{steps: "  - on: " + test.on + "\n    do: {run: \"act ${{ host.name }}\"}\n"}.play(t)
			same(t, "commands", p.hosts.sent(), test.sent)
			got := p.endings()[0]
			if test.sent == nil {
				got, test.ended = strings.Join(strings.Fields(got)[:5], " "), strings.Join(strings.Fields(test.ended)[:5], " ")
			}
			if got != test.ended {
				t.Errorf("ended %q, want %q", got, test.ended)
			}
		})
	}
	p := scene{steps: "  - on: cp1\n    do: {run: act}\n"}.play(t)
	same(t, "events", p.lines(run.ActionStarted), text("action.started S w1 1:do #1 on cp1 $ act mutates"))
}
