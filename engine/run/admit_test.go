package run_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"rung/engine/plan"
	"rung/engine/run"
)

const admitting = `
  - stage: S
    hosts: workers
    at_once: %d
    admit:
      - id: room
        look: {run: room}
      - require: steps.room.number > 0
        else: no room for ${{ host.node }} beside ${{ join(window.nodes, "+") }}
    steps:
      - id: seen
        do: {run: act, then: "saw ${{ steps.room.said }} ${{ join(window.nodes, \"+\") }}"}
`

// The steps of admit are done for each host, before it takes its place, and again while it waits. What they saw is
// there for the steps of the host.
func TestAdmitIsAskedAfreshForEachHost(t *testing.T) {
	p := scene{stages: fmt.Sprintf(admitting, 1), replies: map[string][]reply{"room": {says("3"), says("0"), no, says("2"), says("1")}}}.play(t)
	same(t, "commands", p.hosts.sent(), text(`
w1 room
w1 act
w1 saw 3 w1
w2 room
w2 room
w2 room
w2 act
w2 saw 2 w2
w3 room
w3 act
w3 saw 1 w3`))
	same(t, "notes", p.lines(run.Noted), text(`
note S w2 : waits to be admitted: no room for w2 beside  hint: seen: steps.room.number = 0
note S w2 : waits to be admitted: the command exited with 1; it printed: / no
note S w2 : admitted after 10s`))
	if p.Exit != run.ExitDone || p.took != 10*time.Second {
		t.Errorf("exit %d after %s, want 0 after 10s", p.Exit, p.took)
	}
}

// Who is in the window is known by the names that Kubernetes has.
func TestAdmitSeesWhoIsInTheWindow(t *testing.T) {
	stages := strings.Replace(fmt.Sprintf(admitting, 2), "steps.room.number > 0", "len(window.nodes) < 1", 1)
	p := scene{
		hosts:  "hosts: {cp1: {}, w1: {node: one}, w2: {node: two}, w3: {node: three}}\ngroups: {control_plane: [cp1], workers: [w1, w2, w3]}\n",
		stages: stages, replies: map[string][]reply{"room": {says("1")}, "act": {{takes: 7 * time.Second}}},
	}.play(t)
	notes := p.lines(run.Noted)
	if len(notes) == 0 || !strings.Contains(notes[0], "no room for two beside one") {
		t.Errorf("the second host should have waited for the first: %q", notes)
	}
	if p.Exit != run.ExitDone {
		t.Errorf("exit %d: %s", p.Exit, p.Text)
	}
}

func TestAHostThatIsNeverAdmittedIsNotTouched(t *testing.T) {
	p := scene{stages: fmt.Sprintf(admitting, 1), replies: map[string][]reply{"room": {says("0")}}}.play(t)
	for _, sent := range p.hosts.sent() {
		if sent != "w1 room" {
			t.Errorf("sent %q", sent)
		}
	}
	same(t, "hosts", p.lines(run.HostStarted, run.HostEnded), text(`
host.started S w1
host.ended S w1 = refused : admit: no further host was admitted for 30m, and nothing runs that would change it: no room for w1 beside`))
	if p.Exit != run.ExitRefused {
		t.Errorf("exit %d, want 4", p.Exit)
	}
}

func TestAdmitOnlyReads(t *testing.T) {
	p := scene{stages: strings.Replace(fmt.Sprintf(admitting, 1), "look: {run: room}", "do: {run: room}", 1)}.play(t)
	same(t, "commands", p.hosts.sent(), nil)
	if p.Exit != run.ExitRefused || !strings.Contains(p.Text, "the steps of admit only read") || p.took != 0 {
		t.Errorf("exit %d after %s: %s", p.Exit, p.took, p.Text)
	}
}

