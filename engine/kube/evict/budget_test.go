package evict

import (
	"fmt"
	"strings"
	"testing"
)

func TestWhatHoldsPodsIsNamedWithItsReason(t *testing.T) {
	web := &LabelSelector{MatchLabels: map[string]string{"app": "web"}}
	budget := func(change func(*Budget)) Budget {
		b := Budget{Namespace: "a", Name: "web", Selector: web, MinAvailable: "1", Allowed: 2, Healthy: 3, Desired: 1, Expected: 3}
		change(&b)
		return b
	}
	const pods = "pod w1 a/x app=web\npod w2 a/y app=web\npod w1 a/z app=other\npod w1 b/x app=web"
	const unready = "pod w1 a/x app=web unready"
	for _, test := range []struct {
		name   string
		budget Budget
		pods   string
		want   string
	}{
		{"a budget that allows some holds nobody", budget(func(*Budget) {}), pods, ""},
		{"maxUnavailable 0", budget(func(b *Budget) { b.MinAvailable, b.MaxUnavailable = "", "0" }), pods, "never x y: maxUnavailable is 0: no pod may ever go"},
		{"maxUnavailable 0%", budget(func(b *Budget) { b.MinAvailable, b.MaxUnavailable = "", "0%" }), pods, "never x y: maxUnavailable is 0%: no pod may ever go"},
		{"minAvailable 100%", budget(func(b *Budget) { b.MinAvailable = "100%" }), pods, "never x y: minAvailable is 100%: no pod may ever go"},
		{
			"minAvailable of all replicas", budget(func(b *Budget) { b.MinAvailable, b.Allowed, b.Desired = "3", 0, 3 }), pods,
			"never x y: minAvailable 3 keeps 3 healthy, and there are to be only 3",
		},
		{
			"one replica, and one must stay", budget(func(b *Budget) { b.Allowed, b.Healthy, b.Desired, b.Expected = 0, 1, 1, 1 }), pods,
			"never x y: minAvailable 1 keeps 1 healthy, and there are to be only 1",
		},
		{
			"half of one is one", budget(func(b *Budget) { b.MinAvailable, b.Allowed, b.Healthy, b.Desired, b.Expected = "50%", 0, 1, 1, 1 }), pods,
			"never x y: minAvailable 50% keeps 1 healthy, and there are to be only 1",
		},
		{
			"replicas that are not healthy now", budget(func(b *Budget) { b.MinAvailable, b.Allowed, b.Healthy, b.Desired = "2", 0, 2, 2 }), pods,
			"now x y: 2 of 3 pods are healthy, and 2 must stay",
		},
		{"a disruption under way", budget(func(b *Budget) { b.Allowed = 0 }), pods, "now x y: it allows no disruption at this moment"},
		{"a controller that cannot work it out", budget(func(b *Budget) { b.Allowed, b.Problem = 0, "no scale" }), pods, "never x y: the controller cannot work it out: no scale"},
		{"a status that is older than the spec is no ground", budget(func(b *Budget) { b.Allowed, b.Desired, b.Stale = 0, 3, true }), pods, ""},
		{"a pod that has not started goes", budget(func(b *Budget) { b.MaxUnavailable, b.Healthy = "0", 0 }), "pod w1 a/x app=web starting", ""},
		{"an unready pod goes while the healthy ones suffice", budget(func(b *Budget) { b.Allowed, b.Healthy, b.Desired = 0, 2, 2 }), unready, ""},
		{"an unready pod stays while they do not", budget(func(b *Budget) { b.Allowed, b.Healthy, b.Desired = 0, 1, 2 }), unready, "now x: 1 of 3 pods are healthy, and 2 must stay"},
		{"unless the policy is AlwaysAllow", budget(func(b *Budget) { b.Allowed, b.Healthy, b.Desired, b.EvictUnready = 0, 1, 2, true }), unready, ""},
		{"an empty selector selects the whole namespace", budget(func(b *Budget) { b.MaxUnavailable, b.Selector = "0", &LabelSelector{} }), pods, "never x y z: maxUnavailable is 0: no pod may ever go"},
		{"no selector selects nothing", budget(func(b *Budget) { b.MaxUnavailable, b.Selector = "0", nil }), pods, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, list := scene(t, test.pods)
			if got := told(Holds([]Budget{test.budget}, Moving(list, []string{"w1", "w2", ""}))); got != test.want {
				t.Errorf("%q\nwant %q", got, test.want)
			}
		})
	}
}

