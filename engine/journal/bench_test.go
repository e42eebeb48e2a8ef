package journal

import (
	"testing"

	"rung/engine/run"
)

func BenchmarkRecord(b *testing.B) {
	durable := drained()[1]
	quick := run.Event{Kind: run.StepStarted, At: nine, Stage: "Workers", Host: "w3", Step: "3:drain", Title: "drain w3"}
	for _, bench := range []struct {
		name  string
		event run.Event
	}{{"durable, alone", durable}, {"not durable", quick}} {
		b.Run(bench.name, func(b *testing.B) {
			j, err := Create(b.TempDir(), "b", Header{})
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if err := j.Record(bench.event); err != nil {
					b.Fatal(err)
				}
			}
			if err := j.Close(); err != nil {
				b.Fatal(err)
			}
		})
	}
	b.Run("durable, 200 hosts at once", func(b *testing.B) {
		j, err := Create(b.TempDir(), "b", Header{})
		if err != nil {
			b.Fatal(err)
		}
		b.SetParallelism(100)
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if err := j.Record(durable); err != nil {
					b.Error(err)
				}
			}
		})
		if err := j.Close(); err != nil {
			b.Fatal(err)
		}
	})
}
