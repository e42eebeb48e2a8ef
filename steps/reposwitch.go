package steps

import (
	_ "embed"

	"rung/engine/kube"
	"rung/engine/step"
)

// RepoSwitch points the package repository of Kubernetes at a minor (B2).
type RepoSwitch struct {
	Version kube.Version `yaml:"version,required" doc:"Version of the hop; its minor is what counts."`
}

// repoFolder is where yum and dnf look for repositories.
const repoFolder = "/etc/yum.repos.d"

// perMinor is the beginning of a script that reads or changes .repo files.
//
//go:embed scripts/per-minor.sh
var perMinor string

//go:embed scripts/repo-switch-check.sh
var repoSwitchCheck string

//go:embed scripts/repo-switch.sh
var repoSwitchScript string

func repoSwitchType() step.Type {
	return step.Define[RepoSwitch](step.About{
		Name:    "repo-switch",
		Summary: "Points the per-minor package repository of Kubernetes at the minor of a hop.",
		Doc: `pkgs.k8s.io has one repository for every minor. In the .repo files below
/etc/yum.repos.d, the /vN.NN/ of baseurl and gpgkey changes and nothing else: mirrors, keys
and excludes stay (B2). A copy of the file as it was first stays beside it, as
NAME.repo.rung-before.

A host whose repository holds every minor is left alone, and so are the repositories of
CRI-O, which are numbered likewise but follow their own calendar.

Source: https://kubernetes.io/docs/tasks/administer-cluster/kubeadm/change-package-repository/
`,
		Example: "repo-switch: {version: 1.32.6}\n",
	})
}

// Plan returns the one action.
func (s RepoSwitch) Plan(step.Scope) ([]step.Action, error) {
	args := []string{"v" + s.Version.MinorString(), repoFolder}
	return []step.Action{{
		Title: "point the package repository at " + args[0],
		Check: &step.Command{Script: perMinor + "\n" + repoSwitchCheck, Argv: args},
		Do:    step.Command{Script: perMinor + "\n" + repoSwitchScript, Argv: args},
	}}, nil
}
