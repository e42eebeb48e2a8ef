package run_test

import (
	"strings"
	"testing"

	"rung/engine/run"
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
