package plan_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rung/engine/inventory"
	"rung/engine/plan"
	"rung/engine/playbook"
	"rung/engine/step"
	"rung/steps"
)

const fleet = `
hosts:
  cp1: {address: 192.0.2.1}
  cp2: {address: 192.0.2.2}
  w1: {address: 192.0.2.11, node: ip-192-0-2-11}
  w2: {address: 192.0.2.12}
  w3: {address: 192.0.2.13}
groups:
  control_plane: [cp1, cp2]
  workers: [w1, w2, w3]
`

func load(t testing.TB, src string) (*playbook.Playbook, *inventory.Inventory) {
	t.Helper()
	types, err := step.NewSet(steps.All()...)
	if err != nil {
		t.Fatal(err)
	}
	pb, found := playbook.Load("p.yaml", []byte(src), types)
	if found.Err() != nil {
		t.Fatal(found)
	}
	inv, found := inventory.Load("inventory.yaml", []byte(fleet))
	if found.Err() != nil {
		t.Fatal(found)
	}
	return pb, inv
}

const patch = `playbook: patch
inputs:
  who: {about: who asks}
  group: {default: workers}
  pause: {type: duration, default: 1m}
  from: {type: version, optional: true}
stages:
  - stage: Look
    hosts: all
    steps:
      - id: facts
        host-facts: {}
  - stage: First
    hosts: control_plane[0]
    steps:
      - id: cluster
        cluster-facts: {}
  - stage: Patch
    stages:
      - stage: Some
        hosts: ${{ inputs.group }}:!w2
        steps:
          - when: not steps.facts.swap and len(steps.cluster.absent) == 0
            uncordon: {}
`

func TestStagesHaveTheirHosts(t *testing.T) {
	pb, inv := load(t, patch)
	p, found := plan.New(pb, inv, map[string]any{"who": "ann"}, plan.Narrowing{})
	if found.Err() != nil {
		t.Fatal(found)
	}
	got := map[string][]string{}
	for _, s := range append(p.Stages, p.Stages[2].Stages...) {
		got[s.Name] = s.Hosts
		if len(s.Outside) > 0 {
			t.Errorf("outside of %s: %v", s.Name, s.Outside)
		}
	}
	if diff := cmp.Diff(map[string][]string{"Look": {"cp1", "cp2", "w1", "w2", "w3"}, "First": {"cp1"}, "Patch": nil, "Some": {"w1", "w3"}}, got); diff != "" {
		t.Error(diff)
	}
	if _, given := p.Inputs["from"]; given || p.Inputs["who"] != "ann" || p.Inputs["group"] != "workers" {
		t.Errorf("inputs %v", p.Inputs)
	}
	if diff := cmp.Diff([]any{"cp1", "cp2", "ip-192-0-2-11", "w2", "w3"}, p.Base["inventory"].(map[string]any)["nodes"]); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]any{"ip-192-0-2-11", "w2", "w3"}, p.Base["nodes"].(map[string]any)["workers"]); diff != "" {
		t.Error(diff)
	}
}

func TestHostsAreLeftOutByNameOrNode(t *testing.T) {
	pb, inv := load(t, `playbook: p
inputs:
  absent: {type: list, default: []}
stages:
  - stage: Work
    hosts: workers
    except: ${{ inputs.absent }}
    steps: [{host-facts: {}}]
`)
	p, found := plan.New(pb, inv, map[string]any{"absent": []any{"ip-192-0-2-11", "w3", "elsewhere"}}, plan.Narrowing{})
	if found.Err() != nil {
		t.Fatal(found)
	}
	if diff := cmp.Diff([]string{"w2"}, p.Stages[0].Hosts); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(without(inv.Group("workers").Hosts, "w2"), p.LeftOut()); diff != "" {
		t.Error("left out: " + diff)
	}
}

// without is a list without a name.
func without(list []string, name string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return s == name })
}

