package playbooks_test

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// changing are the step types of the bundled playbooks that change something on a host.
var changing = regexp.MustCompile(`(?m)^ *(- )?(upgrade-apply|upgrade-node|etcd-snapshot|etcd-stop|etcd-start|etcd-restore|manifests-restore|certs-renew|static-pods-restart|uncordon|swap-off): |sequence: (install-kubeadm|fetch|upgrade-kubelet|upgrade-worker|patch|maintain)`)

// TestEveryStageThatChangesAHostDiagnosesIt wants the bundled playbooks to keep what a failure left, wherever they
// change something.
func TestEveryStageThatChangesAHostDiagnosesIt(t *testing.T) {
	files, err := filepath.Glob("*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	diagnosed := 0
	for _, file := range files {
		_, all, _ := strings.Cut(read(t, file), "\nstages:\n")
		for _, stage := range strings.Split(all, "- stage: ")[1:] {
			name, _, _ := strings.Cut(stage, "\n")
			before, _, rescued := strings.Cut(stage, "rescue:\n")
			switch {
			case !changing.MatchString(before):
			case !rescued || !strings.Contains(stage, "- sequence: diagnose\n"):
				t.Errorf("%s: the stage %s changes something, and a failure in it is not diagnosed", file, name)
			default:
				diagnosed++
			}
		}
	}
	if diagnosed < 20 {
		t.Errorf("only %d stages are diagnosed: the pattern finds little", diagnosed)
	}
}

// TestWhatAFailureLeftIsAskedTheSameEverywhere holds the copies of a short sequence together. It stays in each playbook,
// which so is one file that an operator can read, keep and change; an include would be as long as what it spares.
func TestWhatAFailureLeftIsAskedTheSameEverywhere(t *testing.T) {
	own := regexp.MustCompile(`(?m)^  diagnose:\n(    .*\n)+`)
	first := own.FindString(read(t, "certs-renew.yaml"))
	for _, file := range []string{"etcd-backup.yaml", "kubeadm-recover.yaml", "kubeadm-upgrade.yaml", "parts/nodes.yaml"} {
		text := own.FindString(read(t, file))
		if text == "" || text != first {
			t.Errorf("%s: the sequence diagnose is not that of certs-renew.yaml:\n%s\n--- and\n%s", file, text, first)
		}
	}
}
