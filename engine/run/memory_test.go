package run_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

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

// resumedAfter plays a scene to its end, with these answers in its first life, and again with those of the scene. became is
// what its detached commands have come to meanwhile, where that is given.
func (s scene) resumedAfter(t *testing.T, first map[string][]reply, became ...reply) (was, now played) {
	t.Helper()
	begun := s
	begun.replies = first
	was = begun.lives(t)
	for unit := range was.hosts.units {
		if len(became) > 0 {
			was.hosts.units[unit] = became[0]
		}
	}
	now = played{hosts: &hosts{replies: s.replies, units: was.hosts.units}, tape: &tape{}}
	synctest.Test(t, func(t *testing.T) {
		r := s.prepare(t, now.tape, now.hosts)
		r.Confirm, r.Assume = s.confirm, s.assume
		x := r.Perform.(*run.Execute)
		r.Memory = run.Remember(written(t, was.events))
		x.Memory, x.Attach = r.Memory, now.hosts.attach
		now.Ending = r.Do(t.Context())
	})
	return was, now
}

func TestWhatFailedIsDoneAgainAndWhatEndedWellIsNot(t *testing.T) {
	s := scene{steps: `
  - do: {run: one}
  - {id: two, do: {run: two}}
  - look: {run: "see ${{ steps.two.said }}"}
  - do: {run: three, then: more}
  - do: {run: four}
`}
	was, now := s.resumedAfter(t, map[string][]reply{"two": {says("hello")}, "more": {no}})
	if was.Exit != run.ExitFailed || now.Exit != run.ExitDone {
		t.Errorf("it ended with %d, and then with %d: %s", was.Exit, now.Exit, now.Text)
	}
	same(t, "the first life", was.hosts.sent(), slashed("w1 one / w1 two / w1 see hello / w1 three / w1 more"))
	same(t, "the second life", now.hosts.sent(), slashed("w1 see hello / w1 three / w1 more / w1 four"))
}

func TestAHostThatWasTidiedUpAfterAFailureBeginsAnew(t *testing.T) {
	s := scene{steps: `
  - do: {run: drain}
  - do: {run: act}
always:
  - do: {run: release}
`}
	_, now := s.resumedAfter(t, map[string][]reply{"act": {no}})
	same(t, "the second life", now.hosts.sent(), slashed("w1 drain / w1 act / w1 release"))
}

func TestWhatTidiedUpAfterASuccessTidiesUpAgainAfterAFailure(t *testing.T) {
	s := scene{steps: `
  - do: {run: do}
  - look: {run: see}
always:
  - do: {run: tidy}
`, replies: map[string][]reply{"see": {says("fine"), no}}}
	whole := s.lives(t)
	died := len(whole.events) - 3 // before the end of the host, the stage and the run
	last := s.lives(t, died)
	if last.Exit != run.ExitFailed {
		t.Errorf("it ended with %d: %s", last.Exit, last.Text)
	}
	same(t, "the changes", last.hosts.changes(), slashed("w1 do / w1 tidy / w1 tidy"))
}

func TestAHostThatIsDoneIsNotVisitedAgainAndOneThatWasLostIs(t *testing.T) {
	const stages = `
  - stage: Facts
    hosts: w1
    steps:
      - {id: facts, look: {run: facts}}
      - {id: made, do: {run: make}}
  - stage: Change
    for_each: {n: "steps.made.words"}
    stages:
      - stage: Hosts
        hosts: workers
        at_once: 1
        max_failures: 1
        steps:
          - do: {run: "act ${{ n }}"}
`
	s := scene{stages: stages}
	_, now := s.resumedAfter(t, map[string][]reply{"make": {says("a b c")}, "w1 act a": {no}, "w2 act c": {no}})
	// w1 failed in the first round, and takes part again in the last that began; w2 was at work there, and comes first.
	same(t, "the second life", now.hosts.sent(), slashed("w2 act c / w1 act c"))
	same(t, "the stages", now.lines(run.StageStarted), []string{
		"stage.started Change[n=c]", "stage.started Change[n=c]/Hosts : 2 of 3 hosts, 1 at a time, the others were done before the run was resumed hosts w2,w1",
	})
}

func TestAHostThatWasAtWorkComesFirst(t *testing.T) {
	s := scene{stages: `
  - stage: Change
    hosts: workers
    at_once: 1
    max_failures: 1
    admit:
      - look: {run: may I}
    steps:
      - do: {run: drain}
      - do: {run: act, detach: true}
    rescue:
      - look: {run: why}
`}
	s.replies = map[string][]reply{"w2 may I": {no}} // it holds its place, and is not asked
	_, now := s.resumedAfter(t, map[string][]reply{"w1 act": {no}, "w2 act": {lost}}, no)
	same(t, "the second life", now.hosts.sent(), text(`
w2 attach
w2 may I
w2 act
w1 may I
w1 drain
w1 act
w3 may I
w3 drain
w3 act
`))
}

