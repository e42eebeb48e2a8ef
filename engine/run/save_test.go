package run_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"rung/engine/inventory"
	"rung/engine/run"
	"rung/engine/step"
)

// shelf is a run.Vault that keeps what it is given.
type shelf struct {
	bytes.Buffer
	kept, discarded bool
}

func (s *shelf) Keep(sum string) error {
	if sum != "good" {
		return fmt.Errorf("the digest is not %s", sum)
	}
	s.kept = true
	return nil
}

func (s *shelf) Discard() { s.discarded = true }

// What is saved goes into the vault and nowhere else, also where it fails.
func TestB4WhatIsSavedStandsInNoEventAndNoError(t *testing.T) {
	const secret = "the key of the cluster"
	for _, test := range []struct {
		name    string
		replies map[string][]reply
		sum     string
		outcome step.Outcome
		kept    string
	}{
		{"two pieces and an empty one", map[string][]reply{"read 0": {{out: secret}}, "read 1": {{out: "!"}}}, "good", step.Changed, secret + "!"},
		{"nothing", nil, "good", step.Changed, ""},
		{"a piece that fails", map[string][]reply{"read 0": {{out: secret}}, "read 1": {{out: secret, exit: 1}}}, "good", step.Failed, ""},
		{"a link that is lost", map[string][]reply{"read 0": {{out: secret}}, "read 1": {lost}}, "good", step.Failed, ""},
		{"another digest", map[string][]reply{"read 0": {{out: secret}}}, "another", step.Failed, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			inv, _ := inventory.Load("hosts.yaml", []byte(fourHosts))
			told, into := &tape{}, &shelf{}
			x := &run.Execute{Exec: &hosts{replies: test.replies}, Hosts: inv, Clock: run.Wall{}, Sink: told}
			x.Vault = func(path string, recipients []string) (run.Vault, error) {
				if path != "here.age" || strings.Join(recipients, " ") != "me" {
					t.Errorf("it goes to %s for %q", path, recipients)
				}
				return into, nil
			}
			task := run.Task{On: "w1", Action: step.Action{Title: "save", Do: step.Command{Argv: []string{"read"}}, Save: &step.Save{To: "here.age", Recipients: []string{"me"}, SHA256: test.sum}}}
			began := time.Now()
			result, outcome, err := x.Perform(t.Context(), task)
			if outcome != test.outcome || (err == nil) != (outcome == step.Changed) || time.Since(began) > time.Minute {
				t.Fatalf("%s, %v", outcome, err)
			}
			if into.kept != (outcome == step.Changed) || into.kept && into.String() != test.kept {
				t.Errorf("kept: %t, %q", into.kept, into)
			}
			if all := fmt.Sprint(err, result, string(result.Stdout), told.lines()); strings.Contains(all, secret) {
				t.Errorf("it can be read in %s", all)
			}
		})
	}
}
