package cli

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/pflag"
	"golang.org/x/term"

	"rung/engine/plan"
	"rung/engine/run"
)

// restraint is where and when the operator wants a run to rest or to end early.
type restraint struct {
	pauseAfter []string
	notAfter   string
}

func (r *restraint) flags(f *pflag.FlagSet) {
	f.StringArrayVar(&r.pauseAfter, "pause-after", nil, "rest after this stage, or after the turn of this host, and ask; without a terminal the run ends there; may be given several times")
	f.StringVar(&r.notAfter, "not-after", "", "start nothing new after this time of day, such as 06:00; what is at work is finished")
}

// of reads what r says against a plan; now is the time of its run.
func (r *restraint) of(a *app, p *plan.Plan, now time.Time) (pauses run.Pauses, notAfter time.Time, err error) {
	stages, hosts, found := p.Pauses(r.pauseAfter)
	if found.Err() != nil {
		return pauses, notAfter, &failure{code: run.ExitUsage, err: found}
	}
	pauses = run.Pauses{Stages: stages, Hosts: hosts}
	if f, ok := a.in.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		pauses.Ask = a.goOn
	}
	if r.notAfter != "" {
		notAfter, err = nextAt(now, r.notAfter)
	}
	return pauses, notAfter, err
}

// nextAt is the next moment after now at which a clock on the wall shows text.
func nextAt(now time.Time, text string) (time.Time, error) {
	shown, err := time.Parse("15:04", text)
	if err != nil {
		return time.Time{}, usage("--not-after: want a time of day such as 06:00 or 22:30, not %q", text)
	}
	at := time.Date(now.Year(), now.Month(), now.Day(), shown.Hour(), shown.Minute(), 0, 0, now.Location())
	if !at.After(now) {
		at = time.Date(now.Year(), now.Month(), now.Day()+1, shown.Hour(), shown.Minute(), 0, 0, now.Location())
	}
	return at, nil
}

// goOn asks whether a run that rests goes on.
func (a *app) goOn(ctx context.Context) bool { return a.answered(ctx, "Go on?") }

// asked puts a question of a playbook on the terminal.
func (a *app) asked(ctx context.Context, question string) run.Answer {
	if a.answered(ctx, question) {
		return run.Answer{Yes: true, How: "yes"}
	}
	return run.Answer{How: "no"}
}

// yes answers every question of a playbook with yes.
func yes(context.Context, string) run.Answer { return run.Answer{Yes: true, How: "yes, by --yes"} }

// answered asks on the terminal; only y and yes are a yes. Whoever stops the run has answered.
func (a *app) answered(ctx context.Context, question string) bool {
	fmt.Fprintf(a.err, "%s [y/N] ", question)
	answers := make(chan string, 1)
	go func() { // where ctx ends first it stays with its read, which nothing can end, until the program ends
		line, _ := bufio.NewReader(a.in).ReadString('\n')
		answers <- line
	}()
	select {
	case line := <-answers:
		answer := strings.ToLower(strings.TrimSpace(line))
		return answer == "y" || answer == "yes"
	case <-ctx.Done():
		fmt.Fprintln(a.err)
		return false
	}
}

// tellRestraint says when the run ends or rests, where that is not when it is done.
func (e *execution) tellRestraint() {
	if all := append(append([]string{}, e.pauses.Stages...), e.pauses.Hosts...); len(all) > 0 {
		fmt.Fprintf(e.err, "  rests   after %s\n", strings.Join(all, ", "))
	}
	if !e.notAfter.IsZero() {
		fmt.Fprintf(e.err, "  until   %s: nothing new starts then\n", e.notAfter.Format("Mon 15:04"))
	}
}
