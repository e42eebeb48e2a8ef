package run_test

import (
	"slices"
	"strings"
	"testing"

	"rung/engine/run"
)

const targets = "inputs:\n  from: {type: version, optional: true}\n  to: {type: version, default: 1.22.3}\n  words: {type: list, default: [a, b]}\n"

func TestForEach(t *testing.T) {
	tests := []struct {
		name    string
		stages  string
		given   map[string]string
		replies map[string][]reply
		offline bool
		sent    []string
		told    string
		exit    int
	}{
		{
			name: "a round for each value, its name in the path",
			stages: `
  - stage: Climb
    for_each: {hop: "ladder(inputs.from, inputs.to)"}
    stages:
      - stage: Workers
        hosts: w1
        steps:
          - do: {run: "up ${{ hop }}"}
`, given: map[string]string{"from": "1.21.0", "to": "1.22.3"}, sent: []string{"w1 up 1.22.3"},
			told: `
stage.started Climb[hop=1.22.3]
stage.started Climb[hop=1.22.3]/Workers : w1 hosts w1
stage.ended Climb[hop=1.22.3]/Workers = ok
stage.ended Climb[hop=1.22.3] = ok`,
		},
		{
			name: "an empty list says that there is nothing to do",
			stages: `
  - stage: Climb
    for_each: {hop: "ladder(inputs.from, inputs.to)"}
    hosts: w1
    steps: [{do: {run: "up ${{ hop }}"}}]
`, given: map[string]string{"from": "1.22.3"}, told: "stage.ended Climb = skipped : nothing to do: there is no hop to make",
		},
		{
			name: "an error of the ladder refuses",
			stages: `
  - stage: Look
    hosts: w1
    steps: [{id: now, look: {run: now}}]
  - stage: Climb
    for_each: {hop: "ladder(version(steps.now.said), inputs.to)"}
    hosts: w1
    steps: [{do: {run: "up ${{ hop }}"}}]
  - stage: Next
    hosts: w1
    steps: [{do: {run: next}}]
`, replies: map[string][]reply{"now": {says("1.24.0")}}, sent: []string{"w1 now"}, exit: run.ExitRefused,
			told: `
stage.started Look : w1 hosts w1
stage.ended Look = ok
stage.ended Climb = refused : for_each: ladder(version(steps.now.said), inputs.to): 1.24.0 to 1.22.3 is a downgrade: etcd and the objects stored in it do not support it; restore a backup instead`,
		},
		{
			name: "the list is evaluated once, whatever the rounds make",
			stages: `
  - stage: Look
    hosts: w1
    steps: [{id: list, look: {run: list}}]
  - stage: Each
    for_each: {word: steps.list.words}
    hosts: w1
    steps: [{do: {run: "say ${{ word }}"}}, {id: again, look: {run: list}}]
`, replies: map[string][]reply{"list": {says("x y"), says("z")}}, sent: []string{"w1 list", "w1 say x", "w1 list", "w1 say y", "w1 list"},
		},
		{
			name: "private ids end with the round",
			stages: `
  - stage: Each
    for_each: {word: inputs.words}
    hosts: w1
    steps:
      - {id: gate, look: {run: gate}}
      - id: made
        when: steps.gate.number > 0
        do: {run: "make ${{ word }}"}
      - when: steps.made.outcome != "skipped"
        do: {run: "use ${{ steps.made.said }}"}
`, replies: map[string][]reply{"gate": {says("1"), says("0")}, "make a": {says("it")}}, sent: []string{"w1 gate", "w1 make a", "w1 use it", "w1 gate"},
		},
		{
			name: "a hop without a release refuses before the first round of a run",
			stages: `
  - stage: Climb
    for_each: {hop: "ladder(inputs.from, inputs.to)"}
    hosts: w1
    steps: [{do: {run: "up ${{ hop }}"}}]
`, given: map[string]string{"from": "1.20.0"}, exit: run.ExitRefused,
			told: "stage.ended Climb = refused : for_each: hop = 1.21.<newest> names no release hint: only a dry-run can leave the patch open: give ladder the versions on offer, as its third argument",
		},
		{
			name: "a dry-run shows such a hop", offline: true,
			stages: `
  - stage: Climb
    for_each: {hop: "ladder(inputs.from, inputs.to)"}
    hosts: w1
    steps: [{do: {run: "up ${{ hop }}"}}]
`, given: map[string]string{"from": "1.20.0"},
			told: `
stage.started Climb[hop=1.21.<newest>] : w1 hosts w1
stage.ended Climb[hop=1.21.<newest>] = ok
stage.started Climb[hop=1.22.3] : w1 hosts w1
stage.ended Climb[hop=1.22.3] = ok`,
		},
		{
			name: "a list that a skipped step would have made refuses",
			stages: `
  - stage: Look
    hosts: w1
    steps: [{id: list, when: 1 > 2, look: {run: list}}]
  - stage: Each
    for_each: {word: steps.list.words}
    hosts: w1
    steps: [{do: {run: "say ${{ word }}"}}]
`, exit: run.ExitRefused,
		},
		{
			name: "a failure in a round ends the loop",
			stages: `
  - stage: Each
    for_each: {word: inputs.words}
    hosts: w1
    steps: [{do: {run: "say ${{ word }}"}}]
`, replies: map[string][]reply{"say a": {no}}, sent: []string{"w1 say a"}, exit: run.ExitFailed,
		},
		{
			name: "a dry-run that does not know the list shows one round", offline: true,
			stages: `
  - stage: Look
    hosts: w1
    steps: [{id: list, look: {run: list}}]
  - stage: Each
    for_each: {word: steps.list.words}
    hosts: w1
    steps: [{do: {run: "say ${{ word }}"}}]
`, told: `
stage.started Look : w1 hosts w1
stage.ended Look = ok
stage.started Each[word=…] : w1 hosts w1
stage.ended Each[word=…] = ok`,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := scene{inputs: targets, stages: test.stages, given: test.given, replies: test.replies, offline: test.offline}.play(t)
			same(t, "commands", p.hosts.sent(), test.sent)
			if test.told != "" {
				same(t, "stages", p.lines(run.StageStarted, run.StageEnded), text(test.told))
			}
			if p.Exit != test.exit {
				t.Errorf("exit %d (%s), want %d", p.Exit, p.Text, test.exit)
			}
		})
	}
}

