package facts_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"rung/engine/facts"
	"rung/engine/kube"
	"rung/engine/run"
	"rung/engine/step"
	"rung/engine/twin"
)

// The questions of the survey are put to a cluster, and what it answers is read back.
func TestASurveySaysWhatAClusterIsMadeOf(t *testing.T) {
	v, err := kube.Parse("1.32.6")
	if err != nil {
		t.Fatal(err)
	}
	clock := run.NewScaled(time.Date(2026, 3, 14, 15, 0, 0, 0, time.UTC), 1e9)
	c := twin.New(twin.Shape{ControlPlanes: 1, Workers: 2, Version: v, Newest: v, Web: 4, MinAvailable: 2}, clock)
	r := &facts.Recorder{Of: c, Clock: clock}
	for _, question := range facts.Survey() {
		if got, err := r.Exec(t.Context(), "cp1", question, nil); err != nil || got.Exit != 0 {
			t.Fatalf("%s: %v, exit %d: %s", question.Line(), err, got.Exit, got.Stderr)
		}
	}
	for _, found := range []run.Event{
		{Kind: run.StepEnded, Host: "w1", Step: "1", Type: "host-facts", Outcome: step.OK, Data: map[string]any{"os": "rocky", "package_manager": "yum", "kubelet": v, "swap": true, "cpus": 4}},
		{Kind: run.StepEnded, Host: "w1", Step: "2", Type: "package-versions", Outcome: step.OK, Data: map[string]any{"versions": []any{v}}},
	} {
		if err := r.Record(found); err != nil {
			t.Fatal(err)
		}
	}
	inventory := facts.Inventory{Hosts: []facts.Host{{Name: "cp1", Node: "cp1"}, {Name: "w1", Node: "w1"}}}
	got, err := r.File(facts.Header{Inventory: inventory}).Cluster()
	if err != nil {
		t.Fatal(err)
	}
	if got.Version != "1.32.6" {
		t.Errorf("version %q", got.Version)
	}
	if len(got.Nodes) != 3 || !got.Nodes[0].ControlPlane || got.Nodes[1].ControlPlane || !got.Nodes[1].Ready || got.Nodes[1].Kubelet != "v1.32.6" || got.Nodes[1].CPU == "" || len(got.Nodes[0].Taints) != 1 {
		t.Errorf("nodes: %+v", got.Nodes)
	}
	web := slices.IndexFunc(got.Workloads, func(w facts.Workload) bool { return w.Name == "web" })
	if web < 0 || got.Workloads[web].Kind != "Deployment" || got.Workloads[web].Replicas != 4 || got.Workloads[web].Selector["app"] != "web" {
		t.Errorf("workloads: %+v", got.Workloads)
	}
	pods := 0
	for _, p := range got.Pods {
		if strings.HasPrefix(p.Owner, "ReplicaSet/web-") && p.Ready && p.EmptyDir && p.Labels["app"] == "web" {
			pods++
		}
	}
	if pods != 4 {
		t.Errorf("%d pods are of web; all: %+v", pods, got.Pods)
	}
	if len(got.Budgets) == 0 || got.Budgets[0].MinAvailable != "2" || got.Budgets[0].Healthy != 4 {
		t.Errorf("budgets: %+v", got.Budgets)
	}
	w1 := got.Machines[1]
	if w1.OS != "rocky" || w1.PackageManager != "yum" || w1.Kubelet != "1.32.6" || !w1.Swap || w1.CPUs != 4 || !slices.Equal(w1.Offered, []string{"1.32.6"}) {
		t.Errorf("w1: %+v", w1)
	}
	if want := []string{"no step host-facts has looked at cp1"}; !slices.Equal(got.Missing, want) {
		t.Errorf("missing: %q", got.Missing)
	}
}

func TestWhatWasNotAskedIsMissing(t *testing.T) {
	got, err := (&facts.File{}).Cluster()
	if err != nil || len(got.Missing) != 5 {
		t.Errorf("missing: %q, %v", got.Missing, err)
	}
}
