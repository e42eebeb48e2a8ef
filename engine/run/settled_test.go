package run_test

import (
	"strings"
	"testing"

	"rung/engine/diag"
	"rung/engine/run"
)

// settles holds what Settled finds in s against a line each; of a refusal, with its hint.
func settles(t *testing.T, s scene, mistakes, refusals string) {
	t.Helper()
	found, refused, end := run.Settled(t.Context(), s.plan(t))
	lines := func(l diag.List, hints bool) (all []string) {
		for _, d := range l {
			line := d.Pos.String() + ": " + d.Text
			if hints && d.Hint != "" {
				line += " hint: " + d.Hint
			}
			all = append(all, line)
		}
		return all
	}
	same(t, "found", lines(found, false), text(mistakes))
	same(t, "refused", lines(refused, true), text(refusals))
	if end.Exit != run.ExitDone {
		t.Errorf("the walk ends with %d, %q", end.Exit, end.Text)
	}
}

// A guard that is false is said with what it saw, wherever it stands, beside every other and beside the mistakes: but in a
// stage that gathers, which tells it in the run beside what the hosts say.
func TestSettledTellsEveryGuardThatIsFalse(t *testing.T) {
	settles(t, scene{stages: `
  - {stage: G, hosts: workers, gather: true, steps: [{require: host.name == "cp1"}, {look: {run: nonsense}}]}
  - {stage: S, hosts: workers, steps: [{require: host.name == "w1"}, {require: len(groups.workers) > 5, else: too few workers}]}
  - stage: P
    stages: [{stage: O, hosts: all, steps: [{require: 1 > 2, else: never}]}]`},
		"toy.yaml:5:85: look: invalid syntax, on w1, w2, w3", `
toy.yaml:6:50: host.name == "w1" is false, on w2 hint: seen: host.name = w2
toy.yaml:6:50: host.name == "w1" is false, on w3 hint: seen: host.name = w3
toy.yaml:6:80: too few workers, on w1, w2, w3 hint: seen: groups.workers = w1, w2, w3
toy.yaml:8:55: never, on cp1, w1 and 2 more hosts`)
}

// What is so at one place on many hosts, on each with values of its own, is told as the first few see it.
func TestSettledTellsOfOnePlaceAFew(t *testing.T) {
	s := scene{hosts: "hosts: {a1: {}, a2: {}, a3: {}, a4: {}, a5: {}, a6: {}}\n", stages: `
  - {stage: S, hosts: all, steps: [{require: host.name == "x"}, {when: host.name != "a4", on: "${{ host.name }}x", look: {run: see}}]}
  - {stage: L, for_each: {n: '[1, 2, 3, 4, 5]'}, hosts: a1, steps: [{require: n > 5}]}
  - {stage: M, for_each: {n: '["a", "b", "c", "d"]'}, hosts: all, at_once: "${{ n }}", steps: [{look: {run: see}}]}`}
	settles(t, s, `
toy.yaml:5:65: a1x is neither a group nor a host, on a1
toy.yaml:5:65: a2x is neither a group nor a host, on a2
toy.yaml:5:65: a3x is neither a group nor a host, on a3, and with other values on 2 more hosts
toy.yaml:7:77: at_once: "a" is not a count: want a number or a percentage, such as 2 or 10%
toy.yaml:7:77: at_once: "b" is not a count: want a number or a percentage, such as 2 or 10%
toy.yaml:7:77: at_once: "c" is not a count: want a number or a percentage, such as 2 or 10%, and with other values 1 more time`, `
toy.yaml:5:46: host.name == "x" is false, on a1 hint: seen: host.name = a1
toy.yaml:5:46: host.name == "x" is false, on a2 hint: seen: host.name = a2
toy.yaml:5:46: host.name == "x" is false, on a3, and with other values on 3 more hosts hint: seen: host.name = a3
toy.yaml:6:79: n > 5 is false, on a1 hint: seen: n = 1
toy.yaml:6:79: n > 5 is false, on a1 hint: seen: n = 2
toy.yaml:6:79: n > 5 is false, on a1, and with other values 2 more times hint: seen: n = 3`)
}

