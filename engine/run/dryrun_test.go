package run_test

import (
	"testing"

	"rung/engine/run"
)

const rehearsed = `
  - stage: Look
    hosts: w1
    steps:
      - id: facts
        look: {run: facts}
      - name: Is it large
        require: steps.facts.number > 1
        else: "${{ host.name }} is too small: ${{ steps.facts.number }}"
  - stage: Act
    hosts: w1
    when: steps.facts.said != "done"
    steps:
      - id: made
        when: steps.facts.number > 2
        do: {run: "make ${{ steps.facts.said }}", check: "check ${{ host.name }}"}
      - look: {run: see, count: "${{ steps.facts.number }}"}
      - look: {run: wait, admin: true, for: 10m}
      - do: {run: one, then: two, admin: true}
`

func TestOfflineTellsEverythingAndDoesNothing(t *testing.T) {
	p := scene{stages: rehearsed, offline: true, hosts: `
defaults: {sudo: true, env: {https_proxy: "http://proxy"}}
hosts: {cp1: {sudo: false}, w1: {}}
groups: {control_plane: [cp1]}
`}.play(t)
	same(t, "events", p.lines(), text(`
run.started
stage.started Look : w1 hosts w1
host.started Look w1
step.started Look w1 1:look
action.planned Look w1 1:look #1 $ sudo facts
step.ended Look w1 1:look = planned
action.planned Look w1 2 require steps.facts.number > 1 : w1 is too small: <steps.facts.number>
step.ended Look w1 2 = planned
host.ended Look w1 = planned
stage.ended Look = ok
stage.started Act if steps.facts.said != "done" : w1 hosts w1
host.started Act w1
step.started Act w1 1:do mutates
action.planned Act w1 1:do #1 $ sudo make '<steps.facts.said>' check $ check w1 mutates if steps.facts.said != "done" and steps.facts.number > 2
step.ended Act w1 1:do = planned
action.planned Act w1 2:look if steps.facts.said != "done" depends steps.facts.number
step.ended Act w1 2:look = planned
step.started Act w1 3:look
action.planned Act w1 3:look #1 on cp1 $ wait if steps.facts.said != "done" until wait succeeds: every 5s, at most 10m
step.ended Act w1 3:look = planned
step.started Act w1 4:do mutates
action.planned Act w1 4:do #1 on cp1 $ one mutates if steps.facts.said != "done"
action.planned Act w1 4:do #2 $ sudo two mutates if steps.facts.said != "done"
step.ended Act w1 4:do = planned
host.ended Act w1 = planned
stage.ended Act = ok
run.ended = ok`))
	same(t, "commands", p.hosts.log, nil)
}

func TestOfflineSaysWhatARunWouldRefuse(t *testing.T) {
	p := scene{offline: true, stages: `
  - stage: S
    hosts: w1
    steps:
      - {id: made, when: 1 > 2, do: {run: make}}
      - do: {run: "act ${{ steps.made.said }}"}
`}.play(t)
	if p.Exit != run.ExitRefused {
		t.Errorf("exit %d, want 4", p.Exit)
	}
}

func TestOfflineSaysOnWhatAHostDependsThatOnlyARunKnows(t *testing.T) {
	p := scene{offline: true, stages: `
  - stage: S
    hosts: w1
    steps:
      - {id: who, look: {run: see}}
      - {on: "${{ steps.who.said }}", do: {run: act}}
      - do: {run: other}
`}.play(t)
	same(t, "events", p.lines(), text(`
run.started
stage.started S : w1 hosts w1
host.started S w1
step.started S w1 1:look
action.planned S w1 1:look #1 $ see
step.ended S w1 1:look = planned
action.planned S w1 2:do depends steps.who.said
step.ended S w1 2:do = planned
step.started S w1 3:do mutates
action.planned S w1 3:do #1 $ other mutates
step.ended S w1 3:do = planned
host.ended S w1 = planned
stage.ended S = ok
run.ended = ok`))
}

