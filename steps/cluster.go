package steps

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"rung/engine/kube"
)

// cluster is what the API says of a cluster, as far as an upgrade cares.
type cluster struct {
	nodes []node
	pods  []pod // of kube-system
}

type node struct {
	Metadata struct {
		Name                string
		Labels, Annotations map[string]string
	}
	Spec   struct{ Unschedulable bool }
	Status struct {
		Conditions []condition
		Addresses  []struct{ Type, Address string }
		NodeInfo   struct{ KubeletVersion, ContainerRuntimeVersion, OSImage, KernelVersion string }
	}
}

type pod struct {
	Metadata struct {
		Name   string
		Labels map[string]string
	}
	Spec struct {
		NodeName   string
		Containers []struct{ Image string }
	}
	Status struct{ Conditions []condition }
}

type condition struct{ Type, Status string }

func ready(conditions []condition) bool {
	return slices.Contains(conditions, condition{"Ready", "True"})
}

// readCluster reads `kubectl get nodes -o json` and `get pods -o json`.
func readCluster(nodesJSON, podsJSON []byte) (cluster, error) {
	var nodes struct{ Items []node }
	var pods struct{ Items []pod }
	var ofPods error
	var both sync.WaitGroup
	both.Go(func() { ofPods = json.Unmarshal(podsJSON, &pods) }) // either may be of many megabytes
	ofNodes := json.Unmarshal(nodesJSON, &nodes)
	both.Wait()
	switch {
	case ofNodes != nil:
		return cluster{}, fmt.Errorf("kubectl's list of nodes is not understood: %w", ofNodes)
	case ofPods != nil:
		return cluster{}, fmt.Errorf("kubectl's list of pods is not understood: %w", ofPods)
	}
	if len(nodes.Items) == 0 {
		return cluster{}, fmt.Errorf("the cluster lists no nodes: is /etc/kubernetes/admin.conf its own?")
	}
	return cluster{nodes.Items, pods.Items}, nil
}

// controlPlane tells a control plane by its label: node-role.kubernetes.io/master up
// to 1.23, control-plane from 1.20.
func (n node) controlPlane() bool {
	_, master := n.Metadata.Labels["node-role.kubernetes.io/master"]
	_, plane := n.Metadata.Labels["node-role.kubernetes.io/control-plane"]
	return master || plane
}

// cordonedBy is the run that marked the node, as cordon does; empty where none did.
func (n node) cordonedBy() string { return n.Metadata.Annotations["rung-cordoned-by"] }

func (n node) address() string {
	for _, a := range n.Status.Addresses {
		if a.Type == "InternalIP" {
			return a.Address
		}
	}
	return ""
}

// kubelet is the version that the running kubelet reports; unset where it is none.
func (n node) kubelet() kube.Version {
	v, _ := kube.Parse(n.Status.NodeInfo.KubeletVersion)
	return v
}

// component is the name of what the pod runs: kubeadm labels its static pods with
// component, and its add-ons with k8s-app.
func (p pod) component() string {
	if name := p.Metadata.Labels["component"]; name != "" && p.Metadata.Labels["tier"] == "control-plane" {
		return name
	}
	switch p.Metadata.Labels["k8s-app"] {
	case "kube-proxy":
		return "kube-proxy"
	case "kube-dns":
		return "CoreDNS"
	}
	return ""
}

// imageTag is what follows the name in the image: "v1.21.14" of
// k8s.gcr.io/kube-proxy:v1.21.14@sha256:….
func (p pod) imageTag() string {
	if len(p.Spec.Containers) == 0 {
		return ""
	}
	return tagOf(p.Spec.Containers[0].Image)
}

// untagged is an image without its tag and digest.
func untagged(image string) string {
	image, _, _ = strings.Cut(image, "@")
	if colon := strings.LastIndexByte(image, ':'); colon > strings.LastIndexByte(image, '/') {
		image = image[:colon]
	}
	return image
}

func tagOf(image string) string {
	image, _, _ = strings.Cut(image, "@")
	_, tag, _ := strings.Cut(image[strings.LastIndexByte(image, '/')+1:], ":")
	return tag
}

// release is the version of Kubernetes that the image names; unset where it names none.
func (p pod) release() kube.Version {
	v, _ := kube.Parse(p.imageTag())
	return v
}

// components are all instances of one component of Kubernetes; the version is unset where
// the image does not say one.
func (c cluster) components(name string) []kube.Component {
	var list []kube.Component
	for _, p := range c.pods {
		if p.component() == name {
			list = append(list, kube.Component{Name: name, Node: p.Spec.NodeName, Version: p.release()})
		}
	}
	return list
}

// skew is the cluster as the version-skew policy sees it.
func (c cluster) skew() kube.Cluster {
	var kubelets []kube.Component
	for _, n := range c.nodes {
		kubelets = append(kubelets, kube.Component{Name: "kubelet", Node: n.Metadata.Name, Version: n.kubelet()})
	}
	return kube.Cluster{
		APIServers:         c.components("kube-apiserver"),
		ControllerManagers: c.components("kube-controller-manager"),
		Schedulers:         c.components("kube-scheduler"),
		KubeProxies:        c.components("kube-proxy"),
		Kubelets:           kubelets,
	}
}
