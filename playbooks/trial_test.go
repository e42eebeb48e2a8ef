package playbooks_test

import (
	"io/fs"
	"strings"
	"testing"

	"rung/engine/playbook"
	"rung/engine/step"
	"rung/engine/trial"
	"rung/playbooks"
	"rung/steps"
)

// TestEveryBundledPlaybookPassesItsTests is `rung test NAME` for each.
func TestEveryBundledPlaybookPassesItsTests(t *testing.T) {
	types, err := step.NewSet(steps.All()...)
	if err != nil {
		t.Fatal(err)
	}
	files, err := fs.Glob(playbooks.FS, "*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		name := "tests/" + strings.TrimSuffix(file, ".yaml") + trial.Suffix
		pb, found := (&playbook.Files{Folder: playbooks.FS, Bundled: playbooks.FS}).Load(file, source(t, file), types)
		if found.Err() != nil {
			t.Fatal(found)
		}
		suite, found := trial.Load(name, source(t, name), pb)
		if found.Err() != nil {
			t.Error(found)
			continue
		}
		for _, c := range suite.Cases {
			t.Run(pb.Name+": "+c.Name, func(t *testing.T) {
				t.Parallel()
				if r := c.Try(t.Context()); !r.Passed() {
					t.Errorf("%v\nit said: %q", r.Faults, r.Said)
				}
			})
		}
	}
}

func source(t *testing.T, file string) []byte {
	t.Helper()
	src, err := fs.ReadFile(playbooks.FS, file)
	if err != nil {
		t.Fatal(err)
	}
	return src
}