func TestWhatOthersWillTakeOfABudgetIsSetAside(t *testing.T) {
	web := &LabelSelector{MatchLabels: map[string]string{"app": "web"}}
	budget := Budget{Namespace: "a", Name: "web", Selector: web, MinAvailable: "2", Allowed: 2, Healthy: 4, Desired: 2, Expected: 4}
	const taken = "now y: what it allows now, 2, is for the pods of nodes that are on their way out"
	for _, test := range []struct{ name, pods, want string }{
		{"nobody is on the way out", "pod w2 a/y app=web", ""},
		{"less than it allows", "pod w1 a/x app=web\npod w2 a/y app=web", ""},
		{"all that it allows", "pod w1 a/x app=web\npod w1 a/z app=web\npod w2 a/y app=web", taken},
		{"more than it allows", "pod w1 a/x app=web\npod w1 a/z app=web\npod w1 a/z2 app=web\npod w2 a/y app=web", taken},
		{"pods of others", "pod w1 b/x app=web\npod w1 a/z app=other\npod w2 a/y app=web", ""},
		{"pods that count for nothing, for they are not healthy", "pod w1 a/x app=web\npod w1 a/z app=web unready\npod w2 a/y app=web", ""},
		{"pods that are going already", "pod w1 a/x app=web ending\npod w1 a/z app=web\npod w2 a/y app=web", ""},
		{"a node without such pods", "pod w1 a/x app=web\npod w1 a/z app=web\npod w2 a/y app=other", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, list := scene(t, test.pods)
			budgets := []Budget{budget}
			moving := Moving(list, []string{"w2"})
			if got := told(Holds(Claim(budgets, Moving(list, []string{"w1"}), moving), moving)); got != test.want {
				t.Errorf("%q\nwant %q", got, test.want)
			}
			if budgets[0].Claimed != 0 {
				t.Error("the budgets that it was given were changed")
			}
		})
	}
}

func TestTwoBudgetsOverOnePodAreNeverMet(t *testing.T) {
	_, list := scene(t, "pod w1 a/x app=web tier=front\npod w1 a/y app=web")
	over := func(name, key, value string) Budget {
		return Budget{Namespace: "a", Name: name, Selector: &LabelSelector{MatchLabels: map[string]string{key: value}}, MaxUnavailable: "1", Allowed: 1, Healthy: 2, Desired: 1, Expected: 2}
	}
	holds := Holds([]Budget{over("web", "app", "web"), over("front", "tier", "front")}, Moving(list, []string{"w1"}))
	if got := told(holds); got != "never x: more than one budget selects the same pod, and the API evicts no such pod" || len(holds[0].Budgets) != 2 {
		t.Errorf("%q", got)
	}
}

func told(holds []Hold) string {
	var said []string
	for _, h := range holds {
		word := map[bool]string{true: "never", false: "now"}[h.Never]
		said = append(said, fmt.Sprintf("%s %s: %s", word, names(h.Pods), h.Reason))
	}
	return strings.Join(said, "; ")
}

func TestABudgetHoldsPodsThatNoOtherNodeMayRun(t *testing.T) {
	web := &LabelSelector{MatchLabels: map[string]string{"app": "web"}}
	keeps := func(min string, desired int) Budget {
		return Budget{Namespace: "a", Name: "web", Selector: web, MinAvailable: min, Allowed: 3 - desired, Healthy: 3, Desired: desired, Expected: 3}
	}
	const three = "pod w1 a/x app=web\npod w1 a/y app=web\npod w1 a/z app=web"
	for _, test := range []struct {
		name, scene string
		budget      Budget
		want        string
	}{
		{"the only node", "node w1\n" + three, keeps("1", 1), "never x y z: minAvailable 1 keeps 1 healthy, and no other node may run 3 of the 3"},
		{"the only worker", "node w1\nnode cp1 taint=control-plane:NoSchedule\n" + three, keeps("2", 2), "never x y z: minAvailable 2 keeps 2 healthy, and no other node may run 3 of the 3"},
		{"another worker", "node w1\nnode w2\n" + three, keeps("2", 2), ""},
		{"a worker that is closed now", "node w1\nnode w2 cordoned\n" + three, keeps("2", 2), ""},
		{"enough stay", "node w1\nnode cp1 taint=control-plane:NoSchedule\npod w1 a/x app=web\npod cp1 a/y app=web\npod cp1 a/z app=web", keeps("2", 2), ""},
		{"all may go", "node w1\n" + three, keeps("0", 0), ""},
		{"what Holds tells is not told twice", "node w1\n" + three, keeps("100%", 3), ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			nodes, list := scene(t, test.scene)
			var pinned []*Pod
			for _, h := range Pack(nodes, list).Pin([]string{"w1"}) {
				pinned = append(pinned, h.Pod)
			}
			if got := told(Stranded([]Budget{test.budget}, pinned)); got != test.want {
				t.Errorf("%q\nwant %q", got, test.want)
			}
		})
	}
}
