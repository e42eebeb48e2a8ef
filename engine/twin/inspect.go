package twin

import (
	"cmp"
	"slices"
	"time"

	"rung/engine/kube"
)

// Node is a node as tests look at it.
type Node struct {
	Name          string
	Kubelet       kube.Version // that runs, not the installed one
	Ready         bool
	Unschedulable bool
	ControlPlane  bool
	APIServer     kube.Version // the static pod's, on control planes
	Annotations   map[string]string
	Packages      map[string]string // kubeadm, kubelet, kubectl as version-release
}

// Hosts are the names of all hosts, control planes first.
func (c *Cluster) Hosts() []string {
	var names []string
	for _, h := range c.hosts {
		names = append(names, h.name)
	}
	return names
}

// ControlPlanes are the names of the control planes.
func (c *Cluster) ControlPlanes() []string { return c.Hosts()[:c.shape.ControlPlanes] }

// Nodes is the cluster as it is now.
func (c *Cluster) Nodes() []Node {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.clock.Now()
	var nodes []Node
	for _, h := range c.hosts {
		spec := h.spec.at(now)
		n := Node{
			Name: h.name, Kubelet: h.kubelet.at(now).version, Ready: h.ready(now) == "True", Unschedulable: spec.unschedulable,
			ControlPlane: h.controlPlane, Annotations: spec.annotations, Packages: map[string]string{},
		}
		if h.controlPlane {
			n.APIServer = h.componentVersion("kube-apiserver", now)
		}
		for _, name := range []string{"kubeadm", "kubelet", "kubectl"} {
			n.Packages[name] = h.pkg(name, now)
		}
		nodes = append(nodes, n)
	}
	return nodes
}

// Log is every domain command that was carried out, in the order of their starts on the twin's clock; on an [Asider] those
// of several hosts at one instant are in any order.
func (c *Cluster) Log() []Entry {
	c.logMu.Lock()
	defer c.logMu.Unlock()
	return slices.Clone(c.log)
}

// Unknown is every command, or use of one, that the twin did not know, in the order of their times and hosts. Tests want it
// empty.
func (c *Cluster) Unknown() []Entry {
	c.unknownMu.Lock()
	defer c.unknownMu.Unlock()
	sorted := slices.Clone(c.unknown)
	slices.SortStableFunc(sorted, func(a, b Entry) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Host, b.Host)) })
	return sorted
}

// Downloads is every package that a host fetched from a repository, in the order of the twin's clock.
func (c *Cluster) Downloads() []Entry {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.downloads)
}

// fetched keeps that a package was fetched.
func (h *host) fetched(name string, now time.Time) {
	h.cluster.downloads = append(h.cluster.downloads, Entry{Host: h.name, Argv: []string{name}, At: now})
}
