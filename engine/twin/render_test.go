package twin_test

import (
	"fmt"
	"testing"

	"rung/engine/report"
	"rung/engine/run"
	"rung/engine/twin"
)

// BenchmarkRender5000 makes the runbook of an upgrade of 5 control planes and 5,000 workers, without a connection, in each
// form: loading and planning included.
func BenchmarkRender5000(b *testing.B) {
	hosts := manyHosts()
	for _, format := range report.Formats {
		b.Run(string(format), func(b *testing.B) {
			heap := watchHeap()
			size := counted(0)
			for b.Loop() {
				size = 0
				p := bundled(b, hosts, map[string]any{"target": version("1.34.2"), "from": version("1.33.4")})
				binder := report.NewBinder()
				sink := run.Sink(binder)
				if format == report.Text {
					sink = report.NewRunbook(&size, false)
				}
				end := run.Run{Plan: p, Perform: &run.Offline{Hosts: p.Inventory, Sink: sink}, Sink: sink, Clock: twin.Wall{}, Lanes: 1}.Do(b.Context())
				if end.Exit != run.ExitDone {
					b.Fatal(end.Text)
				}
				if format == report.Text {
					continue
				}
				if err := binder.Book().Write(&size, format); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(heap.close())/(1<<20), "MiB")
			b.ReportMetric(float64(size)/1e6, "MB-written")
		})
	}
}

// manyHosts is an inventory of 5 control planes and 5,000 workers.
func manyHosts() string {
	var planes, workers []string
	for i := range 5 {
		planes = append(planes, fmt.Sprintf("cp%d", i+1))
	}
	for i := range 5000 {
		workers = append(workers, fmt.Sprintf("w%d", i+1))
	}
	return inventoryOf(planes, workers)
}

// counted counts what is written to it.
type counted int

func (c *counted) Write(text []byte) (int, error) {
	*c += counted(len(text))
	return len(text), nil
}

// BenchmarkSettled5000 is what a run of that upgrade does before it connects: the plan is made before it.
func BenchmarkSettled5000(b *testing.B) {
	p := bundled(b, manyHosts(), map[string]any{"target": version("1.34.2"), "from": version("1.33.4")})
	for b.Loop() {
		if mistakes, refusals, end := run.Settled(b.Context(), p); len(mistakes)+len(refusals) > 0 || end.Exit != run.ExitDone {
			b.Fatal(mistakes, refusals, end.Text)
		}
	}
}
