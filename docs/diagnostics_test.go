package docs_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"rung/engine/diag"
)

// TestDiagnosticsPage holds docs/diagnostics.md against the meanings of the
// codes.
func TestDiagnosticsPage(t *testing.T) { fresh(t, "diagnostics.md", diagnosticsPage()) }

func diagnosticsPage() string {
	var b strings.Builder
	b.WriteString(`<!-- generated from engine/diag/codes.go by ` + "`go generate ./docs`" + `: change the meaning there -->

# Diagnostics

What ` + "`rung check`" + `, ` + "`render` and `run`" + ` find wrong with files and flags carries a code. A code keeps its
meaning; the words around it may change.

` + "```text" + `
upgrade.yaml:12:9: error: there is no step type "drian" [unknown-step]
    12 |       - drian: {timeout: 5m}
       |         ^^^^^
  hint: did you mean drain?
` + "```" + `

` + "`rung check --format`" + ` prints the same in other forms:

| format | for |
|---|---|
| ` + "`text`" + ` | people |
| ` + "`json`" + ` | programs: ` + "`{\"format\": 1, \"diagnostics\": [{severity, code, file, line, col, width, text, hint}]}`" + `; a place that is not known is left out |
| ` + "`github`" + ` | GitHub Actions, which shows it on the lines of a pull request |
| ` + "`sarif`" + ` | code-scanning services: SARIF 2.1.0 |

A mistake ends with exit code 2, advice does not, unless ` + "`--strict`" + ` is given. Advice that does not fit is let pass by
a comment on its line, on the line above, or, for the whole file, on a line without indentation:

` + "```text" + `
# rung: ignore unchecked-command
` + "```" + `

`)
	for _, part := range []struct {
		title  string
		advice bool
	}{{"Mistakes", false}, {"Advice", true}} {
		fmt.Fprintf(&b, "## %s\n\n| code | what is wrong | what to do |\n|---|---|---|\n", part.title)
		for _, m := range diag.Meanings() {
			if m.Advice == part.advice {
				fmt.Fprintf(&b, "| `%s` | %s | %s |\n", m.Code, cell(m.What), cell(m.Do))
			}
		}
		b.WriteString("\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// TestEveryCodeHasItsMeaning looks for the codes of all findings in the source:
// each is explained, each that is explained is found, once and in order.
func TestEveryCodeHasItsMeaning(t *testing.T) {
	var explained []string
	for _, m := range diag.Meanings() {
		explained = append(explained, fmt.Sprint(m.Advice)+" "+m.Code)
	}
	if !slices.IsSorted(explained) || len(slices.Compact(slices.Clone(explained))) != len(explained) {
		t.Error("the meanings are not sorted, mistakes first, or one stands there twice")
	}
	written := codes(t, "../engine", "../steps")
	for code, at := range written {
		if _, ok := diag.Explain(code); !ok {
			t.Errorf("%s: the code %s has no meaning in engine/diag/codes.go", at, code)
		}
	}
	for _, m := range diag.Meanings() {
		if written[m.Code] == "" {
			t.Errorf("nothing is ever found with the code %s", m.Code)
		}
	}
}

// makers are the functions that make findings, with the place of the code
// among their arguments.
var makers = map[string]int{
	"diag.Errorf": 0, "diag.Advicef": 0, "l.errorf": 0, "b.errorf": 0, "r.add": 0, "t.mistake": 0, "l.undeclared": 0, "refuse": 1,
}

var codeForm = regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)

// codes finds the codes in the source of some folders, and where each stands.
func codes(t *testing.T, folders ...string) map[string]string {
	t.Helper()
	found, files := map[string]string{}, token.NewFileSet()
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(name string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(files, name, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			ast.Inspect(file, func(n ast.Node) bool {
				if text := codeIn(n); text != nil {
					code, err := strconv.Unquote(text.Value)
					if err != nil || !codeForm.MatchString(code) {
						t.Errorf("%s: %s is no code", files.Position(text.Pos()), text.Value)
					}
					found[code] = files.Position(text.Pos()).String()
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return found
}

// codeIn is the literal of a code in n: an argument of a maker, a field called
// Code, or what is assigned to one.
func codeIn(n ast.Node) *ast.BasicLit {
	switch n := n.(type) {
	case *ast.CallExpr:
		if at, ok := makers[expression(n.Fun)]; ok && at < len(n.Args) {
			return literalText(n.Args[at])
		}
	case *ast.KeyValueExpr:
		if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Code" {
			return literalText(n.Value)
		}
	case *ast.AssignStmt:
		if len(n.Lhs) == len(n.Rhs) {
			for i, left := range n.Lhs {
				if s, ok := left.(*ast.SelectorExpr); ok && s.Sel.Name == "Code" {
					return literalText(n.Rhs[i])
				}
			}
		}
	}
	return nil
}

func expression(n ast.Expr) string {
	switch n := n.(type) {
	case *ast.Ident:
		return n.Name
	case *ast.SelectorExpr:
		return expression(n.X) + "." + n.Sel.Name
	}
	return ""
}

func literalText(n ast.Expr) *ast.BasicLit {
	if text, ok := n.(*ast.BasicLit); ok && text.Kind == token.STRING {
		return text
	}
	return nil
}
