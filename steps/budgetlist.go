package steps

import (
	"encoding/json"
	"fmt"

	"rung/engine/kube/evict"
	"rung/engine/step"
)

// budgetsAction asks for the PodDisruptionBudgets, whole: they are few.
func budgetsAction() step.Action {
	return step.Action{
		Title: "read the PodDisruptionBudgets", On: step.AdminHost, ReadOnly: true,
		Do: step.Command{Argv: kubectl("get", "poddisruptionbudgets", "--all-namespaces", "-o", "json")},
	}
}

// count is a number or a percentage, as minAvailable has it; empty where it is not given.
type count string

// UnmarshalJSON takes both.
func (c *count) UnmarshalJSON(data []byte) error {
	var text string
	if json.Unmarshal(data, &text) != nil {
		text = string(data)
	}
	*c = count(text)
	return nil
}

type budget struct {
	APIVersion string
	Metadata   struct {
		Namespace, Name string
		Generation      int
	}
	Spec struct {
		MinAvailable, MaxUnavailable count
		Selector                     *evict.LabelSelector
		UnhealthyPodEvictionPolicy   string
	}
	Status struct {
		ObservedGeneration                                               int
		DisruptionsAllowed, CurrentHealthy, DesiredHealthy, ExpectedPods int
		Conditions                                                       []struct{ Type, Status, Reason, Message string }
	}
}

// readBudgets reads `kubectl get poddisruptionbudgets -o json`.
func readBudgets(stdout []byte) ([]evict.Budget, error) {
	var list struct{ Items []budget }
	if err := json.Unmarshal(stdout, &list); err != nil {
		return nil, fmt.Errorf("kubectl's list of PodDisruptionBudgets is not understood: %w", err)
	}
	budgets := make([]evict.Budget, len(list.Items))
	for i, b := range list.Items {
		budgets[i] = evict.Budget{
			Namespace: b.Metadata.Namespace, Name: b.Metadata.Name, Selector: b.Spec.Selector,
			MinAvailable: string(b.Spec.MinAvailable), MaxUnavailable: string(b.Spec.MaxUnavailable), EvictUnready: b.Spec.UnhealthyPodEvictionPolicy == "AlwaysAllow",
			Stale:   b.Status.ObservedGeneration < b.Metadata.Generation,
			Allowed: b.Status.DisruptionsAllowed, Healthy: b.Status.CurrentHealthy, Desired: b.Status.DesiredHealthy, Expected: b.Status.ExpectedPods,
		}
		// policy/v1beta1, all that 1.20 has: an empty selector selects nothing there.
		if b.APIVersion == "policy/v1beta1" && b.Spec.Selector != nil && len(b.Spec.Selector.MatchLabels)+len(b.Spec.Selector.MatchExpressions) == 0 {
			budgets[i].Selector = nil
		}
		for _, c := range b.Status.Conditions {
			if c.Type == "DisruptionAllowed" && c.Reason == "SyncFailed" {
				budgets[i].Problem = c.Message
			}
		}
	}
	return budgets, nil
}
