package twin

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"rung/engine/kube"
)

// oddities are what a cluster has that few others have: what an upgrade should be told of before it
// begins. See [Cluster.Hazard]. They are there from the start and do not change.
type oddities struct {
	runtime, socket string                       // of every node
	kernel          string                       // of every host
	cgroup          string                       // file system of /sys/fs/cgroup
	extraArgs       map[string]map[string]string // in ClusterConfiguration: apiServer → flag → value
	etcdTag         string                       // imageTag of etcd in ClusterConfiguration
	kubeletLines    string                       // more of KubeletConfiguration
	corefile        string                       // lines of the server block
	proxyMode       string                       // of kube-proxy
	metrics         []string                     // of every apiserver
	objects         map[string][]object          // by plural name
	daemonSets      []daemonSet
}

// otherKinds are the kinds of which a twin has no objects but those of its oddities: by plural name, the
// group, and whether it is in namespaces.
var otherKinds = map[string]struct {
	kind, group string
	namespaced  bool
}{
	"secrets":                         {"Secret", "", true},
	"persistentvolumes":               {"PersistentVolume", "", false},
	"statefulsets":                    {"StatefulSet", "apps", true},
	"podsecuritypolicies":             {"PodSecurityPolicy", "policy", false},
	"ingresses":                       {"Ingress", "networking.k8s.io", true},
	"networkpolicies":                 {"NetworkPolicy", "networking.k8s.io", true},
	"cronjobs":                        {"CronJob", "batch", true},
	"horizontalpodautoscalers":        {"HorizontalPodAutoscaler", "autoscaling", true},
	"customresourcedefinitions":       {"CustomResourceDefinition", "apiextensions.k8s.io", false},
	"validatingwebhookconfigurations": {"ValidatingWebhookConfiguration", "admissionregistration.k8s.io", false},
	"mutatingwebhookconfigurations":   {"MutatingWebhookConfiguration", "admissionregistration.k8s.io", false},
	"clusterroles":                    {"ClusterRole", "rbac.authorization.k8s.io", false},
	"clusterrolebindings":             {"ClusterRoleBinding", "rbac.authorization.k8s.io", false},
	"roles":                           {"Role", "rbac.authorization.k8s.io", true},
	"rolebindings":                    {"RoleBinding", "rbac.authorization.k8s.io", true},
	"storageclasses":                  {"StorageClass", "storage.k8s.io", false},
	"csidrivers":                      {"CSIDriver", "storage.k8s.io", false},
	"priorityclasses":                 {"PriorityClass", "scheduling.k8s.io", false},
	"runtimeclasses":                  {"RuntimeClass", "node.k8s.io", false},
	"workloads":                       {"Workload", "scheduling.k8s.io", true},
	"podgroups":                       {"PodGroup", "scheduling.k8s.io", true},
	"resourceclaims":                  {"ResourceClaim", "resource.k8s.io", true},
}

// served tells whether an apiserver of that version has a resource at all.
func (c *Cluster) served(plural string, v kube.Version) bool {
	switch plural {
	case "podsecuritypolicies":
		return v.Minor < 25
	case "workloads", "podgroups", "resourceclaims": // nobody turns them on without a use for them
		return len(c.odd.objects[plural]) > 0
	}
	return true
}

// otherObjects are the objects of such a kind in a namespace, or in all.
func (c *Cluster) otherObjects(plural, namespace string) []object {
	var found []object
	for _, o := range c.odd.objects[plural] {
		if !otherKinds[plural].namespaced || namespace == "" || textAt(o, "metadata", "namespace") == namespace {
			found = append(found, o)
		}
	}
	return found
}

// addObject adds an object to those of its kind.
func (c *Cluster) addObject(plural string, o object) {
	if c.odd.objects == nil {
		c.odd.objects = map[string][]object{}
	}
	o["kind"] = otherKinds[plural].kind
	c.odd.objects[plural] = append(c.odd.objects[plural], o)
}

