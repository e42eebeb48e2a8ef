package steps

import (
	_ "embed"

	"rung/engine/step"
)

// StaticPodsRestart restarts the static pods that are due.
type StaticPodsRestart struct{}

//go:embed scripts/static-pod-restart-check.sh
var staticPodRestartCheck string

//go:embed scripts/static-pod-restart.sh
var staticPodRestart string

func staticPodsRestartType() step.Type {
	return step.Define[StaticPodsRestart](step.About{
		Name:    "static-pods-restart",
		Summary: "Restarts the static pods of a control plane that certs-renew has marked, one after the other.",
		Doc: `The container is stopped with crictl, and the kubelet starts another one, which reads the
certificates anew. Manifests stay where they are: taken out and put in again, as the page below
has it, the only etcd of a cluster came back after more than three minutes, because the kubelet
waits for the API to delete its mirror pod. A mark goes once the new container runs.

The apiserver of the host is away for up to a minute. Wait for it with api-ready.

Source: https://kubernetes.io/docs/tasks/administer-cluster/kubeadm/kubeadm-certs/#manual-certificate-renewal
`,
		Example: "static-pods-restart: {}\n",
	})
}

// Plan returns an action for each component.
func (StaticPodsRestart) Plan(scope step.Scope) ([]step.Action, error) {
	var actions []step.Action
	for _, component := range []string{"etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"} {
		actions = append(actions, step.Action{
			Title: "restart " + component + " of " + scope.Host.Node,
			Check: &step.Command{Script: staticPodRestartCheck, Argv: []string{component}},
			Do:    step.Command{Script: staticPodRestart, Argv: []string{component}, Detach: true},
		})
	}
	return actions, nil
}
