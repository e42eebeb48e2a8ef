package facts

import (
	"strings"

	"rung/engine/step"
)

// admin is how kubectl is called on a control plane.
var admin = []string{"kubectl", "--kubeconfig", "/etc/kubernetes/admin.conf"}

// A listing asks for some fields of every object of a kind: a line for each object, fields apart by tabs. Whole pods of a
// large cluster would be gigabytes.
type listing struct {
	get    []string
	fields []string // as jsonpath has them
}

const ready = `.status.conditions[?(@.type=="Ready")].status`

var (
	nodeList = listing{
		get: []string{"nodes"},
		fields: []string{
			".metadata.name", ready, ".spec.unschedulable", ".status.nodeInfo.kubeletVersion", ".status.nodeInfo.containerRuntimeVersion",
			".status.nodeInfo.osImage", `.status.addresses[?(@.type=="InternalIP")].address`, ".status.allocatable.cpu", ".status.allocatable.memory",
			".status.allocatable.pods", ".metadata.labels", ".spec.taints",
		},
	}
	workloadList = listing{
		get: []string{"deployments.apps,statefulsets.apps,daemonsets.apps", "--all-namespaces"},
		fields: []string{
			".kind", ".metadata.namespace", ".metadata.name", ".spec.replicas", ".status.readyReplicas", ".status.desiredNumberScheduled",
			".status.numberReady", ".spec.selector.matchLabels",
		},
	}
	podList = listing{
		get: []string{"pods", "--all-namespaces", "--field-selector", "status.phase!=Succeeded,status.phase!=Failed"},
		fields: []string{
			".metadata.namespace", ".metadata.name", ".spec.nodeName", ".status.phase", ready,
			".metadata.ownerReferences[?(@.controller==true)].kind", ".metadata.ownerReferences[?(@.controller==true)].name", ".metadata.labels",
			".spec.containers[*].resources.requests", ".spec.volumes[?(@.emptyDir)].name", ".spec.volumes[*].hostPath.path",
			`.metadata.annotations.kubernetes\.io/config\.mirror`,
		},
	}
	budgetList = listing{
		get: []string{"poddisruptionbudgets", "--all-namespaces"},
		fields: []string{
			".metadata.namespace", ".metadata.name", ".spec.minAvailable", ".spec.maxUnavailable", ".spec.selector.matchLabels",
			".status.disruptionsAllowed", ".status.currentHealthy", ".status.desiredHealthy",
		},
	}
	configQuestion = step.Command{Argv: append(admin[:3:3], "-n", "kube-system", "get", "configmap", "kubeadm-config", "-o", "jsonpath={.data.ClusterConfiguration}")}
)

// Survey is what a control plane is asked, besides what the playbook asks, so that a cluster can be simulated.
func Survey() []step.Command {
	return []step.Command{nodeList.question(), workloadList.question(), podList.question(), budgetList.question(), configQuestion}
}

func (l listing) question() step.Command {
	fields := make([]string, len(l.fields))
	for i, field := range l.fields {
		fields[i] = "{" + field + "}"
	}
	template := "jsonpath={range .items[*]}" + strings.Join(fields, `{"\t"}`) + `{"\n"}{end}`
	return step.Command{Argv: append(append(append(admin[:3:3], "get"), l.get...), "-o", template)}
}
