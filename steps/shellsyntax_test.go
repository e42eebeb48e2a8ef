package steps

import (
	"os"
	"path/filepath"
	"testing"
)

// TestEveryBundledScriptIsReadBySh holds what check says of the scripts of others against our own.
func TestEveryBundledScriptIsReadBySh(t *testing.T) {
	files, err := filepath.Glob("scripts/*.sh")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range unreadable("script", string(src)) {
			t.Errorf("%s: %s", file, a.Text)
		}
	}
}
