package run_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"rung/engine/run"
)

const parted = `
sequences:
  outer:
    parameters: {what: {}, often: {type: int, default: 1}}
    steps:
      - sequence: inner
        with: {what: "${{ parameters.what }}-inside"}
      - do: {run: "end ${{ parameters.what }}"}
        when: parameters.often > 1
  inner:
    parameters: {what: {}, mode: {type: choice, choices: [a, b], default: a}}
    steps:
      - id: x
        do: {run: "${{ parameters.mode }} ${{ parameters.what }}"}
`

func TestASequenceReadsItsOwnParameters(t *testing.T) {
	p := scene{inputs: parted, steps: `
  - id: made
    look: {run: look}
  - sequence: outer
    with: {what: "${{ steps.made.said }}", often: "${{ steps.made.number }}"}
  - sequence: inner
    with: {what: "of ${{ host.name }}", mode: b}
  - sequence: outer
    with: {what: other}
`, replies: map[string][]reply{"look": {says("7")}}}.play(t)
	same(t, "commands", p.hosts.sent(), []string{"w1 look", "w1 a 7-inside", "w1 end 7", "w1 b of w1", "w1 a other-inside"})
}

// What is given is worked out as the call begins: here, before the host w2 has left the window.
func TestWhatACallGivesIsWorkedOutOnce(t *testing.T) {
	p := scene{stages: `
  - stage: S
    hosts: w1,w2
    at_once: 2
    steps:
      - do: {run: "wait ${{ host.name }}"}
      - sequence: outer
        with: {what: "${{ len(window.nodes) }}", often: 2}
        when: host.name == "w1"
`, inputs: parted, replies: map[string][]reply{"wait w1": {{takes: time.Second}}, "wait w2": {{takes: time.Minute}}, "a 2-inside": {{takes: time.Hour}}}}.play(t)
	own := slices.DeleteFunc(p.hosts.sent(), func(line string) bool { return strings.HasPrefix(line, "w2") })
	same(t, "commands", own, []string{"w1 wait w1", "w1 a 2-inside", "w1 end 2"})
}

func TestADryRunShowsWhatAParameterIsMadeOf(t *testing.T) {
	p := scene{inputs: parted, offline: true, steps: `
  - id: made
    look: {run: look}
  - sequence: outer
    with: {what: "pre-${{ steps.made.said }}", often: "${{ steps.made.number }}"}
  - sequence: inner
    with: {what: "${{ steps.made.said }}"}
`}.play(t)
	same(t, "events", p.lines(run.ActionPlanned), text(`
action.planned S w1 1:look #1 $ look
action.planned S w1 2.1.1:do #1 $ a 'pre-<steps.made.said>-inside' mutates
action.planned S w1 2.2:do #1 $ end 'pre-<steps.made.said>' mutates if parameters.often > 1
action.planned S w1 3.1:do #1 $ a '<steps.made.said>' mutates
`))
}

// outerToo calls what is not called otherwise.
const outerToo = "  - sequence: outer\n    with: {what: x}\n"

func TestWhatIsGivenMayLackAValueOrHaveAWrongOne(t *testing.T) {
	for _, test := range []struct{ name, steps, end string }{
		{
			"a step that never ran", "  - id: made\n    when: host.name == \"w2\"\n    look: {run: look}\n  - sequence: inner\n    with: {what: \"${{ steps.made.said }}\"}\n" + outerToo,
			"S w1 2.1:do = refused : steps.made.said is not known hint: the step made was skipped: ask steps.made.outcome first",
		},
		{
			"a choice that there is not", "  - sequence: inner\n    with: {what: x, mode: \"${{ host.name }}\"}\n" + outerToo,
			`S w1 1 = failed : with: mode must be one of a, b, not "w1"`,
		},
		{
			"an expression that goes wrong", "  - sequence: outer\n    with: {what: x, often: \"${{ 1 % (len(host.name) - 2) }}\"}\n",
			"S w1 1 = failed : with: often 1 % (len(host.name) - 2): this divides by zero",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := scene{inputs: parted, steps: test.steps}.play(t)
			lines := p.endings()
			if got := lines[len(lines)-1]; got != test.end {
				t.Errorf("got  %s\nwant %s", got, test.end)
			}
			same(t, "commands", p.hosts.sent(), nil)
		})
	}
}

const included = `
playbook: included
include: [lib.yaml]
inputs: {word: {}, hosts: {default: w1}}
stages:
  - stage: Look
    hosts: ${{ inputs.hosts }}
    steps:
      - id: seen
        when: inputs.word == "never"
        look: {run: look}
      - name: An id of its own
        when: steps.seen.outcome == "skipped"
        do: {run: "say ${{ inputs.word }}"}
      - sequence: apart
        with: {what: "${{ inputs.word }}"}
  - stage: Maybe
    when: inputs.word == "never"
    hosts: w1
    steps:
      - id: first
        look: {run: look}
  - stage: Later
    hosts: w1
    steps:
      - do: {run: "none is ${{ steps.first.said ?? \"none\" }}"}
`

