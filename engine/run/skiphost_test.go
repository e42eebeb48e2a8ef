package run_test

import (
	"fmt"
	"testing"
	"time"

	"rung/engine/run"
)

const skipping = `
  - stage: S
    hosts: workers
    at_once: 1
    steps:
      - retry: {times: "${{ inputs.policy == \"retry\" ? 2 : 0 }}", every: 30s}
        skip_host: inputs.policy == "skip-node"
        ignore_failure: inputs.policy == "ignore"
        do: {run: drain}
      - do: {run: act}
    always:
      - do: {run: release}
  - stage: After
    hosts: all
    steps:
      - do: {run: "without ${{ join(run.skipped, \"+\") }}"}
`

// What an operator says of a drain that fails decides who goes on: nobody, the others, or the host itself.
func TestS21ThePolicyForAStepThatFails(t *testing.T) {
	tests := []struct {
		policy, commands string
		exit             int
		took             time.Duration
	}{
		{"stop", "w1 drain / w1 act / w1 release / w2 drain / w2 release", run.ExitFailed, 0},
		{"skip-node", "w1 drain / w1 act / w1 release / w2 drain / w2 release / w3 drain / w3 act / w3 release / cp1 without two / w1 without two / w3 without two", run.ExitFailed, 0},
		{"retry", "w1 drain / w1 act / w1 release / w2 drain / w2 drain / w2 act / w2 release / w3 drain / w3 act / w3 release / cp1 without  / w1 without  / w2 without  / w3 without ", run.ExitDone, 30 * time.Second},
		{"ignore", "w1 drain / w1 act / w1 release / w2 drain / w2 act / w2 release / w3 drain / w3 act / w3 release / cp1 without  / w1 without  / w2 without  / w3 without ", run.ExitDone, 0},
	}
	for _, test := range tests {
		t.Run(test.policy, func(t *testing.T) {
			p := scene{
				inputs: "inputs: {policy: {}}", given: map[string]string{"policy": test.policy}, lanes: 1, stages: skipping,
				hosts:   "hosts: {cp1: {}, w1: {}, w2: {node: two}, w3: {}}\ngroups: {control_plane: [cp1], workers: [w1, w2, w3]}\n",
				replies: map[string][]reply{"w2 drain": {no, {}}},
			}.play(t)
			same(t, "commands", p.hosts.sent(), slashed(test.commands))
			if p.Exit != test.exit || p.took != test.took {
				t.Errorf("exit %d after %s, want %d after %s", p.Exit, p.took, test.exit, test.took)
			}
		})
	}
}

// A host that is skipped, and then not left as it should be, is no longer skipped.
func TestASkippedHostThatIsNotReleasedStopsTheRun(t *testing.T) {
	p := scene{
		inputs: "inputs: {policy: {}}", given: map[string]string{"policy": "skip-node"}, stages: skipping,
		replies: map[string][]reply{"w1 drain": {no}, "w1 release": {no}},
	}.play(t)
	same(t, "commands", p.hosts.sent(), slashed("w1 drain / w1 release"))
	if p.Exit != run.ExitFailed {
		t.Errorf("exit %d, want %d", p.Exit, run.ExitFailed)
	}
}

func TestRetryThatIsNoCountIsRefused(t *testing.T) {
	p := scene{inputs: "inputs: {n: {type: int}}", given: map[string]string{"n": "101"}, steps: "  - retry: ${{ inputs.n }}\n    do: {run: act}\n"}.play(t)
	same(t, "endings", p.endings(), slashed("S w1 1:do = refused : retry: inputs.n is 101; want a number from 0 to 100"))
	if p.Exit != run.ExitRefused || len(p.hosts.sent()) > 0 {
		t.Errorf("exit %d, and %q was sent; want %d and nothing", p.Exit, p.hosts.sent(), run.ExitRefused)
	}
}

// Another control plane may be the quorum of etcd: whatever a playbook allows, the first that fails is the last.
func TestTheFirstControlPlaneThatFailsStopsTheRun(t *testing.T) {
	const stages = "  - stage: S\n    hosts: all\n    at_once: 1\n    max_failures: %s\n    steps:\n      - skip_host: %s\n        do: {run: act}\n  - stage: After\n    hosts: all\n    steps:\n      - do: {run: after}\n"
	const two = "hosts: {w1: {}, cp1: {}, cp2: {}}\ngroups: {control_plane: [cp1, cp2], workers: [w1]}\n"
	for _, test := range []struct{ allowed, skip, fails, commands string }{
		{"2", "false", "cp1 act", "w1 act / cp1 act"},
		{"100%", "true", "cp1 act", "w1 act / cp1 act"},
		{"0", "true", "w1 act", "w1 act / cp1 act / cp2 act / cp1 after / cp2 after"},
		{"1", "false", "w1 act", "w1 act / cp1 act / cp2 act / cp1 after / cp2 after"},
	} {
		p := scene{hosts: two, lanes: 1, stages: fmt.Sprintf(stages, test.allowed, test.skip), replies: map[string][]reply{test.fails: {no}}}.play(t)
		same(t, fmt.Sprintf("commands with max_failures %s, skip_host %s", test.allowed, test.skip), p.hosts.sent(), slashed(test.commands))
		if p.Exit != run.ExitFailed {
			t.Errorf("exit %d, want %d", p.Exit, run.ExitFailed)
		}
	}
}
