package twin_test

import (
	"slices"
	"testing"
	"testing/synctest"

	"rung/engine/run"
	"rung/engine/twin"
)

// Workers that fail are left, and named, as long as there are no more of them than the operator allows; the others go
// on, over all hops. A control plane that fails is the last host, whatever is allowed.
func TestAsManyWorkersMayFailAsTheOperatorAllows(t *testing.T) {
	for _, test := range []struct {
		name, allowed, from string
		atOnce              string
		crash               []string
		arrived             []string // workers at the target
	}{
		{name: "none", allowed: "0", from: "1.31.4", crash: []string{"w1"}},
		{name: "one of four", allowed: "25%", from: "1.31.4", crash: []string{"w1"}, arrived: []string{"w2", "w3", "w4"}},
		{name: "one, and two fail", allowed: "1", from: "1.31.4", crash: []string{"w1", "w3"}, arrived: []string{"w2"}},
		{name: "two at once, and one fails", allowed: "1", from: "1.31.4", atOnce: "2", crash: []string{"w2"}, arrived: []string{"w1", "w3", "w4"}},
		{name: "over two hops", allowed: "1", from: "1.30.14", crash: []string{"w1"}, arrived: []string{"w2", "w3", "w4"}},
		{name: "a control plane fails", allowed: "100%", from: "1.31.4", crash: []string{"cp1"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { // several hosts at once, one of which waits for long: see bubbled
				s := bubbled(twin.Shape{ControlPlanes: 1, Workers: 4, Version: version(test.from), Web: -1, PerMinorRepository: true})
				for _, host := range test.crash {
					s.CrashKubelet(host)
				}
				inputs := map[string]any{"target": version("1.32.6"), "max_failures": test.allowed}
				if test.atOnce != "" {
					inputs["at_once"] = test.atOnce
				}
				s.plan = bundled(t, inventoryOf([]string{"cp1"}, []string{"w1", "w2", "w3", "w4"}), inputs)
				end, d := s.run(t, "r", 0)
				if end.Exit != run.ExitFailed {
					t.Errorf("it ended with %d: %s%s", end.Exit, end.Text, d.why())
				}
				var arrived []string
				for _, n := range s.Nodes() {
					switch {
					case n.Kubelet == version("1.32.6") && !n.ControlPlane && n.Ready && !n.Unschedulable:
						arrived = append(arrived, n.Name)
					case n.Unschedulable && !slices.Contains(test.crash, n.Name):
						t.Errorf("%s is left cordoned", n.Name)
					}
				}
				if !slices.Equal(arrived, test.arrived) {
					t.Errorf("at the target are %v, want %v%s", arrived, test.arrived, d.why())
				}
				s.closedUnsaid(t, &exit{diary: d, how: test.name})
			})
		})
	}
}
