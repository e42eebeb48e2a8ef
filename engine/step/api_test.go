package step_test

import (
	"bytes"
	"flag"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write testdata/api.txt anew: only where something came")

// The promise of the package comment: what others have built on stays as it is. A line that goes, or changes, breaks
// their step types; one that comes does not.
func TestWhatStepPromisesIsKept(t *testing.T) {
	got := declarations(t, ".") + declarations(t, "steptest")
	file := filepath.Join("testdata", "api.txt")
	want, err := os.ReadFile(file)
	if err != nil && !*update {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("the API of step types is not what %s says (-promised +is). What only came is written there by -update, and told in docs/adding-a-step.md; what went or changed breaks step types of others: find a way that does not:\n%s", file, diff)
	}
}

// declarations are the exported ones of a package, without comments and bodies, and without those that only the engine uses.
func declarations(t *testing.T, dir string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no package in %s: %v", dir, err)
	}
	var all []string
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		positions := token.NewFileSet()
		file, err := parser.ParseFile(positions, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.FileExports(file)
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok {
				f.Body = nil
			}
			if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.IMPORT {
				continue
			}
			var text bytes.Buffer
			if err := printer.Fprint(&text, positions, d); err != nil {
				t.Fatal(err)
			}
			if foreign := regexp.MustCompile(`\b(Draft|yamldoc|guard|diag)\b`); !foreign.MatchString(text.String()) { // for the engine
				all = append(all, "package "+file.Name.Name+": "+text.String())
			}
		}
	}
	slices.Sort(all)
	return strings.Join(all, "\n") + "\n"
}
