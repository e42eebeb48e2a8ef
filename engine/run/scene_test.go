package run_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"rung/engine/guard"
	"rung/engine/inventory"
	"rung/engine/plan"
	"rung/engine/playbook"
	"rung/engine/run"
)

// scene is one run of a toy playbook on toy hosts.
type scene struct {
	inputs   string            // and what else stands before the stages
	files    map[string]string // that it includes
	stages   string            // YAML; or
	steps    string            // the steps of one stage "S" on w1, with rescue: and always: behind them
	hosts    string            // of the inventory; "" for cp1, w1, w2, w3
	given    map[string]string // inputs
	narrow   plan.Narrowing
	replies  map[string][]reply
	offline  bool
	live     bool
	probe    bool // ask admin hosts whether they answer
	lanes    int
	stopAt   time.Duration // the operator's first Ctrl-C, after this long
	stopWhy  string        // it was something else
	cancelAt time.Duration // and the second
	broken   func(run.Event) error
	pauses   run.Pauses
	confirm  func(context.Context, string) run.Answer
	assume   run.Assume
	notAfter time.Duration // nothing new starts, after this long
	shelf    run.Shelf
}

const fourHosts = `
hosts: {cp1: {}, w1: {}, w2: {}, w3: {}}
groups: {control_plane: [cp1], workers: [w1, w2, w3]}
`

// played is what came of a scene.
type played struct {
	run.Ending
	*tape
	hosts *hosts
	took  time.Duration
}

// play runs a scene in a bubble of its own, whose clock jumps to the next
// thing that happens. The bubble fails the test when a goroutine is left.
func (s scene) play(t *testing.T) played {
	t.Helper()
	var p played
	p.tape, p.hosts = &tape{broken: s.broken}, &hosts{replies: s.replies}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		r := s.prepare(t, p.tape, p.hosts)
		r.Pauses, r.Confirm = s.pauses, s.confirm
		if s.notAfter > 0 {
			r.NotAfter = time.Now().Add(s.notAfter)
		}
		stop := make(chan struct{})
		r.Stop, r.StopWhy = stop, func() string { return s.stopWhy }
		if s.stopAt > 0 {
			timer := time.AfterFunc(s.stopAt, func() { close(stop) })
			defer timer.Stop()
		}
		if s.cancelAt > 0 {
			timer := time.AfterFunc(s.cancelAt, cancel)
			defer timer.Stop()
		}
		began := time.Now()
		p.Ending = r.Do(ctx)
		p.took = time.Since(began)
	})
	return p
}

func (s scene) prepare(t testing.TB, sink run.Sink, exec *hosts) run.Run {
	t.Helper()
	p := s.plan(t)
	x := &run.Execute{Exec: exec, Hosts: p.Inventory, Clock: run.Wall{}, Sink: sink, Shelf: s.shelf}
	r := run.Run{ID: "test", Plan: p, Perform: x, Sink: sink, Clock: run.Wall{}, Lanes: s.lanes}
	if s.probe {
		r.Probe = x.Probe
	}
	if s.offline || s.live {
		r.ID = ""
	}
	off := &run.Offline{Hosts: p.Inventory, Sink: sink}
	switch {
	case s.offline:
		r.Perform = off
	case s.live:
		r.Perform = &run.Live{Execute: x, Offline: off}
	}
	return r
}

func (s scene) plan(t testing.TB) *plan.Plan {
	t.Helper()
	if s.stages == "" {
		s.stages = "  - stage: S\n    hosts: w1\n    steps:\n" + indent(s.steps)
	}
	if s.hosts == "" {
		s.hosts = fourHosts
	}
	source := "playbook: toy\n" + s.inputs + "\nstages:\n" + s.stages
	beside := fstest.MapFS{}
	for name, text := range s.files {
		beside[name] = &fstest.MapFile{Data: []byte(text)}
	}
	pb, found := (&playbook.Files{Folder: beside}).Load("toy.yaml", []byte(source), toys())
	if found.Err() != nil {
		t.Fatalf("%v\n%s", found.Err(), source)
	}
	inv, found := inventory.Load("hosts.yaml", []byte(s.hosts))
	if found.Err() != nil {
		t.Fatal(found.Err())
	}
	given := map[string]any{}
	for _, in := range pb.Inputs {
		if text, ok := s.given[in.Name]; ok {
			value, err := in.ParseFlag(text)
			if err != nil {
				t.Fatal(err)
			}
			given[in.Name] = value
		}
	}
	p, found := plan.New(pb, inv, given, s.narrow)
	if found.Err() != nil {
		t.Fatal(found.Err())
	}
	return p
}

// indent moves the steps of a scene to where they belong: a list item is a
// step, a line without indentation a key of the stage.
func indent(steps string) string {
	var b strings.Builder
	for line := range strings.Lines(strings.TrimLeft(steps, "\n")) {
		b.WriteString("    " + line)
	}
	return b.String()
}

// tape keeps the events of a run as text.
type tape struct {
	broken func(run.Event) error

	mu     sync.Mutex
	events []run.Event
}

func (t *tape) Record(e run.Event) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.broken != nil {
		if err := t.broken(e); err != nil {
			return err
		}
	}
	t.events = append(t.events, e)
	return nil
}

// lines are the events, a line each; only picks some kinds, and none all.
func (t *tape) lines(only ...run.Kind) []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var lines []string
	for _, e := range t.events {
		if len(only) == 0 || slices.Contains(only, e.Kind) {
			lines = append(lines, tell(e))
		}
	}
	return lines
}

// tell writes what an event says, in a fixed order.
func tell(e run.Event) string {
	words := []string{string(e.Kind)}
	add := func(label, text string) {
		if text != "" {
			words = append(words, label+strings.ReplaceAll(text, "\n", " / "))
		}
	}
	add("", e.Stage)
	add("", e.Host)
	add("node ", e.Node)
	add("", e.Step)
	if e.Action > 0 {
		add("#", fmt.Sprint(e.Action))
	}
	add("on ", e.On)
	add("$ ", e.Command)
	add("check $ ", e.Check)
	if e.Mutates {
		add("", "mutates")
	}
	add("if ", e.If)
	add("until ", e.Until)
	add("require ", e.Require)
	add("confirm ", e.Confirm)
	add("depends ", strings.Join(e.Depends, ","))
	add("= ", string(e.Outcome))
	if e.Exit != 0 {
		add("exit ", fmt.Sprint(e.Exit))
	}
	if e.Took >= time.Millisecond {
		add("took ", guard.FormatDuration(e.Took))
	}
	add(": ", e.Text)
	add("hint: ", e.Hint)
	if e.Kind == run.StageStarted {
		add("hosts ", strings.Join(e.Hosts, ","))
	}
	return strings.Join(words, " ")
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	if diff := cmp.Diff(trimmed(want), trimmed(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// text splits a want into its lines.
func text(want string) []string { return strings.Split(strings.TrimSpace(want), "\n") }

func trimmed(lines []string) []string {
	var kept []string
	for _, line := range lines {
		if line = strings.TrimSpace(line); line != "" {
			kept = append(kept, line)
		}
	}
	return kept
}

// endings are the lines "host step = outcome: text" of the steps.
func (p played) endings() []string {
	var lines []string
	for _, line := range p.lines(run.StepEnded) {
		lines = append(lines, strings.TrimPrefix(line, "step.ended "))
	}
	return lines
}

// slashed splits a want whose lines stand in one.
func slashed(want string) []string { return strings.Split(want, " / ") }
