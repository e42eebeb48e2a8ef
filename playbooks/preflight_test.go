package playbooks_test

import (
	"flag"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write kubeadm-preflight.yaml anew")

const preflightHead = `# Says everything that would stop kubeadm-upgrade, all at once, and changes nothing.
#
#   rung run kubeadm-preflight -i inventory.yaml -e target=1.34.2
#
# It takes the inputs of kubeadm-upgrade, and asks what that asks before it changes anything: exit code 0 means that
# nothing was found, 4 that the upgrade would be refused, and each reason is told with its host. What stands below is
# cut out of kubeadm-upgrade.yaml (go test ./playbooks -update): change it there.

# yaml-language-server: $schema=../docs/playbook.schema.json
format: 1
playbook: kubeadm-preflight
about: Say everything that would stop an upgrade, all at once, and change nothing.

# rung: ignore unused-input
`

// TestPreflightAsksWhatTheUpgradeAsks holds the two playbooks together: every input, and every question that the
// upgrade asks before it changes anything, stands in the preflight, to the letter.
func TestPreflightAsksWhatTheUpgradeAsks(t *testing.T) {
	upgrade := read(t, "kubeadm-upgrade.yaml")
	want := preflightHead + between(t, upgrade, "inputs:\n", "sequences:\n") + "stages:\n" +
		strings.TrimRight(between(t, upgrade, "  # Everything that stands in the way", "  # --- what an earlier run left"), "\n") + "\n"
	if *update {
		if err := os.WriteFile("kubeadm-preflight.yaml", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if read(t, "kubeadm-preflight.yaml") != want {
		t.Error("kubeadm-preflight.yaml is not what kubeadm-upgrade.yaml makes of it: go test ./playbooks -update")
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// between is the part of text from one mark, with it, to the next.
func between(t *testing.T, text, from, to string) string {
	t.Helper()
	_, rest, found := strings.Cut(text, from)
	part, _, ends := strings.Cut(rest, to)
	if !found || !ends {
		t.Fatalf("kubeadm-upgrade.yaml has no %q before %q", from, to)
	}
	return from + part
}
