package twin

import (
	"fmt"
	"time"
)

// addOn starts one more workload of a single pod, which begins on that node.
func (c *Cluster) addOn(node string, w *workload, budgets ...*budget) {
	c.on(node, func(_ *host, now time.Time) {
		w.namespace, w.app, w.replicas, w.revision = "default", w.name, 1, revision(w.name)
		c.workloads = append(c.workloads, w)
		p := c.newPod(w, 0, now)
		p.node, p.bound, p.ready = node, now, now // it has run for a while
		for _, b := range budgets {
			b.namespace, b.app = w.namespace, w.app
			c.budgets = append(c.budgets, b)
		}
	})
}

// BlockDrain puts a pod on the node whose disruption budget never lets it go.
func (c *Cluster) BlockDrain(node string) {
	name := "keep-" + node
	c.addOn(node, &workload{kind: "Deployment", name: name}, &budget{name: name, maxUnavailable: "0"})
}

// TwoBudgets puts a pod on the node over which two disruption budgets stand: the API evicts no such pod.
func (c *Cluster) TwoBudgets(node string) {
	name := "twice-" + node
	c.addOn(node, &workload{kind: "Deployment", name: name}, &budget{name: name, maxUnavailable: "1"}, &budget{name: name + "-too", maxUnavailable: "1"})
}

// BarePod puts a pod on the node that nothing starts again.
func (c *Cluster) BarePod(node string) { c.addOn(node, &workload{name: "debug-" + node}) }

// LocalData puts a pod on the node whose data lies there, so that no other node may run it.
func (c *Cluster) LocalData(node string) {
	c.addOn(node, &workload{kind: "StatefulSet", name: "db-" + node, node: node})
}

// NoCapacity starts a workload that fills every worker so far that no pod of it fits beside another.
func (c *Cluster) NoCapacity() {
	c.change(func(now time.Time) {
		w := &workload{kind: "Deployment", namespace: "default", name: "big", app: "big", revision: revision("big"), replicas: c.shape.Workers, cpu: 1500}
		c.start(w, now)
		for _, p := range c.pods {
			if p.owner == w && !p.bound.IsZero() {
				p.ready = now // it has run for a while
			}
		}
	})
}

// PodPending starts a workload that no node is right for.
func (c *Cluster) PodPending() {
	c.change(func(now time.Time) {
		c.start(&workload{kind: "Deployment", namespace: "default", name: "picky", app: "picky", revision: revision("picky"), replicas: 1, elsewhere: true}, now)
	})
}

// SlowWorkload makes pods of a workload that start from now on need so much longer to be Ready. An error says
// that there is no such workload.
func (c *Cluster) SlowWorkload(name string, by time.Duration) (err error) {
	c.change(func(time.Time) {
		w := c.workload(name)
		if w == nil {
			err = fmt.Errorf("there is no workload %q", name)
			return
		}
		w.slow = by
	})
	return err
}

// StuckWorkload makes pods of a workload that start from now on never Ready.
func (c *Cluster) StuckWorkload(name string) error { return c.SlowWorkload(name, forever) }

// change changes the cluster as of now.
func (c *Cluster) change(change func(now time.Time)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change(c.clock.Now())
}
