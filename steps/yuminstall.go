package steps

import (
	"cmp"
	_ "embed"
	"slices"
	"strings"

	"rung/engine/step"
)

// YumInstall installs packages (S14, S22).
type YumInstall struct {
	Packages        []string `yaml:"packages,required" doc:"Packages with their releases, such as kubeadm-1.21.14-0."`
	State           string   `yaml:"state" default:"present" enum:"present,downloaded,latest" doc:"present: these very releases; downloaded: fetch them, and install nothing yet; latest: the newest of each, or of all with [\"*\"]."`
	Keep            []string `yaml:"keep" doc:"Packages that this transaction must leave as they are, or it does not begin; not for latest."`
	Exclude         []string `yaml:"exclude" doc:"Packages that are left alone, by name or pattern; only for latest."`
	DisableExcludes string   `yaml:"disable_excludes" default:"kubernetes" doc:"Repository whose exclude line does not count; not for latest."`
}

//go:embed scripts/yum-latest-check.sh
var yumLatestCheck string

//go:embed scripts/rpm-installed.sh
var rpmInstalled string

//go:embed scripts/rpm-not-down.sh
var rpmNotDown string

func yumInstallType() step.Type {
	return step.Define[YumInstall](step.About{
		Name:    "yum-install",
		Summary: "Installs packages with yum, at the releases that are named.",
		Doc: `The transaction is not cut off by a timeout of the step, a Ctrl-C or a lost link: it is
waited for. What is installed afterwards is looked up with rpm (B8). There is nothing to do when it is there before.

Nothing is taken down, which dnf install would do: where a newer release is installed, the
step fails before it begins, and names both. With keep, yum excludes those packages from the
transaction, and says what needs them where it cannot do without.

dnf drops what was downloaded once the next transaction has succeeded: download last.

The repository of Kubernetes excludes its own packages, so that nobody upgrades them by
the way; disable_excludes lifts that for this one transaction (S14). With state latest
the excludes count, so that a patch of the system leaves Kubernetes alone.
`,
		Example: "yum-install: {packages: [kubeadm-1.21.14-0]}\n",
	})
}

// Plan returns a look at what is installed, the transaction, and a look at its result.
func (s YumInstall) Plan(step.Scope) ([]step.Action, error) {
	if err := s.wrong(); err != nil {
		return nil, err
	}
	names := strings.Join(s.Packages, ", ")
	if s.State == "latest" {
		return []step.Action{s.latest(names)}, nil
	}
	var options []string
	for _, name := range s.Keep {
		options = append(options, "--exclude="+name)
	}
	title := "install " + names
	if s.State == "downloaded" {
		title = "download " + names
		options = append(options, "--downloadonly")
	}
	do := withoutExcludes(s.DisableExcludes, append([]string{"yum", "install", "-y"}, s.Packages...), options...)
	do.Detach = true
	actions := []step.Action{{
		Title:    "see that " + names + " takes nothing down",
		Do:       step.Command{Script: rpmNotDown, Argv: s.Packages},
		ReadOnly: true,
	}, {
		Title: title,
		Check: &step.Command{Script: rpmInstalled, Argv: s.Packages},
		Do:    do,
	}}
	if s.State == "downloaded" {
		return actions, nil
	}
	return append(actions, step.Action{
		Title:    "look up " + names + " among the installed packages",
		Do:       step.Command{Argv: append([]string{"rpm", "-q"}, s.Packages...)},
		ReadOnly: true,
	}), nil
}

// withoutExcludes is a command of yum to which the exclude line of a repository does not count; with "" it does.
// dnf 5 knows no option for it but that of its configuration.
//
// Source: doc/changes_from_dnf4.7.rst of rpm-software-management/dnf5.
func withoutExcludes(repository string, argv []string, options ...string) step.Command {
	if repository == "" {
		return step.Command{Argv: slices.Concat(argv, options)}
	}
	line := func(option string) string {
		return step.Command{Argv: slices.Concat(argv, []string{option + repository}, options)}.Line()
	}
	return step.Command{Script: dnf5 + "\nif yum_is_dnf5; then\n  " + line("--setopt=disable_excludes=") + "\nelse\n  " + line("--disableexcludes=") + "\nfi\n"}
}

// latest is the one action of state latest.
func (s YumInstall) latest(names string) step.Action {
	var args []string
	for _, pattern := range s.Exclude {
		args = append(args, "--exclude="+pattern)
	}
	if s.Packages[0] == "*" {
		names = "all packages"
	} else {
		args = append(args, s.Packages...)
	}
	return step.Action{
		Title: "upgrade " + names,
		Check: &step.Command{Script: yumLatestCheck, Argv: args},
		Do:    step.Command{Argv: append([]string{"yum", "upgrade", "-y"}, args...), Detach: true},
	}
}

func (s YumInstall) wrong() error {
	if len(s.Packages) == 0 {
		return step.Refuse("packages", "packages is empty: name at least one")
	}
	if slices.Contains(s.Packages, "*") && (len(s.Packages) > 1 || s.State != "latest") {
		return step.Refuse("packages", `packages "*" stands alone, with state latest`)
	}
	if len(s.Exclude) > 0 && s.State != "latest" {
		return step.Refuse("exclude", "exclude goes with state latest")
	}
	return cmp.Or(packageNames("packages", s.Packages), packageNames("keep", s.Keep), packageNames("exclude", s.Exclude))
}

// packageNames refuses what yum would take for an option, of the names in a field.
func packageNames(field string, names []string) error {
	for i, name := range names {
		if name == "" || name[0] == '-' {
			return step.RefuseItem(field, i, "%q is not the name of a package", name)
		}
	}
	return nil
}
