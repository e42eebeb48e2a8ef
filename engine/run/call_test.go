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
`, inputs: parted, replies: map[string][]reply{"wait w2": {{takes: time.Minute}}, "a 2-inside": {{takes: time.Hour}}}}.play(t)
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
