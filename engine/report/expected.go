package report

import (
	"fmt"
	"strings"
	"time"

	"rung/engine/run"
)

// Expected is what a rehearsal says of a dry-run, for those who decide about it: how long it takes, and which versions
// there are before and after.
type Expected struct {
	On     string        // on what it was rehearsed
	Took   time.Duration // all of it
	Stops  string        // why a run would not come to its end; "": it would
	Stages []Stretch     // those that take a second or more
	Moves  []Move        // nodes and components, before and after

	NotRehearsed []string
}

// Stretch is how long a stage takes, from its first host to its last.
type Stretch struct {
	Stage string
	Hosts int
	From  time.Duration // since the beginning
	Took  time.Duration
}

// Move is the way of a node, or of a component, from one version to another.
type Move struct{ Name, From, To string }

// Expected is what f has foreseen. on says on what the run was rehearsed, and absent what was not.
func (f *Forecast) Expected(on string, absent []string) *Expected {
	f.mu.Lock()
	defer f.mu.Unlock()
	x := &Expected{On: on, Took: f.end.Took, NotRehearsed: absent}
	if f.end.Exit != run.ExitDone {
		x.Stops = reasonOf(f.end.Text)
	}
	for _, visits := range f.stages() {
		s := Stretch{Stage: visits[0].Stage, Hosts: len(visits), From: visits[0].From}
		to := time.Duration(0)
		for _, v := range visits {
			s.From, to = min(s.From, v.From), max(to, v.To)
		}
		if s.Took = to - s.From; s.Took >= time.Second {
			x.Stages = append(x.Stages, s)
		}
	}
	if nodes, ok := f.t.l.versions.moves(); ok {
		for _, m := range append(nodes, f.t.l.versions.components()...) {
			x.Moves = append(x.Moves, Move{m.name, m.from, m.to})
		}
	}
	return x
}

// expected is what the cover says of it, and how to have it where nobody has rehearsed.
func (m *markdown) expected() {
	x := m.book.Expected
	if x == nil {
		m.WriteString("\n## How long it takes\n\nIt was not rehearsed. With `--facts`, of `rung facts`, this runbook says how long each stage takes, and the versions\n" +
			"before and after; with `--from VERSION`, those of a simulated cluster.\n")
		return
	}
	fmt.Fprintf(m, "\n## How long it takes\n\n%s, as rehearsed on %s. Workloads that start slowly, and images that come from far away, take longer.\n", length(x.Took), prose(x.On))
	if x.Stops != "" {
		fmt.Fprintf(m, "\n> **In the rehearsal it stopped**, after that time: %s\n", prose(x.Stops))
	}
	m.WriteString("\n| from | takes | stage | hosts |\n|---|---|---|---|\n")
	for _, s := range x.Stages {
		fmt.Fprintf(m, "| %s | %s | %s | %d |\n", clockOf(s.From), length(s.Took), cell(s.Stage), s.Hosts)
	}
	if len(x.NotRehearsed) > 0 {
		fmt.Fprintf(m, "\nNot rehearsed: %s.\n", prose(strings.Join(x.NotRehearsed, "; ")))
	}
	if len(x.Moves) > 0 {
		m.WriteString("\n## Versions\n\n| | before | after |\n|---|---|---|\n")
		for _, v := range x.Moves {
			fmt.Fprintf(m, "| %s | %s | %s |\n", cell(v.Name), cell(v.From), cell(v.To))
		}
	}
}
