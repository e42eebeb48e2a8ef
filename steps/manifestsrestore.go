package steps

import (
	_ "embed"
	"fmt"
	"path"
	"slices"
	"strings"

	"rung/engine/step"
)

// ManifestsRestore puts static-pod manifests of a backup back in place (S30).
type ManifestsRestore struct {
	From       string   `yaml:"from,required" doc:"The folder that holds them, such as one of kubeadm's backups."`
	Components []string `yaml:"components,required" doc:"Which: etcd, kube-apiserver, kube-controller-manager, kube-scheduler."`
}

//go:embed scripts/manifests-restore-check.sh
var manifestsRestoreCheck string

//go:embed scripts/manifests-restore.sh
var manifestsRestoreScript string

func manifestsRestoreType() step.Type {
	return step.Define[ManifestsRestore](step.About{
		Name:    "manifests-restore",
		Summary: "Puts static-pod manifests of a backup back in place, and keeps what they replace.",
		Doc: `The kubelet then restarts the components whose manifest changed. What is replaced is kept in
/etc/kubernetes/tmp/rung-replaced-RUN; the backup itself stays as it is (S30, S31).

An etcd of an older minor is refused: it does not read data that a newer one has written.

Source: https://kubernetes.io/docs/tasks/administer-cluster/kubeadm/kubeadm-upgrade/#recovering-from-a-failure-state
`,
		Example: "manifests-restore: {from: /etc/kubernetes/tmp/kubeadm-backup-manifests-2026-11-23-13-53-22, components: [kube-apiserver]}\n",
	})
}

// staticPods are the components that kubeadm runs as static pods.
var staticPods = []string{"etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"}

// Plan returns the one action.
func (s ManifestsRestore) Plan(scope step.Scope) ([]step.Action, error) {
	if !path.IsAbs(s.From) {
		return nil, step.Refuse("from", "from must be an absolute path, not %q", s.From)
	}
	if len(s.Components) == 0 {
		return nil, step.Refuse("components", "components names none: there is nothing to put back")
	}
	for i, name := range s.Components {
		if !slices.Contains(staticPods, name) {
			return nil, step.RefuseItem("components", i, "components: %q is none of %s", name, strings.Join(staticPods, ", "))
		}
	}
	kept := replacedFolder(scope.Run)
	return []step.Action{{
		Title: fmt.Sprintf("put the manifests of %s back: %s", s.From, strings.Join(s.Components, ", ")),
		Check: &step.Command{Script: manifestsRestoreCheck, Argv: append([]string{s.From}, s.Components...)},
		Do:    step.Command{Script: manifestsRestoreScript, Argv: append([]string{s.From, kept}, s.Components...), Detach: true},
	}}, nil
}
