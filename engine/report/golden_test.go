package report

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"rung/engine/run"
	"rung/engine/step"
)

var update = flag.Bool("update", false, "write what the reports are into testdata")

var nine = time.Date(2026, 3, 14, 15, 9, 26, 0, time.UTC)

// eventsIn reads lines of a time since the start and an event: 12s {"kind": …}.
func eventsIn(t testing.TB, text []byte) []run.Event {
	t.Helper()
	var events []run.Event
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		at, object, _ := strings.Cut(line, " ")
		since, err := time.ParseDuration(at)
		if err != nil {
			t.Fatal(err)
		}
		var e run.Event
		read := json.NewDecoder(strings.NewReader(object))
		read.DisallowUnknownFields()
		if err := read.Decode(&e); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		e.At = nine.Add(since)
		e.Plan = actionOf(t, e)
		events = append(events, e)
	}
	return events
}

// actionOf is the action that the texts of a planned one were made of.
func actionOf(t testing.TB, e run.Event) *step.Action {
	if e.Kind != run.ActionPlanned || e.Command == "" {
		return nil
	}
	a := &step.Action{Title: e.Title, ReadOnly: !e.Mutates, Do: step.Command{Script: e.Command}}
	if e.Check != "" {
		a.Check = &step.Command{Script: e.Check}
	}
	if what, rest, ok := strings.Cut(e.Until, ": every "); ok {
		every, limit, _ := strings.Cut(rest, ", at most ")
		a.Until = &step.Until{What: what}
		for text, into := range map[string]*time.Duration{every: &a.Until.Every, limit: &a.Until.For} {
			var err error
			if *into, err = time.ParseDuration(text); err != nil {
				t.Fatal(err)
			}
		}
	}
	return a
}

// reports are the files of a txtar that events are told in.
var reports = map[string]func(t *testing.T, events []run.Event) string{
	"plain.txt": func(t *testing.T, events []run.Event) string {
		return shown(t, events, Options{Run: "20260314-150926-kubeadm-upgrade"})
	},
	"verbose.txt": func(t *testing.T, events []run.Event) string {
		return shown(t, events, Options{Verbose: true})
	},
	"colour.txt": func(t *testing.T, events []run.Event) string {
		return strings.ReplaceAll(shown(t, events, Options{Colour: true}), "\x1b", "^")
	},
	"runbook.txt": func(t *testing.T, events []run.Event) string {
		var out bytes.Buffer
		recordAll(t, NewRunbook(&out, false), events)
		return out.String()
	},
	"events.jsonl": func(t *testing.T, events []run.Event) string {
		var out bytes.Buffer
		recordAll(t, NewJSONLines(&out), events)
		return out.String()
	},
}

func shown(t *testing.T, events []run.Event, o Options) string {
	t.Helper()
	var out bytes.Buffer
	if err := Show(&out, events, o); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func recordAll(t testing.TB, s run.Sink, events []run.Event) {
	t.Helper()
	for _, e := range events {
		if err := s.Record(e); err != nil {
			t.Fatal(err)
		}
	}
}

// TestEventsReadAs compares reports with those in testdata; -update writes them.
func TestEventsReadAs(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no testdata: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			events, told := eventsIn(t, archive.Files[0].Data), 0
			for i, f := range archive.Files[1:] {
				report, known := reports[f.Name]
				if !known {
					t.Fatalf("%s: no report is called %s", file, f.Name)
				}
				got := report(t, events)
				told++
				if *update {
					archive.Files[i+1].Data = []byte(got)
					continue
				}
				if diff := cmp.Diff(string(f.Data), got); diff != "" {
					t.Errorf("%s (-want +got):\n%s", f.Name, diff)
				}
			}
			if told == 0 {
				t.Fatal("it wants no report")
			}
			if *update {
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}
