package steps

import (
	_ "embed"

	"rung/engine/step"
)

// PackageUnhold releases packages that are held, so that they can be upgraded (B1).
type PackageUnhold struct {
	Packages []string `yaml:"packages,required" doc:"Packages that are about to change."`
}

//go:embed scripts/holds.sh
var holds string

//go:embed scripts/package-unhold-check.sh
var packageUnholdCheck string

//go:embed scripts/package-unhold.sh
var packageUnhold string

func packageUnholdType() step.Type {
	return step.Define[PackageUnhold](step.About{
		Name:    "package-unhold",
		Summary: "Releases packages that apt holds, or yum or dnf lock, until package-hold holds them again.",
		Doc: `What is held is first written to /var/lib/rung/held-packages on the host, so that a run which
broke off loses none of it: package-hold of the next one holds it again. Packages that are
not held are left alone.

apt-get's own --allow-change-held-packages is not used: it forgets the hold for good.
`,
		Example: "package-unhold: {packages: [kubeadm, cri-tools]}\n",
		Undo:    "package-hold",
	})
}

// Plan returns the one action.
func (s PackageUnhold) Plan(step.Scope) ([]step.Action, error) {
	if len(s.Packages) == 0 {
		return nil, step.Refuse("packages", "packages is empty: name at least one")
	}
	return []step.Action{{
		Title: "release the holds of packages",
		Check: &step.Command{Script: holds + "\n" + packageUnholdCheck, Argv: s.Packages},
		Do:    step.Command{Script: holds + "\n" + aptPatient + "\n" + packageUnhold, Argv: s.Packages, Detach: true},
	}}, nil
}
