package trial_test

import (
	"io/fs"
	"os"
	"strings"
	"testing"

	"rung/engine/playbook"
	"rung/engine/step"
	"rung/engine/trial"
	"rung/playbooks"
	"rung/steps"
)

func tested(tb testing.TB) *playbook.Playbook {
	tb.Helper()
	types, err := step.NewSet(steps.All()...)
	if err != nil {
		tb.Fatal(err)
	}
	pb, found := playbook.Load("p.yaml", []byte("playbook: p\nabout: It is tested.\ninputs: {times: {type: int}}\nstages: [{stage: All, hosts: all, steps: [{host-facts: {}}]}]\n"), types)
	if found.Err() != nil {
		tb.Fatal(found)
	}
	return pb
}

// Every mistake is told, where it stands, and nothing is tried.
func TestMistakesAreToldWithTheirPlace(t *testing.T) {
	for src, want := range map[string]string{
		"cases: []":   "1:1: error: there are no cases",
		"- case: a":   "1:1: error: a file of tests must be a map, not a list",
		"cases: [{}]": "case is missing",
		"cases: [{case: a, cluster: 1+1@1.33.4, inputs: {times: 1}}]":                                                           "1:9: error: expect is missing",
		"cases: [{case: a, expect: done, inputs: {times: 1}}]":                                                                  "there is neither cluster nor hosts",
		"cases: [{case: a, expect: done, hosts: 2, inputs: {times: x}}]":                                                        "1:59: error: times: ",
		"cases: [{case: a, expect: done, hosts: 2}]":                                                                            "times",
		"cases: [{case: a, expect: done, hosts: 0, inputs: {times: 1}}]":                                                        "1:40: error: hosts is a number from 1, not ",
		"cases: [{case: a, expect: done, hosts: [a, a], inputs: {times: 1}}]":                                                   "a",
		"cases: [{case: a, expect: done, cluster: 200+200@1.33.4, inputs: {times: 1}}]":                                         "a case has at most 250 hosts",
		"cases: [{case: a, expect: done, hosts: 251, inputs: {times: 1}}]":                                                      "1:40: error: a case has at most 250 hosts",
		"cases: [{case: a, expect: done, hosts: [" + strings.Repeat("h, ", 250) + "h], inputs: {times: 1}}]":                    "a case has at most 250 hosts",
		"cluster: 49+200@1.33.4\ninputs: {times: 1}\ncases:\n" + strings.Repeat("- {case: a, expect: perhaps}\n", 21):           "24:3: error: here the cases have more than 5000 hosts together",
		"cases: [{case: a, expect: done, cluster: 3+2, inputs: {times: 1}}]":                                                    "want control planes, workers and a version",
		"cases: [{case: a, expect: done, hosts: 2, does: [{on: h1}], inputs: {times: 1}}]":                                      "command is missing",
		"cases: [{case: a, expect: done, hosts: 2, does: {on: h9, command: x}, inputs: {times: 1}}]":                            "there is no host h9",
		"cases: [{case: a, expect: done, hosts: 2, leaves: {ready: perhaps}, inputs: {times: 1}}]":                              "1:59: error: ready is true or false, not ",
		"cases: [{case: a, expect: done, hosts: 2, faults: [swap-on:w7], inputs: {times: 1}}]":                                  "w7",
		"cases: [{case: a, expect: done, hosts: 1, inputs: {times: 1}}, {case: a, expect: done, hosts: 1, inputs: {times: 1}}]": "there is a case called \"a\" already",
		"cases: [{case: a, expect: done, hosts: 1, limit: nobody, inputs: {times: 1}}]":                                         "nobody",
		"format: 2\ncases: [{case: a, expect: done, hosts: 1, inputs: {times: 1}}]":                                             "1:9: error: format ",
		"packages: pacman\ncases: [{case: a, expect: done, hosts: 1, inputs: {times: 1}}]":                                      "1:11: error: packages cannot be ",
		"cases: [{case: a, expect: done, hosts: 1, groups: {web: [h2]}, inputs: {times: 1}}]":                                   "h2",
	} {
		suite, found := trial.Load("p.test.yaml", []byte(src), tested(t))
		if suite != nil || found.Err() == nil || !strings.Contains(found.Error(), want) || !strings.HasPrefix(found.Error(), "p.test.yaml:") {
			t.Errorf("%s\n  says %v\n  want %s", src, found, want)
		}
	}
}

func TestWhatACaseLeavesOutIsThatOfTheFile(t *testing.T) {
	suite, found := trial.Load("p.test.yaml", []byte("hosts: 2\ninputs: {times: 1}\ncases: [{case: a, expect: unchanged}, {case: b, hosts: 1, inputs: {times: 2}, expect: unchanged, says: nothing}]"), tested(t))
	if found.Err() != nil {
		t.Fatal(found)
	}
	if r := suite.Cases[0].Try(t.Context()); !r.Passed() {
		t.Errorf("the first: %v", r.Faults)
	}
	if r := suite.Cases[1].Try(t.Context()); len(r.Faults) != 1 || !strings.Contains(r.Faults[0].Text, "nobody says") {
		t.Errorf("the second: %v", r.Faults)
	}
}

func FuzzLoad(f *testing.F) {
	files, err := fs.Glob(playbooks.FS, "tests/*.yaml")
	if err != nil || len(files) == 0 {
		f.Fatal(files, err)
	}
	for _, file := range files {
		src, err := fs.ReadFile(playbooks.FS, file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src)
	}
	all, err := os.ReadFile("../schema/testdata/all.test.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(all)
	pb := tested(f)
	f.Fuzz(func(t *testing.T, src []byte) {
		suite, found := trial.Load("p.test.yaml", src, pb)
		if (suite == nil) != (found.Err() != nil) {
			t.Errorf("a suite: %t; mistakes: %v", suite != nil, found)
		}
	})
}
