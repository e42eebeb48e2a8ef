package examples_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Whoever copies own-step takes that folder and nothing else; only go.mod says where rung itself lies.
func TestOwnStepNeedsNothingAroundItsFolder(t *testing.T) {
	files, err := filepath.Glob("own-step/*")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if info, bad := os.Stat(file); bad == nil && info.IsDir() || filepath.Base(file) == "go.mod" {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(content), "../") {
			t.Errorf("%s reaches out of its folder", file)
		}
	}
}
