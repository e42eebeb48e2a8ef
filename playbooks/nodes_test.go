package playbooks_test

import (
	"strings"
	"testing"
)

// TestThePlaybooksForNodesAskTheSame holds node-maintenance and os-patch together: what a worker waits for before it
// leaves stands in both to the letter, as what they share in parts/nodes.yaml cannot differ.
func TestThePlaybooksForNodesAskTheSame(t *testing.T) {
	maintenance := strings.NewReplacer(
		`not steps.updates.due`, `steps.due.stdout == "done"`, `steps.updates.due`, `steps.due.stdout == "due"`, `sequence: patch`, `sequence: maintain`,
		`, timeout: "${{ inputs.hook_timeout }}"}`, "}",
	)
	for _, part := range []struct{ from, to string }{
		{"  # --- what an earlier run left", "    always:"},
		{"  - stage: Room for the workers' pods\n", "    always:"},
	} {
		one := maintenance.Replace(between(t, read(t, "node-maintenance.yaml"), part.from, part.to))
		other := maintenance.Replace(between(t, read(t, "os-patch.yaml"), part.from, part.to))
		if one != other {
			t.Errorf("node-maintenance.yaml and os-patch.yaml differ from %q on:\n%s\n--- and\n%s", part.from, one, other)
		}
	}
}
