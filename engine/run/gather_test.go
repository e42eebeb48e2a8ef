package run_test

import (
	"slices"
	"strings"
	"testing"

	"rung/engine/run"
)

// What stands in the way is told all at once, on every host, and nothing after it is begun.
func TestAStageThatGathersTellsAll(t *testing.T) {
	p := scene{
		stages: `
  - stage: Before
    gather: true
    stages:
      - stage: Hosts
        hosts: workers
        steps:
          - id: a
            look: {run: facts}
          - require: steps.a.number < 2
            else: "${{ host.name }} has ${{ steps.a.said }}"
          - require: host.name != "w3"
            else: w3 is wrong
      - stage: All
        hosts: cp1
        steps:
          - require: max(fleet.a.number) < 3
            else: the most are ${{ max(fleet.a.number) }}
          - look: {run: fine}
  - stage: After
    hosts: all
    steps: [{do: {run: change}}]
`,
		replies: map[string][]reply{"w1 facts": {{out: "1"}}, "w2 facts": {{out: "5"}}, "w3 facts": {{exit: 1}}},
	}.play(t)
	same(t, "sent", slices.Sorted(slices.Values(p.hosts.sent())), []string{"cp1 fine", "w1 facts", "w2 facts", "w3 facts"})
	if p.Exit != run.ExitRefused || !strings.HasPrefix(p.Text, "4 things stand in the way; the first: ") {
		t.Errorf("it ended with %d: %s", p.Exit, p.Text)
	}
	got := map[string]bool{}
	for _, line := range p.endings() {
		got[line] = true
	}
	for _, want := range []string{
		"Before/Hosts w2 2 = refused : w2 has 5 hint: seen: steps.a.number = 5",
		"Before/Hosts w3 1:look = failed : the command exited with 1; it printed nothing",
		"Before/Hosts w3 2 = skipped : not judged: require: steps.a.number is not known",
		"Before/Hosts w3 3 = refused : w3 is wrong hint: seen: host.name = w3",
	} {
		if !got[want] {
			t.Errorf("nobody said %q", want)
		}
	}
	if t.Failed() {
		t.Logf("%q", p.endings())
	}
}

func TestAStageThatGathersChangesNothing(t *testing.T) {
	p := scene{stages: `
  - stage: Before
    gather: true
    hosts: w1
    steps: [{do: {run: change}}, {look: {run: on}}]
`}.play(t)
	same(t, "sent", slices.Sorted(slices.Values(p.hosts.sent())), []string{"w1 on"})
	if p.Exit != run.ExitRefused || p.Text != "w1: a stage that gathers only reads, and this step would change something" {
		t.Errorf("it ended with %d: %s", p.Exit, p.Text)
	}
}

func TestAStageThatGathersNothingGoesOn(t *testing.T) {
	p := scene{stages: `
  - stage: Before
    gather: true
    hosts: workers
    steps: [{look: {run: fine}}]
  - stage: After
    hosts: w1
    steps: [{do: {run: change}}]
`}.play(t)
	if p.Exit != run.ExitDone {
		t.Errorf("it ended with %d: %s", p.Exit, p.Text)
	}
	same(t, "sent", slices.Sorted(slices.Values(p.hosts.sent())), []string{"w1 change", "w1 fine", "w2 fine", "w3 fine"})
}

// fleet has what each host's step put out, once its stage is over; hosts that left it out add nothing.
func TestTheFleetIsListedOnceAStageIsOver(t *testing.T) {
	p := scene{stages: `
  - stage: Look
    hosts: workers
    steps:
      - id: a
        when: host.name != "w2"
        look: {run: words}
  - stage: Use
    hosts: cp1
    steps:
      - do: {run: "use ${{ join(common(fleet.a.words), \"+\") }}"}
`, replies: map[string][]reply{"w1 words": {{out: "x y z"}}, "w3 words": {{out: "q z y"}}}}.play(t)
	same(t, "sent", slices.Sorted(slices.Values(p.hosts.sent())), []string{"cp1 use y+z", "w1 words", "w3 words"})
}
