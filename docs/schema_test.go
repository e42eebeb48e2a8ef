package docs_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"rung/engine/playbook"
	"rung/engine/schema"
	"rung/engine/trial"
)

// TestTheSchemasAreFresh holds the schemas that lie here against the
// descriptions that they are made of.
func TestTheSchemasAreFresh(t *testing.T) {
	for file, want := range map[string]string{
		"playbook.schema.json":  string(schema.Playbook(allTypes(t)).JSON()),
		"inventory.schema.json": string(schema.Inventory().JSON()),
		"test.schema.json":      string(schema.Test().JSON()),
	} {
		fresh(t, file, want)
	}
}

var schemaLine = regexp.MustCompile(`(?m)^# yaml-language-server: \$schema=(\S+)$`)

// TestEveryPlaybookTellsEditorsItsSchema wants the line that editors read in
// every bundled and example file, and the schema where it says.
func TestEveryPlaybookTellsEditorsItsSchema(t *testing.T) {
	for _, pattern := range []string{"../playbooks/*.yaml", "../playbooks/tests/*.yaml", "../examples/*.yaml"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatal(pattern, err)
		}
		for _, file := range files {
			found := schemaLine.FindStringSubmatch(read(t, file))
			kind := "playbook"
			switch {
			case strings.HasSuffix(file, trial.Suffix):
				kind = "test"
			case strings.Contains(file, "inventory"):
				kind = "inventory"
			}
			if found == nil || filepath.Base(found[1]) != kind+".schema.json" {
				t.Errorf("%s has no line for editors, or a wrong one: %q", file, found)
				continue
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(file), found[1])); err != nil {
				t.Errorf("%s: %v", file, err)
			}
		}
	}
}

// TestThePageOfTheLanguageNamesEveryKey holds docs/playbook.md against the keys
// that loading knows.
func TestThePageOfTheLanguageNamesEveryKey(t *testing.T) {
	page := read(t, "playbook.md")
	for _, keys := range [][]playbook.Key{playbook.StageKeys(), playbook.Modifiers()} {
		for _, k := range keys {
			if k.Name != "stages" && !strings.Contains(page, "\n| `"+k.Name+"` |") {
				t.Errorf("docs/playbook.md has no row for %s", k.Name)
			}
		}
	}
}