// What has no unit and no check was under way: only a person can tell.
func TestWhatNothingElseCanTellIsPutToThePerson(t *testing.T) {
	const steps = "  - do: {run: first}\n  - do: {run: act}\n  - do: {run: last}\n"
	dies := map[string][]reply{"act": {lost}}
	for _, test := range []struct {
		name   string
		assume run.Assume
		exit   int
		sent   string
	}{
		{"nobody is there", nil, run.ExitUnknown, ""},
		{"nobody knows", func(context.Context, string) (bool, bool) { return false, false }, run.ExitUnknown, ""},
		{"it has", func(context.Context, string) (bool, bool) { return true, true }, run.ExitDone, "w1 last"},
		{"it has not", func(context.Context, string) (bool, bool) { return false, true }, run.ExitDone, "w1 act / w1 last"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := scene{steps: steps, assume: test.assume}
			_, now := s.resumedAfter(t, dies)
			if now.Exit != test.exit || test.exit == run.ExitUnknown && !slices.ContainsFunc(now.events, func(e run.Event) bool { return e.Assumed && strings.Contains(e.Hint, "rung resume test --assume ok") }) {
				t.Errorf("it ended with %d: %s", now.Exit, now.Text)
			}
			same(t, "sent", now.hosts.sent(), slashed(test.sent))
		})
	}
}

// What is detached and was lost is followed to its end, before anything is looked at.
func TestWhatWasLostIsFollowedFirst(t *testing.T) {
	s := scene{stages: `
  - stage: Look
    hosts: all
    steps: [{look: {run: look}}]
  - stage: Change
    hosts: w1
    steps:
      - do: {run: act, detach: true}
      - do: {run: next}
`}
	for _, test := range []struct {
		name string
		unit reply
		sent string
	}{
		{"it ended well", says("done"), "w1 next"},
		{"it failed", no, "w1 act / w1 next"},
		{"it was killed, and may be started again only by a person", reply{err: errors.Join(step.ErrLost, step.ErrUnseen)}, ""},
		{"its host is still away", lost, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, now := s.resumedAfter(t, map[string][]reply{"act": {lost}}, test.unit)
			want := []string{"w1 attach"}
			if test.sent != "" {
				want = append(want, slashed("cp1 look / w1 look / w2 look / w3 look")...)
				want = append(want, slashed(test.sent)...)
			} else if now.Exit != run.ExitUnknown {
				t.Errorf("it ended with %d: %s", now.Exit, now.Text)
			}
			got := now.hosts.sent()
			if len(got) > 4 {
				slices.Sort(got[1:5])
			}
			same(t, "sent", got, want)
		})
	}
}

func TestWhatTakesLongToFollowIsTold(t *testing.T) {
	s := scene{steps: "  - do: {run: act, detach: true}\n"}
	for takes, want := range map[time.Duration][]string{
		time.Second: nil,
		time.Minute: {"note S w1 1:do : act: an earlier life of this run started it, or was about to: it is looked for on w1, and waited for"},
	} {
		r := says("done")
		r.takes = takes
		_, now := s.resumedAfter(t, map[string][]reply{"act": {lost}}, r)
		notes := slices.DeleteFunc(now.lines(run.Noted), func(line string) bool { return strings.HasSuffix(line, "it has ended well") })
		same(t, "notes", notes, want)
	}
}

// What was asked between two changes let the second one begin, and is not asked in the middle of it. What was looked at
// before any change is looked at again.
func TestWhatLetAChangeBeginIsNotAskedInItsMiddle(t *testing.T) {
	s := scene{stages: `
  - stage: Look
    hosts: w1
    steps: [{look: {run: look}}]
  - stage: Prepare
    hosts: w1
    steps: [{do: {run: prepare}}]
  - stage: Room
    hosts: cp1
    steps: [{id: room, look: {run: room}}]
  - stage: Change
    hosts: workers
    at_once: "${{ steps.room.number }}"
    steps:
      - do: {run: drain}
      - do: {run: act}
  - stage: See
    hosts: cp1
    steps: [{look: {run: see}}]
`}
	_, now := s.resumedAfter(t, map[string][]reply{"room": {says("1")}, "w2 act": {no}})
	same(t, "the second life", now.hosts.sent(), slashed("w1 look / w2 act / w3 drain / w3 act / cp1 see"))
}
