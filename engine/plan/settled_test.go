package plan_test

import (
	"strings"
	"testing"

	"rung/engine/plan"
)

// Before any host is asked, a window is known that would let none in.
func TestWhatDependsOnInputsAloneIsRefusedBeforeAnyHostIsAsked(t *testing.T) {
	src := func(keys string) string {
		return `playbook: p
inputs:
  size: {type: count, default: 1}
  spare: {type: count, default: 0}
  to: {default: "1.21.3"}
stages:
  - stage: Canary
    hosts: w1
    steps: [{id: facts, host-facts: {}}]
  - stage: Rest
    hosts: workers
    ` + keys + `
    steps: [{host-facts: {}}]
`
	}
	tests := map[string]struct {
		keys  string
		given map[string]any
		want  string // "": it can be run
		hint  string
	}{
		"a window that lets nobody in":                {"at_once: ${{ inputs.size }}", map[string]any{"size": "0"}, "p.yaml:12:14: error: at_once is 0: no host would ever be worked on", "inputs.size = 0"},
		"one that is not a count":                     {"at_once: ${{ inputs.to }}", nil, `"1.21.3" is not a count`, ""},
		"failures that are not a count":               {"max_failures: ${{ inputs.to }}", nil, `p.yaml:12:19: error: max_failures: "1.21.3" is not a count`, ""},
		"a list that cannot be made":                  {"for_each: {hop: \"ladder(version('1.20.0'), version(inputs.to))\"}", map[string]any{"to": "soon"}, "p.yaml:12:22: error: for_each: ", ""},
		"a window of a stage that is left out":        {"when: inputs.size != \"0\"\n    at_once: ${{ inputs.size }}", map[string]any{"size": "0"}, "", ""},
		"no failure at all":                           {"max_failures: ${{ inputs.spare }}", nil, "", ""},
		"a window that an output may still open":      {"at_once: '${{ steps.facts.swap ? inputs.size : \"2\" }}'", map[string]any{"size": "0"}, "", ""},
		"a list that depends on what a host will say": {"for_each: {x: \"[steps.facts.kernel, inputs.to]\"}", nil, "", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			pb, inv := load(t, src(test.keys))
			_, found := plan.New(pb, inv, test.given, plan.Narrowing{})
			if test.want == "" && found.Err() != nil || test.want != "" && (len(found) != 1 || !strings.Contains(found.Error(), test.want)) {
				t.Fatalf("found %v; want %q", found, test.want)
			}
			if test.want != "" && !strings.Contains(found[0].Hint, test.hint) {
				t.Errorf("hint %q; want %q", found[0].Hint, test.hint)
			}
		})
	}
}

func TestADefaultThatLetsNobodyInIsAMistakeWithoutAnInventory(t *testing.T) {
	pb, _ := load(t, `playbook: p
inputs:
  size: {type: count, default: 0}
  given: {type: count}
stages:
  - stage: All
    stages:
      - stage: Rest
        hosts: all
        at_once: ${{ inputs.size }}
        steps: [{host-facts: {}}]
      - stage: Others
        hosts: all
        at_once: ${{ inputs.given }}
        steps: [{host-facts: {}}]
      - stage: None
        when: inputs.size != "0"
        hosts: all
        at_once: ${{ inputs.size }}
        steps: [{host-facts: {}}]
`)
	found := plan.Fits(pb, nil)
	if len(found) != 1 || !strings.Contains(found.Error(), "p.yaml:10:18: error: at_once is 0: no host would ever be worked on") {
		t.Errorf("found %v", found)
	}
}
