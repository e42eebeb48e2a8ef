package report

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rung/engine/run"
	"rung/engine/step"
)

// gone is a writer whose reader went away after so many writes.
type gone struct{ left int }

var errGone = errors.New("broken pipe")

func (g *gone) Write(p []byte) (int, error) {
	if g.left--; g.left < 0 {
		return 0, errGone
	}
	return len(p), nil
}

func TestATerminalThatWentAwayStopsNoRun(t *testing.T) {
	for _, live := range []bool{false, true} {
		term := NewTerminal(&gone{left: 1}, Options{Live: live})
		for i := range 10 {
			if err := term.Record(run.Event{Kind: run.StageStarted, Stage: fmt.Sprint(i), Hosts: []string{"w1"}}); err != nil {
				t.Fatal(err)
			}
			term.mu.Lock()
			term.draw(true)
			term.mu.Unlock()
		}
		if err := term.Close(); !errors.Is(err, errGone) {
			t.Errorf("live %v: Close = %v", live, err)
		}
	}
}

func TestWhoReadsEventsIsToldOfAFailedWriter(t *testing.T) {
	for name, sink := range map[string]run.Sink{"JSON lines": NewJSONLines(&gone{}), "runbook": NewRunbook(&gone{}, false)} {
		var err error
		for _, e := range []run.Event{{Kind: run.RunStarted}, {Kind: run.RunEnded}} {
			err = errors.Join(err, sink.Record(e))
		}
		if !errors.Is(err, errGone) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestALiveTerminalDrawsByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		term := NewTerminal(&out, Options{Live: true})
		recordAll(t, term, []run.Event{{Kind: run.StageStarted, At: time.Now(), Stage: "Workers", Hosts: []string{"w1"}}})
		time.Sleep(time.Second) // of the bubble's own time
		synctest.Wait()
		term.mu.Lock()
		seen := out.String()
		term.mu.Unlock()
		if !strings.Contains(seen, "Workers  0 of 1 host · 0.9s") {
			t.Errorf("after a second: %q", seen)
		}
		if err := term.Close(); err != nil { // and its goroutine is gone, or the bubble complains
			t.Fatal(err)
		}
		if err := term.Close(); err != nil {
			t.Fatal(err)
		}
	})
}

