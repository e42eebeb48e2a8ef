package cli

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rung/engine/diag"
	"rung/engine/playbook"
	"rung/engine/step"
	"rung/playbooks"
	"rung/steps"
)

var update = flag.Bool("update", false, "write what is said of ../playbook/testdata/broken/*.yaml now into *.want; read the diff")

const corpus = "../playbook/testdata/broken"

func checker(tb testing.TB) *app {
	tb.Helper()
	types, err := step.NewSet(steps.All()...)
	if err != nil {
		tb.Fatal(err)
	}
	return &app{types: types}
}

// TestBrokenFiles holds what `rung check` says of each broken playbook and
// inventory of the corpus against the page beside it.
func TestBrokenFiles(t *testing.T) {
	a := checker(t)
	files, err := filepath.Glob(corpus + "/*.yaml")
	if err != nil || len(files) < 120 {
		t.Fatalf("%d broken files, %v", len(files), err)
	}
	shown := map[string]bool{}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		t.Run(name, func(t *testing.T) {
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			found := a.check(source{name + ".yaml", src, &playbook.Files{Folder: os.DirFS(corpus), Bundled: playbooks.FS}}, nil)
			if found.Err() == nil {
				t.Fatalf("it is not broken: %v", found)
			}
			for _, d := range found {
				shown[d.Code] = true
			}
			var said bytes.Buffer
			diag.Write(&said, found, func(file string) []byte {
				if included, err := os.ReadFile(filepath.Join(corpus, file)); err == nil {
					return included
				}
				return src
			})
			golden(t, strings.TrimSuffix(file, ".yaml")+".want", said.Bytes())
		})
	}
	for _, m := range diag.Meanings() {
		if !m.Advice && !shown[m.Code] && !elsewhere[m.Code] {
			t.Errorf("no broken file shows the code %s", m.Code)
		}
	}
}

// elsewhere are the codes that files alone cannot show: they need an
// inventory beside the playbook, a command line, or more than a person writes.
var elsewhere = map[string]bool{
	"host-scoped": true, "not-known": true, "input": true, "missing-input": true, "unknown-group": true, "unknown-input": true, "unknown-pause": true,
	"duplicate-case": true, "no-stages": true, "test": true, "unknown-playbook": true, "unknown-selector": true, "unknown-stage": true, "too-deep": true, "too-large": true, "too-many": true,
}

// golden compares said with the file, or writes it with -update.
func golden(t *testing.T, file string, said []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, said, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(said)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestHostileFilesAreRefusedAtOnce checks what is too large to keep in the
// corpus, and wants an answer soon, and a short one.
func TestHostileFilesAreRefusedAtOnce(t *testing.T) {
	const head = "playbook: hostile\nstages:\n  - stage: A\n    hosts: all\n    steps:\n"
	calls := "sequences:\n  s0: [{host-facts: {}}]\n"
	for i, last := range strings.Split("s0 s1 s2 s3 s4 s5 s6 s7 s8", " ") {
		calls += "  s" + string(rune('1'+i)) + ": [" + strings.Repeat("{sequence: "+last+"},", 9) + "]\n"
	}
	for name, test := range map[string]struct{ src, code string }{
		"a file of two megabytes":              {strings.Repeat("# nothing\n", 200_000), "too-large"},
		"brackets 5000 deep":                   {"a: " + strings.Repeat("[", 5000) + strings.Repeat("]", 5000), "too-deep"},
		"brackets that never close":            {"a: " + strings.Repeat("[", 50_000), "yaml"},
		"maps 500 deep":                        {deepMaps(500), "too-deep"},
		"sequences that multiply to a billion": {calls + head + "      - sequence: s9\n", "too-many"},
		"a step with 30000 unknown keys":       {head + "      - {host-facts: {}, " + strings.Repeat("a: b, ", 30_000) + "}\n", "duplicate-key"},
		"an expression of 100 KB":              {head + "      - require: " + strings.Repeat("1 + ", 25_000) + "1 == 1\n", "expression"},
		"an expression of 1000 brackets":       {head + "      - require: " + strings.Repeat("(", 1000) + "true" + strings.Repeat(")", 1000) + " == 1\n", ""},
		"quotes that never close":              {strings.Repeat("a: 'b\n", 100_000), "yaml"},
		"a key of 500 KB":                      {strings.Repeat("k", 500_000) + ": a\n", "yaml"},
		"an alias in an alias in an alias":     {"a: &a [b]\nc: &c [*a, *a]\nd: &d [*c, *c]\nplaybook: *d\n", "alias"},
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			found := checker(t).check(source{"hostile.yaml", []byte(test.src), &playbook.Files{}}, nil)
			if took := time.Since(start); took > 20*time.Second {
				t.Errorf("it took %v", took)
			}
			var said bytes.Buffer
			diag.Write(&said, found, func(string) []byte { return []byte(test.src) })
			if found.Err() == nil || test.code != "" && !has(found, test.code) {
				t.Errorf("want the code %s, got\n%.2000s", test.code, said.String())
			}
		})
	}
}

func has(found diag.List, code string) bool {
	for _, d := range found {
		if d.Code == code {
			return true
		}
	}
	return false
}

func deepMaps(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}
