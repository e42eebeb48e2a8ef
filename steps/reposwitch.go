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

// Where yum and dnf, and where apt look for repositories.
const (
	yumFolder = "/etc/yum.repos.d"
	aptFolder = "/etc/apt"
)

// perMinor is the beginning of a script that reads or changes what names repositories.
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
and excludes stay (B2). So it does in the deb lines of /etc/apt/sources.list and the .list
files, and in the URIs of the .sources files, below /etc/apt/sources.list.d: the keyring
that they name stays, for one key signs all minors. A copy of a file as it was first stays
beside it, as NAME.rung-before.

Afterwards yum's metadata has expired; apt's lists of that one file are fetched.

A host whose repository holds every minor is left alone, and so are the repositories of
CRI-O, which are numbered likewise but follow their own calendar.

Source: https://kubernetes.io/docs/tasks/administer-cluster/kubeadm/change-package-repository/
`,
		Example: "repo-switch: {version: 1.32.6}\n",
	})
}

// Plan returns the one action.
func (s RepoSwitch) Plan(step.Scope) ([]step.Action, error) {
	args := []string{"v" + s.Version.MinorString(), yumFolder, aptFolder}
	return []step.Action{{
		Title: "point the package repository at " + args[0],
		Check: &step.Command{Script: perMinor + "\n" + repoSwitchCheck, Argv: args},
		Do:    step.Command{Script: perMinor + "\n" + repoSwitchScript, Argv: args},
	}}, nil
}
