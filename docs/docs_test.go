// Package docs_test holds the documentation to its word: samples load, links
// lead somewhere, tests that are named exist, and the pages of the step types
// say what the step types say.
package docs_test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"rung/engine/diag"
	"rung/engine/inventory"
	"rung/engine/playbook"
	"rung/engine/step"
	"rung/engine/trial"
	"rung/playbooks"
	"rung/steps"
)

//go:generate go test . -update

var update = flag.Bool("update", false, "write the generated pages and schemas anew")

// fresh holds a generated file of this folder against what it is made of.
func fresh(t *testing.T, file, want string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Errorf("%v: run go generate ./docs", err)
		return
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("docs/%s is stale, run go generate ./docs (-want +got):\n%s", filepath.ToSlash(file), diff)
	}
}

// pages are the README and every page of this folder, generated ones too.
func pages(t *testing.T) []string {
	t.Helper()
	files := []string{"../README.md"}
	for _, pattern := range []string{"*.md", "steps/*.md"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	return files
}

func read(t *testing.T, file string) string {
	t.Helper()
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(src)
}

func allTypes(t *testing.T) *step.Set {
	t.Helper()
	types, err := step.NewSet(steps.All()...)
	if err != nil {
		t.Fatal(err)
	}
	return types
}

var fence = regexp.MustCompile("(?ms)^```yaml\n(.*?)^```$")

// TestEveryYAMLSampleIsRight loads each yaml block of every page. A block may
// be a whole playbook or inventory, or a part: inputs, sequences, stages or
// steps, which are put into the smallest playbook around them.
func TestEveryYAMLSampleIsRight(t *testing.T) {
	types := allTypes(t)
	samples := 0
	beside := fstest.MapFS{} // samples that name a file in their first line, for later ones to include
	for _, file := range pages(t) {
		text := read(t, file)
		for _, at := range fence.FindAllStringSubmatchIndex(text, -1) {
			samples++
			block := text[at[2]:at[3]]
			line := 1 + strings.Count(text[:at[2]], "\n")
			src, isInventory := whole(block)
			if name, ok := strings.CutPrefix(strings.TrimSpace(strings.SplitN(block, "\n", 2)[0]), "# "); ok && strings.HasSuffix(name, ".yaml") {
				beside[name] = &fstest.MapFile{Data: []byte(block)}
			}
			var found diag.List
			switch {
			case strings.Contains("\n"+src, "\ncases:"):
				_, found = trial.Load("sample"+trial.Suffix, []byte(src), &playbook.Playbook{Name: "sample", File: "sample.yaml"})
			case isInventory:
				_, found = inventory.Load("sample.yaml", []byte(src))
			default:
				files := &playbook.Files{Folder: beside, Bundled: os.DirFS("../playbooks")}
				_, found = files.Check("sample.yaml", []byte(src), types)
			}
			if found != nil {
				var out strings.Builder
				diag.Write(&out, found, func(string) []byte { return []byte(src) })
				t.Errorf("%s:%d: the sample is wrong:\n%s", file, line, out.String())
			}
		}
	}
	if samples == 0 {
		t.Error("no page has a yaml sample: this test looks in the wrong place")
	}
}

// whole makes a file of a sample, and says whether that is an inventory.
func whole(block string) (src string, isInventory bool) {
	const sampleInputs = "inputs: {target: {type: version}, at_once: {type: count, default: 1}, packages: {type: list, default: []}, reason: {default: ''}, mode: {default: ''}, hook: {default: ''}}\n"
	const sampleStage = "stages:\n- stage: Sample\n  hosts: all\n  steps:\n"
	const nothing = "  - command: {argv: ['true'], read_only: true}\n"
	switch first := firstLine(block); {
	case strings.HasPrefix(first, "- stage:"):
		return "playbook: sample\n" + sampleInputs + "stages:\n" + block, false
	case strings.HasPrefix(first, "- "):
		return "playbook: sample\n" + sampleInputs + sampleStage + "  " + strings.ReplaceAll(block, "\n", "\n  "), false
	case strings.HasPrefix(first, "inputs:") && strings.Contains(block, "\nstages:"):
		return "playbook: sample\n" + block, false
	case strings.HasPrefix(first, "inputs:") && strings.Contains(block, "\nsequences:") && !strings.Contains(block, "\nstages:"):
		return block, false
	case strings.HasPrefix(first, "inputs:"):
		return "playbook: sample\n" + block + sampleStage + nothing, false
	case strings.HasPrefix(first, "sequences:"):
		return "playbook: sample\n" + sampleInputs + block, false
	case strings.Contains("\n"+block, "\nhosts:"):
		return block, true
	}
	return block, false
}

// firstLine is the first that is no comment.
func firstLine(block string) string {
	for line := range strings.Lines(block) {
		if !strings.HasPrefix(strings.TrimSpace(line), "#") {
			return line
		}
	}
	return ""
}

var link = regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`)

// TestEveryLinkLeadsSomewhere looks for the file of every relative link.
func TestEveryLinkLeadsSomewhere(t *testing.T) {
	for _, file := range pages(t) {
		for _, found := range link.FindAllStringSubmatch(read(t, file), -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(file), found[1])); err != nil {
				t.Errorf("%s links to %s, which is not there", file, found[1])
			}
		}
	}
}

var (
	rowOf  = regexp.MustCompile(`(?m)^\| ((?:S|B)[0-9]+a?) \|(.*)$`)
	testOf = regexp.MustCompile("`([a-z/.]+) (Test[A-Za-z0-9_]+|Benchmark[A-Za-z0-9_]+|Fuzz[A-Za-z0-9_]+)(?:/[^`]*)?`")
)

// requirements are the rows that docs/coverage.md answers for, in their order.
var requirements = strings.Fields("S1 S2 S3 S4 S5 S6 S7 S8 S9 S10 S11 S12 S13 S14 S15 S16 S17 S18 S19 S20 S21 S22 S23 " +
	"S24 S24a S25 S26 S27 S28 S29 S30 S31 B1 B2 B3 B4 B5 B6 B7 B8 B9 B10")

// TestCoverageNamesEveryRowAndOnlyTestsThatExist keeps docs/coverage.md from
// promising a test that somebody renamed. A row names a test as
// `package TestName/case`, or says "not yet".
func TestCoverageNamesEveryRowAndOnlyTestsThatExist(t *testing.T) {
	rows := rowOf.FindAllStringSubmatch(read(t, "coverage.md"), -1)
	var ids []string
	for _, row := range rows {
		ids = append(ids, row[1])
		tests := testOf.FindAllStringSubmatch(row[2], -1)
		if len(tests) == 0 && !strings.Contains(row[2], "not yet") {
			t.Errorf("%s names no test, and does not say \"not yet\"", row[1])
		}
		for _, test := range tests {
			if !declares(t, filepath.Join("..", test[1]), test[2]) {
				t.Errorf("%s names %s in %s, which has no such test", row[1], test[2], test[1])
			}
		}
	}
	if got, want := strings.Join(ids, " "), strings.Join(requirements, " "); got != want {
		t.Errorf("the rows are\n%s\nwant\n%s", got, want)
	}
}

// declares says whether a test file of the folder has the function.
func declares(t *testing.T, folder, name string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.Contains(read(t, file), "\nfunc "+name+"(") {
			return true
		}
	}
	return false
}

// TestTheUpgradeIsDescribedWhole wants every input and every stage of the
// bundled playbook on its page, and no input that it does not have.
func TestTheUpgradeIsDescribedWhole(t *testing.T) {
	src, err := playbooks.FS.ReadFile("kubeadm-upgrade.yaml")
	if err != nil {
		t.Fatal(err)
	}
	pb, found := playbook.Load("kubeadm-upgrade.yaml", src, allTypes(t))
	if found != nil {
		t.Fatal(found)
	}
	page := read(t, "kubeadm-upgrade.md")
	var inputs []string
	for _, in := range pb.Inputs {
		inputs = append(inputs, in.Name)
	}
	var rows []string
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\|").FindAllStringSubmatch(page, -1) {
		rows = append(rows, row[1])
	}
	if diff := cmp.Diff(inputs, rows); diff != "" {
		t.Errorf("the inputs on the page are not those of the playbook (-playbook +page):\n%s", diff)
	}
	describes(t, page, pb.Stages)
}

func describes(t *testing.T, page string, stages []*playbook.Stage) {
	t.Helper()
	for _, s := range stages {
		if s.Steps != nil && !strings.Contains(page, "**"+s.Name) {
			t.Errorf("the page does not describe the stage %q", s.Name)
		}
		describes(t, page, s.Stages)
	}
}
