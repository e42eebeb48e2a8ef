package steps

import (
	_ "embed"
	"strconv"
	"time"

	"rung/engine/kube"
)

// kubectl returns the argument vector of kubectl with the cluster credentials
// that kubeadm left on every control plane. They never leave it (B4).
func kubectl(args ...string) []string {
	return append([]string{"kubectl", "--kubeconfig", "/etc/kubernetes/admin.conf"}, args...)
}

// ownAPIServer is the beginning of a script that needs $endpoint, the address of
// the apiserver of the very node it runs on: admin.conf may name a load balancer,
// behind which another one answers. kubeadm writes the address into the manifest
// as an annotation (kubeadm.kubernetes.io/kube-apiserver.advertise-address.endpoint).
//
//go:embed scripts/own-apiserver.sh
var ownAPIServer string

// tag returns v as kubeadm, the kubelet and image tags write it: v1.21.14.
func tag(v kube.Version) string { return "v" + v.String() }

// seconds returns d in whole seconds, rounded up: to many tools 0 means for ever.
func seconds(d time.Duration) string {
	return strconv.Itoa(int((d + time.Second - 1) / time.Second))
}

// runID returns the id of the run, or a word in its place where a runbook is
// rendered and nothing runs.
func runID(run string) string {
	if run == "" {
		return "<run>"
	}
	return run
}
