package run_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"rung/engine/run"
)

// TestTheTruthTable has a case for each row of the table in the package
// comment. Behind the step in question stand a next step, a rescue and an
// always, so that it shows how the host goes on.
func TestTheTruthTable(t *testing.T) {
	const after = `
  - look: {run: next}
rescue:
  - look: {run: rescue}
always:
  - look: {run: always}
`
	const facts = "  - id: facts\n    do: {run: facts}\n" // a dry-run leaves it unknown
	const skipped = "  - id: facts\n    when: 1 > 2\n    do: {run: facts}\n"
	tests := []struct {
		name    string
		steps   string
		replies map[string][]reply
		offline bool
		confirm bool // the answer
		stopAt  time.Duration
		ended   string
		sent    []string
		exit    int
	}{
		{
			name:  "when is false: skipped, and the host goes on",
			steps: "  - when: 1 > 2\n    do: {run: act}\n",
			ended: "S w1 1:do = skipped : when: 1 > 2 is false",
			sent:  []string{"w1 next", "w1 always"},
		},
		{
			name:  "require is false: refused, rescue and always",
			steps: "  - require: 1 > 2\n    else: one is less than two\n    do: {run: act}\n",
			ended: "S w1 1:do = refused : one is less than two",
			sent:  []string{"w1 rescue", "w1 always"}, exit: run.ExitRefused,
		},
		{
			name:  "every check says done: ok",
			steps: "  - do: {run: act, check: check it}\n", replies: map[string][]reply{"check it": {{}}},
			ended: "S w1 1:do = ok",
			sent:  []string{"w1 check it", "w1 next", "w1 always"},
		},
		{
			name:  "read-only and all well: ok",
			steps: "  - look: {run: act}\n",
			ended: "S w1 1:look = ok",
			sent:  []string{"w1 act", "w1 next", "w1 always"},
		},
		{
			name:  "something was done and all well: changed",
			steps: "  - do: {run: act, check: check it}\n",
			ended: "S w1 1:do = changed",
			sent:  []string{"w1 check it", "w1 act", "w1 next", "w1 always"},
		},
		{
			name:  "a command says no and tries are left: again",
			steps: "  - retry: 1\n    do: {run: act}\n", replies: map[string][]reply{"act": {no, {}}},
			ended: "S w1 1:do = changed",
			sent:  []string{"w1 act", "w1 act", "w1 next", "w1 always"},
		},
		{
			name:  "a command says no: failed, rescue and always",
			steps: "  - do: {run: act}\n", replies: map[string][]reply{"act": {no}},
			ended: "S w1 1:do = failed : the command exited with 1; it printed: / no",
			sent:  []string{"w1 act", "w1 rescue", "w1 always"}, exit: run.ExitFailed,
		},
		{
			name:  "a command says no and the failure is ignored: failed, and the host goes on",
			steps: "  - ignore_failure: true\n    do: {run: act}\n", replies: map[string][]reply{"act": {no}},
			ended: "S w1 1:do = failed : the command exited with 1; it printed: / no",
			sent:  []string{"w1 act", "w1 next", "w1 always"},
		},
		{
			name:  "a command says no and the host is skipped: failed, rescue and always",
			steps: "  - skip_host: true\n    do: {run: act}\n", replies: map[string][]reply{"act": {no}},
			ended: "S w1 1:do = failed : the command exited with 1; it printed: / no",
			sent:  []string{"w1 act", "w1 rescue", "w1 always"}, exit: run.ExitFailed,
		},
		{
			name:  "contact is lost in a read, twice: failed, rescue and always",
			steps: "  - look: {run: act}\n", replies: map[string][]reply{"act": {lost}},
			ended: "S w1 1:look = failed : contact with the host was lost while the command ran, twice; it only reads: nothing was changed",
			sent:  []string{"w1 act", "w1 act", "w1 rescue", "w1 always"}, exit: run.ExitUnreachable,
		},
		{
			name:  "a host that was there is away: again",
			steps: "  - look: {run: first}\n  - do: {run: act}\n", replies: map[string][]reply{"act": {away("w1"), {}}},
			ended: "S w1 2:do = changed",
			sent:  []string{"w1 first", "w1 act", "w1 act", "w1 next", "w1 always"},
		},
		{
			name:  "it is away for longer than Patience: failed, rescue and always",
			steps: "  - look: {run: first}\n  - do: {run: act}\n", replies: map[string][]reply{"act": {away("w1")}, "rescue": {away("w1")}, "always": {away("w1")}},
			ended: "S w1 2:do = failed : w1: no contact: no route hint: switch it on",
			sent:  slices.Concat([]string{"w1 first"}, slices.Repeat([]string{"w1 act"}, 25), []string{"w1 rescue", "w1 always"}), exit: run.ExitUnreachable,
		},
		{
			name:  "contact is lost in a change: unknown, neither rescue nor always",
			steps: "  - retry: 3\n    do: {run: act}\n", replies: map[string][]reply{"act": {lost}},
			ended: "S w1 1:do = unknown : contact with the host was lost while the command ran: it may or may not have done its work",
			sent:  []string{"w1 act"}, exit: run.ExitUnknown,
		},
		{
			name:  "a timeout passes in a command with Detach: its own outcome",
			steps: "  - timeout: 1m\n    do: {run: act, detach: true}\n", replies: map[string][]reply{"act": {{takes: time.Hour}}},
			ended: "S w1 1:do = changed",
			sent:  []string{"w1 act", "w1 next", "w1 always"},
		},
		{
			name:  "a timeout passes in a change that is not seen to end: unknown, neither rescue nor always",
			steps: "  - timeout: 1m\n    retry: 1\n    do: {run: act}\n", replies: map[string][]reply{"act": {{takes: time.Hour, deaf: true}}},
			ended: "S w1 1:do = unknown : contact with the host was lost while the command ran / the step's timeout of 1m has passed: it may or may not have done its work",
			sent:  []string{"w1 act"}, exit: run.ExitUnknown,
		},
		{
			name: "the operator stopped the run: the action ends, nothing new starts, always", stopAt: time.Second,
			steps: "  - do: {run: act, then: more}\n", replies: map[string][]reply{"act": {{takes: time.Minute}}},
			ended: "S w1 1:do = canceled : stopped by the operator",
			sent:  []string{"w1 act", "w1 always"}, exit: run.ExitInterrupted,
		},
		{
			name:  "a question is answered with yes: ok",
			steps: "  - confirm: Go on?\n", confirm: true,
			ended: "S w1 1 = ok",
			sent:  []string{"w1 next", "w1 always"},
		},
		{
			name:  "a question is answered with no: refused, rescue and always",
			steps: "  - confirm: Go on?\n",
			ended: "S w1 1 = refused : not confirmed: Go on?",
			sent:  []string{"w1 rescue", "w1 always"}, exit: run.ExitRefused,
		},
		{
			name: "when is unknown in a dry-run: planned, with its condition", offline: true,
			steps: facts + "  - when: steps.facts.number > 1\n    do: {run: act}\n",
			ended: "S w1 2:do = planned",
		},
		{
			name: "require is unknown in a dry-run: planned, with its condition", offline: true,
			steps: facts + "  - require: steps.facts.number > 1\n    do: {run: act}\n",
			ended: "S w1 2:do = planned",
		},
		{
			name:  "when is unknown in a run: refused, rescue and always",
			steps: skipped + "  - when: steps.facts.number > 1\n    do: {run: act}\n",
			ended: "S w1 2:do = refused : when: steps.facts.number is not known hint: the step facts was skipped: ask steps.facts.outcome first",
			sent:  []string{"w1 rescue", "w1 always"}, exit: run.ExitRefused,
		},
		{
			name:  "require is unknown in a run: refused, rescue and always",
			steps: skipped + "  - require: steps.facts.number > 1\n",
			ended: "S w1 2 = refused : require: steps.facts.number is not known hint: the step facts was skipped: ask steps.facts.outcome first",
			sent:  []string{"w1 rescue", "w1 always"}, exit: run.ExitRefused,
		},
	}
	if rows := rowsOfTheTable(t); rows != len(tests) {
		t.Errorf("the table in the package comment has %d rows, and %d cases stand here", rows, len(tests))
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := scene{steps: test.steps + after, replies: test.replies, offline: test.offline, stopAt: test.stopAt, confirm: answers(test.confirm)}.play(t)
			if test.exit != p.Exit {
				t.Errorf("exit %d (%s), want %d", p.Exit, p.Text, test.exit)
			}
			if !contains(p.endings(), test.ended) {
				t.Errorf("no step ended so:\n  %s\nthey ended:\n  %q", test.ended, p.endings())
			}
			same(t, "commands", p.hosts.sent(), test.sent)
		})
	}
}

// rowsOfTheTable counts the lines of the table that have all its columns.
func rowsOfTheTable(t *testing.T) int {
	t.Helper()
	source, err := os.ReadFile("run.go")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(source), "the host goes on\n")
	table, _, _ = strings.Cut(table, "\n//\n")
	rows := 0
	for line := range strings.Lines(table) {
		if len(columns.Split(strings.TrimPrefix(line, "//\t"), -1)) == 5 {
			rows++
		}
	}
	return rows
}

var columns = regexp.MustCompile(" {2,}")

func contains(list []string, want string) bool {
	for _, s := range list {
		if s == want {
			return true
		}
	}
	return false
}
