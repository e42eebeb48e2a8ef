package kube

import (
	_ "embed"
	"encoding/json"
	"slices"
	"strings"
)

// removal is what one minor of Kubernetes does not know any more, though the one before did.
type removal struct {
	Minor        string              `json:"minor"`
	Flags        map[string][]string `json:"flags"`
	Gates        []string            `json:"gates"`
	KubeadmGates []string            `json:"kubeadm_gates"`
	APIs         []RemovedAPI        `json:"apis"`
}

// RemovedAPI is a version of a group that an apiserver stops serving for some kinds.
type RemovedAPI struct {
	Version string   `json:"version"` // with its group: policy/v1beta1
	Kinds   []string `json:"kinds"`
	Now     string   `json:"now"` // what serves the kinds instead; empty where nothing does
}

// The file is made from the sources of each minor's last patch: flag sets of cmd/*/app/options,
// feature names of pkg/features and the staging repositories, the APILifecycleRemoved methods of
// k8s.io/api, and https://kubernetes.io/docs/reference/using-api/deprecation-guide/.
//
//go:embed removals.json
var removalsJSON []byte

var removals = func() map[int]removal {
	var list []removal
	if err := json.Unmarshal(removalsJSON, &list); err != nil {
		panic("removals.json: " + err.Error()) // embedded: a test of this package sees it
	}
	byMinor := map[int]removal{}
	for _, r := range list {
		byMinor[mustMinor(r.Minor)] = r
	}
	return byMinor
}()

// RemovedFlag is the minor that does not start a component with a flag any more, among those above
// from, up to and with to; false where all of them still take it. Components are kubelet,
// kube-apiserver, kube-controller-manager, kube-scheduler and kube-proxy.
func RemovedFlag(component, flag string, from, to Version) (minor int, gone bool) {
	for minor := from.Minor + 1; minor <= to.Minor; minor++ {
		flags := removals[minor].Flags
		if slices.Contains(flags[component], flag) || slices.Contains(flags["all-components"], flag) ||
			component == "kubelet" && slices.Contains(removedKubeletFlags[minor], flag) {
			return minor, true
		}
	}
	return 0, false
}

// RemovedGate is the minor, among those above from up to and with to, whose components do not know
// a feature gate any more, and so do not start with it.
func RemovedGate(gate string, from, to Version) (minor int, gone bool) {
	for minor := from.Minor + 1; minor <= to.Minor; minor++ {
		if slices.Contains(removals[minor].Gates, gate) {
			return minor, true
		}
	}
	return 0, false
}

// RemovedKubeadmGate is [RemovedGate] for kubeadm's own gates, those in ClusterConfiguration.
func RemovedKubeadmGate(gate string, from, to Version) (minor int, gone bool) {
	for minor := from.Minor + 1; minor <= to.Minor; minor++ {
		if slices.Contains(removals[minor].KubeadmGates, gate) {
			return minor, true
		}
	}
	return 0, false
}

// RemovedKind is what becomes of a kind in a version of its group (Ingress in networking.k8s.io/v1beta1) on the
// way between two versions: the minor that serves it no more, and what does instead.
func RemovedKind(groupVersion, kind string, from, to Version) (minor int, now string, gone bool) {
	for minor := from.Minor + 1; minor <= to.Minor; minor++ {
		for _, api := range removals[minor].APIs {
			if api.Version == groupVersion && slices.Contains(api.Kinds, kind) {
				return minor, api.Now, true
			}
		}
	}
	return 0, "", false
}

// replacementOf is what serves a resource instead of a removed version; empty where nothing does, or nobody knows.
func replacementOf(groupVersion, resource string, minor int) string {
	for _, api := range removals[minor].APIs {
		for _, kind := range api.Kinds {
			if api.Version == groupVersion && strings.HasPrefix(resource, strings.ToLower(kind[:len(kind)-1])) {
				return api.Now
			}
		}
	}
	return ""
}
