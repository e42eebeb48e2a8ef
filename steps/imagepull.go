package steps

import (
	_ "embed"

	"rung/engine/kube"
	"rung/engine/step"
)

// ImagePull fetches the images of a hop beforehand (S11).
type ImagePull struct {
	Version kube.Version `yaml:"version,required" doc:"Version of the hop; kubeadm is installed at it."`
	Only    []string     `yaml:"only" doc:"Only the images of these names, such as kube-proxy: what a worker needs."`
}

//go:embed scripts/image-pull.sh
var imagePullScript string

func imagePullType() step.Type {
	return step.Define[ImagePull](step.About{
		Name:    "image-pull",
		Summary: "Pulls the images of a hop before it begins.",
		Doc: `The list comes from the hop's kubeadm and the cluster's own ClusterConfiguration, read with the
credentials of the node: its image repository, and what it says of CoreDNS and etcd (S11). A
default repository, k8s.gcr.io or registry.k8s.io, is not passed on: kubeadm takes the other of the two
for a mirror, where CoreDNS has no folder of its own.

The runtime is the one that the kubelet works with, also where the host has another beside it: kubeadm
would take neither. Without only, kubeadm pulls all that a control plane needs. With only, crictl pulls
just those. A host without kubectl, or there without crictl, says so and goes on.

Sources: cmd/kubeadm/app/cmd/config.go; cmd/kubeadm/app/util/runtime/runtime.go, DetectCRISocket.
`,
		Example: "image-pull: {version: 1.32.6, only: [kube-proxy, coredns, pause]}\n",
	})
}

// Plan returns the one action.
func (s ImagePull) Plan(scope step.Scope) ([]step.Action, error) {
	return []step.Action{{
		Title: "pull the images of " + tag(s.Version),
		Do:    step.Command{Script: imagePullScript, Argv: append([]string{tag(s.Version), scope.Host.Node}, s.Only...), Detach: true},
		Again: true,
	}}, nil
}