func TestALadderFromAnUnknownVersionIsShownByItsLastHop(t *testing.T) {
	const stages = `
  - stage: Look
    hosts: w1
    steps: [{id: now, look: {run: now}}]
  - stage: Climb
    for_each: {hop: "ladder(version(steps.now.said) ?? inputs.from, inputs.to)"}
    hosts: w1
    steps: [{do: {run: "up ${{ hop }}"}}]
`
	tests := []struct {
		name    string
		offline bool
		given   map[string]string
		told    string
	}{
		{name: "offline it says how to see the others", offline: true, told: `
note Climb depends steps.now.said,inputs.from : steps.now.said is not known here: there may be a hop before the first that is shown; -e from=… says where to begin
action.planned Climb[hop=1.22.3] w1 1:do #1 $ up 1.22.3 mutates`},
		{name: "with a beginning it says that a run looks for itself", offline: true, given: map[string]string{"from": "1.22.1"}, told: `
note Climb depends steps.now.said : steps.now.said is not known here: a run may find another hop than what is shown
action.planned Climb[hop=1.22.3] w1 1:do #1 $ up 1.22.3 mutates`},
		{name: "a run that knows the version does not miss the input"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := scene{
				inputs: targets, stages: stages, given: test.given, offline: test.offline,
				replies: map[string][]reply{"now": {{out: "1.22.1"}}},
			}.play(t)
			same(t, "events", slices.DeleteFunc(p.lines(run.Noted, run.ActionPlanned), func(line string) bool { return strings.Contains(line, " Look ") }), text(test.told))
		})
	}
}

func TestAStagesGuard(t *testing.T) {
	const stages = `
  - stage: Look
    hosts: w1
    steps: [{id: facts, when: inputs.look, look: {run: facts}}]
  - stage: Guarded
    when: steps.facts.number > 1
    stages:
      - stage: Inner
        hosts: w1
        steps: [{do: {run: inner}}]
`
	const inputs = "inputs:\n  look: {type: bool, default: true}\n"
	tests := []struct {
		name    string
		facts   string
		given   map[string]string
		offline bool
		told    string
		exit    int
	}{
		{name: "true", facts: "2", told: "stage.started Guarded / stage.started Guarded/Inner : w1 hosts w1 / stage.ended Guarded/Inner = ok / stage.ended Guarded = ok"},
		{name: "false", facts: "1", told: "stage.ended Guarded = skipped : when: steps.facts.number > 1 is false"},
		{
			name: "unknown in a run", given: map[string]string{"look": "false"}, exit: run.ExitRefused,
			told: "stage.ended Guarded = refused : when: steps.facts.number is not known hint: the step facts was skipped: ask steps.facts.outcome first",
		},
		{
			name: "unknown in a dry-run", offline: true,
			told: "stage.started Guarded if steps.facts.number > 1 / stage.started Guarded/Inner if steps.facts.number > 1 : w1 hosts w1 / stage.ended Guarded/Inner = ok / stage.ended Guarded = ok",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := scene{inputs: inputs, stages: stages, given: test.given, offline: test.offline, replies: map[string][]reply{"facts": {says(test.facts)}}}.play(t)
			same(t, "stages", p.lines(run.StageStarted, run.StageEnded)[2:], slashed(test.told))
			if p.Exit != test.exit {
				t.Errorf("exit %d (%s), want %d", p.Exit, p.Text, test.exit)
			}
		})
	}
}

func TestAFailureInsideEndsTheStageAroundAndTheRun(t *testing.T) {
	p := scene{stages: `
  - stage: Outer
    stages:
      - stage: Inner
        hosts: w1
        steps: [{do: {run: act}}]
      - stage: Second
        hosts: w1
        steps: [{do: {run: second}}]
  - stage: Next
    hosts: w2
    steps: [{do: {run: next}}]
`, replies: map[string][]reply{"act": {no}}}.play(t)
	same(t, "stages", p.lines(run.StageStarted, run.StageEnded), text(`
stage.started Outer
stage.started Outer/Inner : w1 hosts w1
stage.ended Outer/Inner = failed
stage.ended Outer = failed`))
	same(t, "commands", p.hosts.sent(), []string{"w1 act"})
}
