package steps

import (
	"rung/engine/kube"
	"rung/engine/step"
)

// KubeadmPlan asks kubeadm whether the cluster can be upgraded (S10).
type KubeadmPlan struct {
	Version         kube.Version `yaml:"version,required" doc:"Version of the hop; kubeadm is installed at it."`
	Config          string       `yaml:"config" doc:"A kubeadm configuration file on the host."`
	IgnorePreflight []string     `yaml:"ignore_preflight" doc:"Preflight checks whose errors are ignored, by name; never all."`
}

// KubeadmPlanOutput is what kubeadm plans.
type KubeadmPlanOutput struct {
	Manual     []string           `yaml:"manual" doc:"Component configs that a person must upgrade: kubelet.config.k8s.io v1alpha1 → v1beta1."`
	Components []PlannedComponent `yaml:"components" doc:"What goes from where to where; empty where nothing is to do."`
}

// PlannedComponent is a row of kubeadm's table.
type PlannedComponent struct {
	Name    string `yaml:"name" doc:"Component: kube-apiserver, kubelet, CoreDNS, etcd."`
	Node    string `yaml:"node" doc:"Node, from 1.30; empty for what belongs to no node."`
	Current string `yaml:"current" doc:"Version now; up to 1.29, kubelets are counted: 5 x v1.20.0."`
	Target  string `yaml:"target" doc:"Version afterwards."`
}

func kubeadmPlanType() step.Type {
	return step.DefineWith[KubeadmPlan, KubeadmPlanOutput](step.About{
		Name:    "kubeadm-plan",
		Summary: "Asks kubeadm whether the cluster can be upgraded, and what needs a person: kubeadm upgrade plan.",
		Doc: `Runs on the first control plane with the hop's kubeadm (S10). It is not read-only: kubeadm
starts a small Job in kube-system to see that the cluster works. Whether it may go on is
its exit status; what is read of its text are the tables, which every version prints.

manual is for a guard: stop when it is not empty and no configuration file is supplied.
The version is always given, so that nothing is looked up on the internet (S12).
`,
		Example: "kubeadm-plan: {version: 1.21.14}\n",
	})
}

// Plan returns the one action.
func (s KubeadmPlan) Plan(step.Scope) ([]step.Action, error) {
	flags, err := ignoreFlag(s.IgnorePreflight)
	if err != nil {
		return nil, err
	}
	argv := []string{"kubeadm", "upgrade", "plan", tag(s.Version)}
	if s.Config != "" {
		argv = append(argv, "--config", s.Config)
	}
	return []step.Action{{
		Title: "plan the upgrade to " + tag(s.Version),
		Do:    step.Command{Argv: append(argv, flags...), Detach: true},
		Again: true,
	}}, nil
}

// Collect reads the tables.
func (KubeadmPlan) Collect(results []step.Result) (KubeadmPlanOutput, []step.Note, error) {
	var out KubeadmPlanOutput
	var notes []step.Note
	name := ""
	for _, row := range tableRows(string(results[0].Stdout), "COMPONENT") {
		if row["COMPONENT"] != "" {
			name = row["COMPONENT"] // a second row of kubelets leaves it out
		}
		target := row["TARGET"]
		if target == "" {
			target = row["AVAILABLE"] // 1.20
		}
		out.Components = append(out.Components, PlannedComponent{name, row["NODE"], row["CURRENT"], target})
	}
	for _, row := range tableRows(string(results[0].Stdout), "API GROUP") {
		if row["MANUAL UPGRADE REQUIRED"] == "yes" {
			text := row["API GROUP"] + " " + row["CURRENT VERSION"] + " → " + row["PREFERRED VERSION"]
			out.Manual = append(out.Manual, text)
			notes = append(notes, step.Note{Warning: true, Text: "needs a manual upgrade: " + text})
		}
	}
	return out, notes, nil
}
