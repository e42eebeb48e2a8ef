package twin_test

import (
	"io"
	"sync"
	"testing"
	"time"

	"rung/engine/kube"
	"rung/engine/run"
	"rung/engine/step"
	"rung/engine/twin"
)

// A host that computes for long still comes first where it began first.
func TestWhatHostsDoToTheClusterAtOneInstantIsInTheOrderOfTheirCommands(t *testing.T) {
	v, _ := kube.Parse("1.33.4") // it is one
	for _, c := range []struct{ first, second string }{{"w1", "w2"}, {"w2", "w1"}, {"w1", "w1"}} {
		clock := run.NewDiscrete(time.Now())
		cluster := twin.New(twin.Shape{ControlPlanes: 1, Workers: 2, Version: v}, clock)
		var both sync.WaitGroup
		for _, command := range []struct{ host, unit, script string }{
			{c.first, "early", "for i in $(seq 2000); do :; done"}, {c.second, "late", ":"},
		} {
			both.Add(1)
			clock.Go(func() {
				defer both.Done()
				argv := []string{"sh", "-c", command.script + "; echo " + command.unit + " >>/tmp/said; systemctl status " + command.unit}
				if _, err := cluster.Exec(t.Context(), command.host, step.Command{Argv: argv}, io.Discard); err != nil {
					t.Error(err)
				}
			})
		}
		clock.Leave()
		both.Wait()
		log := cluster.Log()
		if len(log) != 2 || log[0].Argv[2] != "early" || log[1].Argv[2] != "late" {
			t.Errorf("first on %s, then on %s: %v", c.first, c.second, log)
		}
		if c.first != c.second {
			continue
		}
		if said, _ := cluster.ReadFile(c.first, "/tmp/said"); said != "early\nlate\n" {
			t.Errorf("on one host: %q", said)
		}
	}
}
