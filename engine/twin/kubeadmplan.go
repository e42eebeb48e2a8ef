package twin

import (
	"fmt"
	"strings"
	"time"

	"rung/engine/kube"
)

// plan is `kubeadm upgrade plan [VERSION]`. Without a version it proposes kubeadm's own, as the real one
// does where it cannot ask the internet.
func (k *kubeadmCall) plan() int {
	target, ok := k.operand()
	if !ok {
		k.errf("%scouldn't parse version %q\n", k.errorPrefix(), k.operands[2])
		return kube.ValidationExitCode(k.own)
	}
	if k.option("-o", "--output") != "" && k.option("-o", "--output") != "text" {
		return k.usage()
	}
	if target.IsZero() {
		target = k.own
		k.errf("W0101 version.go:109] could not fetch a Kubernetes version from the internet\nW0101 version.go:110] falling back to the local client version: v%s\n", k.own)
	}
	if !k.needsControlPlane() {
		return 1
	}
	k.charge(500 * time.Millisecond)
	if !k.reachesAPI() {
		return 1
	}
	k.outf("[preflight] Running pre-flight checks.\n")
	k.reading("[upgrade/config]", "upgrade/config")
	k.outf("[upgrade] Running cluster health checks\n")
	if code := k.healthChecks(); code != 0 {
		return code
	}
	now := k.now()
	cluster := k.cluster.newest(now)
	letter, word := "v", "Target version"
	switch kube.PlanEraOf(k.own) {
	case kube.PlanAvailable:
		word = "Latest stable version"
	case kube.PlanPerNode, kube.PlanUploadHint:
		letter = ""
	}
	k.outf("[upgrade] Fetching available versions to upgrade to\n[upgrade/versions] Cluster version: %s%s\n[upgrade/versions] kubeadm version: v%s\n[upgrade/versions] %s: v%s\n[upgrade/versions] Latest version in the v%s series: v%s\n\n",
		letter, cluster, k.own, word, target, cluster.MinorString(), target)
	if !cluster.Less(target) {
		return 0
	}
	k.planTables(cluster, target)
	return 0
}

// newest is the newest apiserver's version.
func (c *Cluster) newest(now time.Time) kube.Version {
	var all []kube.Version
	for _, h := range c.hosts[:c.shape.ControlPlanes] {
		all = append(all, h.componentVersion("kube-apiserver", now))
	}
	return kube.Newest(all)
}

// planTables prints what would be upgraded, and the state of the component configs.
func (k *kubeadmCall) planTables(cluster, target kube.Version) {
	word := "TARGET"
	if kube.PlanEraOf(k.own) == kube.PlanAvailable {
		word = "AVAILABLE"
	}
	kubelets, control := [][]string{{"COMPONENT", "CURRENT", word}}, [][]string{{"COMPONENT", "CURRENT", word}}
	if kube.PlanEraOf(k.own) >= kube.PlanPerNode {
		kubelets, control = k.rowsPerNode(target)
	} else {
		kubelets = append(kubelets, k.kubeletCounts(target)...)
		control = append(control, k.rowsPerCluster(cluster, target)...)
	}
	k.outf("Components that must be upgraded manually after you have upgraded the control plane with 'kubeadm upgrade apply':\n%s\n", columns(kubelets, 10))
	k.outf("Upgrade to the latest version in the v%s series:\n\n%s\n", cluster.MinorString(), columns(control, 10))
	k.outf("You can now apply the upgrade by executing the following command:\n\n\tkubeadm upgrade apply v%s\n\n", target)
	if k.own.Less(target) {
		k.outf("Note: Before you can perform this upgrade, you have to update kubeadm to v%s.\n\n", target)
	}
	line := strings.Repeat("_", 69)
	kubelet := "v1beta1           v1beta1             no"
	if k.cluster.oldConfigs && k.option("--config") == "" { // as where a group has moved on, and kubeadm converts nothing
		kubelet = "v1beta1           v1                  yes"
	}
	k.outf(`%s


The table below shows the current state of component configs as understood by this version of kubeadm.
Configs that have a "yes" mark in the "MANUAL UPGRADE REQUIRED" column require manual config upgrade or
resetting to kubeadm defaults before a successful upgrade can be performed. The version to manually
upgrade to is denoted in the "PREFERRED VERSION" column.

API GROUP                 CURRENT VERSION   PREFERRED VERSION   MANUAL UPGRADE REQUIRED
kubeproxy.config.k8s.io   v1alpha1          v1alpha1            no
kubelet.config.k8s.io     %s
%s

`, line, kubelet, line)
}

// rowsPerNode are the tables from 1.30 on.
func (k *kubeadmCall) rowsPerNode(target kube.Version) (kubelets, control [][]string) {
	c, now := k.cluster, k.now()
	head := []string{"COMPONENT", "NODE", "CURRENT", "TARGET"}
	kubelets, control = [][]string{head}, [][]string{head}
	for _, h := range c.hosts {
		kubelets = append(kubelets, []string{"kubelet", h.name, "v" + h.kubelet.at(now).version.String(), "v" + target.String()})
	}
	planes := c.hosts[:c.shape.ControlPlanes]
	for _, component := range components[1:] {
		for _, h := range planes {
			control = append(control, []string{component, h.name, h.imageTag(component, now), "v" + target.String()})
		}
	}
	shipped, _ := kube.ShippedBy(k.own) // it knows of no later ones
	control = append(control, []string{"kube-proxy", "", c.proxy.at(now).String(), "v" + target.String()}, []string{"CoreDNS", "", c.coreDNS.at(now), shipped.CoreDNS})
	for _, h := range planes {
		if h.hasComponent("etcd") {
			control = append(control, []string{"etcd", h.name, h.imageTag("etcd", now), shipped.Etcd})
		}
	}
	return kubelets, control
}

// kubeletCounts are the kubelets up to 1.29: how many of each version.
func (k *kubeadmCall) kubeletCounts(target kube.Version) [][]string {
	counts := map[kube.Version]int{}
	var order []kube.Version
	for _, kubelet := range k.cluster.kubelets(k.now()) {
		if counts[kubelet.Version]++; counts[kubelet.Version] == 1 {
			order = append(order, kubelet.Version)
		}
	}
	var rows [][]string
	for i, v := range order {
		name := "kubelet"
		if i > 0 {
			name = ""
		}
		rows = append(rows, []string{name, fmt.Sprintf("%d x v%s", counts[v], v), "v" + target.String()})
	}
	return rows
}

// rowsPerCluster are the components up to 1.29.
func (k *kubeadmCall) rowsPerCluster(cluster, target kube.Version) [][]string {
	c, now := k.cluster, k.now()
	var rows [][]string
	for _, component := range components[1:] {
		rows = append(rows, []string{component, "v" + cluster.String(), "v" + target.String()})
	}
	shipped, _ := kube.ShippedBy(k.own) // it knows of no later ones
	rows = append(rows, []string{"kube-proxy", "v" + c.proxy.at(now).String(), "v" + target.String()}, []string{"CoreDNS", c.coreDNS.at(now), shipped.CoreDNS})
	if !c.shape.ExternalEtcd {
		rows = append(rows, []string{"etcd", k.host.imageTag("etcd", now), shipped.Etcd})
	}
	return rows
}
