package report

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"rung/engine/run"
	"rung/engine/step"
)

// written is all that stands on p.
func written(p *Page) string {
	full := page{kept: &scripts{full: true, number: map[string]int{}}}
	for e := range p.Steps() {
		full.entry(e)
	}
	return string(full.text)
}

// Of two hosts that are told as one, each does what stands there, with its own name in place of the other's, to the letter.
func TestHostsAreToldAsOneOnlyWhereTheyDoTheSame(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	names := []string{"w1", "w2", "w10", "w1-2", "w", "a.w1", "argv"}
	texts := []string{"drain %s", "drain %s --on w1", "etcd-%s", "%s0", "x%s", "%s.example %s", "set w1 w2", "w", "_%s", "%s%s"}
	folded := 0
	for range 3000 {
		pages, known := make([]*Page, 2), stencils{}
		pick := []string{texts[random.IntN(len(texts))], texts[random.IntN(len(texts))]}
		for i := range pages {
			host := names[random.IntN(len(names))]
			line := func(text string) string { return strings.ReplaceAll(text, "%s", host) }
			pages[i] = &Page{Host: host, open: &Entry{
				Step: "1", Name: line(pick[0]), Outcome: step.Planned,
				Actions: []Act{{Number: 1, Title: "go", Mutates: true, Do: Order{Argv: []string{"do", line(pick[1])}}}},
			}}
			pages[i].seal(known)
		}
		a, b := pages[0], pages[1]
		if len((&Chapter{Pages: pages}).foldings()) == 2 {
			continue
		}
		folded++
		word := regexp.MustCompile(`(^|[^A-Za-z0-9_])` + regexp.QuoteMeta(a.Host) + `($|[^A-Za-z0-9_])`)
		want := written(b)
		got := written(a)
		for range 4 { // neighbours share the letter between them
			got = word.ReplaceAllString(got, "${1}\x00${2}")
		}
		if got = strings.ReplaceAll(got, "\x00", b.Host); got != want {
			t.Fatalf("%s and %s are told as one, and are not:\n%s\n%s", a.Host, b.Host, written(a), want)
		}
	}
	if folded < 300 {
		t.Errorf("only %d of them were alike", folded)
	}
}

// Who is told for the others does not depend on who was done first; and in full, each host is told by itself.
func TestTheFirstHostOfAStageIsToldForThoseThatAreAlike(t *testing.T) {
	events := planned(4, 3, rand.New(rand.NewPCG(3, 3)))
	var last []run.Event
	for _, e := range events {
		if e.Kind == run.ActionPlanned {
			e.Plan = &step.Action{Title: e.Title, Do: step.Command{Argv: []string{"drain", e.Host}}}
			if e.Host == "w3" && e.Step == "2" {
				e.Plan.Do.Argv = append(e.Plan.Do.Argv, "--force")
			}
		}
		if e.Kind == run.StageEnded {
			for _, host := range []string{"w4", "w3", "w2", "w1"} {
				last = append(last, run.Event{Kind: run.HostEnded, Stage: "Workers", Host: host})
			}
		}
		last = append(last, e)
	}
	for _, full := range []bool{false, true} {
		var out bytes.Buffer
		recordAll(t, NewRunbook(&out, full), last)
		text := out.String()
		for host, told := range map[string]bool{"w1": true, "w2": full, "w3": true, "w4": full} {
			if strings.Contains(text, "── "+host+" ") != told {
				t.Errorf("full %v: %s told is %v:\n%s", full, host, !told, text)
			}
		}
		if same := fmt.Sprint(strings.Contains(text, "     the same on w2, w4, each with its own name in place of w1\n")); same != fmt.Sprint(!full) {
			t.Errorf("full %v: the others are named: %s", full, same)
		}
	}
}

func TestALongScriptThatChangesIsToldOnce(t *testing.T) {
	long := step.Command{Script: strings.Repeat("true\n", 20), Argv: []string{"x"}, Sudo: true}
	events := planned(1, 2, rand.New(rand.NewPCG(3, 3)))
	for i, e := range events {
		if e.Kind == run.ActionPlanned {
			events[i].Plan = &step.Action{Title: "make", Do: long}
		}
	}
	for _, full := range []bool{false, true} {
		var out bytes.Buffer
		recordAll(t, NewRunbook(&out, full), events)
		text := out.String()
		if n := strings.Count(text, "         true\n"); (n == 20) == full {
			t.Errorf("full %v: %d lines of the script", full, n)
		}
		if again := strings.Contains(text, "     run       sudo the script in stage 1, w1, 1 with x\n"); again == full {
			t.Errorf("full %v: it is pointed at: %v\n%s", full, again, text)
		}
	}
}
