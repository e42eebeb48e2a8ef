package steps

import (
	_ "embed"
	"regexp"
	"strings"

	"rung/engine/kube"
	"rung/engine/step"
)

// RepoSwitch points the package repository of Kubernetes at a minor (B2).
type RepoSwitch struct {
	Version    kube.Version `yaml:"version,required" doc:"Version of the hop; its minor is what counts."`
	Repository string       `yaml:"repository" doc:"A mirror or local repository that takes the place of the one the host names: its address, https://… or file:///…, where /vN.NN stands for the minor of any hop. To apt it may have a suite and components behind it."`
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

// repoIdle goes before it, and before repositoryScript.
//
//go:embed scripts/repo-idle.sh
var repoIdle string

// repositoryScript takes its place where a repository is given.
//
//go:embed scripts/repository.sh
var repositoryScript string

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

With repository, the files that name a repository of Kubernetes name that one from then on;
keys, options and excludes stay. Its address is known again by kube, k8s or core:/stable:, or
by what stands before the minor. An address without a minor holds every minor.

A host whose repository holds every minor is left alone. So are files of which every repository is
switched off, and the repositories of others, such as CRI-O and Istio, which are numbered likewise but
follow calendars of their own: a line counts that has kube, k8s or core:/stable: in it, or whose
file is called so.

Source: https://kubernetes.io/docs/tasks/administer-cluster/kubeadm/change-package-repository/
`,
		Example: "repo-switch: {version: 1.32.6}\n",
	})
}

// Plan returns the one action.
func (s RepoSwitch) Plan(step.Scope) ([]step.Action, error) {
	minor := "v" + s.Version.MinorString()
	first, args, err := naming(s.Repository)
	if err != nil {
		return nil, err
	}
	args = append(args, minor, yumFolder, aptFolder)
	return []step.Action{{
		Title: "point the package repository at " + minor,
		Check: &step.Command{Script: first + repoSwitchCheck, Argv: args},
		Do:    step.Command{Script: first + aptPatient + "\n" + repoSwitchScript, Argv: args, Detach: true},
	}}, nil
}

// namesRepository is an address, with a suite and components. It goes into patterns of sed, so that some characters
// are not taken.
var namesRepository = regexp.MustCompile(`^(https?|file|copy)://[^\s#&\\|'"*]+( [^\s#&\\|'"*]+)*$`)

// naming is the beginning of a script that reads or changes what names repositories, and its first arguments.
func naming(repository string) (script string, args []string, err error) {
	if repository == "" {
		return repoIdle + "\n" + perMinor + "\n", nil, nil
	}
	if !namesRepository.MatchString(repository) {
		return "", nil, step.Refuse("repository", "%q is not the address of a repository, such as https://mirror.example/k8s/v1.31/rpm/ or file:///srv/k8s/", repository)
	}
	address, _, _ := strings.Cut(repository, " ")
	known, _, _ := strings.Cut(address[strings.Index(address, "://")+3:], "/v1.")
	return repoIdle + "\n" + repositoryScript + "\n", []string{repository, regexp.QuoteMeta(known)}, nil
}
