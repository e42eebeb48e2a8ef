package twin

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// workload is what has pods run, and others in their place: a Deployment or a StatefulSet; or nothing at all,
// for a pod that somebody started by hand.
type workload struct {
	kind            string // of its object; empty where nothing starts its pods again
	namespace, name string
	app             string // the label of its pods, and what budgets select
	replicas        int
	revision        string

	emptyDir  bool
	anywhere  bool          // on control planes too
	node      string        // where alone its pods may run: their data lies there
	elsewhere bool          // no node is such as its pods want it
	cpu       int           // requests: thousandths of a processor
	memory    int           // and MiB
	slow      time.Duration // until its pods are ready, beyond the usual
}

// forever is longer than any run: a pod that needs so long to be ready never is.
const forever = 100 * 365 * 24 * time.Hour

// pod is a pod of a workload. Its life is a row of times; a zero time has not come.
type pod struct {
	owner                       *workload
	name, node                  string
	created, bound, ready, gone time.Time
}

// podReadyAfter is how long a pod needs from its binding to its readiness.
const podReadyAfter = 3 * time.Second

func (p *pod) exists(now time.Time) bool {
	return !p.created.After(now) && (p.gone.IsZero() || p.gone.After(now))
}

// nodeAt is the node that the pod is bound to; empty while it is pending.
func (p *pod) nodeAt(now time.Time) string {
	if p.bound.IsZero() || p.bound.After(now) {
		return ""
	}
	return p.node
}

func (c *Cluster) podIsReady(p *pod, now time.Time) bool {
	node := p.nodeAt(now)
	return node != "" && !p.ready.After(now) && c.byName[node].ready(now) != "Unknown" && !c.byName[node].restarting(now, podReadyAfter)
}

func (c *Cluster) startWorkloads() {
	web := &workload{kind: "Deployment", namespace: "default", name: "web", app: "web", replicas: c.shape.Web, emptyDir: true, revision: "76f96789b9"}
	c.dns = &workload{
		kind: "Deployment", namespace: "kube-system", name: "coredns", app: "kube-dns", replicas: 2, anywhere: true,
		revision: revision(c.coreDNS.at(c.born)), cpu: 100, memory: 70,
	}
	c.start(c.dns, c.born)
	if web.replicas > 0 {
		c.start(web, c.born)
		c.budgets = append(c.budgets, &budget{namespace: "default", name: "web", app: "web", minAvailable: strconv.Itoa(c.shape.MinAvailable)})
	}
}

// start has a workload's pods run.
func (c *Cluster) start(w *workload, now time.Time) {
	c.workloads = append(c.workloads, w)
	for i := range w.replicas {
		c.newPod(w, i, now)
	}
	c.schedule(now)
}

// workload finds a workload by name; nil where there is none.
func (c *Cluster) workload(name string) *workload {
	for _, w := range c.workloads {
		if w.name == name || w.namespace+"/"+w.name == name {
			return w
		}
	}
	return nil
}

func revision(words ...any) string { return fmt.Sprintf("%010x", hash(words...)&0xffffffffff) }

// podName is the name of the Deployment's pod of that serial.
func (w *workload) podName(serial int) string {
	return w.name + "-" + w.revision + "-" + suffix(w.name, serial)
}

// newPod makes a pod that is not bound yet, the nth of its workload.
func (c *Cluster) newPod(w *workload, n int, now time.Time) *pod {
	c.serial++
	p := &pod{owner: w, created: now}
	switch w.kind {
	case "":
		p.name = w.name
	case "StatefulSet":
		p.name = w.name + "-" + strconv.Itoa(n)
	default:
		for p.name = w.podName(c.serial); c.taken[p.name]; p.name = w.podName(c.serial) {
			c.serial++
		}
	}
	c.pods = append(c.pods, p)
	return p
}

// schedule binds the pods that wait for a node, each to the one with the fewest pods.
func (c *Cluster) schedule(now time.Time) {
	for _, p := range c.pods {
		if !p.bound.IsZero() || !p.exists(now) {
			continue
		}
		best, fewest := (*host)(nil), 0
		for _, h := range c.hosts {
			if !c.takes(h, p.owner, now) {
				continue
			}
			if n := c.count(h.name, now); best == nil || n < fewest {
				best, fewest = h, n
			}
		}
		// It is a leading scheduler that binds.
		if at, led := c.led(now); best != nil && led {
			p.node, p.bound, p.ready = best.name, at, at.Add(podReadyAfter+p.owner.slow)
		}
	}
	c.pods = slices.DeleteFunc(c.pods, func(p *pod) bool { return !p.gone.IsZero() && p.gone.Before(now.Add(-memory)) })
}

