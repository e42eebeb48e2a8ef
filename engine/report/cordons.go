package report

import (
	"maps"
	"slices"
	"strings"

	"rung/engine/run"
	"rung/engine/step"
)

// cordons are the nodes that this run, or an earlier one, closed and that nobody has opened again: what an operator
// must hear last, however a run ends.
type cordons struct {
	closed  map[string]bool   // hosts whose nodes this run closed
	nodes   map[string]string // by host, where Kubernetes has another name for it
	earlier map[string]bool   // nodes that an earlier run closed
}

func newCordons() cordons {
	return cordons{closed: map[string]bool{}, nodes: map[string]string{}, earlier: map[string]bool{}}
}

// see takes in what steps do to nodes. A drain that began counts, however it
// ended; so does one whose node was closed by us already.
func (c cordons) see(e run.Event) {
	switch {
	case e.Kind == run.HostStarted && e.Node != "":
		c.nodes[e.Host] = e.Node
	case e.Kind == run.ActionStarted && e.Mutates && (e.Type == "drain" || e.Type == "cordon"):
		c.closed[e.Host] = true
		delete(c.earlier, c.node(e.Host)) // it counts as this run's now
	case e.Kind == run.StepEnded && e.Type == "uncordon" && (e.Outcome == step.OK || e.Outcome == step.Changed):
		delete(c.closed, e.Host)
		delete(c.earlier, c.node(e.Host))
	case e.Kind == run.StepEnded && e.Type == "cluster-facts":
		cordoned := names(e.Data["cordoned"])
		for _, node := range names(e.Data["marked"]) {
			if slices.Contains(cordoned, node) && !c.isOurs(node) {
				c.earlier[node] = true
			}
		}
	}
}

// recall takes in an earlier life of the run: what it has closed is this run's to open.
func (c cordons) recall(events []run.Event) {
	for _, e := range events {
		c.see(e)
	}
}

// Recall takes in the earlier lives of the run that is told: nodes that they have closed, and that nobody opens, are named
// in the end; what they have touched and changed counts; and the versions that they found are those before.
func (t *Terminal) Recall(events []run.Event) {
	t.l.cordons.recall(events)
	t.l.versions.recall(events)
	t.l.touched = t.l.touched || slices.ContainsFunc(events, touches)
	for _, e := range events {
		t.l.changes(e)
	}
}

// Recall is that of a Terminal.
func (j *JSONLines) Recall(events []run.Event) { j.cordons.recall(events) }

// node is what Kubernetes calls a host.
func (c cordons) node(host string) string {
	if name := c.nodes[host]; name != "" {
		return name
	}
	return host
}

// isOurs says whether this run has closed a node.
func (c cordons) isOurs(node string) bool {
	for host := range c.closed {
		if c.node(host) == node {
			return true
		}
	}
	return false
}

// names reads a list of an output, which a journal gives back as it was written.
func names(list any) []string {
	all, _ := list.([]any)
	var texts []string
	for _, item := range all {
		if text, ok := item.(string); ok {
			texts = append(texts, text)
		}
	}
	return texts
}

// ours are the nodes that this run closed, and others those of an earlier one, sorted.
func (c cordons) ours() []string {
	var nodes []string
	for host := range c.closed {
		nodes = append(nodes, c.node(host))
	}
	slices.Sort(nodes)
	return nodes
}

func (c cordons) others() []string { return slices.Sorted(maps.Keys(c.earlier)) }

// left tells which nodes are still closed, and how they are opened.
func (t *Terminal) left() {
	t.stillClosed("this run", t.l.cordons.ours())
	t.stillClosed("an earlier run", t.l.cordons.others())
}

func (t *Terminal) stillClosed(by string, nodes []string) {
	if len(nodes) == 0 {
		return
	}
	t.title(t.ink.on(yellow, "left cordoned by "+by))
	for i, node := range nodes {
		nodes[i] = clean(node)
		t.print("  %s\n", nodes[i])
	}
	t.print("  running the playbook again releases them once they are Ready; by hand, on a control plane:\n  kubectl --kubeconfig /etc/kubernetes/admin.conf uncordon %s\n", strings.Join(nodes, " "))
}
