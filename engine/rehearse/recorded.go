package rehearse

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"rung/engine/facts"
	"rung/engine/kube"
	"rung/engine/kube/evict"
	"rung/engine/twin"
)

// Recorded makes the shape as facts say that a cluster was: its version and nodes, how large they are and what is wrong
// with them, its workloads and PodDisruptionBudgets. The shape has the hosts of the inventory already (see [Cast]).
// What of the facts no twin can show is returned, a sentence each: nothing is left out in silence.
func Recorded(t *twin.Shape, c facts.Cluster) (absent []string, err error) {
	r := &recording{shape: t, of: c, to: &twin.Recorded{Machines: map[string]twin.Machine{}}}
	for _, what := range c.Missing {
		r.lack("%s", what)
	}
	if err := r.version(); err != nil {
		return nil, err
	}
	r.nodes()
	r.machines()
	r.workloads()
	r.budgets()
	r.lack("certificates, edits of manifests and other files of the hosts: they are those of a fresh cluster")
	t.Recorded, t.Web = r.to, -1
	return r.absent, nil
}

type recording struct {
	shape  *twin.Shape
	of     facts.Cluster
	to     *twin.Recorded
	absent []string
}

func (r *recording) lack(format string, args ...any) {
	r.absent = append(r.absent, fmt.Sprintf(format, args...))
}

// version is that of kubeadm-config, where nobody said another; where nobody has a cluster, it is left open.
func (r *recording) version() error {
	if !r.shape.Version.IsZero() || r.of.Version == "" && len(r.of.Nodes) == 0 && !Clustered(*r.shape) {
		return nil
	}
	if r.of.Version == "" {
		return fmt.Errorf("the facts do not say which version the cluster has: say it with --from")
	}
	v, err := kube.Parse(r.of.Version)
	if err == nil {
		err = Simulated(v)
	}
	r.shape.Version = v
	return err
}

// nodes are those of the cluster: also such that no inventory has, and without those that only the inventory has.
func (r *recording) nodes() {
	if len(r.of.Nodes) == 0 {
		return
	}
	there := map[string]facts.Node{}
	for _, n := range r.of.Nodes {
		there[n.Name] = n
	}
	var first, others []string
	for i, name := range r.shape.Names {
		_, is := there[name]
		switch {
		case name == nobody: // the inventory has the nodes in groups of other names, or none
		case !is:
			r.shape.Plain = append(r.shape.Plain, name)
		case i < r.shape.ControlPlanes:
			first = append(first, name)
		default:
			others = append(others, name)
		}
		delete(there, name)
	}
	for _, name := range slices.Sorted(maps.Keys(there)) {
		if r.shape.Plain = slices.DeleteFunc(r.shape.Plain, func(plain string) bool { return plain == name }); there[name].ControlPlane {
			first = append(first, name)
		} else {
			others = append(others, name)
		}
	}
	r.shape.ControlPlanes, r.shape.Workers, r.shape.Names = len(first), len(others), append(first, others...)
	for _, n := range r.of.Nodes {
		r.node(n)
	}
}

func (r *recording) node(n facts.Node) {
	m := twin.Machine{Cordoned: n.Cordoned, Stopped: !n.Ready}
	if cpu, err := evict.ParseQuantity(n.CPU); err == nil {
		m.CPU = int(cpu)
	}
	if memory, err := evict.ParseQuantity(n.Memory); err == nil {
		m.Memory = int(memory / 1000 >> 20)
	}
	if v, err := kube.Parse(n.Kubelet); err == nil && v.Less(r.shape.Version) {
		m.Kubelet = v
	}
	r.to.Machines[n.Name] = m
	for _, taint := range n.Taints {
		if usual := strings.HasPrefix(taint.Key, "node-role.kubernetes.io/") || strings.HasPrefix(taint.Key, "node.kubernetes.io/"); !usual {
			r.lack("the taint %s of %s: pods without its toleration may be placed there", taint.Key, n.Name)
		}
	}
	if n.Runtime != "" && !strings.HasPrefix(n.Runtime, "containerd://") {
		r.lack("%s of %s: every simulated host has containerd", n.Runtime, n.Name)
	}
}

// machines are the hosts, as the steps have found them.
func (r *recording) machines() {
	for _, host := range r.of.Machines {
		m := r.to.Machines[host.Node]
		switch host.PackageManager {
		case "apt":
			m.Packages = twin.Apt
		case "yum", "dnf":
			m.Packages = twin.Yum
		}
		m.Swap = host.Swap
		if host.Etcd == "external" {
			r.shape.ExternalEtcd = true
		}
		if len(host.Offered) > 0 {
			m.Offered = host.Offered
		}
		r.to.Machines[host.Node] = m
	}
}
