package steps

import (
	"slices"
	"strings"

	"rung/engine/step"
)

// RecoveryMode reads what of a control plane works, and tells which mode of kubeadm-recover fits (S30).
type RecoveryMode struct {
	Quorum     bool     `yaml:"quorum,required" doc:"A control plane has listed the members of etcd."`
	Single     bool     `yaml:"single,required" doc:"There is no other control plane."`
	Restorable []string `yaml:"restorable" doc:"Components whose manifest may go back."`
	EtcdData   []string `yaml:"etcd_data" doc:"Copies of etcd's data that kubeadm made."`
	Snapshots  []string `yaml:"snapshots" doc:"Snapshots of etcd that etcd-snapshot made."`
}

// RecoveryModeOutput is the mode.
type RecoveryModeOutput struct {
	Mode string `yaml:"mode" doc:"reapply, manifests, etcd-single, etcd-member or etcd-cluster; empty where none fits."`
}

func recoveryModeType() step.Type {
	return step.DefineWith[RecoveryMode, RecoveryModeOutput](step.About{
		Name:    "recovery-mode",
		Summary: "Tells which mode of the playbook kubeadm-recover fits a control plane.",
		Doc: `Asks what control-plane-state asks, and holds it against what kubeadm-backups and etcd-members
have read. It says what the table in docs/recovery.md says. Whether a host is lost for good, and
whether anything is broken where all answer, only people know.
`,
		Example: "recovery-mode: {quorum: true, single: false, restorable: [kube-apiserver]}\n",
	})
}

// Plan returns the one question.
func (RecoveryMode) Plan(scope step.Scope) ([]step.Action, error) {
	return ControlPlaneState{}.Plan(scope)
}

// Collect tells the mode, and why.
func (s RecoveryMode) Collect(results []step.Result) (RecoveryModeOutput, []step.Note, error) {
	state, _, err := ControlPlaneState{}.Collect(results)
	if err != nil {
		return RecoveryModeOutput{}, nil, err
	}
	mode, why := s.fits(state)
	text := "no mode fits: " + why
	if mode != "" {
		text = "what fits is -e mode=" + mode + ": " + why
	}
	return RecoveryModeOutput{Mode: mode}, []step.Note{{Text: text}}, nil
}

// fits goes from what works to what does not: the more is lost, the later it comes, and the more it throws away.
func (s RecoveryMode) fits(is ControlPlaneStateOutput) (mode, why string) {
	kept := "the manifests of " + strings.Join(s.Restorable, ", ") + " are not those that kubeadm has kept"
	switch {
	case is.API && is.ClusterAPI && is.EtcdHealthy && len(s.Restorable) > 0:
		return "reapply", "the API and etcd answer, and an upgrade was broken off; or manifests, where a component does not start with its new one: " + kept
	case is.API && is.ClusterAPI && is.EtcdHealthy:
		return "reapply", "all answers; where an upgrade has failed here, or was killed, this does it again"
	case is.ClusterAPI && is.EtcdHealthy && len(s.Restorable) > 0:
		return "manifests", kept + ", and its apiserver does not answer; or reapply, where the new ones only have to be written again"
	case is.ClusterAPI && is.EtcdHealthy:
		return "reapply", "its apiserver does not answer, and no other manifests are kept"
	case is.EtcdHealthy && len(s.Restorable) > 0:
		return "manifests", kept + ", and no API answers"
	case is.EtcdHealthy:
		return "", "etcd answers, no API does, and no other manifests are kept: journalctl -u kubelet, and crictl logs of kube-apiserver, say why"
	case is.Etcd != "stacked" && len(s.Restorable) > 0:
		return "manifests", kept + ", and its apiserver does not answer; etcd does not run here, and was not asked: where it is broken, mend it where it runs"
	case is.Etcd != "stacked":
		return "", "its apiserver does not answer, and no other manifests are kept; etcd does not run here, and was not asked: look at it where it runs, and at why kube-apiserver does not answer with journalctl -u kubelet and crictl logs"
	case s.Quorum && !s.Single && slices.Contains(s.Restorable, "etcd"):
		return "manifests", kept + ", and its etcd does not answer; where its data is broken, etcd-member"
	case s.Quorum && !s.Single:
		return "etcd-member", "the others have a quorum, and its etcd does not answer"
	case len(s.Restorable) > 0 && s.Single:
		return "manifests", kept + ", and neither the API nor etcd answers; where etcd's data is broken, etcd-single"
	case s.Single && len(s.EtcdData) > 0:
		return "etcd-single", "the only etcd does not answer, and kubeadm has kept a copy of its data"
	case len(s.Snapshots) > 0:
		return "etcd-cluster", "etcd has no quorum, and a snapshot of ours lies here; first look whether an etcd that is off can be started again, for what was written since is lost"
	}
	return "", "etcd has no quorum, and no copy of its data lies here: say -e host= of a control plane that has a snapshot"
}