// apiResources is `kubectl api-resources -o name --api-group GROUP`.
func (k *kubectlCall) apiResources() int {
	if k.option("-o", "--output") != "name" || k.option("--api-group") == "" {
		return k.usage()
	}
	group := k.option("--api-group")
	var names []string
	for plural, kind := range otherKinds {
		if kind.group == group && k.cluster.served(plural, k.server.componentVersion("kube-apiserver", k.now())) {
			names = append(names, plural+"."+group)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		k.outf("%s\n", name)
	}
	return 0
}

// metrics is a little of what an apiserver measures.
func (k *kubectlCall) metrics() int {
	k.outf("# HELP apiserver_requested_deprecated_apis Gauge of deprecated APIs that have been requested, broken out by API group, version, resource, subresource, and removed_release.\n# TYPE apiserver_requested_deprecated_apis gauge\n")
	if k.server.componentVersion("kube-apiserver", k.now()).Minor < 25 { // the garbage collector watches all that can be deleted
		k.outf("%s\n", requested("policy", "v1beta1", "podsecuritypolicies", "1.25"))
	}
	for _, line := range k.cluster.odd.metrics {
		k.outf("%s\n", line)
	}
	k.outf("apiserver_request_total{code=\"200\",resource=\"nodes\",verb=\"LIST\"} 4711\n")
	return 0
}

// requested is the metric of a deprecated API that somebody asked for.
func requested(group, version, resource, removed string) string {
	return fmt.Sprintf("apiserver_requested_deprecated_apis{group=%q,removed_release=%q,resource=%q,subresource=\"\",version=%q} 1", group, removed, resource, version)
}

// runtimeOf is the container runtime as nodes name it: containerd 2 where the cluster began with a minor
// that came after it.
func (c *Cluster) runtimeOf() string {
	switch {
	case c.odd.runtime != "":
		return c.odd.runtime
	case c.shape.Version.Minor >= 33:
		return "containerd://2.1.4"
	}
	return "containerd://1.6.20"
}

func (c *Cluster) socketOf() string {
	if c.odd.socket != "" {
		return c.odd.socket
	}
	return "unix:///run/containerd/containerd.sock"
}

// configSection is the part of ClusterConfiguration for one component: a table of flags, and from v1beta4 a list.
func (c *Cluster) configSection(key, api string) string {
	args := c.odd.extraArgs[key]
	if len(args) == 0 {
		return key + ": {}\n"
	}
	text := key + ":\n  extraArgs:\n"
	var flags []string
	for flag := range args {
		flags = append(flags, flag)
	}
	slices.Sort(flags)
	for _, flag := range flags {
		if api == "v1beta4" {
			text += fmt.Sprintf("  - name: %s\n    value: %s\n", flag, yamlScalar(args[flag]))
		} else {
			text += fmt.Sprintf("    %s: %s\n", flag, yamlScalar(args[flag]))
		}
	}
	return text
}

// sections are the components by their key in ClusterConfiguration.
var sections = map[string]string{"kube-apiserver": "apiServer", "kube-controller-manager": "controllerManager", "kube-scheduler": "scheduler"}

// withExtraArgs are the flags of a component, with those that ClusterConfiguration adds.
func (c *Cluster) withExtraArgs(component, flags string) string {
	args := c.odd.extraArgs[sections[component]]
	if len(args) == 0 {
		return flags
	}
	lines := strings.SplitAfter(strings.TrimSuffix(flags, "\n"), "\n")
	lines[len(lines)-1] += "\n"
	for flag, value := range args {
		lines = append(lines, "    - --"+flag+"="+value+"\n")
	}
	slices.Sort(lines)
	return strings.Join(lines, "")
}

// indented puts something before every line of a text.
func indented(text, by string) string {
	if text == "" {
		return ""
	}
	return by + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n"+by) + "\n"
}

// statSystem is stat -f -c %T: what kind of file system it is.
func (p *process) statSystem(names []string, format string) int {
	for _, name := range names {
		kind := "xfs"
		if name == "/sys/fs/cgroup" {
			kind = cmp.Or(p.cluster.odd.cgroup, "cgroup2fs")
		}
		p.outf("%s\n", strings.NewReplacer("%T", kind, "%n", name).Replace(format))
	}
	return 0
}
