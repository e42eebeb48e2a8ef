package run_test

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"rung/engine/run"
	"rung/engine/step"
)

const fleet = 1000

// nothing is an Exec that answers at once, and void a sink that keeps nothing.
type nothing struct{}

func (nothing) Exec(context.Context, string, step.Command, io.Writer) (step.Result, error) {
	return step.Result{}, nil
}

type void struct{}

func (void) Record(run.Event) error { return nil }

// fleetScene is 1,000 hosts of 20 steps that have nothing to do.
func fleetScene() scene {
	var inv, steps strings.Builder
	for i := range fleet {
		fmt.Fprintf(&inv, "  w%d: {sudo: true, vars: {rack: r%d}}\n", i, i%40)
	}
	for i := range 20 {
		fmt.Fprintf(&steps, "      - id: s%d\n        name: Step %d on ${{ host.name }}\n        when: host.node != \"\"\n        do: {run: \"act ${{ host.name }}\", check: done}\n", i, i)
	}
	return scene{hosts: "hosts:\n" + inv.String(), stages: "  - stage: S\n    hosts: all\n    at_once: 10%\n    steps:\n" + steps.String()}
}

// BenchmarkLoop is the loop's own cost: 1,000 hosts × 20 steps, each with a
// check that says done.
func BenchmarkLoop(b *testing.B) {
	p := fleetScene().plan(b)
	measure(b, func() {
		x := &run.Execute{Exec: nothing{}, Hosts: p.Inventory, Clock: run.Wall{}, Sink: void{}}
		if end := (run.Run{ID: "bench", Plan: p, Perform: x, Sink: void{}, Clock: run.Wall{}}).Do(b.Context()); end.Outcome != step.OK {
			b.Fatal(end)
		}
	})
}

// BenchmarkOffline is a dry-run of the same, as render does it.
func BenchmarkOffline(b *testing.B) {
	p := fleetScene().plan(b)
	measure(b, func() {
		off := &run.Offline{Hosts: p.Inventory, Sink: void{}}
		if end := (run.Run{Plan: p, Perform: off, Sink: void{}, Clock: run.Wall{}, Lanes: 1}).Do(b.Context()); end.Exit != 0 {
			b.Fatal(end)
		}
	})
}

// measure reports the time and memory of one action.
func measure(b *testing.B, work func()) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for b.Loop() {
		work()
	}
	runtime.ReadMemStats(&after)
	actions := float64(b.N) * fleet * 20
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/actions, "ns/action")
	b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/actions, "B/action")
}
