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

// space is what a node has left while pods are placed.
type space struct {
	node *Node
	free Amounts
	mine bool // free belongs to this space alone, and may be changed
	pods []*Pod
	out  bool
}

// Pack fills the nodes with the pods that they run. Pods that have ended do not belong here.
func Pack(nodes []Node, pods []Pod) *Packing {
	p := &Packing{index: map[string]int{}, near: map[string]map[string][]int{}, whole: Amounts{}, pinned: map[*Pod]bool{}}
	for i := range nodes {
		p.index[nodes[i].Name] = i
		p.whole = p.whole.Plus(nodes[i].Allocatable)
		p.spaces = append(p.spaces, space{node: &nodes[i], free: nodes[i].Allocatable})
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
func (p *Pod) need() Amounts { return p.Requests.Plus(Amounts{"pods": 1000}) }

func (s *space) put(p *Pod) {
	if !s.mine {
		s.free, s.mine = maps.Clone(s.free), true
	}
	for name, n := range p.need() {
		s.free[name] -= n
	}
	s.pods = append(s.pods[:len(s.pods):len(s.pods)], p)
}

// without is the packing with some nodes closed and empty, to be filled further.
func (p *Packing) without(nodes []string) *Packing {
	less := *p
	less.spaces = slices.Clone(p.spaces)
	for i := range less.spaces {
		less.spaces[i].mine = false
	}
	for _, name := range nodes {
		if at, there := p.index[name]; there {
			less.spaces[at].out, less.spaces[at].pods = true, nil
		}
	}
	return &less
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

// place puts the pod onto the first node that takes it, or says why none does.
func (p *Packing) place(pod *Pod) string {
	why := "no node that stays may run it"
	need := pod.need()
	for i := range p.spaces {
		s := &p.spaces[i]
		switch {
		case s.out || !s.node.Open || !pod.allowed(s.node):
		case !need.within(s.free):
			why = "no node that may run it has room"
		case !p.bears(s, pod):
			if why == "no node that stays may run it" {
				why = "what runs on the nodes that stay keeps it off"
			}
		default:
			s.put(pod)
			return ""
		}
	}
	return why
}

// bears says whether the pod and those that run already bear each other on a node: host ports,
// and required affinity and anti-affinity, in both directions.
func (p *Packing) bears(s *space, pod *Pod) bool {
	for _, port := range pod.HostPorts {
		if slices.ContainsFunc(s.pods, func(other *Pod) bool { return slices.Contains(other.HostPorts, port) }) {
			return false
		}
	}
	for _, term := range pod.Affinity.PodAntiAffinity.Required {
		if p.runsNear(s.node, pod, term) {
			return false
		}
	}
	for _, term := range pod.Affinity.PodAffinity.Required {
		// The first of pods that want to be together is let in anywhere: it finds none of its own.
		if !p.runsNear(s.node, pod, term) && !term.selects(pod.Namespace, pod) {
			return false
		}
	}
	return !slices.ContainsFunc(p.jealous, func(other *Pod) bool { return other != pod && p.keepsAway(other, s, pod) })
}

// runsNear says whether a pod that the term of pod means runs where the node's value of the label is.
func (p *Packing) runsNear(n *Node, pod *Pod, term PodTerm) bool {
	value, there := n.Labels[term.TopologyKey]
	if !there {
		return false
	}
	for _, i := range p.near[term.TopologyKey][value] {
		if slices.ContainsFunc(p.spaces[i].pods, func(other *Pod) bool { return other != pod && term.selects(pod.Namespace, other) }) {
			return true
		}
	}
	return false
}

// keepsAway says whether other runs so near to a node that its anti-affinity keeps pod off it.
func (p *Packing) keepsAway(other *Pod, s *space, pod *Pod) bool {
	for _, term := range other.Affinity.PodAntiAffinity.Required {
		if !term.selects(other.Namespace, pod) {
			continue
		}
		value, there := s.node.Labels[term.TopologyKey]
		for _, i := range p.near[term.TopologyKey][value] {
			if there && slices.Contains(p.spaces[i].pods, other) {
				return true
			}
		}
	}
	return false
}
