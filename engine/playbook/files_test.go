package playbook_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"rung/engine/diag"
	"rung/engine/playbook"
)

const goes = "stages: [{stage: Go, hosts: all, steps: [{sequence: work}]}]\n"

func folder(files map[string]string) fstest.MapFS {
	all := fstest.MapFS{}
	for name, text := range files {
		all[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return all
}

// TestAPlaybookKnowsTheFilesThatItIsMadeOf wants each once, wherever it is included, with what findings call it.
func TestAPlaybookKnowsTheFilesThatItIsMadeOf(t *testing.T) {
	_, types := bundled(t)
	files := &playbook.Files{
		Folder:  folder(map[string]string{"lib/a.yaml": "include: [b.yaml]\nsequences: {work: [{host-facts: {}}]}\n", "lib/b.yaml": "sequences: {more: [{host-facts: {}}]}\n"}),
		Bundled: folder(map[string]string{"known.yaml": "playbook: known\ninclude: [parts/part]\n" + goes, "parts/part.yaml": "sequences: {work: [{host-facts: {}}]}\n"}),
	}
	src := "playbook: p\ninclude: [lib/a.yaml, lib/b.yaml]\nstages:\n- {stage: One, hosts: all, steps: [{sequence: work}]}\n- {stage: Two, include: known}\n- {stage: Three, include: known}\n"
	pb, found := files.Load("there/p.yaml", []byte(src), types)
	if found != nil {
		t.Fatal(found)
	}
	var got []string
	for _, i := range pb.Included {
		if len(i.Source) == 0 {
			t.Errorf("%s has no text", i.File)
		}
		got = append(got, i.File)
	}
	if want := "there/lib/a.yaml there/lib/b.yaml bundled/known.yaml bundled/parts/part.yaml"; strings.Join(got, " ") != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestAFileOfSequencesIsCheckedAndNotRun also wants the inputs that it declares to be those of who includes it.
func TestAFileOfSequencesIsCheckedAndNotRun(t *testing.T) {
	_, types := bundled(t)
	const lib = "inputs: {word: {default: a}, other: {type: int}}\nsequences: {work: [{require: 'inputs.word == \"a\" and inputs.other > 1'}]}\n"
	files := &playbook.Files{Folder: folder(map[string]string{"lib.yaml": lib})}
	if pb, found := files.Check("lib.yaml", []byte(lib), types); found != nil || playbook.Advise(pb) != nil {
		t.Error(found, playbook.Advise(pb))
	}
	if _, found := files.Load("lib.yaml", []byte(lib), types); len(found) != 1 || found[0].Code != "no-stages" {
		t.Error(found)
	}
	pb, found := files.Load("p.yaml", []byte("playbook: p\ninclude: [lib.yaml]\ninputs: {word: {default: b}}\n"+goes), types)
	if found != nil || len(pb.Inputs) != 2 || pb.Inputs[0].Default != "b" || pb.Inputs[1].Name != "other" {
		t.Error(found, pb)
	}
}

// TestManyIncludesCostLittle wants files that include each other many times to be refused soon.
func TestManyIncludesCostLittle(t *testing.T) {
	_, types := bundled(t)
	const head = "playbook: p\nstages:\n"
	stage := func(name string) string { return "- {stage: " + name + ", include: " + name + ".yaml}\n" }
	deep, wide := map[string]string{}, map[string]string{}
	for _, c := range "abcdefghijklm" {
		next := string(c + 1)
		deep[string(c)+".yaml"] = head + stage(next)
		wide[string(c)+".yaml"] = head + stage(next) + "- {stage: again, include: " + next + ".yaml}\n"
	}
	wide["i.yaml"] = "playbook: p\nstages: [{stage: Go, hosts: all, steps: [{host-facts: {}}]}]\n"
	for name, files := range map[string]map[string]string{"deep": deep, "wide": wide} {
		_, found := (&playbook.Files{Folder: folder(files)}).Load("p.yaml", []byte(head+stage("a")), types)
		if found.Err() == nil || !strings.Contains(found.Error(), "more than") {
			t.Errorf("%s: %v", name, found)
		}
	}
}

// FuzzIncludes: nothing that stands in an included file makes the loader panic, and what is found has its place in one of
// the files.
func FuzzIncludes(f *testing.F) {
	_, types := bundled(f)
	f.Add("lib.yaml", []byte("include: [lib.yaml]\nsequences: {work: [{host-facts: {}}]}\n"), []byte("stages: []"))
	f.Add("pb.yaml", []byte("inputs: {word: {type: int}}\nsequences: {work: {parameters: {a: {}}, steps: [{sequence: work}]}}\n"), []byte("playbook: x\ninputs: {a: {}}\n"+goes))
	f.Add("../lib.yaml", []byte(""), []byte("a: [\n"))
	f.Fuzz(func(t *testing.T, name string, lib, pb []byte) {
		files := &playbook.Files{Folder: fstest.MapFS{"lib.yaml": {Data: lib}, "pb.yaml": {Data: pb}}}
		src := []byte("playbook: p\ninclude: [lib.yaml, " + quoted(name) + "]\nstages:\n- {stage: Go, hosts: all, steps: [{sequence: work, with: {a: b}}]}\n- {stage: In, include: pb.yaml, with: {a: b}}\n")
		got, found := files.Load("p.yaml", src, types)
		if (got == nil) != (found.Err() != nil) {
			t.Fatalf("playbook %v, found %v", got, found)
		}
		if got != nil {
			found = append(playbook.Plannable(got), playbook.Advise(got)...)
		}
		texts := map[string][]byte{"p.yaml": src, "lib.yaml": lib, "pb.yaml": pb}
		for _, d := range found {
			if text, known := texts[d.Pos.File]; !known || d.Pos.Line > 1+strings.Count(string(text), "\n") {
				t.Errorf("%+v", d)
			}
		}
		diag.Write(&strings.Builder{}, found, func(file string) []byte { return texts[file] })
	})
}

// quoted is text as YAML has it between quotes.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
