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

func TestABudgetThatKeepsAPodHoldsTheOnlyNode(t *testing.T) {
	web := &LabelSelector{MatchLabels: map[string]string{"app": "web"}}
	for _, test := range []struct {
		name   string
		budget Budget
		want   string
	}{
		{"one must stay", Budget{Namespace: "a", Name: "web", Selector: web, MinAvailable: "1", Allowed: 2, Healthy: 3, Desired: 1, Expected: 3}, "never x y: minAvailable 1 keeps 1 healthy, and no other node takes the pods"},
		{"all may go", Budget{Namespace: "a", Name: "web", Selector: web, MaxUnavailable: "100%", Allowed: 3, Healthy: 3, Desired: 0, Expected: 3}, ""},
		{"what Holds tells is not told twice", Budget{Namespace: "a", Name: "web", Selector: web, MinAvailable: "100%", Healthy: 3, Desired: 3, Expected: 3}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, list := scene(t, "pod w1 a/x app=web\npod w1 a/y app=web\npod w1 a/z app=web unready")
			if got := told(Stranded([]Budget{test.budget}, Moving(list, []string{"w1"}))); got != test.want {
				t.Errorf("%q\nwant %q", got, test.want)
			}
		})
	}
}
