package twin

import (
	"fmt"
	"slices"
	"time"
)

// deployment is a workload whose pods may run on any node that takes them.
type deployment struct {
	namespace, name, app string
	replicas             int
	minAvailable         int // of its disruption budget; 0: none
	emptyDir             bool
	anywhere             bool // on control planes too
	revision             string
}

// pod is a pod of a deployment. Its life is a row of times; a zero time has not come.
type pod struct {
	owner                       *deployment
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
	return node != "" && !p.ready.After(now) && c.byName[node].ready(now) != "Unknown"
}

func (c *Cluster) startWorkloads() {
	c.web = deployment{namespace: "default", name: "web", app: "web", replicas: c.shape.Web, minAvailable: c.shape.MinAvailable, emptyDir: true, revision: "76f96789b9"}
	c.dns = deployment{namespace: "kube-system", name: "coredns", app: "kube-dns", replicas: 2, anywhere: true, revision: revision(c.coreDNS.at(c.born))}
	for _, d := range []*deployment{&c.dns, &c.web} {
		for range max(d.replicas, 0) {
			c.newPod(d, c.born)
		}
	}
	c.schedule(c.born)
}

func revision(words ...any) string { return fmt.Sprintf("%010x", hash(words...)&0xffffffffff) }

// newPod makes a pod that is not bound yet.
func (c *Cluster) newPod(d *deployment, now time.Time) *pod {
	c.serial++
	p := &pod{owner: d, name: d.name + "-" + d.revision + "-" + suffix(d.name, c.serial), created: now}
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
			p.node, p.bound, p.ready = best.name, at, at.Add(podReadyAfter)
		}
	}
	c.pods = slices.DeleteFunc(c.pods, func(p *pod) bool { return !p.gone.IsZero() && p.gone.Before(now.Add(-memory)) })
}

// takes tells whether the node takes new pods of the deployment.
func (c *Cluster) takes(h *host, d *deployment, now time.Time) bool {
	if h.spec.at(now).unschedulable || h.ready(now) != "True" || h.down {
		return false
	}
	return !h.controlPlane || d.anywhere || c.shape.Workers == 0
}

// count is how many pods of deployments are bound to a node.
func (c *Cluster) count(node string, now time.Time) int {
	n := 0
	for _, p := range c.pods {
		if p.node == node && p.gone.IsZero() {
			n++
		}
	}
	return n
}

// available is how many pods of the deployment are Ready.
func (c *Cluster) available(d *deployment, now time.Time) int {
	n := 0
	for _, p := range c.pods {
		if p.owner == d && p.exists(now) && c.podIsReady(p, now) {
			n++
		}
	}
	return n
}

// evict takes a pod away, if its disruption budget allows it, and has another made in its place.
func (c *Cluster) evict(p *pod, now time.Time) bool {
	if d := p.owner; d.minAvailable > 0 && c.podIsReady(p, now) && c.available(d, now)-1 < d.minAvailable {
		return false
	}
	p.gone = now
	c.newPod(p.owner, now)
	c.schedule(now)
	return true
}

// rollout replaces every pod of a deployment.
func (c *Cluster) rollout(d *deployment, revision string, now time.Time) {
	if d.revision == revision {
		return
	}
	d.revision = revision
	for _, p := range slices.Clone(c.pods) {
		if p.owner == d && p.exists(now) {
			c.newPod(d, now)
			p.gone = now.Add(podReadyAfter)
		}
	}
	c.schedule(now)
}

// daemonSets run on every node.
var daemonSets = []struct{ namespace, name, app string }{
	{"default", "agent", "agent"}, {"kube-system", "kube-proxy", "kube-proxy"},
}
