package rehearse_test

import (
	"fmt"
	"io/fs"
	"runtime/debug"
	"testing"
	"time"

	"rung/engine/inventory"
	"rung/engine/kube"
	"rung/engine/plan"
	"rung/engine/playbook"
	"rung/engine/rehearse"
	"rung/engine/run"
	"rung/engine/step"
	"rung/engine/twin"
	"rung/playbooks"
	"rung/steps"
)

// silent keeps nothing.
type silent struct{}

func (silent) Record(run.Event) error { return nil }

func version(text string) kube.Version {
	v, err := kube.Parse(text)
	if err != nil {
		panic(err)
	}
	return v
}

// bundled is a bundled playbook on the hosts of a scene.
func bundled(t testing.TB, s *rehearse.Scene, name string, inputs map[string]any) *plan.Plan {
	t.Helper()
	inv, found := inventory.Load("inventory.yaml", []byte(s.Inventory()))
	if found.Err() != nil {
		t.Fatal(found)
	}
	source, err := fs.ReadFile(playbooks.FS, name)
	if err != nil {
		t.Fatal(err)
	}
	types, err := step.NewSet(steps.All()...)
	if err != nil {
		t.Fatal(err)
	}
	pb, found := playbook.Load(name, source, types)
	if found.Err() != nil {
		t.Fatal(found)
	}
	p, found := plan.New(pb, inv, inputs, plan.Narrowing{})
	if found.Err() != nil {
		t.Fatal(found)
	}
	return p
}

// BenchmarkRehearse is an upgrade by one minor, a tenth of the workers at once, in virtual time: 30 s are wanted for
// 5 and 5,000 nodes, on two cores. It takes 25 s there: some five milliseconds for each worker, two fifths of them in the
// interpretation of shell, and no part of it that counts grows with the square of the workers.
func BenchmarkRehearse(b *testing.B) {
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // as rung rehearse does
	for _, workers := range []int{100, 400, 1000, 5000} {
		b.Run(fmt.Sprintf("5+%d", workers), func(b *testing.B) {
			for b.Loop() {
				s := rehearse.New(twin.Shape{ControlPlanes: 5, Workers: workers, Version: version("1.33.4"), Web: 3})
				p := bundled(b, s, "kubeadm-upgrade.yaml", map[string]any{"target": version("1.34.2"), "at_once": "10%"})
				began := time.Now()
				if end := s.Play(b.Context(), p, silent{}); end.Exit != run.ExitDone {
					b.Fatalf("it ended with %d: %s", end.Exit, end.Text)
				}
				b.ReportMetric(float64(workers+5)/time.Since(began).Seconds(), "hosts/s")
			}
		})
	}
}