// A guard that cannot be answered is a mistake, and its reason is told beside what it says where it is false.
func TestSettledSaysWhyAGuardCannotBeAnswered(t *testing.T) {
	found, _, _ := run.Settled(t.Context(), scene{inputs: "inputs:\n  at: {type: string, default: nonsense}\n", stages: `
  - {stage: S, hosts: w1, steps: [{require: version(inputs.at) >= version("1.30.0"), else: "too old for ${{ inputs.at }}"}, {do: {run: nonsense}}]}`}.plan(t))
	var lines []string
	for _, d := range found {
		lines = append(lines, d.Text+" ["+d.Code+"] "+d.Hint)
	}
	same(t, "found", lines, []string{`too old for nonsense, on w1 [value] "nonsense" is not a version: want three numbers, such as 1.21.14`, "do: invalid syntax, on w1 [value] "})
}

func TestSettledSaysWhatARunWouldComeUponWhateverTheHostsSay(t *testing.T) {
	tests := []struct{ name, inputs, stages, found, refused string }{
		{name: "nothing", stages: "  - {stage: S, hosts: w1, steps: [{do: {run: act}}]}"},
		{
			name: "a change in a stage that gathers, behind one that changes something",
			stages: `
  - {stage: S, hosts: w1, steps: [{do: {run: act}}]}
  - {stage: G, hosts: w1, gather: true, steps: [{do: {run: act}}]}`,
			found: "toy.yaml:6:49: a stage that gathers only reads, and this step would change something, on w1",
		},
		{
			name: "a change in admit, also under a guard that is open",
			stages: `
  - {stage: L, hosts: w1, steps: [{id: facts, look: {run: see}}]}
  - stage: S
    hosts: w1
    admit: [{when: steps.facts.number > 1, do: {run: act}}]
    steps: [{do: {run: act}}]`,
			found: "toy.yaml:8:13: the steps of admit only read, and this one would change something, on w1",
		},
		{
			name: "fields that a step refuses, once for all hosts, and further mistakes behind them",
			stages: `
  - {stage: S, hosts: "w1,w2,w3,cp1", steps: [{do: {run: "${{ host.name == host.node ? \"nonsense\" : \"act\" }}"}}]}
  - {stage: O, hosts: w1, steps: [{on: workers, do: {run: act}}]}`,
			found: `
toy.yaml:5:47: do: invalid syntax, on cp1, w1 and 2 more hosts
toy.yaml:6:35: on: workers names 3 hosts; want exactly one, on w1`,
		},
		{
			name: "fields that a step of admit refuses, and a host that it cannot name",
			stages: `
  - stage: S
    hosts: w1
    admit: [{look: {run: "${{ host.name == host.node ? \"nonsense\" : \"see\" }}"}}, {on: "${{ host.name == \"w1\" ? \"all\" : \"w1\" }}", look: {run: see}}]
    steps: [{do: {run: act}}]`,
			found: `
toy.yaml:7:13: look: invalid syntax, on w1
toy.yaml:7:86: on: all names 4 hosts; want exactly one, on w1`,
		},
		{
			name: "counts that a loop gives, each at its own place",
			stages: `
  - stage: S
    for_each: {n: '["few"]'}
    hosts: workers
    at_once: "${{ n }}"
    steps: [{do: {run: act}}]
  - stage: O
    for_each: {n: '["many"]'}
    hosts: workers
    max_failures: "${{ n }}"
    steps: [{do: {run: act}}]`,
			found: `
toy.yaml:8:15: at_once: "few" is not a count: want a number or a percentage, such as 2 or 10%
toy.yaml:13:20: max_failures: "many" is not a count: want a number or a percentage, such as 2 or 10%`,
		},
		{
			name:   "a variable that no file gives",
			stages: `  - {stage: S, hosts: w1, steps: [{when: 'host.vars.rack == "a"', do: {run: act}}, {do: {run: "${{ host.vars.rack }}"}}]}`,
			found: `
toy.yaml:4:43: when: host.vars.rack is not known, on w1
toy.yaml:4:84: host.vars.rack is not known, on w1`,
		},
		{
			name: "nothing of what hangs on an answer of the hosts",
			stages: `
  - {stage: L, hosts: w1, steps: [{id: facts, look: {run: see}}]}
  - stage: S
    hosts: w1
    admit: [{require: 1 > 2}]
    steps:
      - {when: steps.facts.number > 1, do: {run: "${{ host.vars.rack }}"}}
      - {when: steps.facts.number > 1, require: host.name == "w2"}
      - {do: {run: "${{ steps.facts.number > 1 ? \"nonsense\" : \"act\" }}"}}
      - {ignore_failure: true, do: {run: "${{ host.name == \"w1\" ? \"nonsense\" : \"act\" }}"}}
      - require: "\"w3\" in run.skipped"
  - stage: W
    when: steps.facts.number > 1
    hosts: w1
    steps: [{do: {run: "${{ host.vars.rack }}"}}]`,
		},
		{
			name: "what else is wrong with a step whose host only a run knows",
			stages: `
  - {stage: L, hosts: w1, steps: [{id: who, look: {run: see}}]}
  - {stage: S, hosts: workers, steps: [{on: "${{ steps.who.said }}", do: {run: act}}, {on: "${{ steps.who.said }}", do: {run: nonsense}}]}
  - {stage: G, hosts: w1, gather: true, steps: [{on: "${{ steps.who.said }}", do: {run: act}}]}
  - {stage: N, hosts: w1, steps: [{id: never, when: 1 > 2, look: {run: see}}, {on: "${{ steps.never.said }}", do: {run: act}}]}`,
			found: `
toy.yaml:6:87: do: invalid syntax, on w1, w2, w3
toy.yaml:7:49: a stage that gathers only reads, and this step would change something, on w1
toy.yaml:8:79: on: steps.never.said is not known, on w1`,
		},
		{
			name:   "a stage that does not start, and nothing of those who read what is in it",
			inputs: "inputs:\n  few: {type: string, default: few}\n",
			stages: `
  - stage: P
    when: version(inputs.few) > version("1.2.3")
    stages: [{stage: Q, stages: [{stage: Inner, hosts: w1, steps: [{id: inn, look: {run: see}}]}]}]
  - {stage: S, hosts: all, steps: [{require: steps.inn.number > 1}, {require: len(fleet.inn.number) > 1}]}
  - stage: T
    stages: [{stage: Left, when: 1 > 2, hosts: w1, steps: [{id: left, look: {run: see}}]}, {stage: Done, hosts: w1, steps: [{look: {run: see}}]}]
  - {stage: U, hosts: w1, steps: [{require: steps.left.number > 1}]}`,
			found: `
toy.yaml:8:11: when: version(inputs.few) > version("1.2.3"): "few" is not a version: want three numbers, such as 1.21.14
toy.yaml:13:45: require: steps.left.number is not known, on w1`,
		},
		{
			name:   "tries and a question that cannot be made of what was given, also in a stage that gathers",
			inputs: "inputs:\n  n: {type: int, default: 5000}\n  at: {type: string, default: nonsense}\n",
			stages: `
  - {stage: S, hosts: w1, steps: [{look: {run: see}, retry: "${{ inputs.n }}"}, {look: {run: see}, retry: "${{ minor(version(inputs.at)) }}"}]}
  - {stage: G, hosts: w1, gather: true, steps: [{id: never, when: 1 > 2, look: {run: see}}, {look: {run: see}, retry: "${{ inputs.n }}"}, {look: {run: see}, retry: "${{ steps.never.number }}"}]}
  - {stage: Q, hosts: w1, steps: [{confirm: "${{ host.name }} at ${{ minor(version(inputs.at)) }}?"}]}`,
			found: `
toy.yaml:8:66: retry: inputs.n is 5000; want a number from 0 to 100, on w1
toy.yaml:8:112: retry: minor(version(inputs.at)): "nonsense" is not a version: want three numbers, such as 1.21.14, on w1
toy.yaml:9:124: retry: inputs.n is 5000; want a number from 0 to 100, on w1
toy.yaml:9:170: retry: steps.never.number is not known, on w1
toy.yaml:10:70: confirm: minor(version(inputs.at)): "nonsense" is not a version: want three numbers, such as 1.21.14, on w1`,
		},
		{
			name: "a guard that is false whatever is found, and mistakes behind it",
			stages: `
  - {stage: S, hosts: w1, steps: [{require: host.name == "w2", else: "not ${{ host.name }}"}]}
  - {stage: O, hosts: w1, steps: [{on: workers, do: {run: act}}]}`,
			found: "toy.yaml:6:35: on: workers names 3 hosts; want exactly one, on w1", refused: "toy.yaml:5:45: not w1, on w1 hint: seen: host.name = w1",
		},
		{
			name:    "an admin host where the inventory has none",
			stages:  `  - {stage: S, hosts: all, steps: [{do: {run: act, admin: true}, retry: {times: 3, every: 1h}}]}`,
			found:   "toy.yaml:4:36: there is no host to run kubectl on: the inventory's group control_plane has no host left, on w1",
			refused: "",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := scene{inputs: test.inputs, stages: test.stages}
			if strings.Contains(test.name, "admin") {
				s.hosts = "hosts: {w1: {}}\n"
			}
			settles(t, s, test.found, test.refused)
		})
	}
}

