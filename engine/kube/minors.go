package kube

import "fmt"

// The minors of Kubernetes 1 whose kubeadm this package knows; see [Known].
const (
	OldestMinor = 20
	NewestMinor = 37
)

// Known tells whether the facts in this package cover the minor of v. For others its
// rules still hold, but what kubeadm ships and prints is a guess.
func Known(v Version) bool {
	return v.Major == 1 && v.Minor >= OldestMinor && v.Minor <= NewestMinor
}

// PlanEra is a shape of what `kubeadm upgrade plan` prints.
type PlanEra int

// The eras. Cluster version and CURRENT of kube-proxy have a leading v before PlanPerNode
// and none from it on.
const (
	PlanAvailable  PlanEra = iota + 1 // 1.20: COMPONENT CURRENT AVAILABLE, "Latest stable version:"
	PlanTarget                        // 1.21 to 1.29: COMPONENT CURRENT TARGET, kubelets counted as "5 x v1.20.0"
	PlanPerNode                       // 1.30 and 1.31: COMPONENT NODE CURRENT TARGET, a row for every node
	PlanUploadHint                    // 1.32 on: the same table, the hint names `kubeadm init phase upload-config`
)

// PlanEraOf is the era of a kubeadm.
func PlanEraOf(kubeadm Version) PlanEra {
	switch {
	case kubeadm.Minor <= 20:
		return PlanAvailable
	case kubeadm.Minor <= 29:
		return PlanTarget
	case kubeadm.Minor <= 31:
		return PlanPerNode
	}
	return PlanUploadHint
}

// PlanAPI is the API version of `kubeadm upgrade plan -o json`: v1alpha2 is one document
// for each available upgrade, after a line of plain text; v1alpha3 is one document, and
// empty output where nothing is available. It is empty below 1.25, which has no JSON.
func PlanAPI(kubeadm Version) string {
	switch {
	case kubeadm.Minor < 25:
		return ""
	case kubeadm.Minor < 30:
		return "output.kubeadm.k8s.io/v1alpha2"
	}
	return "output.kubeadm.k8s.io/v1alpha3"
}

// HasPlanJSON tells whether `kubeadm upgrade plan` knows -o json: from 1.25.
func HasPlanJSON(kubeadm Version) bool { return PlanAPI(kubeadm) != "" }

// UpgradeSuccessLine is the line with which `kubeadm upgrade apply` of the version it
// installs says that it is done. Show it; judge by the state of the cluster.
func UpgradeSuccessLine(v Version) string {
	if v.Minor >= 32 {
		return fmt.Sprintf("[upgrade] SUCCESS! A control plane node of your cluster was upgraded to %q.", printed(v))
	}
	return fmt.Sprintf("[upgrade/successful] SUCCESS! Your cluster was upgraded to %q. Enjoy!", printed(v))
}

// PreflightExitCode is how kubeadm exits when a preflight check fails: 2, and 1 from 1.34,
// where every error is 1.
func PreflightExitCode(kubeadm Version) int {
	if kubeadm.Minor >= 34 {
		return 1
	}
	return 2
}

// ValidationExitCode is how kubeadm exits on arguments it cannot accept: 3, and 1 from
// 1.34. A refusal by the version policy is neither, and always 1.
func ValidationExitCode(kubeadm Version) int {
	if kubeadm.Minor >= 34 {
		return 1
	}
	return 3
}

// KubeletConfigMap is the name of the ConfigMap in kube-system that holds the kubelets'
// configuration: one for each minor up to 1.23, and "kubelet-config" since.
func KubeletConfigMap(v Version) string {
	if v.Minor <= 23 {
		return "kubelet-config-" + v.MinorString()
	}
	return "kubelet-config"
}

// PatchesFlag is the flag by which kubeadm upgrade takes a folder of patches for what it writes.
// Source: cmd/kubeadm/app/cmd/options/constant.go of 1.20 and 1.23; both names in 1.22.
func PatchesFlag(kubeadm Version) string {
	if kubeadm.Minor <= 21 {
		return "--experimental-patches"
	}
	return "--patches"
}

// AddonsComeLast tells whether this kubeadm upgrades CoreDNS and kube-proxy with the last
// control plane (from 1.28). Older ones do it with the first, so that in a cluster of
// several control planes kube-proxy is above some apiservers until the last has followed:
// the one exception to R3 that cannot be avoided.
func AddonsComeLast(kubeadm Version) bool { return kubeadm.Minor >= 28 }

// EtcdFollowsAPIServer tells whether this kubeadm restarts stacked etcd, and renews its
// certificates, whenever the apiserver's manifest changes (from 1.31), not only for a new
// version of etcd.
func EtcdFollowsAPIServer(kubeadm Version) bool { return kubeadm.Minor >= 31 }

// HasUpgradePhases tells whether `kubeadm upgrade apply` has phases and --skip-phases, and
// `upgrade node` its addon and post-upgrade phases (from 1.32).
func HasUpgradePhases(kubeadm Version) bool { return kubeadm.Minor >= 32 }

// TakesUpgradeConfiguration tells whether `kubeadm upgrade --config` wants a document of
// kind UpgradeConfiguration (from 1.30) and nothing else.
func TakesUpgradeConfiguration(kubeadm Version) bool { return kubeadm.Minor >= 30 }

// PublishedUpstream tells whether pkgs.k8s.io has packages of v: from 1.24.0, in one
// repository for each minor. Older releases are to be had from a mirror or a local
// repository only: the legacy repositories were removed on 2024-03-04.
func PublishedUpstream(v Version) bool {
	return !v.Less(Version{Major: 1, Minor: 24})
}
