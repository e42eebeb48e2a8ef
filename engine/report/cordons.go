package report

import (
	"sort"

	"rung/engine/run"
	"rung/engine/step"
)

// cordons are the hosts whose nodes this run closed and has not opened again:
// what an operator must hear last, however a run ends.
type cordons map[string]bool

// see takes in what steps do to nodes. A drain that began counts, however it
// ended; so does one whose node was closed by us already.
func (c cordons) see(e run.Event) {
	switch {
	case e.Kind == run.ActionStarted && e.Mutates && (e.Type == "drain" || e.Type == "cordon"):
		c[e.Host] = true
	case e.Kind == run.StepEnded && e.Type == "uncordon" && (e.Outcome == step.OK || e.Outcome == step.Changed):
		delete(c, e.Host)
	}
}

// left tells which nodes are still closed, and how they are opened.
func (t *Terminal) left() {
	if len(t.l.cordons) == 0 {
		return
	}
	var hosts []string
	for host := range t.l.cordons {
		hosts = append(hosts, host)
	}
	sort.Strings(hosts)
	t.title(t.ink.on(yellow, "left cordoned by this run"))
	for _, host := range hosts {
		t.print("  %s\n", clean(host))
	}
	t.print("  running the playbook again releases them; by hand, on a control plane:\n  kubectl --kubeconfig /etc/kubernetes/admin.conf uncordon NODE\n")
}
