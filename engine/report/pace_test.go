package report

import (
	"strings"
	"testing"
	"time"

	"rung/engine/run"
	"rung/engine/step"
)

// ladder is two hops over workers that take turns, two at a time: the first hop, and the second up to its third host.
func ladder(at time.Time) []run.Event {
	var events []run.Event
	add := func(after time.Duration, e run.Event) {
		at = at.Add(after)
		e.At = at
		events = append(events, e)
	}
	workers := []string{"w1", "w2", "w3", "w4", "w5"}
	add(0, run.Event{Kind: run.RunStarted, Title: "climb", Hosts: workers})
	hop := func(path string, round int, hosts ...string) {
		add(0, run.Event{Kind: run.StageStarted, Stage: path, Data: map[string]any{"round": float64(round), "rounds": float64(3)}})
		add(0, run.Event{Kind: run.StageStarted, Stage: path + "/Workers", Hosts: workers, Data: map[string]any{"at_once": float64(2)}})
		for i, w := range hosts {
			e := run.Event{Kind: run.HostEnded, Stage: path + "/Workers", Host: w, Outcome: step.Changed, Took: 4 * time.Minute}
			if w == "w1" { // was done already
				e.Outcome, e.Took = step.OK, time.Second
			}
			add(time.Duration(i%2)*4*time.Minute, e)
		}
	}
	hop("Climb[hop=1.30.0]", 1, workers...)
	add(4*time.Minute, run.Event{Kind: run.StageEnded, Stage: "Climb[hop=1.30.0]/Workers", Outcome: step.OK, Took: 12 * time.Minute})
	add(0, run.Event{Kind: run.StageEnded, Stage: "Climb[hop=1.30.0]", Outcome: step.OK, Took: 20 * time.Minute})
	hop("Climb[hop=1.31.0]", 2, "w1", "w2", "w3")
	return events
}

func TestB10WhatIsLeftIsToldFromTheRunsOwnPace(t *testing.T) {
	at := time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC)
	var out strings.Builder
	term := NewTerminal(&out, Options{Now: func() time.Time { return at }})
	var promised []string
	for _, e := range ladder(at) {
		if err := term.Record(e); err != nil {
			t.Fatal(err)
		}
		if e.Kind == run.HostEnded {
			promised = append(promised, e.Host+": "+term.l.outlook(e.At))
		}
	}
	want := []string{
		"w1: round 1 of 3", // nothing was done: no pace
		"w2: about 8m left (09:12) · round 1 of 3",
		"w3: about 4m left (09:08) · round 1 of 3",
		"w4: about 4m left (09:12) · round 1 of 3",
		"w5: round 1 of 3",
		"w1: round 2 of 3, about 40m left (09:52) in all",
		"w2: about 8m left (09:24) · round 2 of 3, about 36m left (09:52) in all",
		"w3: about 4m left (09:20) · round 2 of 3, about 36m left (09:52) in all",
	}
	if got := strings.Join(promised, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("promised\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
	if text := out.String(); !strings.Contains(text, "09:04:00 ── Climb[hop=1.30.0]/Workers: 2 of 5 hosts done · about 8m left (09:12) · round 1 of 3\n") {
		t.Errorf("off a terminal nothing is said of it:\n%s", text)
	}
	if strings.Contains(out.String(), "09:00:00 ── Climb[hop=1.30.0]/Workers: 1 of 5") {
		t.Errorf("it is said too early:\n%s", out.String())
	}
	if err := term.Leave(); err != nil || strings.Contains(out.String(), "UNFINISHED") {
		t.Errorf("who leaves is told of an end: %v\n%s", err, out.String())
	}
}
