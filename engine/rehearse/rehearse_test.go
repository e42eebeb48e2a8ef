package rehearse_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"rung/engine/inventory"
	"rung/engine/rehearse"
	"rung/engine/report"
	"rung/engine/run"
	"rung/engine/step"
	"rung/engine/twin"
)

// diary is the lines of a run.
func diary(t *testing.T, shape twin.Shape, inputs map[string]any, faults ...string) (run.Ending, []string, *rehearse.Scene) {
	t.Helper()
	s := rehearse.New(shape)
	for _, text := range faults {
		f, err := twin.ParseFault(text)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Cluster.Inject(f); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	end := s.Play(t.Context(), bundled(t, s, "kubeadm-upgrade.yaml", inputs), report.NewJSONLines(&out))
	for _, e := range s.Cluster.Unknown() {
		t.Errorf("the twin does not know %q", e.Argv)
	}
	return end, strings.Split(out.String(), "\n"), s
}

func TestARehearsalIsTheSameEachTime(t *testing.T) {
	shape := twin.Shape{ControlPlanes: 3, Workers: 6, Version: version("1.33.4")}
	inputs := map[string]any{"target": version("1.34.2"), "at_once": "3"}
	began := time.Now()
	end, first, s := diary(t, shape, inputs)
	if end.Exit != run.ExitDone {
		t.Fatalf("it ended with %d: %s", end.Exit, end.Text)
	}
	if real := time.Since(began); real > 2*time.Minute {
		t.Errorf("it took %s of real time", real)
	}
	for _, n := range s.Cluster.Nodes() {
		if n.Kubelet != version("1.34.2") || !n.Ready || n.Unschedulable {
			t.Errorf("in the end: %+v", n)
		}
	}
	_, second, _ := diary(t, shape, inputs)
	if len(first) != len(second) {
		t.Errorf("%d events the first time, %d the second", len(first), len(second))
	}
	for i := range min(len(first), len(second)) {
		if first[i] != second[i] {
			t.Fatalf("event %d differs:\n%s\n%s", i, first[i], second[i])
		}
	}
}

func TestWhatWouldStopARunStopsItsRehearsal(t *testing.T) {
	end, events, _ := diary(t, twin.Shape{ControlPlanes: 1, Workers: 2, Version: version("1.33.4")}, map[string]any{"target": version("1.34.2")}, "drain-blocked:w2")
	if end.Exit != run.ExitRefused || !strings.Contains(end.Text, "no drain gets past these: PodDisruptionBudget default/keep-w2") {
		t.Errorf("it ended with %d: %s", end.Exit, end.Text)
	}
	if slices.ContainsFunc(events, func(e string) bool {
		return strings.Contains(e, `"mutates":true`) && strings.Contains(e, `action.started`)
	}) {
		t.Error("something was changed")
	}
}

// A timeout of the playbook is one of virtual time.
func TestAFailureAfterMinutesIsFoundInNoTime(t *testing.T) {
	end, _, _ := diary(t, twin.Shape{ControlPlanes: 1, Workers: 1, Version: version("1.30.4"), Web: -1}, map[string]any{"target": version("1.31.14")}, "apply-fails:etcd")
	if end.Exit != run.ExitFailed || !strings.Contains(end.Text, "cp1") {
		t.Errorf("it ended with %d: %s", end.Exit, end.Text)
	}
}

func TestTheHostsOfAnInventoryAreCast(t *testing.T) {
	inv, found := inventory.Load("inventory.yaml", []byte("hosts:\n  one: {node: node-1}\n  two: {}\n  three: {}\n  bastion: {}\ngroups:\n  control_plane: [two]\n  workers: [one, three]\n"))
	if found.Err() != nil {
		t.Fatal(found)
	}
	shape := twin.Shape{Version: version("1.33.4")}
	if err := rehearse.Cast(&shape, inv); err != nil {
		t.Fatal(err)
	}
	if shape.ControlPlanes != 1 || shape.Workers != 2 || !slices.Equal(shape.Names, []string{"two", "node-1", "three"}) || !slices.Equal(shape.Plain, []string{"bastion"}) {
		t.Errorf("the twin is %+v", shape)
	}
	nodes := rehearse.New(shape).Cluster.Nodes()
	if len(nodes) != 3 || nodes[1].Name != "node-1" {
		t.Errorf("its nodes are %+v", nodes)
	}
}

func TestAnInventoryWithWorkersAloneIsNoCluster(t *testing.T) {
	inv, _ := inventory.Load("inventory.yaml", []byte("hosts:\n  one: {}\ngroups:\n  workers: [one]\n"))
	if err := rehearse.Cast(&twin.Shape{}, inv); err == nil || !strings.Contains(err.Error(), "the group control_plane has no host") {
		t.Errorf("it says %v", err)
	}
}

func TestShapesAreRead(t *testing.T) {
	for text, want := range map[string]rehearse.Shape{
		"3+5@1.33.4": {ControlPlanes: 3, Workers: 5, Version: version("1.33.4")},
		"1@1.33.4":   {ControlPlanes: 1, Version: version("1.33.4")},
		"5+5000":     {ControlPlanes: 5, Workers: 5000},
		"@1.33.4":    {Version: version("1.33.4")},
	} {
		if s, err := rehearse.ParseShape(text); err != nil || s != want {
			t.Errorf("%s: %+v, %v", text, s, err)
		}
	}
	for text, want := range map[string]string{
		"":           "is no shape of a cluster: want",
		"3+x@1.33.4": "is no shape of a cluster: want",
		"0+3@1.33.4": "at least one control plane",
		"3+5@1.33":   "names a minor, not a patch",
		"3+5@1.2.0":  "no cluster of 1.2.0 can be simulated",
		"3+5@new":    "new",
		"9+99999":    "at most 20000 hosts",
	} {
		if _, err := rehearse.ParseShape(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

func TestANodeWhoseKubeletHasStoppedIsNotReadyFromTheBeginning(t *testing.T) {
	s := rehearse.New(twin.Shape{ControlPlanes: 1, Workers: 3, Version: version("1.33.4")})
	f, err := twin.ParseFault("kubelet-stopped:w3")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Cluster.Inject(f); err != nil {
		t.Fatal(err)
	}
	for _, n := range s.Cluster.Nodes() {
		if n.Ready != (n.Name != "w3") {
			t.Errorf("%s: Ready is %v", n.Name, n.Ready)
		}
	}
}

func TestAHostsClockShowsWhenTheRehearsalBegins(t *testing.T) {
	begin := time.Date(2031, 2, 3, 4, 5, 0, 0, time.UTC)
	s := rehearse.NewAt(twin.Shape{ControlPlanes: 1, Workers: 1, Version: version("1.33.4")}, begin)
	r, err := s.Cluster.Exec(t.Context(), "cp1", step.Command{Argv: []string{"date", "-u", "+%F %H:%M"}}, nil)
	if err != nil || string(r.Stdout) != "2031-02-03 04:05\n" {
		t.Errorf("it shows %q, %v", r.Stdout, err)
	}
}
