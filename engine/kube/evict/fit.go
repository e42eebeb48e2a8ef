package evict

import "slices"

// Homeless is a pod that would find no node.
type Homeless struct {
	Pod *Pod
	Why string
}

// Pin finds the pods of these nodes that no other node could run, were it empty: a selector, a
// taint, a volume, a host port or anti-affinity binds them. They are down while their node is,
// whatever else is done, and are left out of every later answer.
func (p *Packing) Pin(nodes []string) []Homeless {
	var found []Homeless
	for _, name := range nodes {
		at, there := p.index[name]
		if !there {
			continue
		}
		others := p.without([]string{name})
		for _, pod := range p.spaces[at].pods {
			if pod.Returns() && !others.hosts(pod) {
				p.pinned[pod] = true
				found = append(found, Homeless{pod, "no other node may run it"})
			}
		}
	}
	slices.SortFunc(found, func(a, b Homeless) int { return byName(a.Pod, b.Pod) })
	return found
}

// hosts says whether some node, also one that is closed now, could run the pod, whoever takes the room now.
func (t *trial) hosts(pod *Pod) bool {
	need := pod.need()
	for i := range t.spaces {
		if s := t.space(i); !s.out && pod.allowed(s.node) && need.within(s.node.Allocatable) && t.bears(s, pod) {
			return true
		}
	}
	return false
}

// Without tells which pods would find no node if these nodes were drained together. Pods that
// wait for a node now go first where they can; what fits nowhere is not counted. Pods go largest
// first, each to the first node that takes it.
func (p *Packing) Without(nodes []string) []Homeless {
	less := p.without(nodes)
	for _, pod := range p.waiting {
		less.place(pod)
	}
	var moving []*Pod
	for _, name := range nodes {
		if at, there := p.index[name]; there {
			for _, pod := range p.spaces[at].pods {
				if pod.Returns() && !p.pinned[pod] {
					moving = append(moving, pod)
				}
			}
		}
	}
	p.largestFirst(moving)
	var homeless []Homeless
	for _, pod := range moving {
		if why := less.place(pod); why != "" {
			homeless = append(homeless, Homeless{pod, why})
		}
	}
	slices.SortFunc(homeless, func(a, b Homeless) int { return byName(a.Pod, b.Pod) })
	return homeless
}

// Largest is how many of these nodes may be out together, and which pods one more would leave
// without a node. A window goes along the nodes, so it looks at neighbours, and at the nodes whose
// pods ask for most; not at every set of nodes: that is for whoever asks again before each node.
func (p *Packing) Largest(nodes []string) (int, []Homeless) {
	fits, toomany, heavy := 0, len(nodes)+1, p.heaviest(nodes)
	var homeless []Homeless
	for fits+1 < toomany {
		try := min(2*fits, toomany-1) // doubled until it is too many, halved from there
		if toomany <= len(nodes) {
			try = (fits + toomany) / 2
		}
		try = max(try, fits+1)
		if found := p.worst(nodes, heavy, try); found != nil {
			toomany, homeless = try, found
		} else {
			fits = try
		}
	}
	return fits, homeless
}

// everyWindow is up to how many nodes each window of neighbours is looked at; of more, each that
// begins half a window further.
const everyWindow = 64

// worst tells which pods some set of size nodes would leave without a node; heavy are the nodes, heaviest first.
func (p *Packing) worst(nodes, heavy []string, size int) []Homeless {
	step := 1
	if len(nodes) > everyWindow {
		step = max(1, size/2)
	}
	for from := 0; ; from = min(from+step, len(nodes)-size) {
		if found := p.Without(nodes[from : from+size]); found != nil {
			return found
		}
		if from+size == len(nodes) {
			break
		}
	}
	return p.Without(heavy[:size])
}

// heaviest sorts nodes by what the pods that would leave them ask for.
func (p *Packing) heaviest(nodes []string) []string {
	load := map[string]float64{}
	for _, name := range nodes {
		sum := Amounts{}
		if at, there := p.index[name]; there {
			for _, pod := range p.spaces[at].pods {
				if pod.Returns() {
					sum = sum.Plus(pod.Requests)
				}
			}
		}
		for resource, n := range sum {
			load[name] = max(load[name], float64(n)/float64(max(p.whole[resource], 1)))
		}
	}
	sorted := slices.Clone(nodes)
	slices.SortStableFunc(sorted, func(a, b string) int {
		switch {
		case load[a] > load[b]:
			return -1
		case load[a] < load[b]:
			return 1
		}
		return 0
	})
	return sorted
}
