package evict

import (
	"slices"
	"strconv"
)

// Requirement is one condition on a label, as the API has it.
type Requirement struct {
	Key      string
	Operator string
	Values   []string
}

// matches judges a requirement. Kubernetes: pkg/labels and component-helpers' node affinity; an
// operator that is not known matches nothing.
func (r Requirement) matches(labels map[string]string) bool {
	value, there := labels[r.Key]
	switch r.Operator {
	case "In":
		return there && slices.Contains(r.Values, value)
	case "NotIn":
		return !there || !slices.Contains(r.Values, value)
	case "Exists":
		return there
	case "DoesNotExist":
		return !there
	case "Gt", "Lt":
		if len(r.Values) != 1 {
			return false
		}
		have, err := strconv.ParseInt(value, 10, 64)
		want, bad := strconv.ParseInt(r.Values[0], 10, 64)
		return err == nil && bad == nil && (r.Operator == "Gt" && have > want || r.Operator == "Lt" && have < want)
	}
	return false
}

func all(requirements []Requirement, labels map[string]string) bool {
	return !slices.ContainsFunc(requirements, func(r Requirement) bool { return !r.matches(labels) })
}

// LabelSelector selects objects by their labels; an empty one selects all, none at all (nil) none.
type LabelSelector struct {
	MatchLabels      map[string]string
	MatchExpressions []Requirement
}

func (s *LabelSelector) matches(labels map[string]string) bool {
	return s != nil && holds(s.MatchLabels, labels) && all(s.MatchExpressions, labels)
}

// holds says whether labels have all that is wanted.
func holds(wanted, labels map[string]string) bool {
	for key, value := range wanted {
		if have, there := labels[key]; !there || have != value {
			return false
		}
	}
	return true
}

// NodeSelector matches a node that one of its terms matches.
type NodeSelector struct {
	NodeSelectorTerms []struct{ MatchExpressions, MatchFields []Requirement }
}

func (s *NodeSelector) matches(n *Node) bool {
	if s == nil {
		return true
	}
	for _, term := range s.NodeSelectorTerms {
		// An empty term matches no node.
		if len(term.MatchExpressions)+len(term.MatchFields) > 0 && all(term.MatchExpressions, n.Labels) && all(term.MatchFields, map[string]string{"metadata.name": n.Name}) {
			return true
		}
	}
	return false
}

// Affinity is what a pod requires of where it runs; preferences are not read.
type Affinity struct {
	NodeAffinity struct {
		Required *NodeSelector `json:"requiredDuringSchedulingIgnoredDuringExecution"`
	}
	PodAffinity     PodTerms
	PodAntiAffinity PodTerms
}

// PodTerms are requirements about the pods beside a pod.
type PodTerms struct {
	Required []PodTerm `json:"requiredDuringSchedulingIgnoredDuringExecution"`
}

// PodTerm selects pods, within nodes of one value of a label.
type PodTerm struct {
	LabelSelector     *LabelSelector
	Namespaces        []string
	NamespaceSelector *LabelSelector
	TopologyKey       string
}

// selects says whether the term of a pod of that namespace means other. A selector of
// namespaces is taken to mean every namespace: their labels are not read.
func (t PodTerm) selects(namespace string, other *Pod) bool {
	if !t.LabelSelector.matches(other.Labels) {
		return false
	}
	if t.NamespaceSelector != nil || slices.Contains(t.Namespaces, other.Namespace) {
		return true
	}
	return len(t.Namespaces) == 0 && other.Namespace == namespace
}

// Taint keeps pods off a node that do not tolerate it.
type Taint struct{ Key, Value, Effect string }

// Toleration lets a pod onto nodes with a taint.
type Toleration struct{ Key, Operator, Value, Effect string }

func (t Toleration) tolerates(taint Taint) bool {
	if t.Effect != "" && t.Effect != taint.Effect || t.Key != "" && t.Key != taint.Key {
		return false
	}
	return t.Operator == "Exists" || t.Key != "" && t.Value == taint.Value
}

// tolerated says whether the pod may be put onto a node with these taints. That a node is
// unschedulable is no matter of taints here, but of [Node.Open].
func (p *Pod) tolerated(taints []Taint) bool {
	for _, taint := range taints {
		if taint.Effect == "PreferNoSchedule" || taint.Key == "node.kubernetes.io/unschedulable" {
			continue
		}
		if !slices.ContainsFunc(p.Tolerations, func(t Toleration) bool { return t.tolerates(taint) }) {
			return false
		}
	}
	return true
}

// allowed says whether the pod may run on the node, as far as the node alone decides it.
func (p *Pod) allowed(n *Node) bool {
	if !holds(p.NodeSelector, n.Labels) || !p.Affinity.NodeAffinity.Required.matches(n) || !p.tolerated(n.Taints) {
		return false
	}
	return !slices.ContainsFunc(p.Bound, func(s NodeSelector) bool { return !s.matches(n) })
}
