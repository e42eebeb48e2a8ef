package docs_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"rung/engine/report"
	"rung/engine/step"
)

// generated heads every page that TestStepPages writes.
const generated = "<!-- generated from steps/ by `go generate ./docs`: change the description there -->\n\n"

// TestStepPages holds docs/steps/ against the descriptions of the step types:
// a page for each, an index, and nothing else.
func TestStepPages(t *testing.T) {
	types := allTypes(t)
	want := map[string]string{"README.md": indexPage(types)}
	for _, name := range types.Names() {
		want[name+".md"] = stepPage(types.Get(name))
	}
	for file, text := range want {
		fresh(t, filepath.Join("steps", file), text)
	}
	there, err := filepath.Glob("steps/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range there {
		if _, ok := want[filepath.Base(file)]; !ok {
			t.Errorf("docs/%s belongs to no step type: remove it", filepath.ToSlash(file))
		}
	}
}

func indexPage(types *step.Set) string {
	var b strings.Builder
	b.WriteString(generated + "# Step types\n\n`rung steps` prints this list, and `rung steps TYPE` a page of it.\n\n")
	for _, name := range types.Names() {
		fmt.Fprintf(&b, "- [%s](%s.md): %s\n", name, name, types.Get(name).Summary)
	}
	return b.String()
}

func stepPage(t *step.Type) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s# %s\n\n%s\n\n", generated, t.Name, t.Summary)
	fmt.Fprintf(&b, "```yaml\n- %s\n```\n\n", strings.ReplaceAll(strings.TrimSpace(t.Example), "\n", "\n  "))
	fmt.Fprintf(&b, "%s\n\n## Fields\n\n", strings.TrimSpace(t.Doc))
	if len(t.Fields) == 0 {
		b.WriteString("None.\n")
	} else {
		b.WriteString("| field | type | default | what it says |\n|---|---|---|---|\n")
	}
	for _, f := range t.Fields {
		fallback := f.Default
		switch {
		case f.Required:
			fallback = "required"
		case fallback != "":
			fallback = "`" + fallback + "`"
		}
		doc := f.Doc
		if len(f.Enum) > 0 {
			doc += " One of `" + strings.Join(f.Enum, "`, `") + "`."
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", f.Name, cell(f.Type.String()), fallback, cell(doc))
	}
	b.WriteString("\n## Outputs\n\n| output | type | what it says |\n|---|---|---|\n")
	for _, o := range t.Outputs {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", o.Name, cell(o.Type.String()), cell(o.Doc))
	}
	b.WriteString("| `outcome` | text | How the step ended: ok, changed, skipped … |\n| `changed` | bool | Whether it changed anything. |\n")
	if actions, err := t.ExampleActions(); err == nil {
		fmt.Fprintf(&b, "\n## Commands\n\nOf the example above, on the host w1:\n\n```text\n%s```\n", report.Actions(actions))
	}
	return b.String()
}

// TestEveryExampleIsPlanned wants the commands of every type's example on its
// page.
func TestEveryExampleIsPlanned(t *testing.T) {
	types := allTypes(t)
	for _, name := range types.Names() {
		if _, err := types.Get(name).ExampleActions(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// cell makes text fit into a table of Markdown.
func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }
