package report

import (
	"sort"
	"strings"

	"rung/engine/run"
	"rung/engine/step"
)

// cordons are the hosts whose nodes this run closed and has not opened again:
// what an operator must hear last, however a run ends.
type cordons struct {
	closed map[string]bool   // hosts
	nodes  map[string]string // by host, where Kubernetes has another name for it
}

// see takes in what steps do to nodes. A drain that began counts, however it
// ended; so does one whose node was closed by us already.
func (c cordons) see(e run.Event) {
	switch {
	case e.Kind == run.HostStarted && e.Node != "":
		c.nodes[e.Host] = e.Node
	case e.Kind == run.ActionStarted && e.Mutates && (e.Type == "drain" || e.Type == "cordon"):
		c.closed[e.Host] = true
	case e.Kind == run.StepEnded && e.Type == "uncordon" && (e.Outcome == step.OK || e.Outcome == step.Changed):
		delete(c.closed, e.Host)
	}
}

// left tells which nodes are still closed, and how they are opened.
func (t *Terminal) left() {
	if len(t.l.cordons.closed) == 0 {
		return
	}
	var hosts, nodes []string
	for host := range t.l.cordons.closed {
		hosts = append(hosts, host)
	}
	sort.Strings(hosts)
	t.title(t.ink.on(yellow, "left cordoned by this run"))
	for _, host := range hosts {
		node := host
		if name := t.l.cordons.nodes[host]; name != "" {
			node = name
		}
		t.print("  %s\n", clean(node))
		nodes = append(nodes, clean(node))
	}
	t.print("  running the playbook again releases them; by hand, on a control plane:\n  kubectl --kubeconfig /etc/kubernetes/admin.conf uncordon %s\n", strings.Join(nodes, " "))
}
