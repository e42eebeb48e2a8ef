package steps

import (
	_ "embed"
	"errors"
	"fmt"
	"strings"

	"rung/engine/kube"
	"rung/engine/step"
)

// PackageVersions asks a host which releases its package repositories offer, whatever its package manager is (S5, B1).
type PackageVersions struct {
	Packages   []string     `yaml:"packages" default:"[kubeadm, kubelet, kubectl]" doc:"Packages that must be on offer together."`
	Version    kube.Version `yaml:"version" doc:"Demand this version."`
	From       kube.Version `yaml:"from" doc:"Ask the repositories of every minor from this version's …"`
	To         kube.Version `yaml:"to" doc:"… to this version's, too, where a repository belongs to one minor."`
	Repository string       `yaml:"repository" doc:"With from and to: ask this repository, as repo-switch will name it, and not the host's own."`
	Manager    string       `yaml:"manager" default:"auto" enum:"auto,yum,apt" doc:"Which package manager to ask; yum is dnf too. auto: the one that kubeadm was installed with, or else the one there is."`
}

// PackageVersionsOutput is what is on offer.
type PackageVersionsOutput struct {
	Manager  string            `yaml:"manager" doc:"Who was asked: yum or apt."`
	Versions []kube.Version    `yaml:"versions" doc:"Versions on offer for all of the packages, lowest first."`
	Releases map[string]string `yaml:"releases" doc:"For each package, the release that brings the version demanded: 1.21.14-0, 1.32.6-1.1. Empty where none is demanded."`
	Offered  string            `yaml:"offered" doc:"The newest versions, for messages."`
	Missing  []string          `yaml:"missing" doc:"What the way between from and to wants and is not on offer: no kubelet of 1.21."`
	Newest   kube.Version      `yaml:"newest" doc:"Newest version of any of the packages that is installed; unset where none is."`
	NewestOf string            `yaml:"newest_of" doc:"The package that is installed at newest, with its release: kubeadm 1.32.6-1.1."`
}

//go:embed scripts/package-manager.sh
var packageManager string

// dnf5 goes before what asks yum for packages that an exclude line hides.
//
//go:embed scripts/dnf5.sh
var dnf5 string

//go:embed scripts/yum-offer.sh
var yumOffer string

//go:embed scripts/yum-minors.sh
var yumMinors string

//go:embed scripts/apt-offer.sh
var aptOffer string

//go:embed scripts/apt-minors.sh
var aptMinors string

func packageVersionsType() step.Type {
	return step.DefineWith[PackageVersions, PackageVersionsOutput](step.About{
		Name:    "package-versions",
		Summary: "Asks which releases of Kubernetes the package repositories of a host offer, with yum, dnf or apt.",
		Doc: `Lists kubeadm, kubelet and kubectl as

    yum list --showduplicates kubeadm kubelet kubectl --disableexcludes=kubernetes
    apt-cache madison kubeadm kubelet kubectl

do (S5), to dnf 5 with --setopt=disable_excludes=kubernetes, and finds the package release of a version: 1.21.14-0, 1.32.6-150500.1.1, 1.32.6-1.1.
When the version is not there, the metadata of the repositories is refreshed once (B8). When
it still is not, the step fails and says what is on offer.

With from and to, the repositories have to answer now, so that one that is down is found
before it is needed. Those of every minor in between are asked too, through a throw-away
configuration and cache (B2): pkgs.k8s.io has one for each. The host's own configuration is
not touched.
`,
		Example: "package-versions: {from: 1.31.4, to: 1.33.1}\n",
	})
}

