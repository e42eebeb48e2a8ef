package twin_test

import (
	"fmt"
	"io"
	"testing"

	"rung/engine/report"
	"rung/engine/run"
	"rung/engine/twin"
)

// BenchmarkRender5000 makes the runbook of an upgrade of 5 control planes and 5,000 workers, without a connection: loading
// and planning included.
func BenchmarkRender5000(b *testing.B) {
	var planes, workers []string
	for i := range 5 {
		planes = append(planes, fmt.Sprintf("cp%d", i+1))
	}
	for i := range 5000 {
		workers = append(workers, fmt.Sprintf("w%d", i+1))
	}
	hosts := inventoryOf(planes, workers)
	heap := watchHeap()
	for b.Loop() {
		p := bundled(b, hosts, map[string]any{"target": version("1.34.2"), "from": version("1.33.4")})
		book := report.NewRunbook(io.Discard, false)
		end := run.Run{Plan: p, Perform: &run.Offline{Hosts: p.Inventory, Sink: book}, Sink: book, Clock: twin.Wall{}, Lanes: 1}.Do(b.Context())
		if end.Exit != run.ExitDone {
			b.Fatal(end.Text)
		}
	}
	b.ReportMetric(float64(heap.close())/(1<<20), "MiB")
}
