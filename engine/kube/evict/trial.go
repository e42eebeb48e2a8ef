package evict

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// trial is a packing with some nodes closed and empty, to be filled further. It holds the spaces that it changes, and
// nothing else: thousands of trials are made of one packing of thousands of nodes, and each of them moves a few pods.
type trial struct {
	*Packing
	changed map[int]*space
}

// without begins a trial. It leaves p as it is.
func (p *Packing) without(nodes []string) *trial {
	t := &trial{p, make(map[int]*space, len(nodes))}
	for _, name := range nodes {
		if at, there := p.index[name]; there {
			t.changed[at] = &space{node: p.spaces[at].node, out: true}
		}
	}
	return t
}

// space is that of the node i, to be read.
func (t *trial) space(i int) *space {
	if s, there := t.changed[i]; there {
		return s
	}
	return &t.spaces[i]
}

// own is the space of the node i, to be changed.
func (t *trial) own(i int) *space {
	if t.changed[i] == nil {
		s := t.spaces[i]
		s.free, s.pods = maps.Clone(s.free), slices.Clip(s.pods)
		t.changed[i] = &s
	}
	return t.changed[i]
}

// place puts the pod onto the first node that takes it, or says why none does.
func (t *trial) place(pod *Pod) string {
	why := "no node that stays may run it"
	need := pod.need()
	for i := range t.spaces {
		s := t.space(i)
		switch {
		case s.out || !s.node.Open || !pod.allowed(s.node):
		case !need.within(s.free):
			why = "no node that may run it has room"
		case !t.bears(s, pod):
			if why == "no node that stays may run it" {
				why = "what runs on the nodes that stay keeps it off"
			}
		default:
			t.own(i).put(pod)
			return ""
		}
	}
	return why + t.shut(pod)
}

// mostShut bounds how many nodes are named.
const mostShut = 3

// shut names the nodes that would be there for pod, and are cordoned.
func (t *trial) shut(pod *Pod) string {
	var names []string
	for i := range t.spaces {
		if s := t.space(i); !s.out && s.node.Cordoned && pod.allowed(s.node) {
			names = append(names, s.node.Name)
		}
	}
	switch n := len(names); {
	case n == 0:
		return ""
	case n == 1:
		return fmt.Sprintf(" (%s is cordoned)", names[0])
	case n > mostShut:
		return fmt.Sprintf(" (%s and %d more are cordoned)", strings.Join(names[:mostShut], ", "), n-mostShut)
	}
	return fmt.Sprintf(" (%s are cordoned)", strings.Join(names, ", "))
}

// bears says whether the pod and those that run already bear each other on a node: host ports,
// and required affinity and anti-affinity, in both directions.
func (t *trial) bears(s *space, pod *Pod) bool {
	for _, port := range pod.HostPorts {
		if slices.ContainsFunc(s.pods, func(other *Pod) bool { return slices.Contains(other.HostPorts, port) }) {
			return false
		}
	}
	for _, term := range pod.Affinity.PodAntiAffinity.Required {
		if t.runsNear(s.node, pod, term) {
			return false
		}
	}
	for _, term := range pod.Affinity.PodAffinity.Required {
		// The first of pods that want to be together is let in anywhere: it finds none of its own.
		if !t.runsNear(s.node, pod, term) && !term.selects(pod.Namespace, pod) {
			return false
		}
	}
	return !slices.ContainsFunc(t.jealous, func(other *Pod) bool { return other != pod && t.keepsAway(other, s, pod) })
}

// runsNear says whether a pod that the term of pod means runs where the node's value of the label is.
func (t *trial) runsNear(n *Node, pod *Pod, term PodTerm) bool {
	value, there := n.Labels[term.TopologyKey]
	if !there {
		return false
	}
	for _, i := range t.near[term.TopologyKey][value] {
		if slices.ContainsFunc(t.space(i).pods, func(other *Pod) bool { return other != pod && term.selects(pod.Namespace, other) }) {
			return true
		}
	}
	return false
}

// keepsAway says whether other runs so near to a node that its anti-affinity keeps pod off it.
func (t *trial) keepsAway(other *Pod, s *space, pod *Pod) bool {
	for _, term := range other.Affinity.PodAntiAffinity.Required {
		if !term.selects(other.Namespace, pod) {
			continue
		}
		value, there := s.node.Labels[term.TopologyKey]
		for _, i := range t.near[term.TopologyKey][value] {
			if there && slices.Contains(t.space(i).pods, other) {
				return true
			}
		}
	}
	return false
}
