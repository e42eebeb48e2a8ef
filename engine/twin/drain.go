package twin

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// drain cordons nodes and evicts their pods, as kubectl does it: pods of DaemonSets and static pods stay.
func (k *kubectlCall) drain() int {
	timeout := time.Duration(0)
	if text := k.option("--timeout"); text != "" {
		d, err := time.ParseDuration(text)
		if err != nil {
			k.errf("error: invalid argument %q for \"--timeout\" flag: time: invalid duration %q\n", text, text)
			return 1
		}
		timeout = d
	}
	if len(k.operands) < 2 {
		k.errf("error: USAGE: drain NODE [flags]\n")
		return 1
	}
	code := 0
	for _, name := range k.operands[1:] {
		h := k.node(name)
		if h == nil || !k.drainNode(h, timeout) {
			code = 1
		}
	}
	return code
}

func (k *kubectlCall) drainNode(h *host, timeout time.Duration) bool {
	if h.spec.at(k.now()).unschedulable {
		k.outf("node/%s already cordoned\n", h.name)
	} else {
		k.mark(h, true)
		k.outf("node/%s cordoned\n", h.name)
	}
	pods, faults, warning := k.leaving(h)
	if faults != nil {
		k.undrained(h, faults, nil)
		return false
	}
	if warning != "" {
		k.errf("Warning: %s\n", warning)
	}
	if k.option("--disable-eviction") == "true" {
		return k.deleteAll(h, pods)
	}
	return k.evictAll(h, pods, timeout)
}

// leaving are the pods that a drain is to move, and what forbids it; each pod is judged by the first rule
// that forbids it, as kubectl does.
func (k *kubectlCall) leaving(h *host) (pods []*pod, faults []string, warning string) {
	c := k.cluster
	var daemons, local, alone, unmanaged []string
	selector := splitTerms(k.option("--pod-selector"))
	if len(selector) == 0 {
		for _, d := range c.daemonSets(k.now()) {
			daemons = append(daemons, d.namespace+"/"+c.daemonPod(d.name, h, k.now()))
		}
	}
	for _, p := range c.pods {
		if !p.exists(k.now()) || p.nodeAt(k.now()) != h.name || !labelsMatch(selector, c.workloadPod(p, k.now()).labels) {
			continue
		}
		pods = append(pods, p)
		name := p.owner.namespace + "/" + p.name
		switch {
		case p.owner.emptyDir && k.option("--delete-emptydir-data", "--delete-local-data") != "true":
			local = append(local, name)
		case p.owner.kind == "" && k.option("--force") != "true":
			unmanaged = append(unmanaged, name)
		case p.owner.kind == "":
			alone = append(alone, name)
		}
	}
	forbid := func(names []string, why string) {
		if len(names) > 0 {
			slices.Sort(names)
			faults = append(faults, "cannot delete "+why+": "+strings.Join(names, ", "))
		}
	}
	if k.option("--ignore-daemonsets") != "true" {
		forbid(daemons, "DaemonSet-managed Pods (use --ignore-daemonsets to ignore)")
	}
	forbid(local, "Pods with local storage (use --delete-emptydir-data to override)")
	refused, deleted := k.unmanagedWords()
	forbid(unmanaged, refused)
	var warnings []string
	if len(alone) > 0 {
		slices.Sort(alone)
		warnings = append(warnings, "deleting "+deleted+": "+strings.Join(alone, ", "))
	}
	if len(daemons) > 0 {
		warnings = append(warnings, "ignoring DaemonSet-managed Pods: "+strings.Join(daemons, ", "))
	}
	return pods, faults, strings.Join(warnings, "; ")
}

// unmanagedWords is how kubectl calls pods that nothing starts again. That "cannot delete" stands there twice
// is how kubectl 1.31 to 1.33 say it.
func (k *kubectlCall) unmanagedWords() (refused, deleted string) {
	switch own := k.host.binary("kubectl", k.now()); {
	case own.Minor < 24:
		const kinds = "Pods not managed by ReplicationController, ReplicaSet, Job, DaemonSet or StatefulSet"
		return kinds + " (use --force to override)", kinds
	case own.Minor < 29:
		return "Pods declare no controller (use --force to override)", "Pods that declare no controller"
	}
	return "cannot delete Pods that declare no controller (use --force to override)", "Pods that declare no controller"
}

// deleteAll deletes pods, whatever their disruption budgets say.
func (k *kubectlCall) deleteAll(h *host, pods []*pod) bool {
	for _, p := range pods {
		k.cluster.remove(k.host, p, k.now())
	}
	k.charge(evictionRetry)
	for _, p := range pods {
		k.outf("pod/%s deleted\n", p.name)
	}
	k.outf("node/%s drained\n", h.name)
	return true
}

// evictionRetry is how long kubectl waits before it asks again for what a disruption budget forbade.
const evictionRetry = 5 * time.Second

// evictAll evicts pods until all are gone or time is up.
func (k *kubectlCall) evictAll(h *host, pods []*pod, timeout time.Duration) bool {
	end := k.now().Add(timeout)
	if timeout == 0 {
		end = k.now().Add(24 * time.Hour) // it would wait for ever; the twin does not
	}
	for {
		var blocked, gone []*pod
		var faults, stay []string
		for _, p := range pods {
			k.outf("evicting pod %s/%s\n", p.owner.namespace, p.name)
			switch refusal := k.cluster.evict(k.host, p, k.now()); refusal {
			case "":
				gone = append(gone, p)
			case budgetForbids:
				k.errf("error when evicting pods/%q -n %q (will retry after 5s): %s\n", p.name, p.owner.namespace, refusal)
				blocked = append(blocked, p)
			default: // kubectl tries no such pod again
				faults = append(faults, fmt.Sprintf("error when evicting pods/%q -n %q: %s", p.name, p.owner.namespace, refusal))
				stay = append(stay, "pod/"+p.name)
			}
		}
		if len(gone) > 0 {
			k.charge(min(evictionRetry, end.Sub(k.now())))
		}
		for _, p := range gone {
			k.outf("pod/%s evicted\n", p.name)
		}
		if faults != nil {
			k.undrained(h, faults, stay)
			return false
		}
		if len(blocked) == 0 {
			k.charge(time.Second)
			k.outf("node/%s drained\n", h.name)
			return true
		}
		if k.now().Add(evictionRetry).After(end) {
			k.charge(max(0, end.Sub(k.now())))
			for _, p := range blocked {
				faults = append(faults, fmt.Sprintf("error when evicting pods/%q -n %q: global timeout reached: %s", p.name, p.owner.namespace, timeout))
				stay = append(stay, "pod/"+p.name)
			}
			k.undrained(h, faults, stay)
			return false
		}
		k.charge(evictionRetry)
		pods = blocked
	}
}

// undrained says that a node could not be drained, and why.
func (k *kubectlCall) undrained(h *host, faults, pending []string) {
	all := faults[0]
	if len(faults) > 1 {
		all = "[" + strings.Join(faults, ", ") + "]"
	}
	if pending != nil {
		k.errf("There are pending pods in node %q when an error occurred: %s\n%s\n", h.name, all, strings.Join(pending, "\n"))
	}
	k.errf("error: unable to drain node %q due to error: %s, continuing command...\nThere are pending nodes to be drained:\n %s\n%s\n", h.name, all, h.name, strings.Join(faults, "\n"))
}

// daemonPod is the name of a DaemonSet's pod on a node: kube-proxy's changes with its version.
func (c *Cluster) daemonPod(set string, h *host, now time.Time) string {
	version := ""
	if set == "kube-proxy" {
		version = c.proxy.at(now).String()
	}
	return set + "-" + suffix(set, h.name, version)
}
