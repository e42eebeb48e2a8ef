// Package examples_test holds the examples to their word: they are checked as
// `rung check` does, and rendered on the inventory beside them.
package examples_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rung/engine/diag"
	"rung/engine/inventory"
	"rung/engine/plan"
	"rung/engine/playbook"
	"rung/engine/report"
	"rung/engine/run"
	"rung/engine/step"
	"rung/engine/trial"
	"rung/playbooks"
	"rung/steps"
)

// TestEveryExampleRendersOnTheInventory gives each playbook the inputs that
// its own head names, and wants to find a line of what it would do.
func TestEveryExampleRendersOnTheInventory(t *testing.T) {
	inv := exampleInventory(t)
	tests := map[string]struct {
		inputs map[string]string
		wants  []string // lines of the runbook
	}{
		"patch-a-service.yaml": {
			map[string]string{"release": "openssl-1.1.1k-12.el8_9"},
			[]string{"yum install -y openssl-1.1.1k-12.el8_9 --disableexcludes=kubernetes", "systemctl restart sshd"},
		},
		"canary.yaml": {
			map[string]string{"release": "containerd.io-1.7.27-3.1.el8"},
			[]string{"yum install -y containerd.io-1.7.27-3.1.el8 --disableexcludes=kubernetes", "systemctl restart containerd"},
		},
		"reboot-kernel.yaml": {
			map[string]string{"release": "5.4.288-1.el8.elrepo"},
			[]string{"yum install -y kernel-lt-5.4.288-1.el8.elrepo --disableexcludes=kubernetes", "drain ip-192-0-2-22"},
		},
		"containerd.yaml": {
			map[string]string{"release": "containerd.io-1.7.27-3.1.el8"},
			[]string{"yum install -y containerd.io-1.7.27-3.1.el8 --disableexcludes=kubernetes", "systemctl restart containerd"},
		},
		"kubelet-flag.yaml": {
			map[string]string{"flag": "--max-pods", "value": "150"},
			[]string{"set -- --max-pods 150", "systemctl restart kubelet"},
		},
		"by-class.yaml": {
			map[string]string{"label": "topology.kubernetes.io/zone", "classes": "a,b"},
			[]string{"set -- ip-192-0-2-22 topology.kubernetes.io/zone", "systemctl restart containerd"},
		},
		"app-backup.yaml": {
			map[string]string{"hook": "./hooks/app-backup.sh"},
			[]string{"set -- ./hooks/app-backup.sh 3600 backup ./backups", "systemctl restart containerd"},
		},
	}
	files, err := filepath.Glob("*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if file == "inventory.yaml" || strings.HasSuffix(file, trial.Suffix) {
			continue
		}
		t.Run(file, func(t *testing.T) {
			test, ok := tests[file]
			if !ok {
				t.Fatalf("%s has no row in this test", file)
			}
			book := render(t, file, read(t, file), inv, test.inputs)
			for _, want := range test.wants {
				if !strings.Contains(book, want) {
					t.Errorf("the runbook of %s does not say %q", file, want)
				}
			}
		})
	}
}

// TestEveryExampleIsListed wants a row of README.md for each playbook.
func TestEveryExampleIsListed(t *testing.T) {
	files, err := filepath.Glob("*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	page := string(read(t, "README.md"))
	for _, file := range files {
		if !strings.HasSuffix(file, trial.Suffix) && !strings.Contains(page, "["+file+"]("+file+")") {
			t.Errorf("README.md does not list %s", file)
		}
	}
}

// TestTheInventoryServesTheUpgrade renders the bundled upgrade on it.
func TestTheInventoryServesTheUpgrade(t *testing.T) {
	src, err := playbooks.FS.ReadFile("kubeadm-upgrade.yaml")
	if err != nil {
		t.Fatal(err)
	}
	book := render(t, "kubeadm-upgrade.yaml", src, exampleInventory(t), map[string]string{"target": "1.21.14", "from": "1.20.0"})
	for _, want := range []string{"kubeadm upgrade apply -y", "kubectl --kubeconfig /etc/kubernetes/admin.conf drain ip-192-0-2-22"} {
		if !strings.Contains(book, want) {
			t.Errorf("the runbook of the upgrade does not say %q", want)
		}
	}
}

// TestEveryExamplePassesItsTests is `rung test` for each that has some.
func TestEveryExamplePassesItsTests(t *testing.T) {
	types, err := step.NewSet(steps.All()...)
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("*" + trial.Suffix)
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(file, trial.Suffix) + ".yaml"
		pb, found := playbook.Load(name, read(t, name), types)
		if found.Err() != nil {
			t.Fatal(found)
		}
		suite, found := trial.Load(file, read(t, file), pb)
		if found.Err() != nil {
			t.Fatal(found)
		}
		for _, c := range suite.Cases {
			if r := c.Try(t.Context()); !r.Passed() {
				t.Errorf("%v\nit said: %q", r.Faults, r.Said)
			}
		}
	}
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return src
}

func exampleInventory(t *testing.T) *inventory.Inventory {
	t.Helper()
	inv, found := inventory.Load("inventory.yaml", read(t, "inventory.yaml"))
	if found != nil {
		t.Fatal(found)
	}
	return inv
}

func render(t *testing.T, file string, src []byte, inv *inventory.Inventory, inputs map[string]string) string {
	t.Helper()
	types, err := step.NewSet(steps.All()...)
	if err != nil {
		t.Fatal(err)
	}
	pb, found := playbook.Load(file, src, types)
	if found != nil {
		t.Fatal(shown(found, src))
	}
	if advice := slices.Concat(playbook.Advise(pb), plan.Fits(pb, inv)); advice != nil {
		t.Error(shown(advice, src))
	}
	given := map[string]any{}
	for _, in := range pb.Inputs {
		if text, ok := inputs[in.Name]; ok {
			if given[in.Name], err = in.ParseFlag(text); err != nil {
				t.Fatal(err)
			}
		}
	}
	p, found := plan.New(pb, inv, given, plan.Narrowing{})
	if found != nil {
		t.Fatal(shown(found, src))
	}
	var out bytes.Buffer
	book := report.NewRunbook(&out, false)
	end := run.Run{Plan: p, Perform: &run.Offline{Hosts: inv, Sink: book}, Sink: book, Clock: run.Wall{}, Lanes: 1}.Do(t.Context())
	if end.Exit != run.ExitDone {
		t.Fatalf("rendering %s ended with %d: %s", file, end.Exit, end.Text)
	}
	return out.String()
}

func shown(found diag.List, src []byte) string {
	var out strings.Builder
	diag.Write(&out, found, func(string) []byte { return src })
	return out.String()
}
