package run_test

import (
	"testing"

	"rung/engine/run"
)

// What runs on the machine that rung runs on changes no host: a preview sees the hosts as before.
func TestAPreviewIsNotMadeBlindByWhatRunsHere(t *testing.T) {
	steps := "  - do: {run: hook, here: true}\n  - look: {run: facts}\n"
	p := scene{steps: steps, live: true}.play(t)
	same(t, "commands", p.hosts.sent(), slashed("w1 facts"))
	same(t, "told", p.lines(run.ActionPlanned), slashed("action.planned S w1 1:do #1 on this machine $ hook mutates"))

	p = scene{steps: steps}.play(t)
	same(t, "commands", p.hosts.sent(), slashed("this machine hook / w1 facts"))
}
