package twin_test

import (
	"strings"
	"testing"
	"time"

	"rung/engine/run"
	"rung/engine/twin"
)

// The pods of a single node have nowhere to go, so that a budget which keeps one of them is never met there: it is told
// before anything is changed. Who goes on all the same is told what holds the drain, and the node is open again.
func TestB6ABudgetOnASingleNodeIsRefused(t *testing.T) {
	const want = "PodDisruptionBudget default/web: minAvailable 1 keeps 1 healthy, and no other node may run 3 of the 3 (cp1: web-"
	for playbook, inputs := range map[string]map[string]any{"node-maintenance.yaml": chore, "os-patch.yaml": nil, "kubeadm-upgrade.yaml": {"target": version("1.32.6")}} {
		test := declined{playbook: playbook, inputs: inputs, shape: twin.Shape{ControlPlanes: 1, Version: version("1.31.4")}, want: want}
		t.Run(playbook, test.run)
	}
	// With a control plane that takes no pods beside it, an only worker is no better off.
	only := declined{playbook: "kubeadm-upgrade.yaml", inputs: map[string]any{"target": version("1.32.6")}, shape: twin.Shape{ControlPlanes: 1, Workers: 1, Version: version("1.31.4"), MinAvailable: 2}, want: "PodDisruptionBudget default/web: minAvailable 2 keeps 2 healthy, and no other node may run 3 of the 3 (w1: web-"}
	t.Run("the only worker", only.run)
	s := siteOf(twin.Shape{ControlPlanes: 1, Version: version("1.31.4")})
	s.plan = planned(t, "node-maintenance.yaml", s.inventory(), with(chore, "drain_blocked_ok", true, "drain_timeout", time.Minute))
	end, d := s.run(t, "r", 0)
	if end.Exit != run.ExitFailed || !strings.Contains(d.why(), "PodDisruptionBudget default/web lets no pod go now: 1 of 3 pods are healthy, and 1 must stay") {
		t.Errorf("it ended with %d: %s%s", end.Exit, end.Text, d.why())
	}
	s.open(t)
}
