package steps

import (
	_ "embed"

	"rung/engine/step"
)

// SwapOff turns swap off, now and at every boot (S8).
type SwapOff struct{}

//go:embed scripts/swap-off-check.sh
var swapOffCheck string

//go:embed scripts/swap-off.sh
var swapOffScript string

func swapOffType() step.Type {
	return step.Define[SwapOff](step.About{
		Name:    "swap-off",
		Summary: "Turns swap off, now and at every boot.",
		Doc: `A kubelet does not start where swap is on, unless it is told otherwise (S8). The lines of
swap in /etc/fstab become comments; the file as it was is kept as /etc/fstab.before-rung, and
never overwritten. Swap that a systemd unit or zram makes is turned off, and may be back
after the next boot: the facts of the host say so then.

Turning swap off needs as much free memory as the swap that is in use.
`,
		Example: "swap-off: {}\n",
	})
}

// Plan returns the one action.
func (SwapOff) Plan(scope step.Scope) ([]step.Action, error) {
	return []step.Action{{
		Title: "turn swap off on " + scope.Host.Name,
		Check: &step.Command{Script: swapOffCheck},
		Do:    step.Command{Script: swapOffScript, Detach: true},
	}}, nil
}