func TestNarrowing(t *testing.T) {
	tests := map[string]struct {
		narrow plan.Narrowing
		want   map[string][]string // the hosts of a stage where something may change
	}{
		"to hosts":             {plan.Narrowing{Limit: "w1"}, map[string][]string{"Look": {"w1"}, "Some": {"w1"}}},
		"to a stage":           {plan.Narrowing{Stages: []string{"First"}}, map[string][]string{"First": {"cp1"}}},
		"to a stage of stages": {plan.Narrowing{Stages: []string{"Patch"}}, map[string][]string{"Some": {"w1", "w3"}}},
		"to an inner stage":    {plan.Narrowing{Stages: []string{"Some"}}, map[string][]string{"Some": {"w1", "w3"}}},
		"to both":              {plan.Narrowing{Stages: []string{"Some"}, Limit: "workers:!w1"}, map[string][]string{"Some": {"w3"}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			pb, inv := load(t, patch)
			p, found := plan.New(pb, inv, map[string]any{"who": "ann"}, test.narrow)
			if found.Err() != nil {
				t.Fatal(found)
			}
			got := map[string][]string{}
			for _, s := range append(p.Stages, p.Stages[2].Stages...) {
				for _, h := range s.Hosts {
					if !s.Outside[h] {
						got[s.Name] = append(got[s.Name], h)
					}
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// body is a playbook of two stages: every worker has facts, cp1 the cluster's.
func body(last string) string {
	return `playbook: p
inputs:
  group: {default: workers}
  n: {type: count, optional: true}
stages:
  - stage: Look
    hosts: workers
    steps:
      - id: facts
        host-facts: {}
` + last
}

func TestWhatCannotBePlanned(t *testing.T) {
	tests := map[string]struct {
		src    string
		given  map[string]any
		narrow plan.Narrowing
		want   string
		hint   string
	}{
		"an input that is missing": {src: patch, want: "p.yaml:3:3: error: the input who is not given", hint: "give it with -e who=…: who asks"},
		"an input that is unknown": {src: patch, given: map[string]any{"who": "ann", "paus": "1m"}, want: `p.yaml: error: the playbook patch has no input "paus"`, hint: "did you mean pause?"},
		"an input like no other":   {src: patch, given: map[string]any{"who": "ann", "colour": "red"}, want: `p.yaml: error: the playbook patch has no input "colour"`, hint: "its inputs are who, group, pause, from"},
		"a stage that is unknown":  {src: patch, given: map[string]any{"who": "ann"}, narrow: plan.Narrowing{Stages: []string{"Loook"}}, want: `--stage: error: the playbook has no stage "Loook"`, hint: "did you mean Look?"},
		"a group that a guard reads": {
			src:  body("  - stage: Next\n    hosts: w1\n    steps:\n      - when: host.name in groups.masters\n        uncordon: {}\n"),
			want: "p.yaml:14:9: error: this reads groups.masters, and the inventory has no group masters",
		},
		"a group whose nodes a guard reads": {
			src:  body("  - stage: Next\n    hosts: w1\n    steps:\n      - when: host.node in nodes.masters\n        uncordon: {}\n"),
			want: "p.yaml:14:9: error: this reads nodes.masters, and the inventory has no group masters",
		},
		"hosts that nobody knows": {
			src:  body("  - stage: Next\n    hosts: w1,${{ inputs.n }}\n    steps: [{uncordon: {}}]\n"),
			want: "p.yaml:12:12: error: the hosts depend on inputs.n, which is not given",
		},
		"outputs of other hosts": {
			src:  body("  - stage: Next\n    hosts: all\n    steps:\n      - when: steps.facts.swap\n        uncordon: {}\n"),
			want: `p.yaml:14:9: error: this reads steps.facts.swap, which each host of the stage "Look" has for itself; cp1, cp2 runs no such step`,
			hint: "run that step on these hosts too, or in a stage of one host, whose outputs all may read",
		},
		"outputs of hosts in a guard of a stage": {
			src:  body("  - stage: Next\n    when: steps.facts.swap\n    hosts: workers\n    steps: [{uncordon: {}}]\n"),
			want: `p.yaml:11:5: error: this reads steps.facts.swap, which each host of the stage "Look" has for itself`,
			hint: "a stage's own guards have no host: read it in a step, or make it in a stage of one host",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			pb, inv := load(t, test.src)
			p, found := plan.New(pb, inv, test.given, test.narrow)
			if p != nil || len(found) == 0 {
				t.Fatalf("it is planned: %v", found)
			}
			if got := found.Error(); got != test.want {
				t.Errorf("found\n%s\nwant\n%s", got, test.want)
			}
			if found[len(found)-1].Hint != test.hint && name != "an input that is missing" || found[0].Hint != test.hint {
				t.Errorf("hint %q, want %q", found[0].Hint, test.hint)
			}
		})
	}
}

func TestUnknownHosts(t *testing.T) {
	for name, narrow := range map[string]plan.Narrowing{"in a limit": {Limit: "w9"}, "in a group of a limit": {Limit: "masters"}} {
		pb, inv := load(t, patch)
		if p, found := plan.New(pb, inv, map[string]any{"who": "ann"}, narrow); p != nil || found.Err() == nil || found[0].Pos.File != "--limit" {
			t.Errorf("%s: %v", name, found)
		}
	}
	pb, inv := load(t, patch)
	if p, found := plan.New(pb, inv, map[string]any{"who": "ann", "group": "masters"}, plan.Narrowing{}); p != nil || found.Err() == nil || found[0].Pos.Line != 21 {
		t.Errorf("in a stage: %v", found)
	}
}

func TestWindow(t *testing.T) {
	for _, test := range []struct {
		text        string
		total, want int
	}{
		{"10%", 5, 1},
		{"30%", 10, 3},
		{"39%", 10, 3},
		{"100%", 7, 7},
		{"1%", 1, 1},
		{"50%", 0, 0},
		{"1", 5, 1},
		{"3", 5, 3},
		{"9", 5, 5},
		{"5", 0, 0},
	} {
		if got, err := plan.Window(test.text, test.total); got != test.want || err != nil {
			t.Errorf("Window(%q, %d) = %d, %v; want %d", test.text, test.total, got, err, test.want)
		}
	}
	for _, text := range []string{"0", "0%", "101%", "-1", "1.5", "", "few", "１"} {
		if got, err := plan.Window(text, 5); err == nil {
			t.Errorf("Window(%q, 5) = %d", text, got)
		}
	}
}
