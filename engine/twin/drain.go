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
	c := k.cluster
	if h.spec.at(k.now()).unschedulable {
		k.outf("node/%s already cordoned\n", h.name)
	} else {
		k.mark(h, true)
		k.outf("node/%s cordoned\n", h.name)
	}
	var daemons, local []string
	var pods []*pod
	for _, d := range daemonSets {
		daemons = append(daemons, d.namespace+"/"+c.daemonPod(d.name, h, k.now()))
	}
	for _, p := range c.pods {
		if p.exists(k.now()) && p.nodeAt(k.now()) == h.name {
			pods = append(pods, p)
			if p.owner.emptyDir {
				local = append(local, p.owner.namespace+"/"+p.name)
			}
		}
	}
	var faults []string
	if k.option("--ignore-daemonsets") != "true" {
		faults = append(faults, "cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore): "+strings.Join(daemons, ", "))
	}
	if len(local) > 0 && k.option("--delete-emptydir-data", "--delete-local-data") != "true" {
		slices.Sort(local)
		faults = append(faults, "cannot delete Pods with local storage (use --delete-emptydir-data to override): "+strings.Join(local, ", "))
	}
	if faults != nil {
		k.undrained(h, faults, nil)
		return false
	}
	k.errf("Warning: ignoring DaemonSet-managed Pods: %s\n", strings.Join(daemons, ", "))
	return k.evictAll(h, pods, timeout)
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
		var blocked []*pod
		var gone []*pod
		for _, p := range pods {
			k.outf("evicting pod %s/%s\n", p.owner.namespace, p.name)
			if k.cluster.evict(p, k.now()) {
				gone = append(gone, p)
			} else {
				k.errf("error when evicting pods/%q -n %q (will retry after 5s): Cannot evict pod as it would violate the pod's disruption budget.\n", p.name, p.owner.namespace)
				blocked = append(blocked, p)
			}
		}
		if len(gone) > 0 {
			k.charge(min(evictionRetry, end.Sub(k.now())))
		}
		for _, p := range gone {
			k.outf("pod/%s evicted\n", p.name)
		}
		if len(blocked) == 0 {
			k.charge(time.Second)
			k.outf("node/%s drained\n", h.name)
			return true
		}
		if k.now().Add(evictionRetry).After(end) {
			k.charge(max(0, end.Sub(k.now())))
			var faults, names []string
			for _, p := range blocked {
				faults = append(faults, fmt.Sprintf("error when evicting pods/%q -n %q: global timeout reached: %s", p.name, p.owner.namespace, timeout))
				names = append(names, "pod/"+p.name)
			}
			k.undrained(h, faults, names)
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
