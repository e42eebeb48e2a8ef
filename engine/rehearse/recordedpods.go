package rehearse

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"rung/engine/facts"
	"rung/engine/kube/evict"
	"rung/engine/twin"
)

// workloads are the pods, by what starts them again.
func (r *recording) workloads() {
	byOwner, order := map[string][]facts.Pod{}, []string{}
	for _, p := range r.of.Pods {
		owner := r.ownerOf(p)
		if owner == "" {
			continue
		}
		if byOwner[owner] == nil {
			order = append(order, owner)
		}
		byOwner[owner] = append(byOwner[owner], p)
	}
	slices.Sort(order)
	for _, owner := range order {
		r.to.Workloads = append(r.to.Workloads, r.workload(byOwner[owner]))
	}
	for _, w := range r.of.Workloads {
		if w.Kind == "DaemonSet" && w.Name != "kube-proxy" {
			r.lack("DaemonSet %s/%s: no drain evicts its pods", w.Namespace, w.Name)
		}
	}
}

// ownerOf names what starts a pod again; "" for a pod that every twin has, or that no drain moves.
func (r *recording) ownerOf(p facts.Pod) string {
	kind, name, _ := strings.Cut(p.Owner, "/")
	switch {
	case p.Mirror, kind == "DaemonSet", p.Namespace == "kube-system" && p.Labels["k8s-app"] == "kube-dns":
		return ""
	case kind == "Job":
		r.lack("pod %s/%s of a Job: a drain ends it, and starts it anew", p.Namespace, p.Name)
		return ""
	case p.Owner == "":
		return p.Namespace + "/Pod/" + p.Name
	}
	return p.Namespace + "/" + kind + "/" + name
}

func (r *recording) workload(pods []facts.Pod) twin.Workload {
	p := pods[0]
	kind, name, _ := strings.Cut(p.Owner, "/")
	w := twin.Workload{Kind: kind, Namespace: p.Namespace, Name: cmp.Or(name, p.Name), EmptyDir: p.EmptyDir, App: r.app(p)}
	switch kind {
	case "", "StatefulSet":
	default: // a ReplicaSet stands for its Deployment
		w.Kind = "Deployment"
		if owner := r.deploymentOf(p); owner != "" {
			w.Name = owner
			if revision, ok := strings.CutPrefix(name, owner+"-"); ok {
				w.Revision = revision
			}
		}
	}
	for _, one := range pods {
		w.Pods = append(w.Pods, twin.Placed{Name: one.Name, Node: one.Node})
	}
	for _, requests := range p.Requests {
		if cpu, err := evict.ParseQuantity(requests["cpu"]); err == nil {
			w.CPU += int(cpu)
		}
		if memory, err := evict.ParseQuantity(requests["memory"]); err == nil {
			w.Memory += int(memory / 1000 >> 20)
		}
	}
	return w
}

// deploymentOf is the name of the Deployment whose selector takes p.
func (r *recording) deploymentOf(p facts.Pod) string {
	for _, w := range r.of.Workloads {
		if w.Kind == "Deployment" && w.Namespace == p.Namespace && takes(w.Selector, p.Labels) {
			return w.Name
		}
	}
	return ""
}

// takes says whether a selector takes labels. One of expressions alone takes none: it was not recorded.
func takes(selector, labels map[string]string) bool {
	for key, value := range selector {
		if labels[key] != value {
			return false
		}
	}
	return len(selector) > 0
}

// app is what the budgets over a pod have in common: a twin's budget selects by it.
func (r *recording) app(p facts.Pod) string {
	var over []string
	for _, b := range r.of.Budgets {
		if b.Namespace == p.Namespace && takes(b.Selector, p.Labels) {
			over = append(over, b.Name)
		}
	}
	if over == nil {
		return p.Name
	}
	return strings.Join(over, "+")
}

// budgets are the PodDisruptionBudgets: one that lies over several kinds of pods, which others lie over as well, is made
// for each.
func (r *recording) budgets() {
	for _, b := range r.of.Budgets {
		apps := map[string]bool{}
		for _, w := range r.to.Workloads {
			if w.Namespace == b.Namespace && slices.Contains(strings.Split(w.App, "+"), b.Name) && !apps[w.App] {
				apps[w.App] = true
				r.to.Budgets = append(r.to.Budgets, twin.Budget{Namespace: b.Namespace, Name: b.Name, App: w.App, MinAvailable: b.MinAvailable, MaxUnavailable: b.MaxUnavailable})
			}
		}
		switch {
		case len(apps) == 0 && b.Desired > 0:
			r.lack("PodDisruptionBudget %s/%s: which pods it is over is not known", b.Namespace, b.Name)
		case len(apps) > 1:
			r.lack("PodDisruptionBudget %s/%s is over several workloads, some of them under other budgets too: it is simulated as %s", b.Namespace, b.Name, fmt.Sprintf("%d budgets, one for each", len(apps)))
		}
	}
}