// What a failure ends is said by ignore_failure, skip_host and max_failures: a run that goes on without a host is none that
// its files stop.
func TestSettledLeavesToTheRunWhatTheRunMayGoOnAfter(t *testing.T) {
	const unfit = `do: {run: "${{ host.name in %s ? \"nonsense\" : \"act\" }}"}`
	on := func(hosts ...string) string {
		return strings.Replace(unfit, "%s", `[\"`+strings.Join(hosts, `\", \"`)+`\"]`, 1)
	}
	looks := func(host string) string {
		return strings.NewReplacer("do:", "look:", "act", "see").Replace(on(host))
	}
	tests := []struct{ name, stages, found string }{
		{
			name: "a failure that may be ignored",
			stages: `
  - {stage: L, hosts: all, steps: [{id: facts, look: {run: see}}]}
  - {stage: S, hosts: all, steps: [{ignore_failure: steps.facts.number > 1, ` + on("w1", "w2") + `}]}`,
		},
		{
			name: "a host that is skipped, with what comes behind it, and in later stages",
			stages: `
  - stage: S
    hosts: all
    steps: [{skip_host: true, ` + on("w1") + `}, {require: host.name != "w1"}]
    always: [{do: {run: act}}]
  - {stage: O, hosts: all, steps: [{` + on("w1") + `}, {require: host.name != "w1"}]}`,
		},
		{
			name: "a host that may be skipped",
			stages: `
  - {stage: L, hosts: all, steps: [{id: facts, look: {run: see}}]}
  - {stage: S, hosts: all, steps: [{skip_host: steps.facts.number > 1, ` + on("w1") + `}]}`,
		},
		{
			name: "a host that may be skipped for what it says",
			stages: `
  - {stage: S, hosts: all, steps: [{skip_host: true, look: {run: see}}, {require: host.name == "cp1"}]}
  - {stage: O, hosts: all, steps: [{` + on("w1") + `}, {require: host.name == "cp1"}]}`,
		},
		{
			name: "a host that may be skipped by a step that only a run knows",
			stages: `
  - {stage: L, hosts: all, steps: [{id: facts, look: {run: see}}]}
  - {stage: S, hosts: all, steps: [{when: steps.facts.number > 1, skip_host: true, ` + on("w1") + `}, {require: host.name != "w1"}]}
  - {stage: O, hosts: all, steps: [{when: steps.facts.number > 1, skip_host: true, look: {run: see}}, {require: host.name != "w2"}]}`,
		},
		{
			name: "but not for what it says where a failure skips no host, also where the stage allows some",
			stages: `
  - {stage: A, hosts: all, admit: [{skip_host: true, look: {run: see}}], steps: [{when: 1 > 2, skip_host: true, look: {run: see}}]}
  - {stage: B, hosts: all, steps: [{ignore_failure: true, skip_host: true, look: {run: see}}], always: [{skip_host: true, look: {run: see}}]}
  - {stage: C, hosts: all, max_failures: 1, steps: [{skip_host: host.name != "w1", look: {run: see}}]}
  - {stage: O, hosts: all, steps: [{` + on("cp1", "w1", "w2") + `}]}`,
			found: "toy.yaml:8:36: do: invalid syntax, on cp1, w1",
		},
		{
			name: "but not a control plane, and not what is done for a host that was skipped",
			stages: `
  - {stage: S, hosts: all, steps: [{skip_host: true, ` + on("cp1", "w1") + `}], always: [{skip_host: true, ` + on("w1") + `}]}`,
			found: `
toy.yaml:5:36: do: invalid syntax, on cp1
toy.yaml:5:142: do: invalid syntax, on w1`,
		},
		{
			name: "and not in a stage that gathers",
			stages: `
  - stage: S
    hosts: workers
    gather: true
    max_failures: 1
    steps: [{skip_host: true, ` + looks("w1") + `}]`,
			found: "toy.yaml:9:13: look: invalid syntax, on w1",
		},
		{
			name: "and not in admit, where a host whose step fails waits",
			stages: `
  - {stage: S, hosts: workers, max_failures: 1, admit: [{` + looks("w1") + `}], steps: [{do: {run: act}}]}
  - {stage: O, hosts: workers, admit: [{ignore_failure: true, ` + looks("w2") + `}], steps: [{do: {run: act}}]}
  - {stage: P, hosts: workers, admit: [{skip_host: true, ` + looks("w3") + `}], steps: [{do: {run: act}}]}`,
			found: `
toy.yaml:5:57: look: invalid syntax, on w1
toy.yaml:6:40: look: invalid syntax, on w2
toy.yaml:7:40: look: invalid syntax, on w3`,
		},
		{
			name: "as many as may fail, with what comes behind it",
			stages: `
  - {stage: S, hosts: all, max_failures: 1, steps: [{` + on("w1") + `}, {require: host.name != "w1"}]}
  - {stage: O, hosts: all, steps: [{` + on("w1") + `}]}`,
		},
		{
			name: "but not more than may fail, nor a control plane",
			stages: `
  - {stage: S, hosts: all, max_failures: 1, steps: [{` + on("w1", "w2") + `}, {` + on("w2") + `}]}
  - {stage: O, hosts: all, max_failures: 1, steps: [{` + on("cp1", "w3") + `}]}`,
			found: `
toy.yaml:5:53: do: invalid syntax, on w1, w2
toy.yaml:5:131: do: invalid syntax, on w2
toy.yaml:6:53: do: invalid syntax, on cp1`,
		},
		{
			name: "where nobody knows how many may fail",
			stages: `
  - {stage: L, hosts: w1, steps: [{id: facts, look: {run: see}}]}
  - {stage: S, hosts: workers, max_failures: "${{ steps.facts.number }}", steps: [{` + on("w1", "w2", "w3") + `}]}`,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			settles(t, scene{stages: test.stages}, test.found, "")
		})
	}
}
