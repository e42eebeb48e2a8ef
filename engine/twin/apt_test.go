package twin_test

import (
	"testing"

	"rung/engine/run"
	"rung/engine/twin"
)

func TestB1HostsWithAptAreUpgraded(t *testing.T) {
	for _, test := range []struct {
		name     string
		shape    twin.Shape
		from, to string
		inputs   map[string]any
	}{
		{"a repository of every minor", twin.Shape{ControlPlanes: 3, Workers: 2, Packages: twin.Apt}, "1.20.0", "1.22.17", nil},
		{"a repository for each minor", twin.Shape{ControlPlanes: 1, Workers: 2, Packages: twin.Apt, PerMinorRepository: true}, "1.30.4", "1.32.6", map[string]any{"package_manager": "apt"}},
		{"some hosts with yum and some with apt", twin.Shape{ControlPlanes: 3, Workers: 3, Packages: twin.Mixed, PerMinorRepository: true}, "1.30.4", "1.31.14", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.shape.Version = version(test.from)
			s := siteOf(test.shape)
			inputs := map[string]any{"target": version(test.to)}
			for name, value := range test.inputs {
				inputs[name] = value
			}
			hosts := s.Hosts()
			s.plan = bundled(t, inventoryOf(hosts[:test.shape.ControlPlanes], hosts[test.shape.ControlPlanes:]), inputs)
			end, d := s.run(t, "r", 0)
			if end.Exit != run.ExitDone {
				t.Fatalf("it ended with %d: %s%s", end.Exit, end.Text, d.why())
			}
			s.arrived(t, test.to)
			if unknown := s.Unknown(); len(unknown) > 0 {
				t.Errorf("the twin does not know %v", unknown)
			}
		})
	}
}
