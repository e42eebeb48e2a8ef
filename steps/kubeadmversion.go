package steps

import (
	"bytes"
	"fmt"

	"rung/engine/kube"
	"rung/engine/step"
)

// KubeadmVersion reads, and may demand, the version of the installed kubeadm (S15).
type KubeadmVersion struct {
	Version kube.Version `yaml:"version" doc:"Demand this version."`
}

// KubeadmVersionOutput is the version of the installed kubeadm.
type KubeadmVersionOutput struct {
	Version kube.Version `yaml:"version" doc:"Version of the installed kubeadm."`
}

func kubeadmVersionType() step.Type {
	return step.DefineWith[KubeadmVersion, KubeadmVersionOutput](step.About{
		Name:    "kubeadm-version",
		Summary: "Reads the version of the installed kubeadm, and stops when it is another one than demanded.",
		Doc: `kubeadm upgrade node takes no version and goes wherever kubeadm-config points, with
whatever kubeadm there is: so look first (S15).
`,
		Example: "kubeadm-version: {version: 1.21.14}\n",
	})
}

// Plan returns the one action.
func (KubeadmVersion) Plan(step.Scope) ([]step.Action, error) {
	return []step.Action{{
		Title:    "read the version of kubeadm",
		Do:       step.Command{Argv: []string{"kubeadm", "version", "-o", "short"}},
		ReadOnly: true,
	}}, nil
}

// Collect reads the version, and compares it.
func (s KubeadmVersion) Collect(results []step.Result) (KubeadmVersionOutput, []step.Note, error) {
	v, err := kube.Parse(string(bytes.TrimSpace(results[0].Stdout)))
	if err != nil {
		return KubeadmVersionOutput{}, nil, fmt.Errorf("the answer of kubeadm version -o short: %w", err)
	}
	if !s.Version.IsZero() && v != s.Version {
		return KubeadmVersionOutput{v}, nil, fmt.Errorf("kubeadm is %s here, and must be %s: install that package first", v, s.Version)
	}
	return KubeadmVersionOutput{v}, nil, nil
}
