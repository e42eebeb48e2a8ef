package twin_test

import (
	"bytes"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rung/engine/report"
	"rung/engine/run"
	"rung/engine/twin"
)

// book is what a look at the hosts tells of the plan.
func (s site) book(t *testing.T) *report.Book {
	t.Helper()
	b := report.NewBinder()
	x := &run.Execute{Exec: s, Hosts: s.plan.Inventory, Clock: s.clock, Sink: b}
	live := &run.Live{Execute: x, Offline: &run.Offline{Hosts: s.plan.Inventory, Sink: b}}
	if end := (run.Run{Plan: s.plan, Perform: live, Sink: b, Clock: s.clock, Probe: x.Probe}).Do(t.Context()); end.Exit != run.ExitDone {
		t.Fatalf("a run would stop: %s", end.Text)
	}
	return b.Book()
}

// sheets are the scripts that do by hand what is planned.
func (s site) sheets(t *testing.T) []report.Sheet {
	t.Helper()
	sheets, err := s.book(t).Sheets()
	if err != nil {
		t.Fatal(err)
	}
	return slices.Collect(sheets)
}

// handyman is a person who carries scripts out, and knows what these ask for.
type handyman struct {
	site
	answers map[string]string // by a pattern of the question
}

var asked = regexp.MustCompile(`(?m)^(want|decide|demand) (\w+) '([^\n]*)`)

// answer is what stands before the script, so that it asks nothing.
func (o handyman) answer(t *testing.T, sheet report.Sheet) string {
	t.Helper()
	said := ""
	for _, ask := range asked.FindAllStringSubmatch(sheet.Text, -1) {
		found := ""
		for pattern, answer := range o.answers {
			if regexp.MustCompile(pattern).MatchString(ask[3]) {
				found = answer
			}
		}
		if found == "" {
			t.Fatalf("%s asks what nobody knows: %s", sheet.Name, ask[0])
		}
		said += ask[2] + "=" + found + " "
	}
	return said
}

// do carries one script out, and returns its exit status and what it said.
func (o handyman) do(t *testing.T, host string, sheet report.Sheet, before string) (int, string) {
	t.Helper()
	file := "/root/" + sheet.Name
	if exit := o.Shell(t.Context(), host, "cat >"+file, strings.NewReader(sheet.Text), nil, nil); exit != 0 {
		t.Fatalf("%s cannot be brought to %s", sheet.Name, host)
	}
	var out bytes.Buffer
	exit := o.Shell(t.Context(), host, before+"sh "+file, nil, &out, &out)
	return exit, out.String()
}

// The scripts are the truth about a run: who carries them out has what the run would have made.
func TestScriptsByHandDoWhatARunDoes(t *testing.T) {
	shape := twin.Shape{ControlPlanes: 1, Workers: 1, Version: version("1.31.4"), Web: -1}
	hosts, inputs := inventoryOf([]string{"cp1"}, []string{"w1"}), map[string]any{"target": version("1.32.6")}
	byHand, byRung := siteOf(shape), siteOf(shape)
	byHand.plan, byRung.plan = bundled(t, hosts, inputs), bundled(t, hosts, inputs)
	sheets := byHand.sheets(t)
	o := handyman{byHand, map[string]string{
		`manager == "yum"`:          "yes",
		`manager == "apt"`:          "no",
		`^Does this hold|^Was this`: "yes",
		`here.stale|== "ok"`:        "yes",
		`releases\.kube`:            "1.32.6-150500.1.1",
		`^A name for this work`:     "by-hand",
	}}
	for _, sheet := range sheets {
		check := exec.Command("sh", "-n")
		check.Stdin = strings.NewReader(sheet.Text)
		if out, err := check.CombinedOutput(); err != nil {
			t.Fatalf("%s: sh -n: %v: %s", sheet.Name, err, out)
		}
	}
	for _, sheet := range sheets {
		if exit, said := o.do(t, sheet.Host, sheet, o.answer(t, sheet)); exit != 0 {
			t.Fatalf("%s: exit %d:\n%s", sheet.Name, exit, said)
		}
	}
	if unknown := byHand.Unknown(); len(unknown) > 0 {
		t.Errorf("hosts do not know: %q", unknown)
	}
	if end, d := byRung.run(t, "r", 0); end.Exit != run.ExitDone {
		t.Fatalf("it ended with %d: %s%s", end.Exit, end.Text, d.why())
	}
	if diff := cmp.Diff(byRung.Nodes(), byHand.Nodes()); diff != "" {
		t.Errorf("(-run +by hand):\n%s", diff)
	}
}

// A script is for one host and knows what it does not know; once more it does nothing.
func TestAScriptByHandRefusesWhatItCannotKnow(t *testing.T) {
	s := siteOf(twin.Shape{ControlPlanes: 1, Workers: 1, Version: version("1.31.4"), Web: -1})
	s.plan = planned(t, "node-maintenance.yaml", inventoryOf([]string{"cp1"}, []string{"w1"}), chore)
	sheets := s.sheets(t)
	i := slices.IndexFunc(sheets, func(s report.Sheet) bool { return strings.Contains(s.Text, " drain w1 ") })
	o, sheet := handyman{site: s}, sheets[i]
	said := func(host, before string, want int, words string) {
		t.Helper()
		if exit, out := o.do(t, host, sheet, before); exit != want || !strings.Contains(out, words) {
			t.Errorf("%s%s on %s: exit %d, and not %d with %q:\n%s", before, sheet.Name, host, exit, want, words, out)
		}
	}
	said("w1", "RUN=x ", 2, "this is w1, and the script is for cp1")
	said("w1", "RUNG_HOST=w1 RUN=x ", 2, "this is w1, and the script is for cp1")
	said("cp1", "RUN=x ", 2, "ANSWER_1 is not known: Does this hold for w1? ")
	said("cp1", "RUN=x ANSWER_1=no ", 4, "stopped before anything was done: ")
	said("cp1", "RUN=x ANSWER_1=maybe ", 2, "ANSWER_1 is maybe: want yes or no")
	said("cp1", "ANSWER_1=yes ANSWER_2=yes ANSWER_3=yes ", 2, "RUN is not known: A name for this work")
	said("cp1", "ANSWER_1=yes ANSWER_2=yes ANSWER_3=yes RUN='x|e' ", 2, "RUN has letters that are no part of a name")
	if s.node("w1").Unschedulable {
		t.Error("a refusal has closed a node")
	}
	said("cp1", "ANSWER_1=yes ANSWER_2=yes ANSWER_3=yes RUN=x ", 0, "done")
	if !s.node("w1").Unschedulable {
		t.Error("the node was not closed")
	}
	said("cp1", "ANSWER_1=yes ANSWER_2=yes ANSWER_3=yes RUN=x ", 0, "nothing left to do")
}
