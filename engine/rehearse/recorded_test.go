package rehearse_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"rung/engine/facts"
	"rung/engine/inventory"
	"rung/engine/kube"
	"rung/engine/rehearse"
	"rung/engine/step"
	"rung/engine/twin"
)

func pod(name, node, owner string, labels map[string]string) facts.Pod {
	return facts.Pod{Namespace: "shop", Name: name, Node: node, Owner: owner, Labels: labels, Requests: []map[string]string{{"cpu": "250m", "memory": "512Mi"}, {"cpu": "0.25"}}}
}

// found is a cluster with what a twin can show, and with what it cannot.
func found() facts.Cluster {
	cart, till := map[string]string{"app": "cart"}, map[string]string{"app": "till", "tier": "front"}
	return facts.Cluster{
		Version: "1.33.4",
		Nodes: []facts.Node{
			{Name: "cp", ControlPlane: true, Ready: true, Kubelet: "v1.33.4", CPU: "4", Memory: "16Gi", Runtime: "containerd://1.7.27"},
			{Name: "new", Ready: true, Kubelet: "v1.33.4", Runtime: "cri-o://1.33.0"},
			{Name: "one", Ready: false, Cordoned: true, Kubelet: "v1.32.6", Taints: []facts.Taint{{Key: "gpu", Effect: "NoSchedule"}, {Key: "node.kubernetes.io/unreachable"}}},
		},
		Machines: []facts.Machine{{Host: facts.Host{Name: "one", Node: "one"}, PackageManager: "apt", Offered: []string{"1.33.4", "1.34.1"}, Swap: true}},
		Workloads: []facts.Workload{
			{Kind: "Deployment", Namespace: "shop", Name: "cart", Replicas: 2, Selector: cart},
			{Kind: "DaemonSet", Namespace: "logs", Name: "agent", Replicas: 3},
		},
		Pods: []facts.Pod{
			pod("cart-5d4f-a", "one", "ReplicaSet/cart-5d4f", cart), pod("cart-5d4f-b", "new", "ReplicaSet/cart-5d4f", cart),
			pod("till-0", "one", "StatefulSet/till", till), pod("debug", "new", "", nil), pod("nightly-x", "one", "Job/nightly", nil),
			{Namespace: "logs", Name: "agent-x", Node: "one", Owner: "DaemonSet/agent"},
			{Namespace: "kube-system", Name: "etcd-cp", Node: "cp", Mirror: true},
		},
		Budgets: []facts.Budget{
			{Namespace: "shop", Name: "cart", MinAvailable: "2", Selector: cart},
			{Namespace: "shop", Name: "odd", MaxUnavailable: "1", Desired: 3},
		},
		Missing: []string{"the weather was not recorded"},
	}
}

func TestATwinIsMadeOfFacts(t *testing.T) {
	shape := twin.Shape{ControlPlanes: 1, Workers: 2, Names: []string{"cp", "one", "gone"}}
	absent, err := rehearse.Recorded(&shape, found())
	if err != nil {
		t.Fatal(err)
	}
	if shape.Version != version("1.33.4") || !slices.Equal(shape.Names, []string{"cp", "one", "new"}) || !slices.Equal(shape.Plain, []string{"gone"}) {
		t.Errorf("the shape is %+v", shape)
	}
	one := shape.Recorded.Machines["one"]
	if !one.Cordoned || !one.Stopped || !one.Swap || one.Kubelet != version("1.32.6") || one.Packages != twin.Apt {
		t.Errorf("one is %+v", one)
	}
	if cp := shape.Recorded.Machines["cp"]; cp.CPU != 4000 || cp.Memory != 16<<10 || !cp.Kubelet.IsZero() {
		t.Errorf("cp is %+v", cp)
	}
	cart := shape.Recorded.Workloads[slices.IndexFunc(shape.Recorded.Workloads, func(w twin.Workload) bool { return w.Name == "cart" })]
	if cart.Kind != "Deployment" || cart.Revision != "5d4f" || !slices.Equal(cart.Pods, []twin.Placed{{Name: "cart-5d4f-a", Node: "one"}, {Name: "cart-5d4f-b", Node: "new"}}) || cart.CPU != 500 || cart.Memory != 512 {
		t.Errorf("cart is %+v", cart)
	}
	if len(shape.Recorded.Workloads) != 3 || len(shape.Recorded.Budgets) != 1 || shape.Recorded.Budgets[0].App != cart.App {
		t.Errorf("there is %+v, and %+v", shape.Recorded.Workloads, shape.Recorded.Budgets)
	}
	for _, want := range []string{
		"the weather was not recorded", "the taint gpu of one", "cri-o://1.33.0 of new", "pod shop/nightly-x of a Job", "DaemonSet logs/agent", "PodDisruptionBudget shop/odd: which pods it is over is not known",
	} {
		if !slices.ContainsFunc(absent, func(said string) bool { return strings.Contains(said, want) }) {
			t.Errorf("nobody says %q: %q", want, absent)
		}
	}
	if len(absent) != 7 { // and what is never taken over
		t.Errorf("it says %d things: %q", len(absent), absent)
	}
}

