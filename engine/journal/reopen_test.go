package journal

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rung/engine/run"
	"rung/engine/step"
)

// begunRun is a run with some events, whose journal is closed.
func begunRun(t *testing.T) (dir string) {
	t.Helper()
	j, err := Create(t.TempDir(), "r", Header{Playbook: "toy"})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range drained() {
		if err := j.Record(e); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	return j.Dir()
}

func TestReopenGoesOnBehindTheLastWholeLine(t *testing.T) {
	_, before, err := Read(begunRun(t))
	if err != nil {
		t.Fatal(err)
	}
	whole := len(before)
	for _, end := range []string{"", "{", `{"seq":99,"kind":"run.en`, "\x00\x00\x00", "no event\n", strings.Repeat("x", 5000)} {
		dir := begunRun(t)
		file := filepath.Join(dir, journalName)
		f, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0)
		if err == nil {
			_, err = f.WriteString(end)
		}
		if err := errors.Join(err, f.Close()); err != nil {
			t.Fatal(err)
		}
		j, header, events, err := Reopen(dir)
		if err != nil {
			t.Fatalf("%q: %v", end, err)
		}
		if header.Run != "r" || len(events) != whole || j.Last() != events[whole-1].Seq || j.ID() != "r" {
			t.Errorf("%q: run %s with %d events, the last is %d", end, header.Run, len(events), j.Last())
		}
		if err := errors.Join(j.Record(run.Event{Kind: run.RunResumed}), j.Close()); err != nil {
			t.Fatal(err)
		}
		header, after, err := Read(dir)
		if err != nil || header.Torn || len(after) != whole+1 || after[whole].Kind != run.RunResumed || after[whole].Seq != events[whole-1].Seq+1 {
			t.Errorf("%q: %d events, %+v, %v", end, len(after), header, err)
		}
		if aside, _ := os.ReadFile(filepath.Join(dir, tornName)); strings.TrimRight(string(aside), "\n") != strings.TrimSpace(end) {
			t.Errorf("%q: %q lies aside", end, aside)
		}
	}
}

func TestARunThatGoesOnIsNotReopened(t *testing.T) {
	dir := begunRun(t)
	j, _, _, err := Reopen(dir)
	if err != nil {
		t.Fatal(err)
	}
	_, _, _, err = Reopen(dir)
	var alive *AliveError
	if !errors.As(err, &alive) || !strings.Contains(alive.Who, "process ") {
		t.Errorf("a second process: %v", err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	j, _, _, err = Reopen(dir)
	if err != nil {
		t.Fatalf("after its end: %v", err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestAJournalWithAHoleIsNotReopened(t *testing.T) {
	dir := begunRun(t)
	file := filepath.Join(dir, journalName)
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	broken := strings.Replace(string(content), `"kind"`, `kind"`, 1)
	if err := os.WriteFile(file, []byte(broken), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := Reopen(dir); err == nil || !strings.Contains(err.Error(), "journal.jsonl:2: this is no event") {
		t.Errorf("got %v", err)
	}
	if now, _ := os.ReadFile(file); string(now) != broken {
		t.Error("it was changed")
	}
}

func TestWhatALaterLifeHearsOfAnActionIsWholeInOneFile(t *testing.T) {
	began := run.Event{Kind: run.ActionStarted, Stage: "S", Host: "w1", Step: "2:do", Action: 1, Mutates: true}
	j, err := Create(t.TempDir(), "r", Header{})
	if err != nil {
		t.Fatal(err)
	}
	says := func(lines ...string) {
		for _, line := range lines {
			e := began
			e.Kind, e.Text = run.Output, line
			if err := j.Record(e); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := j.Record(began); err != nil {
		t.Fatal(err)
	}
	says("one", "two")
	lost := began
	lost.Kind, lost.Outcome = run.ActionEnded, step.Unknown
	if err := j.Record(lost); err != nil {
		t.Fatal(err)
	}
	for _, heard := range [][]string{{"one"}, {"one", "two", "three"}} {
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		if j, _, _, err = Reopen(j.Dir()); err != nil {
			t.Fatal(err)
		}
		says(heard...)
	}
	ended := began
	ended.Kind = run.ActionEnded
	if err := errors.Join(j.Record(ended), j.Close()); err != nil {
		t.Fatal(err)
	}
	began.Seq = 1
	file := filepath.Join(j.Dir(), outputName, OutputFile(began))
	for name, want := range map[string]string{file: "one\ntwo\nthree\n", file + ".1": "one\ntwo\n", file + ".2": "one\n"} {
		if text, err := os.ReadFile(name); string(text) != want {
			t.Errorf("%s holds %q (%v), want %q", name, text, err, want)
		}
	}
}