func TestLiveReadsAndChangesNothing(t *testing.T) {
	tests := []struct {
		name    string
		stages  string
		replies map[string][]reply
		sent    []string
		told    string
		exit    int
	}{
		{
			name: "reads are performed, and guards decided by them", stages: rehearsed, replies: map[string][]reply{"facts": {says("3")}},
			sent: []string{"w1 facts", "w1 check w1"}, told: `
action.planned Act w1 1:do #1 $ make 3 check $ check w1 mutates
action.planned Act w1 2:look #1 $ see
action.planned Act w1 3:look #1 on cp1 $ wait until wait succeeds: every 5s, at most 10m
action.planned Act w1 4:do #1 on cp1 $ one mutates
action.planned Act w1 4:do #2 $ two mutates`,
		},
		{
			name: "a check that says done leaves nothing to tell, and nothing is stale", stages: rehearsed, replies: map[string][]reply{"facts": {says("3")}, "check w1": {{}}},
			sent: []string{"w1 facts", "w1 check w1", "w1 see", "cp1 wait"}, told: `
action.planned Act w1 4:do #1 on cp1 $ one mutates
action.planned Act w1 4:do #2 $ two mutates`,
		},
		{
			name: "a guard that is false refuses, as it would in a run", stages: rehearsed, replies: map[string][]reply{"facts": {says("1")}},
			sent: []string{"w1 facts"}, exit: run.ExitRefused,
		},
		{
			name: "a check without an answer fails", stages: rehearsed, replies: map[string][]reply{"facts": {says("3")}, "check w1": {{exit: 9}}},
			sent: []string{"w1 facts", "w1 check w1"}, exit: run.ExitFailed,
		},
		{
			name: "other hosts are still read after a planned change; the cluster is not", sent: []string{"w2 see"},
			stages: `
  - stage: One
    hosts: w1
    steps: [{do: {run: act}}, {look: {run: see}}]
  - stage: Two
    hosts: w2
    steps: [{look: {run: see}}, {look: {run: nodes, admin: true}}]
`, told: `
action.planned One w1 1:do #1 $ act mutates
action.planned One w1 2:look #1 $ see
action.planned Two w2 2:look #1 on cp1 $ nodes`,
		},
		{name: "a host is not read after a planned change that another stands for", stages: `
  - stage: One
    hosts: w1
    steps: [{on: w2, do: {run: act}}]
  - stage: Two
    hosts: w2
    steps: [{look: {run: see}}]
`, told: `
action.planned One w1 1:do #1 on w2 $ act mutates
action.planned Two w2 1:look #1 $ see`},
		{name: "what stands under an unknown guard, or holds an unknown name, is not asked", stages: `
  - stage: One
    hosts: w1
    steps: [{id: made, do: {run: act}}]
  - stage: Two
    hosts: w2
    steps:
      - when: steps.made.changed
        look: {run: see}
      - look: {run: "see ${{ steps.made.said }}"}
      - look: {run: other}
  - stage: Three
    when: steps.made.changed
    hosts: w3
    steps: [{look: {run: see}}, {do: {run: act, check: check}}]
`, sent: []string{"w2 other"}, told: `
action.planned One w1 1:do #1 $ act mutates
action.planned Two w2 1:look #1 $ see if steps.made.changed
action.planned Two w2 2:look #1 $ see '<steps.made.said>'
action.planned Three w3 1:look #1 $ see if steps.made.changed
action.planned Three w3 2:do #1 $ act check $ check mutates if steps.made.changed`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := scene{stages: test.stages, replies: test.replies, live: true}.play(t)
			same(t, "commands", p.hosts.sent(), test.sent)
			same(t, "told", p.lines(run.ActionPlanned), text(test.told))
			if p.Exit != test.exit {
				t.Errorf("exit %d (%s), want %d", p.Exit, p.Text, test.exit)
			}
		})
	}
}
