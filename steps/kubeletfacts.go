package steps

import (
	_ "embed"

	"rung/engine/kube"
	"rung/engine/step"
)

// KubeletFacts reads which kubelet a host has.
type KubeletFacts struct{}

// KubeletFactsOutput is which kubelet a host has.
type KubeletFactsOutput struct {
	Installed kube.Version `yaml:"installed" doc:"Version of the installed kubelet, which the running one may be older than; unset where none is installed."`
	Active    bool         `yaml:"active" doc:"The kubelet service is active."`
	Stale     bool         `yaml:"stale" doc:"The running kubelet is not the installed one: it was replaced and not restarted since, or does not run."`
}

//go:embed scripts/kubelet-facts.sh
var kubeletFactsScript string

func kubeletFactsType() step.Type {
	return step.DefineWith[KubeletFacts, KubeletFactsOutput](step.About{
		Name:    "kubelet-facts",
		Summary: "Reads which kubelet a host has, and whether that is the one that runs.",
		Doc: `What host-facts says of the kubelet, for a look right before it is replaced: nothing else of
the host is asked.
`,
		Example: "kubelet-facts: {}\n",
	})
}

// Plan returns the one action.
func (KubeletFacts) Plan(scope step.Scope) ([]step.Action, error) {
	return []step.Action{{
		Title:    "read what kubelet " + scope.Host.Name + " has",
		Do:       step.Command{Script: kubeletFactsScript},
		ReadOnly: true,
	}}, nil
}

// Collect reads the lines of key=value.
func (KubeletFacts) Collect(results []step.Result) (KubeletFactsOutput, []step.Note, error) {
	var out KubeletFactsOutput
	err := keyValues(string(results[0].Stdout)).read(map[string]any{
		"kubelet": &out.Installed, "kubelet_active": &out.Active, "kubelet_stale": &out.Stale,
	})
	return out, nil, err
}
