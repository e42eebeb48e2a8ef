package steps

import (
	"fmt"
	"strings"

	"rung/engine/kube/evict"
)

// runningPods are the pods that have not ended, of all namespaces.
var runningPods = listing{
	what: "pods",
	get:  []string{"pods", "--all-namespaces", "--field-selector", "status.phase!=Succeeded,status.phase!=Failed"},
	fields: []string{
		".metadata.namespace", ".metadata.name", ".spec.nodeName", ".status.phase", readyStatus, ".metadata.deletionTimestamp", podController, podMirror, ".metadata.labels",
		".spec.containers[*].resources.requests", ".spec.initContainers[*].resources.requests", podSidecars, ".spec.resources.requests", ".spec.overhead",
		".spec.nodeSelector", ".spec.affinity", ".spec.tolerations", ".spec.containers[*].ports[*].hostPort", podEmptyDir, podHostPath, podClaims,
	},
}

const (
	readyStatus   = `.status.conditions[?(@.type=="Ready")].status`
	podController = `.metadata.ownerReferences[?(@.controller==true)].kind`
	podMirror     = `.metadata.annotations.kubernetes\.io/config\.mirror`
	podSidecars   = `.spec.initContainers[?(@.restartPolicy=="Always")].resources.requests`
	podEmptyDir   = `.spec.volumes[?(@.emptyDir)].name`
	podHostPath   = `.spec.volumes[*].hostPath.path`
	podClaims     = `.spec.volumes[*].persistentVolumeClaim.claimName`
)

// boundVolumes are the PersistentVolumes, and which claim each one serves.
var boundVolumes = listing{
	what:   "PersistentVolumes",
	get:    []string{"persistentvolumes"},
	fields: []string{".metadata.name", ".spec.claimRef.namespace", ".spec.claimRef.name", ".spec.local.path", ".spec.hostPath.path", ".spec.nodeAffinity.required"},
}

// volume is a PersistentVolume in use.
type volume struct {
	name  string
	local bool                // its data lies on a node
	where *evict.NodeSelector // the nodes that reach it; nil: all
}

// readPods reads the pods, with the volumes that their claims are bound to.
func readPods(pods, volumes []byte) ([]evict.Pod, error) {
	bound, err := readVolumes(volumes)
	if err != nil {
		return nil, err
	}
	return lastPods.read(runningPods, pods, volumes, func(r *row) (evict.Pod, error) { return readPod(r, bound) })
}

var lastPods byLine[evict.Pod]

func readPod(r *row, bound map[string]volume) (evict.Pod, error) {
	p := evict.Pod{
		Namespace: r.text(".metadata.namespace"), Name: r.text(".metadata.name"), Node: r.text(".spec.nodeName"),
		Controller: r.text(podController), Mirror: r.text(podMirror) != "", Pending: r.text(".status.phase") == "Pending",
		Ready: r.text(readyStatus) == "True", Ending: r.text(".metadata.deletionTimestamp") != "", EmptyDir: r.text(podEmptyDir) != "",
		HostPorts: each[int](r, ".spec.containers[*].ports[*].hostPort"),
	}
	r.decode(".metadata.labels", &p.Labels)
	r.decode(".spec.nodeSelector", &p.NodeSelector)
	r.decode(".spec.affinity", &p.Affinity)
	r.decode(".spec.tolerations", &p.Tolerations)
	p.Requests = podRequests(r)
	for _, path := range strings.Fields(r.text(podHostPath)) {
		p.Local = append(p.Local, "hostPath "+path)
	}
	for _, claim := range strings.Fields(r.text(podClaims)) {
		v := bound[p.Namespace+"/"+claim]
		if v.local {
			p.Local = append(p.Local, "PersistentVolume "+v.name)
		}
		if v.where != nil {
			p.Bound = append(p.Bound, *v.where)
		}
	}
	if r.err != nil {
		return p, fmt.Errorf("%s: %w", p.String(), r.err)
	}
	return p, nil
}

// podRequests is what the scheduler reserves for a pod: what its containers ask for together with
// its sidecars, or the largest of its init containers, and its overhead. Source:
// https://kubernetes.io/docs/concepts/workloads/pods/init-containers/#resource-sharing-within-containers;
// from 1.32 on the pod itself may ask, and then counts.
func podRequests(r *row) evict.Amounts {
	sum := func(field string, add func(a, b evict.Amounts) evict.Amounts) evict.Amounts {
		total := evict.Amounts{}
		for _, texts := range each[map[string]string](r, field) {
			amounts, err := evict.ParseAmounts(texts)
			if err != nil && r.err == nil {
				r.err = err
			}
			total = add(total, amounts)
		}
		return total
	}
	sidecars := sum(podSidecars, evict.Amounts.Plus)
	initial := sum(".spec.initContainers[*].resources.requests", evict.Amounts.Max).Plus(sidecars)
	requests := sum(".spec.containers[*].resources.requests", evict.Amounts.Plus).Plus(sidecars).Max(initial)
	for name, n := range sum(".spec.resources.requests", evict.Amounts.Plus) {
		requests[name] = n
	}
	return requests.Plus(sum(".spec.overhead", evict.Amounts.Plus))
}

// readVolumes reads the PersistentVolumes that are bound, by the claim's namespace and name.
func readVolumes(stdout []byte) (map[string]volume, error) {
	rows, err := boundVolumes.rows(stdout)
	if err != nil {
		return nil, err
	}
	bound := map[string]volume{}
	for _, r := range rows {
		v := volume{name: r.text(".metadata.name"), local: r.text(".spec.local.path")+r.text(".spec.hostPath.path") != ""}
		r.decode(".spec.nodeAffinity.required", &v.where)
		if r.err != nil {
			return nil, fmt.Errorf("%s: %w", v.name, r.err)
		}
		if claim := r.text(".spec.claimRef.name"); claim != "" {
			bound[r.text(".spec.claimRef.namespace")+"/"+claim] = v
		}
	}
	return bound, nil
}

// placeableNodes are the nodes, as far as placing pods cares.
var placeableNodes = listing{
	what:   "nodes",
	get:    []string{"nodes"},
	fields: []string{".metadata.name", ".spec.unschedulable", readyStatus, ".metadata.labels", ".spec.taints", ".status.allocatable"},
}

func readNodes(stdout []byte) ([]evict.Node, error) {
	return lastNodes.read(placeableNodes, stdout, nil, readNode)
}

var lastNodes byLine[evict.Node]

func readNode(r *row) (evict.Node, error) {
	n := evict.Node{Name: r.text(".metadata.name"), Cordoned: r.text(".spec.unschedulable") == "true"}
	n.Open = r.text(readyStatus) == "True" && !n.Cordoned
	r.decode(".metadata.labels", &n.Labels)
	r.decode(".spec.taints", &n.Taints)
	var texts map[string]string
	r.decode(".status.allocatable", &texts)
	amounts, err := evict.ParseAmounts(texts)
	if r.err == nil {
		r.err = err
	}
	if r.err != nil {
		return n, fmt.Errorf("node %s: %w", n.Name, r.err)
	}
	n.Allocatable = amounts
	return n, nil
}
