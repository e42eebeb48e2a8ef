package steps

import (
	_ "embed"

	"rung/engine/kube"
	"rung/engine/step"
)

// ImagePull fetches the images of a hop beforehand (S11).
type ImagePull struct {
	Version    kube.Version `yaml:"version,required" doc:"Version of the hop; kubeadm is installed at it."`
	Repository string       `yaml:"repository" doc:"The cluster's image repository; none is kubeadm's own."`
	Only       []string     `yaml:"only" doc:"Only the images of these names, such as kube-proxy: what a worker needs."`
}

//go:embed scripts/image-pull.sh
var imagePullScript string

func imagePullType() step.Type {
	return step.Define[ImagePull](step.About{
		Name:    "image-pull",
		Summary: "Pulls the images of a hop before it begins.",
		Doc: `The list comes from the hop's kubeadm, with the repository of the cluster's own
configuration (S11). A default one, k8s.gcr.io or registry.k8s.io, is not passed on: kubeadm
takes the other of the two for a mirror, where CoreDNS has no folder of its own. Without only, kubeadm pulls all that a control plane needs. With
only, crictl pulls just those; a host without crictl says so and goes on.
`,
		Example: "image-pull: {version: 1.32.6, only: [kube-proxy, coredns, pause]}\n",
	})
}

// Plan returns the one action.
func (s ImagePull) Plan(step.Scope) ([]step.Action, error) {
	repository := s.Repository
	if repository == "k8s.gcr.io" || repository == "registry.k8s.io" {
		repository = ""
	}
	do := step.Command{Argv: []string{"kubeadm", "config", "images", "pull", "--kubernetes-version", tag(s.Version)}, Detach: true}
	if repository != "" {
		do.Argv = append(do.Argv, "--image-repository", repository)
	}
	if len(s.Only) > 0 {
		do = step.Command{Script: imagePullScript, Argv: append([]string{tag(s.Version), repository}, s.Only...), Detach: true}
	}
	return []step.Action{{Title: "pull the images of " + tag(s.Version), Do: do, Again: true}}, nil
}
