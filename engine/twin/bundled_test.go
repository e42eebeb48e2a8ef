package twin_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"rung/engine/run"
	"rung/engine/step"
	"rung/engine/twin"
)

// admin is what an operator does on a host by hand.
func (s site) admin(t *testing.T, host string, argv ...string) {
	t.Helper()
	if argv[0] == "kubectl" {
		argv = append([]string{"kubectl", "--kubeconfig", "/etc/kubernetes/admin.conf"}, argv[1:]...)
	}
	result, err := s.Exec(context.Background(), host, step.Command{Argv: argv}, nil)
	if err != nil || result.Exit != 0 {
		t.Fatalf("%v on %s: exit %d, %v: %s", argv, host, result.Exit, err, result.Stderr)
	}
}

// node is the node of that name.
func (s site) node(name string) twin.Node {
	all := s.Nodes()
	return all[slices.IndexFunc(all, func(n twin.Node) bool { return n.Name == name })]
}

// changed are the titles of the actions that changed something on a host.
func (d *diary) changed(host string) []string {
	var titles []string
	for _, e := range d.events {
		if e.Kind == run.ActionEnded && e.Mutates && e.Host == host {
			titles = append(titles, e.Title)
		}
	}
	return titles
}

// A run that died may have had nothing left to do but to release a node, and then no hop is left to do it in.
func TestMarksOfAnEarlierRunEndWithIt(t *testing.T) {
	for _, target := range []string{"1.20.0", "1.21.14"} {
		t.Run("on the way to "+target, func(t *testing.T) {
			s := siteOf(twin.Shape{ControlPlanes: 1, Workers: 3, Version: version("1.20.0"), Web: -1})
			s.admin(t, "cp1", "kubectl", "annotate", "node", "w1", "rung-cordoned-by=died")
			s.admin(t, "cp1", "kubectl", "cordon", "w1")
			s.admin(t, "cp1", "kubectl", "annotate", "node", "w2", "rung-cordoned-by=died")
			s.admin(t, "cp1", "kubectl", "cordon", "w3")
			s.plan = bundled(t, inventoryOf([]string{"cp1"}, []string{"w1", "w2", "w3"}), map[string]any{"target": version(target)})
			if end, d := s.run(t, "next", 0); end.Exit != run.ExitDone {
				t.Fatalf("it ended with %d: %s%s", end.Exit, end.Text, d.why())
			}
			for name, closed := range map[string]bool{"w1": false, "w2": false, "w3": true} {
				if n := s.node(name); n.Unschedulable != closed || n.Annotations["rung-cordoned-by"] != "" {
					t.Errorf("%s: %+v", name, n)
				}
			}
		})
	}
}

func TestNothingIsChangedOnAnAbsentWorker(t *testing.T) {
	s := siteOf(twin.Shape{ControlPlanes: 1, Workers: 2, Version: version("1.20.0"), Web: -1})
	s.admin(t, "w2", "systemctl", "stop", "kubelet")
	s.clock.Sleep(2*time.Minute, nil)
	s.plan = bundled(t, inventoryOf([]string{"cp1"}, []string{"w1", "w2"}), map[string]any{"target": version("1.21.14"), "absent_nodes": []any{"w2"}, "absent_reason": "its disk is being replaced"})
	end, d := s.run(t, "r", 0)
	if end.Exit != run.ExitDone {
		t.Fatalf("it ended with %d: %s%s", end.Exit, end.Text, d.why())
	}
	if done := d.changed("w2"); done != nil || s.node("w1").Kubelet != version("1.21.14") {
		t.Errorf("changed on w2: %q; w1: %+v", done, s.node("w1"))
	}
}

// A kubelet that was replaced and not restarted may run at any version.
func TestAStaleKubeletIsDrained(t *testing.T) {
	inputs := map[string]any{"target": version("1.21.14"), "drain_on_patch": false}
	for dies := 1; ; dies++ { // until the package of w1's kubelet has changed
		s := siteOf(twin.Shape{ControlPlanes: 1, Workers: 2, Version: version("1.20.0"), Web: -1})
		s.plan = bundled(t, inventoryOf([]string{"cp1"}, []string{"w1", "w2"}), inputs)
		end, first := s.run(t, "first", dies)
		if end.Exit == run.ExitDone {
			t.Fatalf("no change of a kubelet's package was found: %q", first.changed("w1"))
		}
		if !strings.Contains(first.last(), "Workers, w1: install kubelet") {
			continue
		}
		s.clock.Sleep(time.Minute, nil)
		_, second := s.run(t, "second", 0)
		if done := second.changed("w1"); !slices.Contains(done, "drain w1") {
			t.Errorf("on w1 the second run changed %q, and did not drain it", done)
		}
		return
	}
}

func TestWhatTheBundledPlaybookRefuses(t *testing.T) {
	for _, test := range []struct {
		name      string
		inventory string
		inputs    map[string]any
		want      string
	}{
		{
			name:      "an absent control plane",
			inventory: inventoryOf([]string{"cp1", "cp2", "cp3"}, []string{"w1", "w2"}),
			inputs:    map[string]any{"absent_nodes": []any{"cp3"}},
			want:      "cp3 is a control plane: absent_nodes may name workers only",
		},
		{
			name:      "a control plane among the workers",
			inventory: inventoryOf([]string{"cp1", "cp2"}, []string{"cp3", "w1", "w2"}),
			want:      "the control planes of the cluster are cp1, cp2, cp3, and the group control_plane has cp1, cp2",
		},
		{
			name:      "a node in neither group",
			inventory: inventoryOf([]string{"cp1", "cp2", "cp3"}, []string{"w1"}, "w2"),
			want:      "these nodes are in neither of the groups control_plane and workers, and would be left behind: w2",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := siteOf(twin.Shape{ControlPlanes: 3, Workers: 2, Version: version("1.20.0")})
			inputs := map[string]any{"target": version("1.21.14")}
			for name, value := range test.inputs {
				inputs[name] = value
			}
			s.plan = bundled(t, test.inventory, inputs)
			end, d := s.run(t, "r", 0)
			if end.Exit == run.ExitDone || d.changes > 0 || !strings.Contains(d.why(), test.want) {
				t.Errorf("it ended with %d after %d changes: %s%s\nwant %s", end.Exit, d.changes, end.Text, d.why(), test.want)
			}
		})
	}
}
