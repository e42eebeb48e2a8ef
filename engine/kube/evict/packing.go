package evict

import (
	"cmp"
	"maps"
	"slices"
)

// Packing is a cluster as it is filled now: what each node has left, and who runs there.
type Packing struct {
	spaces  []space
	index   map[string]int              // of the nodes, by name
	near    map[string]map[string][]int // the nodes by the values of a label that pods speak of
	waiting []*Pod
	jealous []*Pod // pods that keep others away
	whole   Amounts
	pinned  map[*Pod]bool
}

// space is what a node has left, and who runs there.
type space struct {
	node *Node
	free Amounts
	pods []*Pod
	out  bool
}

// Pack fills the nodes with the pods that they run. Pods that have ended do not belong here.
func Pack(nodes []Node, pods []Pod) *Packing {
	p := &Packing{spaces: make([]space, 0, len(nodes)), index: make(map[string]int, len(nodes)), near: map[string]map[string][]int{}, whole: Amounts{}, pinned: map[*Pod]bool{}}
	for i := range nodes {
		p.index[nodes[i].Name] = i
		p.whole.add(nodes[i].Allocatable)
		p.spaces = append(p.spaces, space{node: &nodes[i], free: maps.Clone(nodes[i].Allocatable)})
	}
	for i := range pods {
		pod := &pods[i]
		for _, term := range slices.Concat(pod.Affinity.PodAffinity.Required, pod.Affinity.PodAntiAffinity.Required) {
			p.learn(term.TopologyKey)
		}
		if len(pod.Affinity.PodAntiAffinity.Required) > 0 {
			p.jealous = append(p.jealous, pod)
		}
		if at, there := p.index[pod.Node]; there {
			p.spaces[at].put(pod)
		} else if pod.Node == "" && !pod.Ending {
			p.waiting = append(p.waiting, pod)
		}
	}
	p.largestFirst(p.waiting)
	return p
}

// Again is the same packing with nobody pinned. What is made of it leaves p as it is.
func (p *Packing) Again() *Packing {
	again := *p
	again.pinned = map[*Pod]bool{}
	return &again
}

// learn sorts the nodes by the values of a label.
func (p *Packing) learn(key string) {
	if p.near[key] != nil {
		return
	}
	p.near[key] = map[string][]int{}
	for i := range p.spaces {
		if value, there := p.spaces[i].node.Labels[key]; there {
			p.near[key][value] = append(p.near[key][value], i)
		}
	}
}

// need is what the pod takes of a node: its requests, and a place.
func (p *Pod) need() Amounts { return p.Requests.Plus(aPlace) }

var aPlace = Amounts{"pods": 1000}

// put takes what the pod needs, without a table of it: thousands of pods are put where they run, again and again.
func (s *space) put(p *Pod) {
	for name, n := range p.Requests {
		s.free[name] -= n
	}
	s.free["pods"] -= aPlace["pods"]
	s.pods = append(s.pods, p)
}

// largestFirst sorts pods by the largest share that they take of what all nodes have.
func (p *Packing) largestFirst(pods []*Pod) {
	shares := make(map[*Pod]float64, len(pods))
	for _, pod := range pods {
		for name, n := range pod.Requests {
			shares[pod] = max(shares[pod], float64(n)/float64(max(p.whole[name], 1)))
		}
	}
	slices.SortStableFunc(pods, func(a, b *Pod) int { return cmp.Or(cmp.Compare(shares[b], shares[a]), byName(a, b)) })
}
