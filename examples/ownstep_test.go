package examples_test

import (
	"os"
	"os/exec"
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

// What docs/adding-a-step.md says to type is typed, in a folder that lies elsewhere and in no repository.
func TestTheCommandsOfThePageMakeAProgramOfACopy(t *testing.T) {
	for _, program := range []string{"sh", "git", "go"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(err)
		}
	}
	rung, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(read(t, "../docs/adding-a-step.md")), "\n## In a program of your own\n")
	_, commands, _ := strings.Cut(section, "```sh\n")
	commands, _, found := strings.Cut(commands, "```\n")
	if !found || !strings.Contains(commands, "/src/rung") {
		t.Fatalf("these are not the commands of the page: %q", commands)
	}
	dir := t.TempDir()
	shell := exec.Command("sh", "-eux", "-c", strings.ReplaceAll(commands, "/src/rung", rung)+"./rung check tune.yaml\n")
	shell.Dir = dir
	shell.Env = append(os.Environ(), "GIT_CEILING_DIRECTORIES="+dir, "GOFLAGS=", "GOWORK=off")
	if said, err := shell.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, said)
	}
}
