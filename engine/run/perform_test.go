package run_test

import (
	"strings"
	"testing"

	"rung/engine/run"
	"rung/engine/step"
)

func TestTheProxiesOfAHostAreNotToldWithEveryCommand(t *testing.T) {
	s := scene{
		hosts: "hosts: {w1: {env: {https_proxy: \"http://me:hush@p:3128\"}}, cp1: {}}\ngroups: {control_plane: [cp1], workers: [w1]}\n",
		steps: "  - do: {run: act}\n",
	}
	p := s.play(t)
	same(t, "commands", p.hosts.sent(), text("w1 act https_proxy=http://me:hush@p:3128"))
	s.offline = true
	for _, line := range append(p.lines(run.ActionStarted), s.play(t).lines(run.ActionPlanned)...) {
		if strings.Contains(line, "hush") || !strings.Contains(line, "$ act") {
			t.Errorf("told as %q", line)
		}
	}
}

func TestAFailureIsExplainedWhereItsStepKnowsHow(t *testing.T) {
	for _, test := range []struct {
		name    string
		replies map[string][]reply
		sent    string
		want    string
	}{
		{"what it printed, then why", map[string][]reply{"act": {no}, "ask": {{out: "because\n"}}}, "w1 act / w1 ask", "failed exit 1 : the command exited with 1; it printed: / no / because"},
		{"an explanation that fails is left out", map[string][]reply{"act": {no}, "ask": {{exit: 1, out: "refused"}}}, "w1 act / w1 ask", "failed exit 1 : the command exited with 1; it printed: / no"},
		{"a link that is gone explains nothing", map[string][]reply{"act": {no}, "ask": {{err: step.ErrLost}}}, "w1 act / w1 ask", "failed exit 1 : the command exited with 1; it printed: / no"},
		{"what went well is not asked", nil, "w1 act", "changed"},
		{"nor what was not seen to end", map[string][]reply{"act": {{err: step.ErrLost}}}, "w1 act", "unknown"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := scene{steps: "  - do: {run: act, why: ask}\n", replies: test.replies}.play(t)
			same(t, "commands", p.hosts.sent(), slashed(test.sent))
			if ended := p.lines(run.ActionEnded); len(ended) != 1 || !strings.Contains(ended[0], "= "+test.want) {
				t.Errorf("%q, want %q", ended, test.want)
			}
		})
	}
}
