package run_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"rung/engine/run"
)

// TestEventsAreWellFormed plays random playbooks on hosts that fail at random,
// and holds the stream of events to what every reader of it relies on.
func TestEventsAreWellFormed(t *testing.T) {
	const worlds = 400
	outcomes := map[int]int{}
	for seed := range uint64(worlds) {
		s := randomScene(rand.New(rand.NewPCG(seed, 7)))
		p := s.play(t)
		outcomes[p.Exit]++
		if fault := malformed(p.events); fault != "" {
			t.Fatalf("seed %d: %s\n%s\n%s", seed, fault, s.stages, strings.Join(p.lines(), "\n"))
		}
		if fault := misjudged(p); fault != "" {
			t.Fatalf("seed %d: %s\n%s\n%s", seed, fault, s.stages, strings.Join(p.lines(), "\n"))
		}
		if t.Failed() {
			t.Fatalf("seed %d:\n%s", seed, s.stages)
		}
	}
	for _, exit := range []int{run.ExitDone, run.ExitFailed, run.ExitUnreachable, run.ExitRefused, run.ExitUnknown, run.ExitInterrupted, run.ExitInternal} {
		if outcomes[exit] == 0 {
			t.Errorf("no world ended with exit %d: the worlds are too tame (%v)", exit, outcomes)
		}
	}
}

func randomScene(r *rand.Rand) scene {
	var b strings.Builder
	for i := range 1 + r.IntN(4) {
		fmt.Fprintf(&b, "\n  - stage: S%d\n", i)
		indent := "    "
		switch r.IntN(4) {
		case 0:
			b.WriteString("    for_each: {hop: \"ladder(inputs.from, inputs.to, [inputs.from, inputs.to])\"}\n")
		case 1:
			fmt.Fprintf(&b, "    stages:\n      - stage: T\n")
			indent = "        "
		}
		randomStage(r, &b, indent)
	}
	s := scene{inputs: targets, given: map[string]string{"from": "1.21.0"}, stages: b.String(), probe: r.IntN(2) == 0, lanes: r.IntN(3), replies: map[string][]reply{}}
	for _, host := range []string{"cp1", "w1", "w2", "w3"} {
		for _, line := range []string{"a", "b", "c", "check"} {
			s.replies[host+" "+line] = []reply{randomReply(r, host), randomReply(r, host), randomReply(r, host)}
		}
	}
	switch r.IntN(12) {
	case 0, 1:
		s.stopAt = time.Duration(1 + r.IntN(20e9))
	case 2:
		s.stopAt = time.Duration(1 + r.IntN(10e9))
		s.cancelAt = s.stopAt + time.Duration(r.IntN(10e9))
	case 3:
		left := r.IntN(60)
		s.broken = func(run.Event) error {
			if left--; left < 0 {
				return errFull
			}
			return nil
		}
	}
	return s
}

func randomStage(r *rand.Rand, b *strings.Builder, indent string) {
	pick := func(from ...string) string { return from[r.IntN(len(from))] }
	line := func(format string, args ...any) { fmt.Fprintf(b, indent+format+"\n", args...) }
	line("hosts: %s", pick("all", "workers", "w1", "cp1", "w2,w3"))
	if r.IntN(2) == 0 {
		line("at_once: %s", pick("1", "2", "50%"))
	}
	if r.IntN(2) == 0 {
		line("max_failures: %d", r.IntN(3))
	}
	for _, list := range []string{"steps", "rescue", "always"} {
		if list != "steps" && r.IntN(2) == 0 {
			continue
		}
		line("%s:", list)
		for range 1 + r.IntN(4) {
			kind := pick(
				"do: {run: a}", "do: {run: b, then: c}", "do: {run: a, check: check}", "do: {run: c, admin: true}", "do: {run: b, detach: true}",
				"look: {run: a}", "look: {run: b, for: 3s}", "look: {run: c, admin: true}", "require: host.name != \"w3\"", "require: host.name != \"nobody\"")
			line("  - %s", kind)
			guard := strings.HasPrefix(kind, "require")
			if list == "steps" || r.IntN(2) == 0 {
				for _, modifier := range []string{"retry: {times: 1, every: 1s}", "timeout: 2s", "ignore_failure: true", "when: host.name != \"w2\"", "on: cp1"} {
					if r.IntN(8) == 0 && (!guard || strings.HasPrefix(modifier, "when")) {
						line("    %s", modifier)
					}
				}
			}
		}
	}
}

