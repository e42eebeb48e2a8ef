package twin

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"rung/engine/kube"
)

// object is an object of the API, as JSON has it.
type object = map[string]any

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// nodeObject is a node as the API serves it.
func (c *Cluster) nodeObject(h *host, now time.Time) object {
	k, spec := h.kubelet.at(now), h.spec.at(now)
	annotations := object{"node.alpha.kubernetes.io/ttl": "0", "volumes.kubernetes.io/controller-managed-attach-detach": "true"}
	if c.config.at(now).version.Minor < 34 {
		annotations["kubeadm.alpha.kubernetes.io/cri-socket"] = c.socketOf()
	}
	for key, value := range spec.annotations {
		annotations[key] = value
	}
	cpu, memory := h.room()
	machine := uid("machine", h.name)
	labels := object{"beta.kubernetes.io/arch": "amd64", "beta.kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64", "kubernetes.io/hostname": h.name, "kubernetes.io/os": "linux"}
	for _, role := range c.roles(h, now) {
		labels["node-role.kubernetes.io/"+role] = ""
	}
	fields := object{"podCIDR": fmt.Sprintf("10.244.%d.0/24", h.index%250)}
	var taints []any
	if roles := c.roles(h, now); len(roles) > 0 && c.shape.Workers > 0 {
		taints = append(taints, object{"effect": "NoSchedule", "key": "node-role.kubernetes.io/" + roles[len(roles)-1]})
	}
	if spec.unschedulable {
		fields["unschedulable"] = true
		taints = append(taints, object{"effect": "NoSchedule", "key": "node.kubernetes.io/unschedulable"})
	}
	if taints != nil {
		fields["taints"] = taints
	}
	return object{
		"apiVersion": "v1", "kind": "Node",
		"metadata": object{"annotations": annotations, "creationTimestamp": stamp(c.born), "labels": labels, "name": h.name, "uid": uid("node", h.name), "resourceVersion": "1168"},
		"spec":     fields,
		"status": object{
			"addresses":   []any{object{"address": h.ip, "type": "InternalIP"}, object{"address": h.name, "type": "Hostname"}},
			"allocatable": object{"cpu": quantityOfCPU(cpu), "ephemeral-storage": "243497856212", "memory": strconv.Itoa(memory) + "Ki", "pods": "110"},
			"capacity":    object{"cpu": "2", "ephemeral-storage": "264212084Ki", "memory": "24684084Ki", "pods": "110"},
			"conditions":  c.nodeConditions(h, now),
			"nodeInfo": object{
				"architecture": "amd64", "bootID": k.boot, "containerRuntimeVersion": c.runtimeOf(), "kernelVersion": h.booted(now).kernel,
				"kubeProxyVersion": "v" + k.version.String(), "kubeletVersion": "v" + k.version.String(), "machineID": strings.ReplaceAll(machine, "-", ""),
				"operatingSystem": "linux", "osImage": osImage, "systemUUID": machine,
			},
		},
	}
}

const osImage = "Rocky Linux 8.10 (Green Obsidian)"

// roles are the node-role labels of a node: kubeadm 1.20 to 1.23 knew control planes as masters, too, and
// 1.24 removes that label.
func (c *Cluster) roles(h *host, now time.Time) []string {
	switch {
	case !h.controlPlane:
		return nil
	case c.config.at(now).version.Minor < 24:
		return []string{"control-plane", "master"}
	}
	return []string{"control-plane"}
}