// takes tells whether the node takes new pods of the workload.
func (c *Cluster) takes(h *host, w *workload, now time.Time) bool {
	switch {
	case h.spec.at(now).unschedulable || h.ready(now) != "True" || h.away(now) || w.elsewhere || w.node != "" && w.node != h.name:
		return false
	case h.controlPlane && !w.anywhere && c.shape.Workers > 0:
		return false
	}
	return w.cpu == 0 && w.memory == 0 || c.hasRoom(h, w)
}

// hasRoom tells whether the requests of a pod fit beside those that are bound there.
func (c *Cluster) hasRoom(h *host, w *workload) bool {
	cpu, memory := w.cpu, w.memory
	if h.controlPlane {
		for _, component := range components {
			cpu += staticPodCPU[component]
		}
	}
	for _, p := range c.pods {
		if p.node == h.name && p.gone.IsZero() {
			cpu, memory = cpu+p.owner.cpu, memory+p.owner.memory
		}
	}
	most, mostMemory := h.room()
	return cpu <= most && memory <= mostMemory/1024
}

// What a node has for pods, in thousandths of a processor and in KiB, and what kubeadm's static pods ask of it.
const nodeCPU, nodeMemory = 2000, 24581684

var staticPodCPU = map[string]int{"etcd": 100, "kube-apiserver": 250, "kube-controller-manager": 200, "kube-scheduler": 100}

// count is how many pods of workloads are bound to a node.
func (c *Cluster) count(node string, now time.Time) int {
	n := 0
	for _, p := range c.pods {
		if p.node == node && p.gone.IsZero() {
			n++
		}
	}
	return n
}

// available is how many pods of the workload are Ready.
func (c *Cluster) available(w *workload, now time.Time) int {
	n := 0
	for _, p := range c.pods {
		if p.owner == w && p.exists(now) && c.podIsReady(p, now) {
			n++
		}
	}
	return n
}

// remove takes a pod away, by the hand of a host, and has another made in its place where something does that.
func (c *Cluster) remove(by *host, p *pod, now time.Time) {
	p.gone = now
	by.pledge(now, func() { p.gone = time.Time{} })
	if p.owner.kind != "" {
		n := 0
		if _, ordinal, ok := strings.Cut(p.name, p.owner.name+"-"); ok {
			n, _ = strconv.Atoi(ordinal) // of a StatefulSet; others make nothing of it
		}
		c.newPodBy(by, p.owner, n, now)
	}
	c.schedule(now)
}

// newPodBy is a pod that is only made if a host does not go before.
func (c *Cluster) newPodBy(by *host, w *workload, n int, now time.Time) {
	made := c.newPod(w, n, now)
	by.pledge(now, func() { c.pods = slices.DeleteFunc(c.pods, func(p *pod) bool { return p == made }) })
}

// rollout replaces every pod of a Deployment, by the hand of a host.
func (c *Cluster) rollout(by *host, w *workload, revision string, now time.Time) {
	before := w.revision
	if before == revision {
		return
	}
	by.pledge(now, func() { w.revision = before })
	w.revision = revision
	for _, p := range slices.Clone(c.pods) {
		if p.owner == w && p.exists(now) {
			c.newPodBy(by, w, 0, now)
			p.gone = now.Add(podReadyAfter)
			by.pledge(now, func() { p.gone = time.Time{} })
		}
	}
	c.schedule(now)
}

// daemonSet runs on every node.
type daemonSet struct {
	namespace, name string
	images          []string // of its containers
}

// daemonSets are those of every cluster, and what this one has besides.
func (c *Cluster) daemonSets(now time.Time) []daemonSet {
	return append([]daemonSet{
		{"default", "agent", []string{"registry.example/agent:1"}}, {"kube-system", "kube-proxy", []string{c.proxyImage(now)}},
	}, c.odd.daemonSets...)
}
