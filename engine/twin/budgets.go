package twin

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// budget is a PodDisruptionBudget. Of minAvailable and maxUnavailable one is given, as a number or a percentage.
type budget struct {
	namespace, name, app         string
	minAvailable, maxUnavailable string
}

// standing is what the disruption controller finds for a budget.
type standing struct{ expected, healthy, desired, allowed int }

func (c *Cluster) standing(b *budget, now time.Time) standing {
	var s standing
	for _, w := range c.workloads {
		if w.namespace == b.namespace && w.app == b.app {
			s.expected += w.replicas
			s.healthy += c.available(w, now)
		}
	}
	if b.maxUnavailable != "" {
		s.desired = max(0, s.expected-countOf(b.maxUnavailable, s.expected))
	} else {
		s.desired = countOf(b.minAvailable, s.expected)
	}
	s.allowed = max(0, s.healthy-s.desired)
	return s
}

// countOf is a number, or a percentage of all, rounded up as the disruption controller does it.
func countOf(text string, all int) int {
	digits, percent := strings.CutSuffix(text, "%")
	n, err := strconv.Atoi(digits)
	if err != nil {
		panic("twin: a budget of " + text)
	}
	if percent {
		return (n*all + 99) / 100
	}
	return n
}

// What the API answers to an eviction that it refuses.
const (
	budgetForbids = "Cannot evict pod as it would violate the pod's disruption budget."
	twoBudgets    = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."
)

// evict takes a pod away where its disruption budgets allow it; else it returns what the API answers. Source:
// pkg/registry/core/pod/storage/eviction.go.
func (c *Cluster) evict(by *host, p *pod, now time.Time) (refusal string) {
	var over []*budget
	for _, b := range c.budgets {
		if b.namespace == p.owner.namespace && b.app == p.owner.app {
			over = append(over, b)
		}
	}
	switch {
	case p.nodeAt(now) == "" || len(over) == 0: // a pod that has not started may always go
	case len(over) > 1:
		return twoBudgets
	default:
		s := c.standing(over[0], now)
		spare := !c.podIsReady(p, now) && s.healthy >= s.desired && s.desired > 0
		if s.allowed == 0 && !spare {
			return budgetForbids
		}
	}
	c.remove(by, p, now)
	return ""
}

// budgetObjects are the disruption budgets of a namespace, or of all.
func (c *Cluster) budgetObjects(namespace string, now time.Time) []object {
	var found []object
	for _, b := range c.budgets {
		if namespace != "" && namespace != b.namespace {
			continue
		}
		s := c.standing(b, now)
		spec := object{"selector": object{"matchLabels": object{"app": b.app}}}
		for key, text := range map[string]string{"minAvailable": b.minAvailable, "maxUnavailable": b.maxUnavailable} {
			if n, err := strconv.Atoi(text); err == nil {
				spec[key] = n
			} else if text != "" {
				spec[key] = text
			}
		}
		reason, status := "SufficientPods", "True"
		if s.allowed == 0 {
			reason, status = "InsufficientPods", "False"
		}
		version := "policy/v1"
		if c.config.at(now).version.Minor < 21 {
			version = "policy/v1beta1"
		}
		found = append(found, object{
			"apiVersion": version, "kind": "PodDisruptionBudget",
			"metadata": object{"creationTimestamp": stamp(c.born), "generation": 1, "name": b.name, "namespace": b.namespace, "uid": uid("pdb", b.name)},
			"spec":     spec,
			"status": object{
				"conditions":     []any{object{"lastTransitionTime": stamp(c.born), "message": "", "observedGeneration": 1, "reason": reason, "status": status, "type": "DisruptionAllowed"}},
				"currentHealthy": s.healthy, "desiredHealthy": s.desired, "disruptionsAllowed": s.allowed, "expectedPods": s.expected, "observedGeneration": 1,
			},
		})
	}
	return found
}

// disturbed are the budgets that have fewer healthy pods than they want, though enough are to be there.
func (c *Cluster) disturbed(now time.Time) []*budget {
	return slices.DeleteFunc(slices.Clone(c.budgets), func(b *budget) bool {
		s := c.standing(b, now)
		return s.healthy >= s.desired
	})
}
