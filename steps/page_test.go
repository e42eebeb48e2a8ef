package steps

import (
	"flag"
	"path/filepath"
	"testing"

	"rung/engine/diag"
	"rung/engine/step"
	"rung/engine/step/steptest"
)

var update = flag.Bool("update", false, "write what the steps do now into testdata/*.txtar; read the diff")

// TestPages holds every step type against its page, testdata/<type>.txtar: see steptest.
// `go test ./steps -update` writes what the steps do now.
func TestPages(t *testing.T) {
	steptest.Pages(t, "testdata", *update, All()...)
}

func allTypes(t *testing.T) *step.Set {
	t.Helper()
	set, err := step.NewSet(All()...)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func decode(typ *step.Type, file, source string) (step.Step, diag.List) {
	return steptest.Decode(typ, file, source)
}

func scopeOf(host string) step.Scope { return steptest.Scope(host) }

func readPage(t *testing.T, name string) *steptest.Page {
	t.Helper()
	return steptest.Read(t, filepath.Join("testdata", name+".txtar"))
}
