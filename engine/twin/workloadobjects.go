package twin

import (
	"fmt"
	"time"
)

// workloadObjects are the Deployments or StatefulSets of a namespace, or of all.
func (c *Cluster) workloadObjects(kind, namespace string, now time.Time) []object {
	var found []object
	for _, w := range c.workloads {
		if w.kind != kind || namespace != "" && namespace != w.namespace {
			continue
		}
		status := object{"observedGeneration": 1, "replicas": w.replicas, "updatedReplicas": w.replicas}
		if n := c.available(w, now); n > 0 { // zeros are left out
			status["availableReplicas"], status["readyReplicas"] = n, n
		}
		found = append(found, object{
			"apiVersion": "apps/v1", "kind": kind,
			"metadata": object{"creationTimestamp": stamp(c.born), "generation": 1, "name": w.name, "namespace": w.namespace, "uid": uid(kind, w.name)},
			"spec":     object{"replicas": w.replicas, "selector": object{"matchLabels": selectorOf(w.name, w.app)}, "template": object{"spec": object{"containers": []any{object{"name": w.name, "image": c.workloadImage(w, now)}}}}},
			"status":   status,
		})
	}
	return found
}

// selectorOf is what the pods of a workload are told by.
func selectorOf(name, app string) object {
	switch name {
	case "coredns":
		return object{"k8s-app": "kube-dns"}
	case "kube-proxy":
		return object{"k8s-app": "kube-proxy"}
	}
	return object{"app": app}
}

func (c *Cluster) workloadImage(w *workload, now time.Time) string {
	if w == c.dns {
		return c.coreDNSImage(now)
	}
	return "registry.example/" + w.name + ":1"
}

// daemonSetObjects are the DaemonSets of a namespace, or of all.
func (c *Cluster) daemonSetObjects(namespace string, now time.Time) []object {
	ready := c.hearing(now)
	var found []object
	for _, d := range c.daemonSets(now) {
		if namespace != "" && namespace != d.namespace {
			continue
		}
		var containers []any
		for i, image := range d.images {
			name := d.name
			if i > 0 {
				name = fmt.Sprintf("%s-%d", name, i+1)
			}
			containers = append(containers, object{"name": name, "image": image})
		}
		n := len(c.hosts)
		found = append(found, object{
			"apiVersion": "apps/v1", "kind": "DaemonSet",
			"metadata": object{"creationTimestamp": stamp(c.born), "name": d.name, "namespace": d.namespace, "uid": uid("ds", d.name)},
			"spec":     object{"selector": object{"matchLabels": selectorOf(d.name, d.name)}, "template": object{"spec": object{"containers": containers}}},
			"status":   object{"currentNumberScheduled": n, "desiredNumberScheduled": n, "numberAvailable": ready, "numberReady": ready, "updatedNumberScheduled": n},
		})
	}
	return found
}

// census is how many nodes were heard of at a time.
type census struct {
	at       time.Time
	restarts int // see Cluster
	nodes    int
}

// hearing is how many nodes the cluster hears of. Thousands of hosts ask at the same instant whether all is as it was.
func (c *Cluster) hearing(now time.Time) int {
	if c.heard.at.Equal(now) && c.heard.restarts == c.restarts {
		return c.heard.nodes
	}
	c.heard = census{at: now, restarts: c.restarts}
	for _, h := range c.hosts {
		if h.ready(now) != "Unknown" {
			c.heard.nodes++
		}
	}
	return c.heard.nodes
}

// volumeObjects are the PersistentVolumes: one for each pod whose data lies on a node.
func (c *Cluster) volumeObjects() []object {
	var found []object
	for _, w := range c.workloads {
		if w.node == "" || w.kind != "StatefulSet" {
			continue
		}
		for i := range w.replicas {
			name := fmt.Sprintf("local-%s-%d", w.name, i)
			found = append(found, object{
				"apiVersion": "v1", "kind": "PersistentVolume", "metadata": object{"creationTimestamp": stamp(c.born), "name": name, "uid": uid("pv", name)},
				"spec": object{
					"accessModes": []any{"ReadWriteOnce"}, "capacity": object{"storage": "10Gi"}, "local": object{"path": "/mnt/disks/" + w.name}, "storageClassName": "local",
					"claimRef": object{"apiVersion": "v1", "kind": "PersistentVolumeClaim", "name": claimOf(w, fmt.Sprintf("%s-%d", w.name, i)), "namespace": w.namespace},
					"nodeAffinity": object{"required": object{"nodeSelectorTerms": []any{object{"matchExpressions": []any{
						object{"key": "kubernetes.io/hostname", "operator": "In", "values": []any{w.node}},
					}}}}},
				},
				"status": object{"phase": "Bound"},
			})
		}
	}
	return found
}

// claimOf is the name of the claim of a StatefulSet's pod.
func claimOf(w *workload, pod string) string { return "data-" + pod }
