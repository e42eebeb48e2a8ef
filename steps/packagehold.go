package steps

import (
	_ "embed"

	"rung/engine/step"
)

// PackageHold holds again what PackageUnhold released (B1).
type PackageHold struct{}

//go:embed scripts/package-hold-check.sh
var packageHoldCheck string

//go:embed scripts/package-hold.sh
var packageHold string

func packageHoldType() step.Type {
	return step.Define[PackageHold](step.About{
		Name:    "package-hold",
		Summary: "Holds the packages again that package-unhold released, at the versions that are installed now.",
		Doc: `What was held stands in /var/lib/rung/held-packages on the host. Put this step behind the
installation, and into always of the stage, so that a failure leaves nothing released.
`,
		Example: "package-hold: {}\n",
	})
}

// Plan returns the one action.
func (PackageHold) Plan(step.Scope) ([]step.Action, error) {
	return []step.Action{{
		Title: "hold the packages again",
		Check: &step.Command{Script: holds + "\n" + packageHoldCheck},
		Do:    step.Command{Script: holds + "\n" + aptPatient + "\n" + packageHold, Detach: true},
	}}, nil
}