func randomReply(r *rand.Rand, host string) reply {
	a := reply{takes: time.Duration(r.IntN(3e9))}
	switch r.IntN(24) {
	case 0, 1:
		a.exit = 1 + r.IntN(3)
	case 2:
		a = lost
	case 3:
		a = away(host)
	}
	return a
}

// malformed says what is wrong with a stream of events: everything that starts
// ends, once, inside of what is around it, and the events of a host come in
// order.
func malformed(events []run.Event) string {
	open := map[string]run.Event{}
	var last time.Time
	begin := func(key string, e run.Event) string {
		if was, twice := open[key]; twice {
			return fmt.Sprintf("%s begins inside of %s", tell(e), tell(was))
		}
		open[key] = e
		return ""
	}
	end := func(key string, e run.Event) string {
		was, ok := open[key]
		delete(open, key)
		if !ok || was.Stage != e.Stage || was.Step != e.Step || was.Action != e.Action || was.On != e.On {
			return fmt.Sprintf("%s does not end what is open: %q", tell(e), tell(was))
		}
		return ""
	}
	for _, e := range events {
		fault := ""
		_, inHost := open["host "+e.Host]
		_, inStep := open["step "+e.Host]
		switch e.Kind {
		case run.HostStarted:
			fault = begin("host "+e.Host, e)
		case run.HostEnded:
			if inStep {
				fault = tell(e) + ": a step has not ended"
			}
			fault += end("host "+e.Host, e)
		case run.StepStarted:
			fault = begin("step "+e.Host, e)
		case run.StepEnded:
			if _, inAction := open["action "+e.Host]; inAction {
				fault = tell(e) + ": an action has not ended"
			}
			if inStep { // a step that was skipped or refused has no start
				fault += end("step "+e.Host, e)
			}
		case run.ActionStarted:
			fault = begin("action "+e.Host, e)
		case run.ActionEnded:
			fault = end("action "+e.Host, e)
		case run.StageStarted:
			fault = begin("stage "+e.Stage, e)
		case run.StageEnded:
			if _, ok := open["stage "+e.Stage]; ok {
				fault = end("stage "+e.Stage, e)
			}
		}
		switch {
		case fault != "":
			return fault
		case e.Host != "" && e.Kind != run.HostStarted && !inHost:
			return tell(e) + ": the host has no slot"
		case e.At.Before(last):
			return tell(e) + ": time runs backwards"
		}
		last = e.At
	}
	first, ending := events[0], events[len(events)-1]
	if len(open) > 0 && ending.Kind == run.RunEnded {
		return fmt.Sprintf("never ended: %v", open)
	}
	if first.Kind != run.RunStarted {
		return "it does not begin with run.started"
	}
	return ""
}

// misjudged holds the run's exit code to what its hosts say.
func misjudged(p played) string {
	worst := map[string]bool{}
	for _, e := range p.events {
		if e.Kind == run.HostEnded {
			worst[string(e.Outcome)] = true
		}
	}
	switch {
	case p.Exit == run.ExitInternal || p.Exit == run.ExitInterrupted:
	case worst["unknown"] != (p.Exit == run.ExitUnknown):
		return fmt.Sprintf("exit %d, and hosts ended %v", p.Exit, worst)
	case p.Exit == run.ExitDone && (worst["failed"] || worst["refused"] || worst["canceled"]):
		return fmt.Sprintf("exit 0, and hosts ended %v", worst)
	}
	return ""
}
