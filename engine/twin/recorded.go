package twin

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"rung/engine/kube"
)

// Recorded is what a cluster has that was looked at, beside its size: a twin is made as it was then.
type Recorded struct {
	Machines  map[string]Machine // of nodes and other hosts, by name
	Workloads []Workload         // instead of default/web
	Budgets   []Budget
}

// Machine is what one host was like. The zero value of a field is the usual.
type Machine struct {
	Packages string // Yum or Apt; as the shape says where empty
	CPU      int    // for pods: thousandths of a processor
	Memory   int    // and MiB
	Cordoned bool
	Stopped  bool // its kubelet is
	Swap     bool
	Kubelet  kube.Version // where it is older than the cluster
	Offered  []string     // releases of Kubernetes that its repositories have, up to the newest minor of them; nil: all
}

// Workload is a Deployment or a StatefulSet; or, without a kind, one pod that nothing starts again.
type Workload struct {
	Kind, Namespace, Name string
	Revision              string   // of a Deployment's ReplicaSet, NAME-REVISION: the pods that come later have it in their names; "": the twin's own
	Pods                  []Placed // those that it has
	App                   string   // what budgets select it by
	EmptyDir              bool
	OnNode                string // the node where alone its pods can run, since their data lies there
	CPU, Memory           int    // what a pod requests: thousandths of a processor, MiB
	Everywhere            bool   // its pods run on control planes too
}

// Placed is a pod of a Workload, and its node; "" for one that waits for a node. A pod without a name gets one.
type Placed struct{ Name, Node string }

// Budget is a PodDisruptionBudget over the workloads of an App.
type Budget struct {
	Namespace, Name, App         string
	MinAvailable, MaxUnavailable string
}

// apply makes the cluster as it was recorded.
func (r *Recorded) apply(c *Cluster) {
	for name, m := range r.Machines {
		h := c.byName[name]
		if h == nil {
			continue
		}
		if m.CPU > 0 && m.Memory > 0 {
			h.cpu, h.memory = m.CPU, m.Memory*1024
		}
		h.withheld = c.withheldBut(m.Offered)
		if m.Cordoned {
			h.spec = always(nodeSpec{unschedulable: true})
		}
	}
	c.taken = map[string]bool{}
	for _, w := range r.Workloads {
		for _, p := range w.Pods {
			c.taken[p.Name] = true
		}
	}
	for _, w := range r.Workloads {
		c.load(w)
	}
	for _, b := range r.Budgets {
		c.budgets = append(c.budgets, &budget{namespace: b.Namespace, name: b.Name, app: b.App, minAvailable: b.MinAvailable, maxUnavailable: b.MaxUnavailable})
	}
}

// Spoil lets be wrong what was wrong: it is for a cluster whose clock may go on a little.
func (r *Recorded) Spoil(c *Cluster) {
	for _, name := range c.Hosts() {
		m := r.Machines[name]
		if !m.Kubelet.IsZero() {
			c.Lag(name, m.Kubelet)
		}
		if m.Swap {
			c.SwapOn(name)
		}
		if m.Stopped {
			c.Stop(name)
		}
	}
}

// withheldBut are the packages of Kubernetes that are not among those offered. Minors that are newer than all of them are
// left alone: nobody asked for them.
func (c *Cluster) withheldBut(offered []string) (withheld []string) {
	newest := 0
	for _, text := range offered {
		if v, err := kube.Parse(text); err == nil {
			newest = max(newest, v.Minor)
		}
	}
	for minor := c.shape.Version.Minor; minor <= newest && minor-kube.OldestMinor < len(lastPatches); minor++ {
		for patch := 0; patch <= lastPatches[minor-kube.OldestMinor]; patch++ {
			v := kube.Version{Major: 1, Minor: minor, Patch: patch}
			if !slices.Contains(offered, v.String()) {
				for _, name := range kubernetesPackages {
					withheld = append(withheld, name+"-"+v.String()+"-")
				}
			}
		}
	}
	return withheld
}

// load has the pods of a workload run where they ran.
func (c *Cluster) load(r Workload) {
	w := &workload{
		kind: r.Kind, namespace: r.Namespace, name: r.Name, app: r.App, replicas: len(r.Pods), revision: cmp.Or(r.Revision, revision(r.Namespace, r.Name)),
		emptyDir: r.EmptyDir, node: r.OnNode, cpu: r.CPU, memory: r.Memory, anywhere: r.Everywhere,
	}
	c.workloads = append(c.workloads, w)
	for i, placed := range r.Pods {
		p := c.newPod(w, i, c.born)
		p.name = cmp.Or(placed.Name, p.name)
		if c.byName[placed.Node] != nil {
			p.node, p.bound, p.ready = placed.Node, c.born, c.born.Add(podReadyAfter)
			continue
		}
		w.elsewhere = true // what waited for a node then waits for one now
	}
}

// room is what a node has for pods: thousandths of a processor, and KiB.
func (h *host) room() (cpu, memory int) {
	if h.cpu > 0 {
		return h.cpu, h.memory
	}
	return nodeCPU, nodeMemory
}

// Settled is how long a cluster needs until what was wrong when it was recorded shows: a kubelet that stopped is missed.
const Settled = 2 * time.Minute

// quantityOfCPU is a number of processors as Kubernetes writes it.
func quantityOfCPU(thousandths int) string {
	if thousandths%1000 == 0 {
		return fmt.Sprint(thousandths / 1000)
	}
	return fmt.Sprintf("%dm", thousandths)
}
