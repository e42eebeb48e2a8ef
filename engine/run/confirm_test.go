package run_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"rung/engine/run"
)

// answers is a person who says the same to every question.
func answers(yes bool) func(context.Context, string) run.Answer {
	return func(context.Context, string) run.Answer { return run.Answer{Yes: yes, How: "so"} }
}

const overwrites = `
- look: {run: see}
  id: seen
- confirm: Overwrite ${{ steps.seen.said }} on ${{ host.name }}?
- do: {run: overwrite}
always:
  - do: {run: tidy}
`

func TestS30AQuestionIsAskedBeforeAHostGoesOn(t *testing.T) {
	var asked []string
	says := func(answer run.Answer) func(context.Context, string) run.Answer {
		return func(_ context.Context, question string) run.Answer {
			asked = append(asked, question)
			return answer
		}
	}
	seen := map[string][]reply{"see": {{out: "the data"}}}
	for _, test := range []struct {
		name    string
		confirm func(context.Context, string) run.Answer
		sent    string
		told    string
		exit    int
	}{
		{"yes", says(run.Answer{Yes: true, How: "yes, by --yes"}), "w1 see / w1 overwrite / w1 tidy", "answered S w1 2 : Overwrite the data on w1? yes, by --yes", run.ExitDone},
		{"no", says(run.Answer{How: "no"}), "w1 see / w1 tidy", "answered S w1 2 : Overwrite the data on w1? no", run.ExitRefused},
		{"nobody to ask", nil, "w1 see / w1 tidy", "", run.ExitRefused},
	} {
		t.Run(test.name, func(t *testing.T) {
			asked = nil
			p := scene{steps: overwrites, replies: seen, confirm: test.confirm}.play(t)
			same(t, "sent", p.hosts.sent(), slashed(test.sent))
			same(t, "told", p.lines(run.Answered), slashed(test.told))
			if p.Exit != test.exit {
				t.Errorf("exit %d (%s), want %d", p.Exit, p.Text, test.exit)
			}
			if test.confirm != nil && strings.Join(asked, "; ") != "Overwrite the data on w1?" {
				t.Errorf("asked %q", asked)
			}
		})
	}
}

func TestS30AStopWhileAQuestionIsOpenCancelsIt(t *testing.T) {
	waits := func(ctx context.Context, _ string) run.Answer { <-ctx.Done(); return run.Answer{How: "no"} }
	p := scene{steps: overwrites, confirm: waits, stopAt: time.Minute}.play(t)
	if p.Exit != run.ExitInterrupted || strings.Contains(strings.Join(p.hosts.sent(), " "), "overwrite") {
		t.Errorf("exit %d (%s) after %q", p.Exit, p.Text, p.hosts.sent())
	}
}

func TestS30ADryRunTellsTheQuestion(t *testing.T) {
	never := func(context.Context, string) run.Answer { panic("a dry-run asks nobody") }
	p := scene{steps: overwrites, replies: map[string][]reply{"see": {{out: "the data"}}}, confirm: never, live: true}.play(t)
	want := "action.planned S w1 2 confirm Overwrite the data on w1?"
	if lines := p.lines(run.ActionPlanned); len(lines) != 3 || lines[0] != want {
		t.Errorf("planned %q, want %q first", lines, want)
	}
	same(t, "sent", p.hosts.sent(), []string{"w1 see"})
}
