package run_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"rung/engine/run"
	"rung/engine/step"
)

// written is what a journal gives back of events.
func written(t testing.TB, events []run.Event) []run.Event {
	t.Helper()
	var read []run.Event
	for _, e := range events {
		line, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		var back run.Event
		if err := json.Unmarshal(line, &back); err != nil {
			t.Fatal(err)
		}
		read = append(read, back)
	}
	return read
}

// lives plays a scene that dies after so many events, then after so many more, until one life comes to its end. Their
// hosts are the same.
func (s scene) lives(t *testing.T, dies ...int) played {
	t.Helper()
	all := played{hosts: &hosts{replies: maps.Clone(s.replies)}}
	var kept []run.Event
	for life := 0; life <= len(dies); life++ {
		left := -1
		if life < len(dies) {
			left = dies[life]
		}
		all.tape = &tape{broken: func(run.Event) error {
			if left == 0 {
				return errors.New("it died")
			}
			left--
			return nil
		}}
		synctest.Test(t, func(t *testing.T) {
			r := s.prepare(t, all.tape, all.hosts)
			r.Confirm, r.Assume = s.confirm, s.assume
			if life > 0 {
				x := r.Perform.(*run.Execute)
				r.Memory = run.Remember(written(t, kept))
				x.Memory, x.Attach = r.Memory, all.hosts.attach
			}
			all.Ending = r.Do(t.Context())
		})
		kept = append(kept, all.events...)
	}
	return all
}

// changes are the commands of a playbook whose changing ones begin with these words, in the order in which they came.
func (h *hosts) changes() []string {
	return slices.DeleteFunc(h.sent(), func(line string) bool {
		_, what, _ := strings.Cut(line, " ")
		word, _, _ := strings.Cut(what, " ")
		return !slices.Contains([]string{"do", "more", "tidy"}, word)
	})
}

const oneLoop = `
  - stage: Look
    hosts: w1
    steps:
      - id: facts
        look: {run: facts}
  - stage: Each
    for_each: {n: "steps.facts.words"}
    stages:
      - stage: Change
        hosts: w1,w2
        at_once: 1
        steps:
          - look: {run: "see ${{ n }}"}
          - {id: did, do: {run: "do ${{ n }}", detach: true}}
          - {look: {run: "after ${{ n }}"}, when: steps.did.changed}
          - do: {run: "more ${{ n }}", detach: true}
        always:
          - do: {run: "tidy ${{ n }}", detach: true}
      - stage: See
        hosts: cp1
        steps:
          - look: {run: "verify ${{ n }}"}
`

// Wherever a run dies, its next life goes on: nothing that changes something is done twice, and nothing is left out.
func TestARunThatDiedAfterAnyEventIsResumed(t *testing.T) {
	s := scene{stages: oneLoop, replies: map[string][]reply{"facts": {says("a b")}}}
	whole := s.lives(t)
	want := whole.hosts.changes()
	if len(want) != 12 || whole.Exit != run.ExitDone {
		t.Fatalf("unbroken it ended with %d after %v", whole.Exit, want)
	}
	for n := 1; n < len(whole.events); n++ {
		last := s.lives(t, n)
		if last.Exit != run.ExitDone || last.Outcome != step.Changed {
			t.Errorf("after %d events: %+v", n, last.Ending)
		}
		same(t, "after "+tell(whole.events[n-1]), last.hosts.changes(), want)
	}
}

// Every life dies: after two events, three, and so on.
func TestARunThatDiesInEveryLifeComesToItsEnd(t *testing.T) {
	s := scene{stages: oneLoop, replies: map[string][]reply{"facts": {says("a b")}}}
	want := s.lives(t).hosts.changes()
	for n := 12; n < 40; n++ {
		last := s.lives(t, n, n, n, n, n, n, n, n, n, n, n, n)
		if last.Exit != run.ExitDone {
			t.Errorf("%d events a life: %+v", n, last.Ending)
		}
		same(t, fmt.Sprintf("%d events a life", n), last.hosts.changes(), want)
	}
}
