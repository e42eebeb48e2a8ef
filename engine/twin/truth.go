package twin

import (
	"fmt"

	"rung/engine/kube"
)

// Truth is what runs at one moment, as no tool tells it: kubectl has to ask an apiserver that may be gone, and
// sees one moment of a command that takes minutes. Tests hold a run against it at every moment.
type Truth struct {
	Cluster   kube.Cluster // the versions that run; kubectl where admin.conf is, for nobody uses it elsewhere
	Serving   []string     // control planes whose apiserver answers
	Members   []string     // control planes whose etcd answers; empty where etcd is external
	Cordoned  []string
	Disturbed []string     // workloads with fewer Ready pods than their disruption budget wants
	Kubelets  kube.Version // whose kubeadm has written the ConfigMap that kubelets are configured from
	Units     []Unit       // transient units of systemd that are at work
}

// Unit is a transient unit of a host.
type Unit struct{ Host, Name string }

// Truth is the cluster as it is now.
func (c *Cluster) Truth() Truth {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.clock.Now()
	t := Truth{Kubelets: c.kubeletConfig.at(now)}
	component := func(list *[]kube.Component, name string, h *host, v kube.Version) {
		if !v.IsZero() { // a static pod without a manifest does not run
			*list = append(*list, kube.Component{Name: name, Node: h.name, Version: v})
		}
	}
	for _, h := range c.hosts {
		for name, u := range h.units {
			if !u.start.After(now) && u.end.After(now) {
				t.Units = append(t.Units, Unit{h.name, name})
			}
		}
		component(&t.Cluster.Kubelets, "kubelet", h, h.kubelet.at(now).version)
		component(&t.Cluster.KubeProxies, "kube-proxy", h, c.proxy.at(now))
		if h.spec.at(now).unschedulable {
			t.Cordoned = append(t.Cordoned, h.name)
		}
		if !h.controlPlane {
			continue
		}
		component(&t.Cluster.APIServers, "kube-apiserver", h, h.componentVersion("kube-apiserver", now))
		component(&t.Cluster.ControllerManagers, "kube-controller-manager", h, h.componentVersion("kube-controller-manager", now))
		component(&t.Cluster.Schedulers, "kube-scheduler", h, h.componentVersion("kube-scheduler", now))
		component(&t.Cluster.Kubectls, "kubectl", h, h.binary("kubectl", now))
		if h.apiserver(now) == serves {
			t.Serving = append(t.Serving, h.name)
		}
		if h.hasComponent("etcd") && h.etcdUp(now) {
			t.Members = append(t.Members, h.name)
		}
	}
	for _, b := range c.disturbed(now) {
		s := c.standing(b, now)
		t.Disturbed = append(t.Disturbed, fmt.Sprintf("%s/%s: %d Ready, its budget wants %d", b.namespace, b.name, s.healthy, s.desired))
	}
	return t
}
