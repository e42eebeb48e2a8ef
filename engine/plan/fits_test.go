package plan_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"rung/engine/plan"
)

const windows = `playbook: windows
inputs:
  group: {default: workers}
  at_once: {type: count, default: 9}
stages:
  - {stage: Too large, hosts: workers, at_once: 5, steps: [{host-facts: {}}]}
  - {stage: One, hosts: "control_plane[0]", at_once: 2, steps: [{host-facts: {}}]}
  - {stage: All, hosts: workers, at_once: 3, steps: [{host-facts: {}}]}
  - {stage: A part, hosts: workers, at_once: 100%, steps: [{host-facts: {}}]}
  - {stage: An input, hosts: "${{ inputs.group }}", at_once: 9, steps: [{host-facts: {}}]}
  - {stage: Another, hosts: workers, at_once: "${{ inputs.at_once }}", steps: [{host-facts: {}}]}
  - {stage: Left out, hosts: workers, except: nodes.control_plane, at_once: 9, steps: [{host-facts: {}}]}
  - stage: Outer
    stages:
      - {stage: Inner, hosts: masters, at_once: 9, steps: [{host-facts: {}}]}
`

func TestAPlaybookIsHeldAgainstAnInventory(t *testing.T) {
	pb, inv := load(t, windows)
	want := `p.yaml:6:49: advice: at_once is 5, and the stage has 3 hosts: all of them at once
p.yaml:7:54: advice: at_once is 2, and the stage has 1 host: all of them at once
p.yaml:15:31: error: masters is neither a group nor a host`
	if diff := cmp.Diff(want, plan.Fits(pb, inv).Error()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
