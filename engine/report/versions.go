package report

import (
	"fmt"
	"slices"
	"strings"

	"rung/engine/run"
	"rung/engine/step"
)

// The step types whose outputs tell versions; see their documentation.
const (
	clusterFacts = "cluster-facts" // nodes: name, kubelet
	verifyStep   = "verify"        // scope cluster: nodes: name, version
)

// versions are those of the nodes and components, as the run found and left them.
type versions struct {
	before, after []nodeVersion
	found, left   []nodeVersion // components
	stale         bool          // something was changed since
	looked        bool          // this life of the run has looked at the cluster
	first         bool          // the step that was seen last was its first look
}

type nodeVersion struct{ name, version string }

// see reads the nodes from the outputs of a step, where it has any. The first
// cluster-facts is how the run found the cluster; the last look at it is how
// the run left it.
func (v *versions) see(e run.Event) {
	if e.Outcome == step.Changed || e.Outcome == step.Failed || e.Outcome == step.Unknown {
		v.stale = true
	}
	v.first = false
	key := "kubelet"
	switch e.Type {
	case clusterFacts:
	case verifyStep:
		key = "version"
	default:
		return
	}
	nodes := nodesIn(e.Data, key)
	if nodes == nil {
		return
	}
	components := componentsIn(e.Data)
	if e.Type == clusterFacts && !v.looked {
		v.looked, v.first = true, true
		if v.before == nil {
			v.before, v.found, v.stale = nodes, components, false
			return
		}
	}
	v.after, v.left, v.stale = nodes, components, false
}

// recall takes in an earlier life of the run: how that one found the cluster is what the run began with.
func (v *versions) recall(events []run.Event) {
	for _, e := range events {
		if e.Kind == run.StepEnded && v.before == nil {
			v.see(e)
		}
	}
	v.looked, v.first, v.stale = false, false, false
}

// componentsIn are the components by name, but for the kubelets, which the nodes tell.
func componentsIn(data map[string]any) []nodeVersion {
	table, _ := data["components"].(map[string]any)
	var list []nodeVersion
	for name, version := range table {
		if name != "kubelet" {
			list = append(list, nodeVersion{clean(name), strings.ReplaceAll(strings.TrimPrefix(clean(fmt.Sprint(version)), "v"), ", v", ", ")})
		}
	}
	slices.SortFunc(list, func(a, b nodeVersion) int { return strings.Compare(a.name, b.name) })
	return list
}

func nodesIn(data map[string]any, key string) []nodeVersion {
	list, _ := data["nodes"].([]any)
	var nodes []nodeVersion
	for _, item := range list {
		node, ok := item.(map[string]any)
		if !ok || node["name"] == nil || node[key] == nil {
			return nil
		}
		nodes = append(nodes, nodeVersion{clean(fmt.Sprint(node["name"])), clean(fmt.Sprint(node[key]))})
	}
	return nodes
}

// move is a node's way from one version to another; "–" is a version that
// nobody saw.
type move struct{ name, from, to string }

// moves are those of the nodes; ok says whether there is anything to compare: what was seen before the last change says
// nothing of how the run left them.
func (v *versions) moves() (list []move, ok bool) {
	if v.before == nil || v.after == nil || v.stale {
		return nil, false
	}
	return paired(v.before, v.after), true
}

// components are the moves of the components, where both were seen.
func (v *versions) components() []move {
	if v.found == nil || v.left == nil {
		return nil
	}
	return paired(v.found, v.left)
}

// paired pairs before and after by name, in the order of before.
func paired(before, after []nodeVersion) (list []move) {
	to := map[string]string{}
	for _, n := range after {
		to[n.name] = n.version
	}
	for _, n := range before {
		m := move{n.name, n.version, to[n.name]}
		if m.to == "" {
			m.to = "–"
		}
		delete(to, n.name)
		list = append(list, m)
	}
	for _, n := range after {
		if _, fresh := to[n.name]; fresh {
			list = append(list, move{n.name, "–", n.version})
		}
	}
	return list
}