const library = `
inputs: {greeting: {default: hello}}
sequences:
  apart:
    parameters: {what: {}}
    steps:
      - id: seen
        look: {run: "see ${{ parameters.what }}"}
      - do: {run: "${{ inputs.greeting }} ${{ steps.seen.said }}"}
`

// What is included has names of its own: here they are all those of the playbook around it.
func TestWhatIsIncludedStandsByItself(t *testing.T) {
	p := scene{
		inputs: "include: [lib.yaml]\ninputs: {word: {default: outer}, greeting: {default: hi}}",
		files:  map[string]string{"lib.yaml": library, "sub.yaml": included},
		stages: `
  - stage: S
    hosts: w1
    steps:
      - id: seen
        look: {run: "look"}
      - id: first
        look: {run: "look"}
      - sequence: apart
        with: {what: "${{ steps.seen.said }}"}
      - do: {run: "still ${{ steps.seen.said }} ${{ inputs.word }}"}
  - stage: Included
    include: sub.yaml
    with: {word: "of ${{ inputs.word }}", hosts: "w2,${{ groups.control_plane[0] }}"}
  - stage: After
    hosts: w1
    steps:
      - do: {run: "after ${{ steps.seen.said }} ${{ inputs.word }}"}
`,
		replies: map[string][]reply{"look": {says("1"), says("1")}, "see 1": {says("2")}, "see of outer": {says("3"), says("3")}},
	}.play(t)
	if p.Exit != run.ExitDone {
		t.Fatal(p.Text)
	}
	sent := p.hosts.sent()
	slices.Sort(sent)
	same(t, "commands", sent, text(`
cp1 hello 3
cp1 say of outer
cp1 see of outer
w1 after 1 outer
w1 hi 2
w1 look
w1 look
w1 none is none
w1 see 1
w1 still 1 outer
w2 hello 3
w2 say of outer
w2 see of outer
`))
}

func TestAnIncludedStageIsGuardedAsOthersAre(t *testing.T) {
	p := scene{
		files: map[string]string{"lib.yaml": library, "sub.yaml": included}, offline: true,
		inputs: "inputs: {word: {optional: true}}",
		stages: `
  - stage: First
    hosts: w1
    steps:
      - id: made
        look: {run: look}
  - stage: Included
    include: sub.yaml
    when: steps.made.number > 1
    with: {word: "a word"}
  - stage: Never
    include: sub.yaml
    when: "false"
    with: {word: "a word"}
`,
	}.play(t)
	same(t, "events", p.lines(run.ActionPlanned, run.StageStarted, run.StageEnded), text(`
stage.started First : w1 hosts w1
action.planned First w1 1:look #1 $ look
stage.ended First = ok
stage.started Included if steps.made.number > 1
stage.started Included/Look if steps.made.number > 1 : w1 hosts w1
action.planned Included/Look w1 2:do #1 $ say a word mutates if steps.made.number > 1
action.planned Included/Look w1 3.1:look #1 $ see a word if steps.made.number > 1
action.planned Included/Look w1 3.2:do #1 $ hello '<steps.seen.said>' mutates if steps.made.number > 1
stage.ended Included/Look = ok
stage.ended Included/Maybe = skipped : when: inputs.word == "never" is false
stage.started Included/Later if steps.made.number > 1 : w1 hosts w1
action.planned Included/Later w1 1:do #1 $ none is none mutates if steps.made.number > 1
stage.ended Included/Later = ok
stage.ended Included = ok
stage.ended Never = skipped : when: false is false
`))
}

func TestADryRunHandsOnWhatIsStillToCome(t *testing.T) {
	p := scene{
		files: map[string]string{"lib.yaml": library}, inputs: "include: [lib.yaml]", offline: true,
		steps: "  - id: seen\n    look: {run: look}\n  - sequence: apart\n    with: {what: \"${{ steps.seen.said }}\"}\n  - do: {run: \"after ${{ steps.seen.said }}\"}\n",
	}.play(t)
	same(t, "events", p.lines(run.ActionPlanned), text(`
action.planned S w1 1:look #1 $ look
action.planned S w1 2.1:look #1 $ see '<steps.seen.said>'
action.planned S w1 2.2:do #1 $ hello '<steps.seen.said>' mutates
action.planned S w1 3:do #1 $ after '<steps.seen.said>' mutates
`))
}
