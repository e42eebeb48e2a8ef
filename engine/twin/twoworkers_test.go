package twin_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rung/engine/run"
	"rung/engine/twin"
)

// Two workers are all there are, and the run is killed once it has emptied one of them: the pods of the other have nowhere
// to go. The next life, or the next run, opens the one before it closes the other.
func TestOneOfTwoWorkersThatAKilledRunHasClosedHoldsNobodyUp(t *testing.T) {
	f := fleet{planes: 1, workers: 2, from: "1.31.4", to: "1.32.6"}
	p := f.plan(t, f.site().Cluster, "1")
	drained := 0
	synctest.Test(t, func(t *testing.T) {
		for n, line := range f.lives(t, p, death{}).lines {
			if drained == 0 && strings.Contains(line, `"kind":"step.ended"`) && strings.Contains(line, `"type":"drain"`) && strings.Contains(line, `"host":"w1"`) {
				drained = n + 1
			}
		}
	})
	if drained == 0 {
		t.Fatal("w1 is never drained")
	}
	for _, test := range []struct {
		name  string
		later time.Duration
		fresh bool
	}{{"resumed at once", 0, false}, {"resumed later", time.Hour, false}, {"a new run", time.Minute, true}} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := twin.New(twin.Shape{ControlPlanes: 1, Workers: 2, Version: version(f.from)}, twin.Wall{})
				m := &mortal{hosts: c, death: death{lines: drained}, dead: make(chan struct{})}
				m.life(t, p, nil)
				if closed := c.Truth().Cordoned; len(closed) != 1 || closed[0] != "w1" {
					t.Fatalf("closed are %v", closed)
				}
				time.Sleep(test.later)
				next := &mortal{hosts: c, dead: make(chan struct{})}
				var memory *run.Memory
				if !test.fresh {
					next.lines, memory = m.lines, run.Remember(reopened(t, m.lines, m.death))
				}
				if end := next.life(t, p, memory); end.Exit != run.ExitDone {
					t.Errorf("it ended with %d: %s", end.Exit, end.Text)
				}
				site{Cluster: c}.arrived(t, f.to)
			})
		})
	}
}
