package twin

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"rung/engine/kube"
)

const kubeletFlagsFile = "/var/lib/kubelet/kubeadm-flags.env"

// kubeletFlags is the file of flags that `kubeadm init` and `join` of that version write with containerd.
func kubeletFlags(v kube.Version) string {
	var flags []string
	if v.Minor < 26 {
		flags = append(flags, "--container-runtime=remote")
	}
	switch {
	case v.Minor < 24:
		flags = append(flags, "--container-runtime-endpoint=/run/containerd/containerd.sock")
	case v.Minor < 34:
		flags = append(flags, "--container-runtime-endpoint=unix:///run/containerd/containerd.sock")
	}
	if v.Minor < 35 {
		flags = append(flags, "--pod-infra-container-image="+kube.DefaultImageRepository(v)+"/pause:3.9")
	}
	return flagsFile(flags)
}

func flagsFile(flags []string) string {
	return fmt.Sprintf("KUBELET_KUBEADM_ARGS=%q\n", strings.Join(flags, " "))
}

// flags are the flags in kubeadm's file.
func (h *host) flags(now time.Time) []string {
	text, _ := h.disk.read(kubeletFlagsFile, now) // a kubelet without the file has none
	_, args, _ := strings.Cut(text, "=")
	return strings.Fields(strings.Trim(args, "\"\n "))
}

// cleanFlags is what the kubeadm of one minor does to the file, and no other.
func (h *host) cleanFlags(kubeadm kube.Version, now time.Time) {
	before := h.flags(now)
	flags := slices.Clone(before)
	for _, c := range kube.FlagCleanUps(kube.OfMinor(1, kubeadm.Minor-1), kubeadm) {
		for i, flag := range flags {
			name, value, _ := strings.Cut(flag, "=")
			switch {
			case name != c.Flag:
			case !c.AddsScheme:
				flags[i] = ""
			case strings.HasPrefix(value, "/"):
				flags[i] = name + "=unix://" + value
			}
		}
		flags = slices.DeleteFunc(flags, func(flag string) bool { return flag == "" })
	}
	if !slices.Equal(flags, before) {
		h.disk.put(kubeletFlagsFile, file{mode: 0o644, data: flagsFile(flags), mtime: now}, now)
	}
}

// kubeletFails is why a kubelet of that version exits, again and again; empty where it does not.
func (h *host) kubeletFails(v kube.Version, now time.Time) string {
	if flag := h.refusedFlag(v, now); flag != "" {
		return "failed to parse kubelet flag: unknown flag: " + flag
	}
	if !h.only.IsZero() && v != h.only {
		return `failed to run Kubelet: validate service connection: validate CRI v1 runtime API for endpoint \"unix:///run/containerd/containerd.sock\": rpc error: code = Unimplemented desc = unknown service runtime.v1.RuntimeService`
	}
	return ""
}

// CrashKubelet has no kubelet of another version than today's start on a host.
func (c *Cluster) CrashKubelet(node string) {
	c.on(node, func(h *host, now time.Time) { h.only = h.kubelet.at(now).version })
}

// refusedFlag is a flag with which a kubelet of that version does not start.
func (h *host) refusedFlag(v kube.Version, now time.Time) string {
	gone := kube.RemovedKubeletFlags(kube.Version{}, v)
	for _, flag := range h.flags(now) {
		if name, _, _ := strings.Cut(flag, "="); slices.Contains(gone, name) {
			return name
		}
	}
	return ""
}
