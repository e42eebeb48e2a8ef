package steps

import (
	_ "embed"
	"strings"

	"rung/engine/kube"
	"rung/engine/step"
)

// ControlPlaneState reads what of a control plane works (S30).
type ControlPlaneState struct{}

// ControlPlaneStateOutput is what works.
type ControlPlaneStateOutput struct {
	API         bool         `yaml:"api" doc:"Its own kube-apiserver is ready, and lets admin.conf in."`
	ClusterAPI  bool         `yaml:"cluster_api" doc:"An apiserver answers at the address in admin.conf."`
	Version     kube.Version `yaml:"version" doc:"kubernetesVersion of kubeadm-config: what the cluster runs, or is on its way to; unset where no API answers."`
	Etcd        string       `yaml:"etcd" doc:"stacked, external, or none."`
	EtcdHealthy bool         `yaml:"etcd_healthy" doc:"The stacked etcd here answers, which it does only where there is a quorum; of an external one, an apiserver has read from it."`
}

//go:embed scripts/etcd-access.sh
var etcdAccessScript string

//go:embed scripts/etcd-program.sh
var etcdProgramScript string

//go:embed scripts/control-plane-state.sh
var controlPlaneStateScript string

func controlPlaneStateType() step.Type {
	return step.DefineWith[ControlPlaneState, ControlPlaneStateOutput](step.About{
		Name:    "control-plane-state",
		Summary: "Reads what of a control plane works: its API, the cluster's, its etcd.",
		Doc: `What does not answer is an answer, and no failure: this is asked where something is broken.
etcd is asked with the host's etcdctl, or with that in the container that runs, so that it
needs no API (S30).
`,
		Example: "control-plane-state: {}\n",
	})
}

// Plan returns the one question.
func (ControlPlaneState) Plan(scope step.Scope) ([]step.Action, error) {
	return []step.Action{{
		Title:    "read what of the control plane " + scope.Host.Node + " works",
		Do:       step.Command{Script: etcdAccessScript + "\n" + etcdProgramScript + "\n" + controlPlaneStateScript},
		ReadOnly: true,
	}}, nil
}

// Collect reads the lines of key=value.
func (ControlPlaneState) Collect(results []step.Result) (ControlPlaneStateOutput, []step.Note, error) {
	f := keyValues(string(results[0].Stdout))
	out := ControlPlaneStateOutput{Etcd: f["etcd"]}
	err := f.read(map[string]any{"api": &out.API, "cluster_api": &out.ClusterAPI, "version": &out.Version, "etcd_healthy": &out.EtcdHealthy})
	if err != nil {
		return out, nil, err
	}
	etcd := map[bool]string{true: "its etcd answers", false: "its etcd does not answer"}[out.EtcdHealthy]
	if out.Etcd != "stacked" && !out.EtcdHealthy {
		etcd = "etcd does not run here, and was not asked"
	}
	works := []string{
		map[bool]string{true: "its apiserver answers", false: "its apiserver does not answer"}[out.API],
		map[bool]string{true: "the API at admin.conf's address answers", false: "no API answers at admin.conf's address"}[out.ClusterAPI],
		etcd,
	}
	return out, []step.Note{{Warning: !out.API || !out.EtcdHealthy, Text: strings.Join(works, "; ")}}, nil
}