func TestAPanicInAdmitIsAnInternalFault(t *testing.T) {
	p := scene{stages: strings.Replace(fmt.Sprintf(admitting, 1), "look: {run: room}", "do: {run: panic}", 1)}.play(t)
	if p.Exit != run.ExitInternal || len(p.hosts.sent()) > 0 {
		t.Errorf("exit %d, sent %q", p.Exit, p.hosts.sent())
	}
}

// A dry-run waits for nothing: it tells what a run would ask, and what it would wait for.
func TestADryRunDoesNotWaitForAdmission(t *testing.T) {
	p := scene{stages: fmt.Sprintf(admitting, 1), offline: true}.play(t)
	if p.Exit != run.ExitDone || p.took != 0 || len(p.lines(run.ActionPlanned)) == 0 {
		t.Errorf("exit %d after %s: %q", p.Exit, p.took, p.lines())
	}
	p = scene{stages: strings.ReplaceAll(fmt.Sprintf(admitting, 1), ` beside ${{ join(window.nodes, "+") }}`, ""), live: true, replies: map[string][]reply{"room": {says("0")}}}.play(t)
	if notes := p.lines(run.Noted); p.Exit != run.ExitDone || p.took != 0 || len(notes) == 0 || !strings.Contains(notes[0], "a run would wait here: no room for w1") {
		t.Errorf("exit %d after %s: %q", p.Exit, p.took, notes)
	}
}

// Where hosts come one at a time, a dry-run knows who is in the window; where they do not, or nobody knows, it does not.
func TestADryRunKnowsAWindowOfOne(t *testing.T) {
	seen := func(stages string) string {
		p := scene{stages: stages, offline: true}.play(t)
		if p.Exit != run.ExitDone {
			t.Fatalf("exit %d: %s", p.Exit, p.Text)
		}
		return strings.Join(p.lines(run.ActionPlanned), "\n")
	}
	one := fmt.Sprintf(admitting, 1)
	if got := seen(one); !strings.Contains(got, "$ saw '<steps.room.said>' w2 ") {
		t.Errorf("one at a time: %s", got)
	}
	for _, stages := range []string{fmt.Sprintf(admitting, 2), "\n  - stage: Look\n    hosts: cp1\n    steps: [{id: many, look: {run: count}}]" + strings.Replace(one, "at_once: 1", "at_once: ${{ steps.many.number }}", 1)} {
		if got := seen(stages); !strings.Contains(got, "<join(window.nodes") {
			t.Errorf("more at a time, or nobody knows: %s", got)
		}
	}
}

// What is outside of what the run was narrowed to has no place to take.
func TestHostsOutsideAreNotAskedForAdmission(t *testing.T) {
	p := scene{stages: fmt.Sprintf(admitting, 1), narrow: plan.Narrowing{Limit: "w2"}, replies: map[string][]reply{"room": {says("1")}}}.play(t)
	same(t, "commands", p.hosts.sent(), text("w1 room\nw2 room\nw2 act\nw2 saw 1 w2\nw3 room"))
}

// What a step of admit is made of may be another thing when it is asked again: the host waits, as for all that fails there.
func TestAStepOfAdmitThatDoesNotFitYetKeepsTheHostWaiting(t *testing.T) {
	for fields, replies := range map[string][]reply{
		`look: {run: "see ${{ steps.room.words[1] }}"}`:  {says("a"), says("a"), says("a b")},
		`look: {run: "${{ steps.room.said }}"}`:          {says("nonsense"), says("nonsense"), says("see")},
		`on: "${{ steps.room.said }}", look: {run: see}`: {says("all"), says("all"), says("w1")},
	} {
		stages := `
  - stage: S
    hosts: w1
    admit: [{id: room, look: {run: room}}, {` + fields + `}]
    steps: [{do: {run: act}}]`
		p := scene{stages: stages, replies: map[string][]reply{"room": replies}}.play(t)
		if p.Exit != run.ExitDone || p.took != 10*time.Second {
			t.Errorf("%s: exit %d after %s, want 0 after 10s: %s", fields, p.Exit, p.took, p.Text)
		}
	}
}
