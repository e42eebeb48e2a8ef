package steps

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"rung/engine/kube"
	"rung/engine/step"
)

// YumVersions asks a host which releases its package repositories offer (S5).
type YumVersions struct {
	Packages []string     `yaml:"packages" default:"[kubeadm, kubelet, kubectl]" doc:"Packages that must be on offer together."`
	Version  kube.Version `yaml:"version" doc:"Demand this version."`
	From     kube.Version `yaml:"from" doc:"Ask the repositories of every minor from this version's …"`
	To       kube.Version `yaml:"to" doc:"… to this version's, too, where a repository belongs to one minor."`
}

// YumVersionsOutput is what is on offer.
type YumVersionsOutput struct {
	Versions []kube.Version    `yaml:"versions" doc:"Versions on offer for all of the packages, lowest first."`
	Releases map[string]string `yaml:"releases" doc:"For each package, the release that brings the version demanded: 1.21.14-0. Empty where none is demanded."`
	Offered  string            `yaml:"offered" doc:"The newest versions, for messages."`
}

//go:embed scripts/yum-offer.sh
var yumOffer string

//go:embed scripts/yum-minors.sh
var yumMinors string

func yumVersionsType() step.Type {
	return step.DefineWith[YumVersions, YumVersionsOutput](step.About{
		Name:    "yum-versions",
		Summary: "Asks which releases of Kubernetes the package repositories of a host offer.",
		Doc: `Lists kubeadm, kubelet and kubectl as

    yum list --showduplicates kubeadm kubelet kubectl --disableexcludes=kubernetes

does (S5), and finds the package release of a version: 1.21.14-0, 1.32.6-150500.1.1. When
the version is not there, yum's metadata is refreshed once (B8). When it still is not, the
step fails and says what is on offer.

With from and to, the repositories of every minor in between are asked too, through a
throw-away configuration and cache (B2): pkgs.k8s.io has one for each. The host's own
configuration is not touched.
`,
		Example: "yum-versions: {from: 1.31.4, to: 1.33.1}\n",
	})
}

// Plan returns one listing, and a second one for other minors.
func (s YumVersions) Plan(step.Scope) ([]step.Action, error) {
	if len(s.Packages) == 0 {
		return nil, fmt.Errorf("packages is empty: name at least one")
	}
	list := step.Action{
		Title:    "list the releases of " + strings.Join(s.Packages, ", "),
		Do:       step.Command{Argv: append(append([]string{"yum", "list", "--showduplicates"}, s.Packages...), "--disableexcludes=kubernetes")},
		ReadOnly: true,
	}
	if s.Version.Exact() {
		list.Do = step.Command{Script: yumOffer, Argv: append([]string{s.Version.String()}, s.Packages...)}
	}
	minors := s.minors()
	if len(minors) == 0 {
		return []step.Action{list}, nil
	}
	var folders []string
	for _, m := range minors {
		folders = append(folders, "v"+m.MinorString())
	}
	return []step.Action{list, {
		Title:    "list what the repositories of " + strings.Join(folders, ", ") + " offer",
		Do:       step.Command{Script: perMinor + "\n" + yumMinors, Argv: append([]string{repoFolder, strings.Join(folders, " ")}, s.Packages...)},
		ReadOnly: true,
	}}, nil
}

// minors are those between from and to, with both; only that of to where from is unknown.
func (s YumVersions) minors() []kube.Version {
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
func (s YumVersions) Collect(results []step.Result) (YumVersionsOutput, []step.Note, error) {
	var text strings.Builder
	for _, r := range results {
		text.Write(r.Stdout)
		text.WriteByte('\n')
	}
	list := readPackageList(text.String())
	versions := list.versions(s.Packages)
	out := YumVersionsOutput{Versions: versions, Releases: map[string]string{}, Offered: newestFew(versions)}
	if !s.Version.IsZero() {
		for _, name := range s.Packages {
			release, err := list.release(name, s.Version)
			if err != nil {
				return out, nil, fmt.Errorf("no package of %s is on offer for %s: on offer are %s", s.Version, name, newestFew(list.versionsOf(name)))
			}
			out.Releases[name] = release
		}
	}
	var notes []step.Note
	for _, m := range s.minors() {
		if !slices.ContainsFunc(versions, func(v kube.Version) bool { return kube.SameMinor(v, m) }) {
			notes = append(notes, step.Note{Warning: true, Text: "the package repositories offer nothing of " + m.MinorString() +
				" for all of " + strings.Join(s.Packages, ", ") + "; an old minor needs a mirror"})
		}
	}
	return out, notes, nil
}
