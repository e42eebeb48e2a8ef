package playbook_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rung/engine/diag"
	"rung/engine/playbook"
)

var update = flag.Bool("update", false, "write what is said of testdata/advice/*.yaml now into *.want; read the diff")

// golden holds said against the file, or writes it with -update.
func golden(t *testing.T, file string, said []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, said, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(text), string(said)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestValidPlaybooksLoadClean(t *testing.T) {
	src, types := bundled(t)
	files, err := filepath.Glob("testdata/valid/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	load := func(file string, src []byte) {
		files := &playbook.Files{Folder: os.DirFS(filepath.Dir(file))}
		if _, found := files.Load(file, src, types); len(found) > 0 {
			var said bytes.Buffer
			diag.Write(&said, found, func(string) []byte { return src })
			t.Errorf("%s:\n%s", file, said.String())
		}
	}
	load("../../playbooks/kubeadm-upgrade.yaml", src)
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		load(file, src)
	}
}

// A guard of the bundled playbook that reads a step before it has run must not
// pass, however well it reads.
func TestTheBundledPlaybookReadsNoLaterStep(t *testing.T) {
	src, types := bundled(t)
	early := bytes.Replace(src, []byte("          - id: facts\n"), []byte("          - require: len(steps.cluster.absent) == 0\n          - id: facts\n"), 1)
	if bytes.Equal(src, early) {
		t.Fatal("the playbook has no step facts any more: choose another place")
	}
	_, found := playbook.Load("kubeadm-upgrade.yaml", early, types)
	if len(found) != 1 || found[0].Code != "unknown-name" || found[0].Hint != "no earlier step in scope has the id cluster" {
		t.Errorf("found %v", found)
	}
}

// FuzzLoad: no bytes make the loader panic; what it refuses it explains, with
// places inside the file; and whatever it says, or advises, can be printed.
func FuzzLoad(f *testing.F) {
	src, types := bundled(f)
	f.Add(src)
	files, _ := filepath.Glob("testdata/*/*.yaml")
	for _, file := range files {
		if src, err := os.ReadFile(file); err == nil {
			f.Add(src)
		}
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		pb, found := playbook.Load("fuzz.yaml", src, types)
		if (pb == nil) != (found.Err() != nil) {
			t.Fatalf("playbook %v, found %v", pb, found)
		}
		if pb != nil {
			found = slices.Concat(found, playbook.Plannable(pb), playbook.Advise(pb))
		}
		lines := bytes.Count(src, []byte("\n")) + 1
		for _, d := range found {
			if d.Pos.Line < 0 || d.Pos.Line > lines || d.Text == "" || d.Code == "" || d.Pos.File != "fuzz.yaml" {
				t.Errorf("of %d lines: %+v", lines, d)
			}
		}
		diag.Write(&bytes.Buffer{}, found, func(string) []byte { return src })
	})
}
