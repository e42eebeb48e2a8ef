package steps

import (
	"rung/engine/kube"
	"rung/engine/step"
)

// YumVersions asks yum or dnf which releases the package repositories of a host offer (S5).
type YumVersions struct {
	Packages []string     `yaml:"packages" default:"[kubeadm, kubelet, kubectl]" doc:"Packages that must be on offer together."`
	Version  kube.Version `yaml:"version" doc:"Demand this version."`
	From     kube.Version `yaml:"from" doc:"Ask the repositories of every minor from this version's …"`
	To       kube.Version `yaml:"to" doc:"… to this version's, too, where a repository belongs to one minor."`
}

func yumVersionsType() step.Type {
	return step.DefineWith[YumVersions, PackageVersionsOutput](step.About{
		Name:    "yum-versions",
		Summary: "Asks which releases of Kubernetes the yum or dnf repositories of a host offer.",
		Doc: `Is package-versions with manager: yum, for playbooks of hosts that all have yum or dnf.
`,
		Example: "yum-versions: {from: 1.31.4, to: 1.33.1}\n",
	})
}

func (s YumVersions) asked() PackageVersions {
	return PackageVersions{Packages: s.Packages, Version: s.Version, From: s.From, To: s.To, Manager: "yum"}
}

// Plan returns one listing, and a second one for other minors.
func (s YumVersions) Plan(scope step.Scope) ([]step.Action, error) {
	actions, err := s.asked().Plan(scope)
	if err == nil && !s.Version.Exact() { // as everybody knows it
		actions[0].Do = withoutExcludes("kubernetes", append([]string{"yum", "list", "--showduplicates"}, s.Packages...))
	}
	return actions, err
}

// Collect reads the listings.
func (s YumVersions) Collect(results []step.Result) (PackageVersionsOutput, []step.Note, error) {
	return s.asked().Collect(results)
}