func (c *Cluster) nodeConditions(h *host, now time.Time) []any {
	beat, since := stamp(now.Truncate(heartbeat)), stamp(h.kubelet.at(now).ready)
	condition := func(kind, status, reason, message string) any {
		return object{"lastHeartbeatTime": beat, "lastTransitionTime": since, "message": message, "reason": reason, "status": status, "type": kind}
	}
	ready := condition("Ready", "True", "KubeletReady", "kubelet is posting ready status")
	pressure := "False"
	switch h.ready(now) {
	case "False":
		ready = condition("Ready", "False", "KubeletNotReady", "container runtime status check may not have completed yet")
	case "Unknown":
		pressure = "Unknown"
		ready = condition("Ready", "Unknown", "NodeStatusUnknown", "Kubelet stopped posting node status.")
	}
	disk := condition("DiskPressure", pressure, "KubeletHasNoDiskPressure", "kubelet has no disk pressure")
	if pressure == "False" && !h.pressed.IsZero() {
		disk = condition("DiskPressure", "True", "KubeletHasDiskPressure", "kubelet has disk pressure")
	}
	return []any{
		condition("MemoryPressure", pressure, "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
		disk,
		condition("PIDPressure", pressure, "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
		ready,
	}
}

// podView is a pod of any kind, ready to be shown.
type podView struct {
	namespace, name, node, ip, owner, ownerName string
	labels                                      object
	container, image                            string
	annotations, requests, selector             object
	tolerations                                 []any
	ready, emptyDir                             bool
	phase, claim                                string
	created                                     time.Time
	place                                       string // what the API sorts pods by
	shown                                       *shown // of it, where it is kept
}

// podViews are the pods of a namespace, or of all where it is empty, sorted as kubectl prints them.
func (c *Cluster) podViews(namespace string, now time.Time) []*podView {
	var views []*podView
	add := func(v podView) {
		v.place = v.namespace + "/" + v.name
		views = append(views, &v)
	}
	for _, p := range c.pods {
		if p.exists(now) && (namespace == "" || p.owner.namespace == namespace) {
			add(c.workloadPod(p, now))
		}
	}
	if namespace == "" || namespace == "kube-system" {
		for _, h := range c.hosts[:c.shape.ControlPlanes] {
			for _, component := range components {
				if h.image(component, now) != "" {
					add(c.staticPod(h, component, now))
				}
			}
		}
	}
	slices.SortStableFunc(views, byPlace)
	for _, set := range c.daemonSets(now) {
		if namespace == "" || namespace == set.namespace {
			views = merged(views, c.daemonViews(set, now))
		}
	}
	return views
}

func (c *Cluster) workloadPod(p *pod, now time.Time) podView {
	w := p.owner
	v := podView{
		namespace: w.namespace, name: p.name, node: p.nodeAt(now), owner: w.kind, ownerName: w.name, ready: c.podIsReady(p, now), emptyDir: w.emptyDir,
		container: w.name, created: p.created, phase: "Running", image: c.workloadImage(w, now), labels: object{"app": w.app}, requests: requestsOf(w.cpu, w.memory),
	}
	if w.kind == "Deployment" {
		v.owner, v.ownerName = "ReplicaSet", w.name+"-"+w.revision
	}
	switch {
	case w == c.dns:
		v.labels = object{"k8s-app": "kube-dns", "pod-template-hash": w.revision}
		v.tolerations = []any{
			object{"key": "CriticalAddonsOnly", "operator": "Exists"},
			object{"effect": "NoSchedule", "key": "node-role.kubernetes.io/control-plane"},
			object{"effect": "NoSchedule", "key": "node-role.kubernetes.io/master"},
		}
	case w.anywhere:
		v.tolerations = []any{object{"operator": "Exists"}}
	case w.elsewhere:
		v.selector = object{"twin/no-such-node": "true"}
	case w.node != "" && w.kind == "StatefulSet":
		v.claim = claimOf(w, p.name)
	case w.node != "":
		v.selector = object{"kubernetes.io/hostname": w.node}
	}
	if v.node == "" {
		v.phase = "Pending"
	} else {
		v.ip = fmt.Sprintf("10.244.%d.%d", c.byName[v.node].index%250, 2+hash(p.name)%200)
	}
	return v
}

// requestsOf are the requests of a container; none where it asks for nothing.
func requestsOf(cpu, memory int) object {
	requests := object{}
	if cpu > 0 {
		requests["cpu"] = strconv.Itoa(cpu) + "m"
	}
	if memory > 0 {
		requests["memory"] = strconv.Itoa(memory) + "Mi"
	}
	return requests
}

func (c *Cluster) coreDNSImage(now time.Time) string {
	repository := c.config.at(now).repository
	folder := "/coredns:"
	if v := c.config.at(now).version; v.Minor >= 21 && repository == kube.DefaultImageRepository(v) {
		folder = "/coredns/coredns:"
	}
	return repository + folder + c.coreDNS.at(now)
}

func (c *Cluster) daemonSetPod(set daemonSet, h *host, now time.Time) podView {
	namespace, name := set.namespace, set.name
	v := podView{
		namespace: namespace, name: c.daemonPod(name, h, now), node: h.name, ip: h.ip, owner: "DaemonSet", ownerName: name, container: name, phase: "Running",
		ready: h.ready(now) != "Unknown", created: c.born, image: set.images[0], labels: object{"app": name}, tolerations: []any{object{"operator": "Exists"}},
	}
	if name == "kube-proxy" {
		v.labels = object{"k8s-app": "kube-proxy"}
		if since := c.proxy.since(now); !since.IsZero() {
			v.created = since
		}
	}
	v.place = v.namespace + "/" + v.name
	return v
}

func (c *Cluster) proxyImage(now time.Time) string {
	return c.config.at(now).repository + "/kube-proxy:v" + c.proxy.at(now).String()
}

func (c *Cluster) staticPod(h *host, component string, now time.Time) podView {
	f, _ := h.disk.stat(manifests+"/"+component+".yaml", true, now) // its image was read from it
	return podView{
		namespace: "kube-system", name: component + "-" + h.name, node: h.name, ip: h.ip, owner: "Node", ownerName: h.name, container: component, image: h.image(component, now),
		labels: object{"component": component, "tier": "control-plane"}, ready: h.podReady(component, now), phase: "Running", created: f.mtime,
		requests: requestsOf(staticPodCPU[component], 0), tolerations: []any{object{"effect": "NoExecute", "operator": "Exists"}},
		annotations: object{"kubernetes.io/config.source": "file", "kubernetes.io/config.mirror": strconv.FormatUint(hash(f.data), 16), "kubernetes.io/config.hash": strconv.FormatUint(hash(f.data), 16)},
	}
}

// show is the pod as the API serves it.
func (v *podView) show() *shown {
	if v.shown == nil {
		return &shown{object: v.object()}
	}
	return v.shown
}

func (v *podView) object() object {
	status := map[bool]string{true: "True", false: "False"}[v.ready]
	metadata := object{"creationTimestamp": stamp(v.created), "labels": v.labels, "name": v.name, "namespace": v.namespace, "uid": uid(v.namespace, v.name)}
	if v.owner != "" {
		metadata["ownerReferences"] = []any{object{"apiVersion": "v1", "controller": true, "kind": v.owner, "name": v.ownerName, "uid": uid(v.owner, v.ownerName)}}
	}
	if v.annotations != nil {
		metadata["annotations"] = v.annotations
	}
	container := object{"name": v.container, "image": v.image, "resources": object{}}
	if len(v.requests) > 0 {
		container["resources"] = object{"requests": v.requests}
	}
	spec := object{"containers": []any{container}}
	if v.tolerations != nil {
		spec["tolerations"] = v.tolerations
	}
	if v.selector != nil {
		spec["nodeSelector"] = v.selector
	}
	var volumes []any
	if v.emptyDir {
		volumes = append(volumes, object{"name": "scratch", "emptyDir": object{}})
	}
	if v.claim != "" {
		volumes = append(volumes, object{"name": "data", "persistentVolumeClaim": object{"claimName": v.claim}})
	}
	if volumes != nil {
		spec["volumes"] = volumes
	}
	state := object{"conditions": []any{object{"status": status, "type": "Initialized"}, object{"status": status, "type": "Ready"}, object{"status": status, "type": "ContainersReady"}}, "phase": v.phase}
	if v.node != "" {
		spec["nodeName"] = v.node
		state["podIP"] = v.ip
		state["containerStatuses"] = []any{object{"name": v.container, "image": v.image, "ready": v.ready, "restartCount": 0, "started": v.ready}}
	}
	return object{"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec, "status": state}
}
