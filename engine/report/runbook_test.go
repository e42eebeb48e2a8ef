package report

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"rung/engine/run"
)

// planned is a dry-run of so many hosts with so many actions each, which come
// in any order of the hosts.
func planned(hosts, actions int, random *rand.Rand) []run.Event {
	names := make([]string, hosts)
	for i := range names {
		names[i] = fmt.Sprintf("w%d", i+1)
	}
	events := []run.Event{{Kind: run.RunStarted, Title: "p", Hosts: names}, {Kind: run.StageStarted, Stage: "Workers", Hosts: names, Text: "many hosts"}}
	next := make([]int, hosts)
	for range hosts * actions {
		h := random.IntN(hosts)
		for next[h] == actions {
			h = (h + 1) % hosts
		}
		next[h]++
		events = append(events, run.Event{
			Kind: run.ActionPlanned, Stage: "Workers", Host: names[h], Step: fmt.Sprint(next[h]), Type: "drain", Action: 1, On: "cp1", Mutates: true,
			Title: "drain " + names[h], Command: "kubectl --kubeconfig /etc/kubernetes/admin.conf drain " + names[h] + " --ignore-daemonsets",
			Check: "set -- " + names[h] + "\ntest -n \"$1\"", If: "steps.facts.swap",
		})
	}
	return append(events, run.Event{Kind: run.StageEnded, Stage: "Workers"}, run.Event{Kind: run.RunEnded})
}

func TestTwoDryRunsOfOnePlanAreTheSameBytes(t *testing.T) {
	var first string
	for seed := range uint64(5) {
		var out bytes.Buffer
		recordAll(t, NewRunbook(&out, false), planned(30, 5, rand.New(rand.NewPCG(seed, 1))))
		if first == "" {
			first = out.String()
		}
		if out.String() != first {
			t.Fatalf("seed %d gives another runbook", seed)
		}
	}
	if strings.Index(first, "── w2 ") > strings.Index(first, "── w10 ") {
		t.Error("the hosts are not in the order of the stage")
	}
}

func TestARunbookInAnUnknownFormatIsRefused(t *testing.T) {
	if err := NewBinder().Book().Write(io.Discard, "html"); err == nil || !strings.Contains(err.Error(), `"html"; known are: [text markdown sh json]`) {
		t.Errorf("err = %v", err)
	}
}

// BenchmarkRunbook writes 100,000 planned actions of 1,000 hosts.
func BenchmarkRunbook(b *testing.B) {
	events := planned(1000, 100, rand.New(rand.NewPCG(1, 1)))
	for b.Loop() {
		recordAll(b, NewRunbook(io.Discard, false), events)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1e5, "ns/action")
}

// BenchmarkTerminal tells 100,000 steps of 1,000 hosts.
func BenchmarkTerminal(b *testing.B) {
	for _, live := range []bool{false, true} {
		b.Run(fmt.Sprintf("live %v", live), func(b *testing.B) {
			for b.Loop() {
				t := NewTerminal(io.Discard, Options{Live: live})
				for i := range 1000 {
					host := fmt.Sprintf("w%d", i)
					for range 100 {
						t.Record(run.Event{Kind: run.StepStarted, At: nine, Host: host, Title: "drain"})
						t.Record(run.Event{Kind: run.Output, At: nine, Host: host, Text: "evicting pod default/web-1"})
						t.Record(run.Event{Kind: run.StepEnded, At: nine, Host: host, Title: "drain", Outcome: "changed"})
					}
					t.Record(run.Event{Kind: run.HostEnded, At: nine, Host: host})
				}
				t.Close()
			}
		})
	}
}
