package playbook_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rung/engine/diag"
	"rung/engine/playbook"
	"rung/engine/step"
)

// TestAdvice holds what is said of each testdata/advice/NAME.yaml, which has
// no mistake, against NAME.want beside it.
func TestAdvice(t *testing.T) {
	_, types := bundled(t)
	files, err := filepath.Glob("testdata/advice/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	said := map[string]bool{}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		t.Run(name, func(t *testing.T) {
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			files := &playbook.Files{Folder: os.DirFS("testdata/advice")}
			pb, found := files.Load(name+".yaml", src, types)
			if found != nil {
				t.Fatal(found)
			}
			found = playbook.Advise(pb, deletes)
			if found.Err() != nil {
				t.Errorf("advice is no mistake: %v", found)
			}
			for _, d := range found {
				said[d.Code] = true
			}
			var text bytes.Buffer
			diag.Write(&text, found, func(file string) []byte {
				src, err := os.ReadFile(filepath.Join("testdata/advice", file))
				if err != nil {
					t.Fatal(err)
				}
				return src
			})
			golden(t, strings.TrimSuffix(file, ".yaml")+".want", text.Bytes())
		})
	}
	for _, m := range diag.Meanings() {
		if m.Advice && !said[m.Code] && m.Code != "window-too-large" && m.Code != "not-taken-over" { // which are of inventories
			t.Errorf("no page shows the advice %s", m.Code)
		}
	}
}

// deletes is a judge that knows one command.
func deletes(c step.Command) string {
	if len(c.Argv) > 0 && c.Argv[0] == "rm" {
		return "rm deletes"
	}
	return ""
}
