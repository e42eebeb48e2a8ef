package steps

import (
	_ "embed"
	"time"

	"rung/engine/kube"
	"rung/engine/step"
)

// UpgradeNode upgrades what kubeadm manages on any other node (S18, S25).
type UpgradeNode struct {
	Version            kube.Version  `yaml:"version,required" doc:"Version of the hop; kubeadm is installed at it."`
	Quiesce            time.Duration `yaml:"quiesce" default:"20s" doc:"End kube-apiserver gracefully this long before; 0s leaves it alone, as workers need."`
	CertificateRenewal bool          `yaml:"certificate_renewal" default:"true" doc:"Renew the certificates of what is restarted."`
	EtcdUpgrade        bool          `yaml:"etcd_upgrade" default:"true" doc:"Upgrade a stacked etcd too."`
	Patches            string        `yaml:"patches" doc:"A folder on the host with kubeadm's patches for the static pods: what they say is in the new manifests, too."`
	IgnorePreflight    []string      `yaml:"ignore_preflight" doc:"Preflight checks whose errors are ignored, by name; never all."`
}

//go:embed scripts/upgrade-node-check.sh
var upgradeNodeCheck string

func upgradeNodeType() step.Type {
	return step.Define[UpgradeNode](step.About{
		Name:    "upgrade-node",
		Summary: "Upgrades the static pods and the kubelet's configuration of a node: kubeadm upgrade node.",
		Doc: `Runs on every control plane but the first (S18), and, with quiesce 0s, on every
worker (S25). kubeadm takes no version here: it goes to the one in kubeadm-config.
Install the hop's kubeadm first, and see that it is there (kubeadm-version).

There is nothing to do only when the installed kubelet is at the version, and the
static pods of a control plane too: as long as the kubelet is below, nobody knows
whether its configuration was written (S19), and doing it again is safe.

Sources: https://kubernetes.io/docs/reference/setup-tools/kubeadm/kubeadm-upgrade/,
cmd/kubeadm/app/cmd/upgrade/node.go.
`,
		Example: "upgrade-node: {version: 1.21.14, quiesce: 0s}\n",
	})
}

// Plan returns the one action.
func (s UpgradeNode) Plan(scope step.Scope) ([]step.Action, error) {
	flags, err := upgradeFlags(s.CertificateRenewal, s.EtcdUpgrade, s.IgnorePreflight)
	if err != nil {
		return nil, err
	}
	patches, err := patchesFlag(s.Version, s.Patches)
	if err != nil {
		return nil, err
	}
	flags = append(flags, patches...)
	return []step.Action{{
		Title: "upgrade the configuration of " + scope.Host.Node + " to " + tag(s.Version),
		Check: &step.Command{Script: upgradeNodeCheck, Argv: []string{tag(s.Version)}},
		Do:    quiesced(s.Quiesce, append([]string{"kubeadm", "upgrade", "node"}, flags...)...),
	}}, nil
}