// Plan returns one listing, and a second one for other minors.
func (s PackageVersions) Plan(step.Scope) ([]step.Action, error) {
	if len(s.Packages) == 0 {
		return nil, step.Refuse("packages", "packages is empty: name at least one")
	}
	minors, version := s.minors(), ""
	switch {
	case s.Version.Exact():
		version = s.Version.String()
	case len(minors) > 0 && s.Repository != "":
		version = "installed"
	case len(minors) > 0:
		version = "fresh"
	}
	first, args, err := naming(s.Repository)
	if err != nil {
		return nil, err
	}
	if s.Repository != "" && !strings.Contains(s.Repository, "/v1.") && len(minors) > 0 { // it holds them all
		minors = minors[len(minors)-1:]
	}
	list := step.Action{
		Title:    "list the releases of " + strings.Join(s.Packages, ", "),
		Do:       step.Command{Script: s.ask(dnf5+"\n"+yumOffer, "yum_offer", aptPatient+"\n"+aptOffer, "apt_offer"), Argv: append([]string{version}, s.Packages...)},
		ReadOnly: true,
	}
	if len(minors) == 0 {
		return []step.Action{list}, nil
	}
	var folders []string
	for _, m := range minors {
		folders = append(folders, "v"+m.MinorString())
	}
	return []step.Action{list, {
		Title: "list what the repositories of " + strings.Join(folders, ", ") + " offer",
		Do: step.Command{
			Script: first + s.ask(dnf5+"\n"+yumMinors, "yum_minors "+yumFolder, aptMinors, "apt_minors "+aptFolder),
			Argv:   append(append(args, strings.Join(folders, " ")), s.Packages...),
		},
		ReadOnly: true,
	}}, nil
}

// ask is a script that asks yum, or apt, or whichever of them the host has.
func (s PackageVersions) ask(yum, askYum, apt, askApt string) string {
	switch s.Manager {
	case "yum":
		return yum + "\n" + askYum + " \"$@\"\n"
	case "apt":
		return apt + "\n" + askApt + " \"$@\"\n"
	}
	return packageManager + "\n" + yum + "\n" + apt + `
manager=$(package_manager)
echo "manager: $manager"
case $manager in
  yum) ` + askYum + ` "$@" ;;
  apt) ` + askApt + ` "$@" ;;
esac
`
}

// minors are those between from and to, with both; only that of to where from is unknown.
func (s PackageVersions) minors() []kube.Version {
	if s.To.IsZero() {
		return nil
	}
	first := s.From.Minor
	if s.From.IsZero() || s.From.Major != s.To.Major {
		first = s.To.Minor
	}
	var minors []kube.Version
	for minor := first; minor <= s.To.Minor; minor++ {
		minors = append(minors, kube.OfMinor(s.To.Major, minor))
	}
	return minors
}

// Collect reads the listings.
func (s PackageVersions) Collect(results []step.Result) (PackageVersionsOutput, []step.Note, error) {
	var answers [][]byte
	for _, r := range results {
		answers = append(answers, r.Stdout)
	}
	list := readPackages(answers...)
	versions := list.versions(s.Packages)
	out := PackageVersionsOutput{Manager: s.Manager, Versions: versions, Releases: map[string]string{}, Offered: newestFew(versions)}
	if s.Manager == "auto" {
		out.Manager = list.manager
	}
	for _, name := range s.Packages {
		for _, release := range list.installed[name] {
			if v, err := kube.ReleaseOf(release); err == nil && out.Newest.Less(v) {
				out.Newest, out.NewestOf = v, name+" "+release
			}
		}
	}
	if out.Manager == "none" {
		return out, nil, errors.New("this host has none of yum, dnf and apt")
	}
	if !s.Version.IsZero() {
		for _, name := range s.Packages {
			release, err := list.release(name, s.Version)
			if err != nil {
				return out, nil, fmt.Errorf("no package of %s is on offer for %s: on offer are %s", s.Version, name, newestFew(list.releases[name]))
			}
			out.Releases[name] = release
		}
	}
	out.Missing = s.missing(list)
	if len(out.Missing) == 0 {
		return out, nil, nil
	}
	return out, []step.Note{{Warning: true, Text: "the package repositories offer " + strings.Join(out.Missing, ", ") + "; an old minor needs a mirror"}}, nil
}

// mostMissing bounds a list for people.
const mostMissing = 6

// missing says what the way to To wants and nobody offers, by minor and package.
func (s PackageVersions) missing(list packageList) []string {
	var texts []string
	for _, m := range s.minors() {
		if kube.SameMinor(m, s.From) && !kube.SameMinor(m, s.To) {
			continue // it runs already
		}
		text := list.lacking(s.Packages, "of "+m.MinorString(), func(v kube.Version) bool { return kube.SameMinor(v, m) })
		if text == "" && kube.SameMinor(m, s.To) && s.To.Exact() {
			text = list.lacking(s.Packages, s.To.String(), func(v kube.Version) bool { return v == s.To })
		}
		switch {
		case text == "":
		case len(texts) == mostMissing:
			return append(texts, "and more")
		default:
			texts = append(texts, text)
		}
	}
	return texts
}