// The groups of an inventory need not have the names that a rehearsal without facts goes by.
func TestATwinOfFactsHasTheirNodesWhateverTheGroupsOfTheInventory(t *testing.T) {
	inv, wrong := inventory.Load("inventory.yaml", []byte("hosts: {cp: {}, one: {}, new: {}, bastion: {}}\ngroups: {masters: [cp], nodes: [one, new]}\n"))
	if wrong.Err() != nil {
		t.Fatal(wrong)
	}
	for _, test := range []struct {
		of           facts.Cluster
		version      string
		nodes, plain []string
	}{
		{found(), "1.33.4", []string{"cp", "new", "one"}, []string{"bastion"}},
		{facts.Cluster{}, fmt.Sprintf("1.%d.0", kube.NewestMinor), nil, []string{"cp", "one", "new", "bastion"}}, // where nobody has a cluster, it is of any version
	} {
		var shape twin.Shape
		if err := rehearse.Cast(&shape, inv); err != nil {
			t.Fatal(err)
		}
		if _, err := rehearse.Recorded(&shape, test.of); err != nil {
			t.Fatal(err)
		}
		s := rehearse.New(shape)
		if s.Version() != version(test.version) || !slices.Equal(s.Nodes(), test.nodes) || !slices.Equal(s.Plain(), test.plain) {
			t.Errorf("it is of %s, with the nodes %q, and beside them %q", s.Version(), s.Nodes(), s.Plain())
		}
	}
}

func TestATwinOfFactsIsAsItWasFound(t *testing.T) {
	shape := twin.Shape{ControlPlanes: 1, Workers: 2, Names: []string{"cp", "one", "new"}}
	if _, err := rehearse.Recorded(&shape, found()); err != nil {
		t.Fatal(err)
	}
	for _, n := range rehearse.New(shape).Cluster.Nodes() {
		is := n.Name == "one"
		if n.Ready == is || n.Unschedulable != is || (n.Kubelet == version("1.32.6")) != is {
			t.Errorf("there is %+v", n)
		}
	}
}

// A name that the rehearsal speaks of is found on the cluster; what comes later is of the same ReplicaSet.
func TestPodsOfFactsKeepTheirNames(t *testing.T) {
	c := found()
	c.Budgets = nil
	before, after := drained(t, c, "new")
	if want := []string{"cart-5d4f-a", "cart-5d4f-b", "debug", "till-0"}; !slices.Equal(before, want) {
		t.Errorf("its pods are %q", before)
	}
	if len(after) != 3 || after[0] != "cart-5d4f-a" || !strings.HasPrefix(after[1], "cart-5d4f-") || after[1] == "cart-5d4f-b" {
		t.Fatalf("after a drain its pods are %q", after)
	}
	made := after[1]
	c.Pods[0].Name = made // as in facts of a twin, whose names are made in the same way
	if before, after = drained(t, c, "new"); !slices.Contains(before, made) || len(slices.Compact(after)) != 3 {
		t.Errorf("two pods have one name: %q", after)
	}
}

// drained are the names of the pods of shop before and after a drain of node, sorted.
func drained(t *testing.T, c facts.Cluster, node string) (before, after []string) {
	t.Helper()
	shape := twin.Shape{ControlPlanes: 1, Workers: 2, Names: []string{"cp", "one", "new"}}
	if _, err := rehearse.Recorded(&shape, c); err != nil {
		t.Fatal(err)
	}
	cluster := rehearse.New(shape).Cluster
	kubectl := func(words ...string) string {
		argv := append([]string{"kubectl", "--kubeconfig", "/etc/kubernetes/admin.conf"}, words...)
		r, err := cluster.Exec(t.Context(), "cp", step.Command{Argv: argv}, nil)
		if err != nil || r.Exit != 0 {
			t.Fatalf("%v: %v, %s", argv, err, r.Stderr)
		}
		return string(r.Stdout)
	}
	pods := func() (names []string) {
		for line := range strings.Lines(kubectl("get", "pods", "-n", "shop")) {
			if name := strings.Fields(line)[0]; name != "NAME" {
				names = append(names, name)
			}
		}
		slices.Sort(names)
		return names
	}
	before = pods()
	kubectl("drain", node, "--ignore-daemonsets", "--force", "--timeout=60s")
	return before, pods()
}

func TestFactsWithoutAVersionWantOne(t *testing.T) {
	c := found()
	c.Version = ""
	if _, err := rehearse.Recorded(&twin.Shape{}, c); err == nil || !strings.Contains(err.Error(), "say it with --from") {
		t.Errorf("it says %v", err)
	}
	if _, err := rehearse.Recorded(&twin.Shape{Version: version("1.33.4")}, c); err != nil {
		t.Error(err)
	}
}
