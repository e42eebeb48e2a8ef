package journal

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"rung/engine/run"
)

// lay makes the directory of a run whose journal holds content, and whose process is gone.
func lay(t testing.TB, content []byte) (root, dir string) {
	t.Helper()
	root = t.TempDir()
	dir = filepath.Join(root, "20260314-150926-toy")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{journalName: content, lockName: nil} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root, dir
}

// followed is what a Follower makes of a journal that nobody writes any more.
func followed(t testing.TB, dir string) ([]run.Event, error) {
	t.Helper()
	f, err := Follow(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []run.Event
	for {
		events, over, err := f.Next()
		all = append(all, events...)
		if over || err != nil {
			return all, err
		}
	}
}

// FuzzReaders hands garbage to everything that reads a journal: each comes to an end, and they agree.
func FuzzReaders(f *testing.F) {
	whole := recorded(f)
	root, dir := lay(f, nil)
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	f.Add(bytes.Replace(whole, []byte("\n"), []byte("\n]]\n"), 3))
	f.Add(append(bytes.Clone(whole), make([]byte, 600)...))
	f.Add([]byte(head + first + second))
	f.Add([]byte(head + "\x00\n\x00"))
	f.Add([]byte("{}\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		if err := os.WriteFile(filepath.Join(dir, journalName), content, 0o600); err != nil {
			t.Fatal(err)
		}
		header, events, err := Read(dir)
		run.Remember(events).Open()
		for _, e := range events {
			if e.Kind == "" || e.Seq < 1 {
				t.Errorf("this is no event: %+v", e)
			}
		}
		live, liveErr := followed(t, dir)
		if err == nil && len(live) > len(events) || err == nil && !header.Torn && (liveErr != nil || len(live) != len(events)) {
			t.Errorf("read: %d events; followed: %d, %v", len(events), len(live), liveErr)
		}
		runs, listErr := List(root)
		if listErr != nil || len(runs) != 1 {
			t.Fatalf("%d runs, %v", len(runs), listErr)
		}
		if err == nil && runs[0].Outcome == "unreadable" || runs[0].Err != nil && err == nil {
			t.Errorf("it can be read, and is listed as %s: %v", runs[0].Outcome, runs[0].Err)
		}
		j, _, again, reopenErr := Reopen(dir) // what is no event goes aside
		if (err == nil) != (reopenErr == nil) || err == nil && len(again) != len(events) {
			t.Fatalf("read: %d events, %v; reopened: %d, %v", len(events), err, len(again), reopenErr)
		}
		if err == nil {
			if err := j.Close(); err != nil {
				t.Error(err)
			}
			if header, after, err := Read(dir); err != nil || header.Torn || len(after) != len(events) {
				t.Errorf("then %d events of %d, torn %v, %v", len(after), len(events), header.Torn, err)
			}
		}
	})
}

// recorded is the journal of a run as it was before its first change.
func recorded(t testing.TB) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", "recorded.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// Wherever a crash cut the journal of a run, what was whole is read, and nothing else is claimed.
func TestAJournalThatIsCutAtAnyByteIsRead(t *testing.T) {
	content := recorded(t)
	_, dir := lay(t, content)
	_, all, err := Read(dir)
	if err != nil || len(all) < 20 {
		t.Fatalf("%d events, %v", len(all), err)
	}
	for cut := range content {
		if err := os.WriteFile(filepath.Join(dir, journalName), content[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		lines := bytes.Count(content[:cut], []byte("\n"))
		header, events, err := Read(dir)
		switch {
		case lines == 0 && err == nil:
			t.Fatalf("cut at %d: there is no header, and no error", cut)
		case lines > 0 && (err != nil || len(events) != lines-1 || header.Torn != (content[cut-1] != '\n')):
			t.Fatalf("cut at %d: %d events of %d lines, torn %v: %v", cut, len(events), lines, header.Torn, err)
		}
		if live, err := followed(t, dir); lines > 0 && (err != nil || len(live) != len(events)) {
			t.Fatalf("cut at %d: followed %d events of %d: %v", cut, len(live), len(events), err)
		}
	}
}