func TestManyHostsTellAtOnce(t *testing.T) {
	sinks := []run.Sink{NewTerminal(io.Discard, Options{Live: true}), NewTerminal(io.Discard, Options{Verbose: true}), NewJSONLines(io.Discard), NewRunbook(io.Discard, false)}
	for _, sink := range sinks {
		var all sync.WaitGroup
		for h := range 20 {
			all.Go(func() {
				host := fmt.Sprintf("w%d", h)
				for _, kind := range []run.Kind{run.HostStarted, run.StepStarted, run.ActionStarted, run.Output, run.ActionEnded, run.Waiting, run.Noted, run.ActionPlanned, run.StepEnded, run.HostEnded} {
					if err := sink.Record(run.Event{Kind: kind, At: nine, Stage: "Workers", Host: host, Step: "1", Title: "x", Outcome: step.Failed}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		if c, ok := sink.(io.Closer); ok {
			c.Close()
		}
	}
}

func TestS27ComponentsAreToldBeforeAndAfter(t *testing.T) {
	seen := func(key, node, etcd string) map[string]any {
		return map[string]any{
			"nodes":      []any{map[string]any{"name": "cp1", key: node}},
			"components": map[string]any{"etcd": etcd, "coredns": "v1.8.0", "kubelet": "v" + node, "kubectl": "v" + node},
		}
	}
	look := func(node, etcd string) run.Event {
		return run.Event{Kind: run.StepEnded, At: nine, Host: "cp1", Type: "cluster-facts", Outcome: step.OK, Data: seen("kubelet", node, etcd)}
	}
	first := []run.Event{{Kind: run.RunStarted, At: nine, Title: "p"}, look("1.20.0", "v3.4.13-0, v3.4.9-0")}
	last := []run.Event{
		{Kind: run.StepEnded, At: nine, Host: "cp1", Type: "verify", Outcome: step.OK, Data: seen("version", "1.21.14", "3.5.6-0")},
		{Kind: run.RunEnded, At: nine, Outcome: step.Changed},
	}
	half := []run.Event{{Kind: run.RunResumed, At: nine, Title: "p"}, look("1.20.5", "3.5.6-0")} // as a later life finds it
	var resumed bytes.Buffer
	recalling := NewTerminal(&resumed, Options{})
	recalling.Recall(first)
	recordAll(t, recalling, slices.Concat(half, last))
	if want := "the cluster as it is: 1 node"; !strings.Contains(resumed.String(), want) {
		t.Errorf("no %q in\n%s", want, resumed.String())
	}
	for _, got := range []string{shown(t, slices.Concat(first, last), Options{}), resumed.String(), shown(t, slices.Concat(first, half, last), Options{})} {
		hasComponents(t, got)
	}
}

func hasComponents(t *testing.T, got string) {
	t.Helper()
	if want := "  cp1  1.20.0 → 1.21.14\n  coredns  1.8.0             = 1.8.0\n  etcd     3.4.13-0, 3.4.9-0 → 3.5.6-0\n  kubectl  1.20.0            → 1.21.14\n"; !strings.Contains(got, want) {
		t.Errorf("no %q in\n%s", want, got)
	}
}

func TestManyNodesAreCountedByTheirWay(t *testing.T) {
	nodes := func(key string, version func(i int) string) map[string]any {
		var list []any
		for i := range 30 {
			list = append(list, map[string]any{"name": fmt.Sprintf("w%02d", i), key: version(i)})
		}
		return map[string]any{"nodes": list}
	}
	got := shown(t, []run.Event{
		{Kind: run.RunStarted, At: nine, Title: "p"},
		{Kind: run.StepEnded, At: nine, Host: "cp1", Type: "cluster-facts", Outcome: step.OK, Data: nodes("kubelet", func(int) string { return "1.20.0" })},
		{Kind: run.StepEnded, At: nine, Host: "cp1", Type: "verify", Outcome: step.OK, Data: nodes("version", func(i int) string { return []string{"1.21.14", "1.20.0"}[i/28] })},
		{Kind: run.RunEnded, At: nine, Outcome: step.Changed},
	}, Options{})
	for _, want := range []string{"  2 nodes   1.20.0 = 1.20.0\n  28 nodes  1.20.0 → 1.21.14\n", "the cluster as it is: 30 nodes\n  NAME  STATUS ", "  … and 10 more\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

// A summary says in one line what a command complained of, and not the line that tells how to complain more.
func TestTheSummaryQuotesWhatTheCommandComplainedOf(t *testing.T) {
	for text, want := range map[string]string{
		"the command exited with 1; it printed:\nError: Failed to download metadata for repo 'kubernetes'\nIgnoring it":               "Error: Failed to download metadata for repo 'kubernetes'",
		"the command exited with 1; it printed:\nerror: timed out\nTo see the stack trace of this error execute with --v=5 or higher": "error: timed out",
		"the command exited with 1; it printed:\nfirst\n\nlast\n":                                                                     "last",
		"the command exited with 1; it printed:\n" + strings.Repeat("x", 250) + strings.Repeat("y", 250):                              strings.Repeat("x", gistHead) + " … " + strings.Repeat("y", longestGist-gistHead),
		"the command exited with 1; it printed:\nError:\n Problem: nothing provides it":                                               "Problem: nothing provides it",
		"the command exited with 1; it printed nothing":                                                                               "",
		"w1 is refused": "",
	} {
		if got := gistOf(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// Whether anything was touched is what an operator wants to know first.
func TestTheSummarySaysThatNothingWasChanged(t *testing.T) {
	for _, mutates := range []bool{false, true} {
		text := shown(t, []run.Event{
			{Kind: run.RunStarted, Title: "p", Hosts: []string{"w1", "w2"}},
			{Kind: run.StageStarted, Stage: "S", Hosts: []string{"w1", "w2"}},
			{Kind: run.StepStarted, Stage: "S", Host: "w1", Step: "1", Title: "install"},
			{Kind: run.ActionStarted, Stage: "S", Host: "w1", Step: "1", Command: "yum", Mutates: mutates},
			{Kind: run.StepEnded, Stage: "S", Host: "w1", Step: "1", Title: "install", Outcome: step.Failed, Text: "the command exited with 1"},
			{Kind: run.HostEnded, Stage: "S", Host: "w1", Outcome: step.Failed},
			{Kind: run.StageEnded, Stage: "S", Outcome: step.Failed},
			{Kind: run.RunEnded, Outcome: step.Failed},
		}, Options{})
		if said := strings.Contains(text, "2 hosts: 1 did not end well, 0 changed, 1 as they were, nothing was changed anywhere\n"); said == mutates {
			t.Errorf("mutates %t:\n%s", mutates, text)
		}
	}
}

// What an earlier life of the run has touched counts, be it told before or only recalled.
func TestAnEarlierLifeThatChangedNothingIsNoChange(t *testing.T) {
	for _, mutates := range []bool{false, true} {
		earlier := []run.Event{
			{Kind: run.RunStarted, Title: "p", Hosts: []string{"w1"}},
			{Kind: run.ActionStarted, Stage: "S", Host: "w1", Step: "1", Command: "yum", Mutates: mutates},
		}
		later := []run.Event{
			{Kind: run.RunResumed, Title: "p", Hosts: []string{"w1"}},
			{Kind: run.StageStarted, Stage: "S", Hosts: []string{"w1"}},
			{Kind: run.StepEnded, Stage: "S", Host: "w1", Step: "1", Title: "look", Outcome: step.Refused, Text: "no"},
			{Kind: run.HostEnded, Stage: "S", Host: "w1", Outcome: step.Refused},
			{Kind: run.RunEnded, Outcome: step.Refused},
		}
		var out bytes.Buffer
		recalling := NewTerminal(&out, Options{Run: "r"})
		recalling.Recall(earlier)
		recordAll(t, recalling, later)
		for how, text := range map[string]string{"recalled": out.String(), "told": shown(t, append(earlier, later...), Options{Run: "r"})} {
			if strings.Contains(text, "nothing was changed anywhere") == mutates || strings.Contains(text, "rung resume r") != mutates {
				t.Errorf("%s, mutates %t:\n%s", how, mutates, text)
			}
		}
	}
}

func TestTextThatMeansNoGoodIsTamed(t *testing.T) {
	for text, want := range map[string]string{
		"plain":                         "plain",
		"größer → 日本":                   "größer → 日本",
		"\x1b[31mred\x1b[0m":            "red",
		"a\x1b]0;title\ab":              "ab",
		"a\x1b]8;;http://x\x1b\\link":   "alink",
		"\x1b[2J\x1b[Hcleared":          "cleared",
		"cut off \x1b[":                 "cut off",
		"100%\r  3%":                    "100%   3%",
		"a\tb\nc":                       "a b c",
		"bell\a \x00 \x9b31m":           "bell  31m",
		"right\u202eleft":               "rightleft",
		strings.Repeat("x", 3) + "\xff": "xxx",
	} {
		if got := clean(text); got != want {
			t.Errorf("clean(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestTextIsCutToTheWidthOfATerminal(t *testing.T) {
	for _, test := range []struct {
		text  string
		width int
		want  string
	}{
		{"drain w3", 8, "drain w3"},
		{"drain w3", 7, "drain …"},
		{"drain w3", 1, "…"},
		{"drain w3", 0, ""},
		{"", 5, ""},
		{"日本語", 6, "日本語"},
		{"日本語", 5, "日本…"},
		{"日本語", 4, "日…"},
		{"e\u0301e\u0301e\u0301", 3, "e\u0301e\u0301e\u0301"},
	} {
		if got := clip(test.text, test.width); got != test.want || columns(got) > test.width {
			t.Errorf("clip(%q, %d) = %q, want %q", test.text, test.width, got, test.want)
		}
	}
}

func FuzzClip(f *testing.F) {
	f.Add("evicting pod \x1b[31mdefault/web-1 日本語", 12)
	f.Fuzz(func(t *testing.T, text string, width int) {
		got := clip(clean(text), width)
		if columns(got) > max(0, width) {
			t.Errorf("clip(%q, %d) takes %d columns", text, width, columns(got))
		}
		if strings.ContainsAny(got, "\x1b\r\n\t\a\x00") {
			t.Errorf("clean(%q) left a control character: %q", text, got)
		}
	})
}

func TestLengthsOfTime(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Second: "0s", 0: "0.0s", 420 * time.Millisecond: "0.4s", 6900 * time.Millisecond: "6s", 130 * time.Second: "2m10s",
		65 * time.Minute: "1h05m", 999 * time.Millisecond: "1.0s",
	} {
		if got := length(d); got != want {
			t.Errorf("length(%v) = %s, want %s", d, got, want)
		}
	}
}

func TestColourIsForTerminalsThatWantIt(t *testing.T) {
	env := func(pairs ...string) func(string) string {
		return func(name string) string {
			for i := 0; i < len(pairs); i += 2 {
				if pairs[i] == name {
					return pairs[i+1]
				}
			}
			return ""
		}
	}
	if !Coloured(true, env()) || Coloured(false, env()) || Coloured(true, env("NO_COLOR", "1")) || Coloured(true, env("TERM", "dumb")) {
		t.Error("Coloured is wrong")
	}
}

func TestRunsAreATable(t *testing.T) {
	var out strings.Builder
	err := Runs(&out, []PastRun{
		{ID: "20260314-150926-kubeadm-upgrade", Playbook: "kubeadm-upgrade", Outcome: "ok", Started: nine, Ended: nine.Add(82 * time.Second), Hosts: 5},
		{ID: "20260313-150926-x", Playbook: "x", Outcome: "unfinished", Started: nine.AddDate(0, 0, -1), Hosts: 12},
		{ID: "broken", Outcome: "unreadable"},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := `RUN                              PLAYBOOK         STARTED           TOOK   HOSTS  OUTCOME
20260314-150926-kubeadm-upgrade  kubeadm-upgrade  2026-03-14 15:09  1m22s  5      ok
20260313-150926-x                x                2026-03-13 15:09  –      12     unfinished
broken                                            –                 –      0      unreadable
`
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}
