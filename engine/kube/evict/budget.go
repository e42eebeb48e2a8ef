package evict

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Budget is a PodDisruptionBudget: what its spec says, and what the controller found.
type Budget struct {
	Namespace, Name string
	Selector        *LabelSelector
	MinAvailable    string // a number or a percentage; empty where it is not given
	MaxUnavailable  string
	EvictUnready    bool   // unhealthyPodEvictionPolicy is AlwaysAllow
	Problem         string // why the controller could not work it out
	Stale           bool   // the controller has not seen the newest spec

	Allowed  int // disruptions, now
	Healthy  int // pods, now
	Desired  int // pods that must stay healthy
	Expected int // pods that there should be

	Claimed int // of the disruptions that are allowed: those of pods that are to go first; see Claim
}

// String is how people name the budget.
func (b *Budget) String() string { return b.Namespace + "/" + b.Name }

// Claim is the budgets with the disruptions set aside that pods will take which are on their way out, and have not gone
// yet: what is left of them is what the pods that are to move next may count on. Budgets over none of those stay as they are.
func Claim(budgets []Budget, going, next []*Pod) []Budget {
	left := slices.Clone(budgets)
	for i := range left {
		over := func(p *Pod) bool { return left[i].Namespace == p.Namespace && left[i].Selector.matches(p.Labels) }
		if !slices.ContainsFunc(next, over) {
			continue
		}
		for _, p := range going {
			if p.Ready && over(p) {
				left[i].Claimed++
			}
		}
	}
	return left
}

// Hold is what keeps pods from being evicted.
type Hold struct {
	Budgets []*Budget // one; or several over one pod, which no eviction gets past
	Never   bool      // no waiting cures it
	Reason  string
	Pods    []*Pod
}

// Holds tells what keeps the pods of a drain from being evicted, whatever order they go in.
// Rules of the eviction API: https://kubernetes.io/docs/tasks/run-application/configure-pdb/
// and pkg/registry/core/pod/storage/eviction.go.
func Holds(budgets []Budget, moving []*Pod) []Hold {
	var holds []*Hold
	found := map[string]*Hold{}
	for _, p := range moving {
		over := budgetsOver(budgets, p)
		never, reason := held(over, p)
		if reason == "" {
			continue
		}
		var names []string
		for _, b := range over {
			names = append(names, b.String())
		}
		key := strings.Join(names, " ")
		if found[key] == nil {
			found[key] = &Hold{Budgets: over, Never: never, Reason: reason}
			holds = append(holds, found[key])
		}
		found[key].Pods = append(found[key].Pods, p)
	}
	slices.SortStableFunc(holds, func(a, b *Hold) int { return strings.Compare(a.Budgets[0].String(), b.Budgets[0].String()) })
	list := make([]Hold, len(holds))
	for i, h := range holds {
		list[i] = *h
	}
	return list
}

// Stranded tells which budgets hold the drain of a node because no other node may run its pods: what goes is not healthy
// again before the drain is over. Pinned are the pods of a drain that nothing else runs; see [Packing.Pin]. Those that Holds
// tells of for good are left out.
func Stranded(budgets []Budget, pinned []*Pod) []Hold {
	var holds []Hold
	for i := range budgets {
		b := &budgets[i]
		byNode := map[string][]*Pod{}
		for _, p := range pinned {
			if !p.Ready || b.Namespace != p.Namespace || !b.Selector.matches(p.Labels) {
				continue
			}
			if never, _ := held(budgetsOver(budgets, p), p); !never {
				byNode[p.Node] = append(byNode[p.Node], p)
			}
		}
		for _, node := range slices.Sorted(maps.Keys(byNode)) {
			pods := byNode[node]
			if left := max(b.Healthy, b.Expected) - len(pods); left < b.Desired {
				reason := fmt.Sprintf("%s keeps %d healthy, and no other node may run %d of the %d", b.rule(), b.Desired, len(pods), b.Expected)
				holds = append(holds, Hold{Budgets: []*Budget{b}, Never: true, Reason: reason, Pods: pods})
			}
		}
	}
	return holds
}

func budgetsOver(budgets []Budget, p *Pod) []*Budget {
	var over []*Budget
	for i := range budgets {
		if b := &budgets[i]; b.Namespace == p.Namespace && b.Selector.matches(p.Labels) {
			over = append(over, b)
		}
	}
	return over
}

// held says why the budgets over a pod keep it where it is; the reason is empty where they do not.
func held(over []*Budget, p *Pod) (never bool, reason string) {
	switch {
	case p.Pending || len(over) == 0: // a pod that has not started may always go
		return false, ""
	case len(over) > 1:
		return true, "more than one budget selects the same pod, and the API evicts no such pod"
	}
	b := over[0]
	if !p.Ready && (b.EvictUnready || b.Healthy >= b.Desired && b.Desired > 0) {
		return false, "" // a pod that is not healthy, where the healthy ones suffice
	}
	switch {
	case b.MaxUnavailable == "0" || b.MaxUnavailable == "0%":
		return true, "maxUnavailable is " + b.MaxUnavailable + ": no pod may ever go"
	case b.MinAvailable == "100%":
		return true, "minAvailable is 100%: no pod may ever go"
	case b.Stale || b.Allowed > b.Claimed:
		return false, ""
	case b.Allowed > 0:
		return false, fmt.Sprintf("what it allows now, %d, is for the pods of nodes that are on their way out", b.Allowed)
	case b.Problem != "":
		return true, "the controller cannot work it out: " + b.Problem
	case b.Desired >= b.Expected:
		return true, fmt.Sprintf("%s keeps %d healthy, and there are to be only %d", b.rule(), b.Desired, b.Expected)
	case b.Healthy < b.Expected:
		return false, fmt.Sprintf("%d of %d pods are healthy, and %d must stay", b.Healthy, b.Expected, b.Desired)
	}
	return false, "it allows no disruption at this moment"
}

// rule is what the spec demands.
func (b *Budget) rule() string {
	if b.MaxUnavailable != "" {
		return "maxUnavailable " + b.MaxUnavailable
	}
	return "minAvailable " + b.MinAvailable
}
