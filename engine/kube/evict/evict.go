// Package evict holds what is true of evicting pods: which pods a drain moves,
// which PodDisruptionBudgets hold them, and where else they would fit.
//
// Its one invariant is that of kube: an answer depends on its arguments alone. It
// is arithmetic over what the API said at one moment, and asks nobody.
//
// It is careful rather than clever. Where it says that pods fit, they fit by their
// requests; where it says that they do not, the scheduler may still find a way, for
// it may preempt, and packs better than first-fit. Spread constraints are not looked
// at, nor preferences: they keep no pod from running for good.
package evict

import (
	"cmp"
	"slices"
)

// Pod is a pod, as far as a drain cares.
type Pod struct {
	Namespace, Name string
	Node            string // empty while it waits for one
	Labels          map[string]string
	Controller      string // kind of what would start it again: ReplicaSet; empty where nothing does
	Mirror          bool   // a static pod's: the kubelet runs it, whatever the API says
	Pending         bool   // its containers have not started
	Ready           bool
	Ending          bool // it was deleted, and has not gone yet

	Requests     Amounts
	NodeSelector map[string]string
	Affinity     Affinity
	Tolerations  []Toleration
	HostPorts    []int
	Bound        []NodeSelector // where its volumes can be reached: each must match

	EmptyDir bool     // it has an emptyDir volume
	Local    []string // its data that lies on the node, in words
}

// String is how people name the pod.
func (p *Pod) String() string { return p.Namespace + "/" + p.Name }

// Moves says whether a drain evicts the pod: all but those of DaemonSets and static pods,
// and those that are going already.
func (p *Pod) Moves() bool { return !p.Mirror && !p.Ending && p.Controller != "DaemonSet" }

// Returns says whether the pod, once evicted, is started again elsewhere.
func (p *Pod) Returns() bool { return p.Moves() && p.Controller != "" }

// Node is a node, as far as placing pods cares.
type Node struct {
	Name        string
	Labels      map[string]string
	Taints      []Taint
	Allocatable Amounts
	Open        bool // it is Ready and takes new pods
	Cordoned    bool // it takes none, because somebody said so
}

// byName sorts pods as people look for them.
func byName(a, b *Pod) int {
	return cmp.Or(cmp.Compare(a.Node, b.Node), cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
}

// Placed are pods by the node that they run on.
type Placed map[string][]*Pod

// Place sorts pods by their nodes. Those that wait for one are left out.
func Place(pods []Pod) Placed {
	placed := Placed{}
	for i := range pods {
		if p := &pods[i]; p.Node != "" {
			placed[p.Node] = append(placed[p.Node], p)
		}
	}
	return placed
}

// Moving are the pods that a drain of these nodes evicts, by node and name.
func (p Placed) Moving(nodes []string) []*Pod {
	var moving []*Pod
	for _, node := range slices.Compact(slices.Sorted(slices.Values(nodes))) {
		for _, pod := range p[node] {
			if pod.Moves() {
				moving = append(moving, pod)
			}
		}
	}
	slices.SortFunc(moving, byName)
	return moving
}

// Moving are the pods that a drain of these nodes evicts, by node and name.
func Moving(pods []Pod, nodes []string) []*Pod { return Place(pods).Moving(nodes) }
