package journal

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	head   = `{"journal":1,"run":"r","playbook":"p","rung":"v0","created":"2026-03-14T15:09:26Z"}` + "\n"
	first  = `{"seq":1,"at":"2026-03-14T15:09:26Z","kind":"run.started","hosts":["w1"]}` + "\n"
	second = `{"seq":2,"at":"2026-03-14T15:09:27Z","kind":"run.ended","outcome":"failed","exit":1}` + "\n"
)

func TestReadingAJournal(t *testing.T) {
	tests := []struct {
		name, content string
		events        int
		torn          bool
		wants         string // a part of the error; "" for none
	}{
		{"a whole one", head + first + second, 2, false, ""},
		{"one with a header alone", head, 0, false, ""},
		{"one whose last line was cut short", head + first + second[:30], 1, true, ""},
		{"one that lost only its last newline", head + first + second[:len(second)-1], 1, true, ""},
		{"one that a power failure left zeros in", head + first + strings.Repeat("\x00", 512), 1, true, ""},
		{"one whose last line is whole but garbled", head + first + "{\"seq\":2,\x00\x00\x00}\n", 1, true, ""},
		{"garbage in the middle", head + "]]\n" + second, 0, false, ":2: this is no event"},
		{"garbage in the middle of a torn one", head + "]]\n" + second[:9], 0, true, ":2: this is no event"},
		{"an event without a kind", head + "{\"seq\":1}\n" + second, 0, false, ":2: this is no event: it has no kind"},
		{"a line of another sort", head + "[1]\n" + second, 0, false, ":2: this is no event"},
		{"nothing", "", 0, false, ":1: the journal is empty"},
		{"half a header", head[:20], 0, false, ":1: the journal is empty"},
		{"some other file", "hello\nworld\n", 0, false, ":1: this is no journal"},
		{"some other JSON", "{}\n", 0, false, ":1: this is no journal"},
		{"one of a newer rung", strings.Replace(head, `"journal":1`, `"journal":9`, 1), 0, false, "format 9, and this rung reads up to 1; use rung v0"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, journalName), []byte(test.content), 0o600); err != nil {
				t.Fatal(err)
			}
			header, events, err := Read(dir)
			if test.wants == "" && err != nil || test.wants != "" && (err == nil || !strings.Contains(err.Error(), test.wants)) {
				t.Errorf("err = %v, want %q in it", err, test.wants)
			}
			if len(events) != test.events || header.Torn != test.torn {
				t.Errorf("%d events, torn %v; want %d, %v", len(events), header.Torn, test.events, test.torn)
			}
		})
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(head + first + second))
	f.Add([]byte(head + first + second[:30]))
	f.Add([]byte(head + "\x00\n\x00"))
	f.Fuzz(func(t *testing.T, content []byte) {
		header, events, err := parse(content)
		if err != nil {
			return
		}
		if header.Journal < 1 || header.Journal > Version {
			t.Errorf("accepted format %d", header.Journal)
		}
		if lines := bytes.Count(content, []byte("\n")); len(events) > lines {
			t.Errorf("%d events of %d lines", len(events), lines)
		}
		// What a crash cuts off costs the last event at most.
		if _, fewer, err := parse(content[:len(content)-1]); len(content) > 1 && err == nil && len(fewer) < len(events)-1 {
			t.Errorf("one byte less: %d events instead of %d", len(fewer), len(events))
		}
	})
}
