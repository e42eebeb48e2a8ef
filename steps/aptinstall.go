package steps

import (
	_ "embed"
	"slices"
	"strings"

	"rung/engine/step"
)

// AptInstall installs packages (S14, S22, B1).
type AptInstall struct {
	Packages []string `yaml:"packages,required" doc:"Packages with their versions, such as kubeadm=1.32.6-1.1."`
	State    string   `yaml:"state" default:"present" enum:"present,downloaded,latest" doc:"present: these very versions; downloaded: fetch them, and install nothing yet; latest: the newest of all, with [\"*\"]."`
	Keep     []string `yaml:"keep" doc:"Packages that this transaction must leave as they are, or it does not begin; with latest by name or pattern."`
}

// aptPatient waits for locks where apt does not.
//
//go:embed scripts/apt-patient.sh
var aptPatient string

//go:embed scripts/apt-latest-check.sh
var aptLatestCheck string

//go:embed scripts/deb-installed.sh
var debInstalled string

//go:embed scripts/deb-not-down.sh
var debNotDown string

func aptInstallType() step.Type {
	return step.Define[AptInstall](step.About{
		Name:    "apt-install",
		Summary: "Installs packages with apt, at the versions that are named.",
		Doc: `Nobody is asked anything: configuration files that were edited stay, and needrestart
restarts nothing. Another apt that runs is waited for, five minutes at most. The transaction
is not cut off by a timeout of the step or a Ctrl-C: it is waited for. What is installed
afterwards is looked up with dpkg-query (B8).

Nothing is taken down: where a newer version is installed, the step fails before it begins,
and names both. A package that is held is not changed: see package-unhold.
`,
		Example: "apt-install: {packages: [kubeadm=1.32.6-1.1], keep: [kubelet, kubernetes-cni]}\n",
	})
}

// Plan returns a look at what would happen, the transaction, and a look at its result.
func (s AptInstall) Plan(step.Scope) ([]step.Action, error) {
	if len(s.Packages) == 0 {
		return nil, step.Refuse("packages", "packages is empty: name at least one")
	}
	if s.State == "latest" {
		return s.latest()
	}
	for i, p := range s.Packages {
		if name, version, ok := strings.Cut(p, "="); !ok || name == "" || version == "" || name[0] == '-' {
			return nil, step.RefuseItem("packages", i, "%q is not a package with its version, such as kubeadm=1.32.6-1.1", p)
		}
	}
	names := strings.Join(s.Packages, ", ")
	install := aptGet("install")
	title := "install " + names
	if s.State == "downloaded" {
		title = "download " + names
		install.Argv = append(install.Argv, "--download-only")
	}
	install.Argv = append(install.Argv, s.Packages...)
	actions := []step.Action{{
		Title:    "see that " + names + " takes nothing down",
		Do:       step.Command{Script: debNotDown, Argv: append([]string{strings.Join(s.Keep, " ")}, s.Packages...)},
		ReadOnly: true,
	}, {
		Title: title,
		Check: &step.Command{Script: debInstalled, Argv: s.Packages},
		Do:    install,
	}}
	if s.State == "downloaded" {
		return actions, nil
	}
	return append(actions, step.Action{
		Title:    "look up " + names + " among the installed packages",
		Do:       step.Command{Script: debInstalled, Argv: s.Packages},
		ReadOnly: true,
	}), nil
}

// latest is the one action of state latest.
func (s AptInstall) latest() ([]step.Action, error) {
	if !slices.Equal(s.Packages, []string{"*"}) {
		return nil, step.Refuse("packages", `with state latest, packages is ["*"]`)
	}
	if err := packageNames("keep", s.Keep); err != nil {
		return nil, err
	}
	upgrade := aptGet("upgrade")
	upgrade.Argv = append(upgrade.Argv, "--with-new-pkgs")
	return []step.Action{{
		Title: "upgrade all packages",
		Check: &step.Command{Script: aptUpgrades + "\n" + aptLatestCheck, Argv: s.Keep},
		Do:    upgrade,
	}}, nil
}

// aptGet is a transaction that asks nobody.
func aptGet(verb string) step.Command {
	return step.Command{
		Argv:   []string{"apt-get", verb, "-y", "-o", "Dpkg::Options::=--force-confdef", "-o", "Dpkg::Options::=--force-confold", "-o", "DPkg::Lock::Timeout=300"},
		Env:    []string{"DEBIAN_FRONTEND=noninteractive", "NEEDRESTART_SUSPEND=1"},
		Detach: true,
	}
}
