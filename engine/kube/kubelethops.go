package kube

import "slices"

// NeedsDrain tells whether a node must be drained before its kubelet goes from one version
// to another: always when the minor changes, or is not known (R8); for a patch, as patches
// says.
func NeedsDrain(from, to Version, patches bool) bool {
	if from.IsZero() || !SameMinor(from, to) {
		return true
	}
	return patches && from != to
}

// KubeletMayWait tells whether a kubelet may stay as it is while the control plane goes to
// target: the official policy allows it (R2), and so does the kubeadm of that version,
// without --force. It decides by minors.
func KubeletMayWait(kubelet, target Version) bool {
	if kubelet.IsZero() || kubelet.Major != target.Major {
		return false
	}
	skew := Skew(target, kubelet)
	return skew >= 0 && skew <= min(KubeletMaxSkew(kubelet), KubeadmKubeletSkew(target))
}

// KubeletHops picks from the hops of a ladder those that a kubelet has to make when it
// skips as many as it may: one is skipped only when the kubelet may wait through it and
// through the next one. The last hop is never skipped. Below 1.28 nothing is, because
// kubeadm itself wants every kubelet within one minor.
func KubeletHops(kubelet Version, hops []Version) []Version {
	var made []Version
	for i, hop := range hops {
		last := i == len(hops)-1
		if last || !KubeletMayWait(kubelet, hop) || !KubeletMayWait(kubelet, hops[i+1]) {
			made = append(made, hop)
			kubelet = hop
		}
	}
	return made
}

// FlagCleanUp is a change that the kubeadm of one single minor makes to the kubelet's flags
// in /var/lib/kubelet/kubeadm-flags.env, and no other: a node that skips that minor keeps
// the old flag.
type FlagCleanUp struct {
	Minor int    // of kubeadm
	Flag  string // with its dashes
	Does  string // what happens to it, as a sentence without a subject

	Drops      bool // the flag goes for good
	AddsScheme bool // its value gets one; neither of the two: it moves to where only that kubeadm puts it
}

var flagCleanUps = []FlagCleanUp{
	{Minor: 24, Flag: "--container-runtime-endpoint", Does: "puts unix:// before a path that has no scheme", AddsScheme: true},
	{Minor: 26, Flag: "--container-runtime", Does: "removes it; a kubelet from 1.27 does not start with it", Drops: true},
	{Minor: 34, Flag: "--container-runtime-endpoint", Does: "removes it; the endpoint moves to /var/lib/kubelet/instance-config.yaml"},
	{Minor: 35, Flag: "--pod-infra-container-image", Does: "removes it; a kubelet from 1.35 does not start with it", Drops: true},
}

// FlagCleanUps are the clean-ups due on a node whose kubelet goes from one version to
// another, oldest first: those of every minor above from, up to and with to. Those of the
// skipped minors are the ones that the kubeadm of to will not make.
// Source: cmd/kubeadm/app of 1.20 to 1.37.
func FlagCleanUps(from, to Version) []FlagCleanUp {
	var due []FlagCleanUp
	for _, c := range flagCleanUps {
		if c.Minor > from.Minor && c.Minor <= to.Minor {
			due = append(due, c)
		}
	}
	return due
}

// removedKubeletFlags are the flags with which the kubelet of a minor does not start any
// more, though that of the minor before did.
// Source: the flag sets of cmd/kubelet/app/options in the last patches of each minor. Flags
// of k8s.io/component-base and k8s.io/cloud-provider are not covered.
var removedKubeletFlags = map[int][]string{
	21: {"--enable-cadvisor-json-endpoints"},
	22: {"--chaos-chance", "--redirect-container-streaming"},
	23: {"--experimental-bootstrap-kubeconfig", "--seccomp-profile-root"},
	24: {
		"--cni-bin-dir", "--cni-cache-dir", "--cni-conf-dir", "--docker-endpoint", "--dynamic-config-dir",
		"--experimental-check-node-capabilities-before-mount", "--experimental-dockershim-root-directory",
		"--image-pull-progress-deadline", "--network-plugin", "--network-plugin-mtu", "--non-masquerade-cidr",
		"--really-crash-for-testing",
	},
	25: {"--experimental-kernel-memcg-notification"},
	27: {"--container-runtime", "--master-service-namespace"},
	31: {"--iptables-drop-bit", "--iptables-masquerade-bit", "--keep-terminated-pod-volumes"},
	34: {"--cloud-config", "--register-schedulable"},
	35: {"--pod-infra-container-image"},
	37: {
		"--application-metrics-count-limit", "--boot-id-file", "--container-hints", "--containerd",
		"--containerd-namespace", "--enable-load-reader", "--event-storage-age-limit",
		"--event-storage-event-limit", "--global-housekeeping-interval", "--log-cadvisor-usage",
		"--machine-id-file", "--storage-driver-buffer-duration", "--storage-driver-db",
		"--storage-driver-host", "--storage-driver-password", "--storage-driver-secure",
		"--storage-driver-table", "--storage-driver-user",
	},
}

// RemovedKubeletFlags are the flags that a kubelet of from still takes and one of to does
// not start with, in order. A zero from counts as older than all that is known.
func RemovedKubeletFlags(from, to Version) []string {
	var gone []string
	for minor := max(from.Minor, OldestMinor) + 1; minor <= min(to.Minor, NewestMinor); minor++ {
		gone = append(gone, removedKubeletFlags[minor]...)
	}
	slices.Sort(gone)
	return gone
}
