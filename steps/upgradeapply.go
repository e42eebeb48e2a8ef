package steps

import (
	_ "embed"
	"time"

	"rung/engine/kube"
	"rung/engine/step"
)

// UpgradeApply upgrades the first control plane (S16, S17).
type UpgradeApply struct {
	Version            kube.Version  `yaml:"version,required" doc:"Version of the hop; kubeadm is installed at it."`
	Quiesce            time.Duration `yaml:"quiesce" default:"20s" doc:"End kube-apiserver gracefully this long before; 0s leaves it alone."`
	CertificateRenewal bool          `yaml:"certificate_renewal" default:"true" doc:"Renew the certificates of what is restarted."`
	EtcdUpgrade        bool          `yaml:"etcd_upgrade" default:"true" doc:"Upgrade a stacked etcd too."`
	Config             string        `yaml:"config" doc:"A kubeadm configuration file on the host; from 1.30 of kind UpgradeConfiguration."`
	Force              bool          `yaml:"force" doc:"kubeadm upgrade apply --force, whatever is at the version already: to mend what a failed upgrade left (S30)."`
	Patches            string        `yaml:"patches" doc:"A folder on the host with kubeadm's patches for the static pods: what they say is in the new manifests, too."`
	IgnorePreflight    []string      `yaml:"ignore_preflight" doc:"Preflight checks whose errors are ignored, by name; never all."`
}

//go:embed scripts/upgrade-apply-check.sh
var upgradeApplyCheck string

func upgradeApplyType() step.Type {
	return step.Define[UpgradeApply](step.About{
		Name:    "upgrade-apply",
		Summary: "Upgrades the control plane of the cluster on its first node: kubeadm upgrade apply.",
		Doc: `Runs on the first control plane of a hop, once the hop's kubeadm is installed there (S17).

Before it, kube-apiserver is asked to end gracefully, and its /readyz on this node is
waited for: kubeadm restarts etcd, and an apiserver at work would lose what is in
flight (S16). Both are one detached script, so that no resume repeats half of it.

Unless it is forced, there is nothing to do when the three static-pod manifests of this node, kubeadm-config
and kube-proxy are at the version, and kubeadm is known to have gone through to its end: it writes
kubeadm-config before the kubelets' configuration, RBAC and the add-ons, and may give up in between. What
is known is a note in /var/lib/rung/applied, or an installed kubelet at the version, for that comes last. kubeadm
upgrades kube-proxy with the first control plane up to 1.27, and with the last one from 1.28 (B7).

With config, the other flags belong into that file: kubeadm refuses to mix them. From
1.30 only a document of kind UpgradeConfiguration counts.

Sources: https://kubernetes.io/docs/tasks/administer-cluster/kubeadm/kubeadm-upgrade/,
cmd/kubeadm/app/cmd/upgrade/apply.go.
`,
		Example: "upgrade-apply: {version: 1.21.14, quiesce: 20s}\n",
	})
}

// Plan returns the one action.
func (s UpgradeApply) Plan(step.Scope) ([]step.Action, error) {
	flags, err := s.flags()
	if err != nil {
		return nil, err
	}
	addons := "first"
	if kube.AddonsComeLast(s.Version) {
		addons = "last"
	}
	if s.Force {
		return []step.Action{{
			Again: true,
			Title: "apply " + tag(s.Version) + " again, with force",
			Do:    s.noted("--force", flags),
		}}, nil
	}
	return []step.Action{{
		Title: "upgrade the control plane to " + tag(s.Version),
		Check: &step.Command{Script: upgradeApplyCheck, Argv: []string{tag(s.Version), addons}},
		Do:    s.noted("-y", flags),
	}}, nil
}

// noted is kubeadm's command, and the note that it went through to its end.
func (s UpgradeApply) noted(how string, flags []string) step.Command {
	do := quiesced(s.Quiesce, append([]string{"kubeadm", "upgrade", "apply", how, tag(s.Version)}, flags...)...)
	if do.Script == "" {
		do = step.Command{Script: do.Line() + "\n", Detach: true}
	}
	do.Script += "mkdir -p /var/lib/rung\necho " + tag(s.Version) + " >/var/lib/rung/applied\n"
	return do
}

// flags are those of the command line, or of the file: kubeadm takes no mixture
// but for the preflight errors. -y beside --config is refused by the first
// patches of 1.30 (cmd/kubeadm/app/apis/kubeadm/validation, isAllowedFlag).
func (s UpgradeApply) flags() ([]string, error) {
	flags, err := upgradeFlags(s.CertificateRenewal, s.EtcdUpgrade, s.IgnorePreflight)
	if err != nil {
		return nil, err
	}
	patches, err := patchesFlag(s.Version, s.Patches)
	if err != nil || s.Config == "" {
		return append(flags, patches...), err
	}
	if !s.CertificateRenewal || !s.EtcdUpgrade || s.Patches != "" {
		return nil, step.Refuse("config", "kubeadm does not take certificate_renewal, etcd_upgrade or patches beside config: say them in that file")
	}
	if kube.SameMinor(s.Version, kube.OfMinor(1, 30)) && s.Version.Less(kube.Version{Major: 1, Minor: 30, Patch: 14}) {
		return nil, step.Refuse("config", "kubeadm %s does not take config without asking questions: go to 1.30.14 instead", s.Version)
	}
	return append([]string{"--config", s.Config}, flags...), nil
}
