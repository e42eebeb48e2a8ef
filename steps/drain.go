package steps

import (
	_ "embed"
	"strconv"
	"time"

	"rung/engine/step"
)

// Drain evicts the pods of a node (S21).
type Drain struct {
	Timeout            time.Duration `yaml:"timeout" default:"10m" doc:"How long kubectl tries; 0s is without end."`
	GracePeriod        int           `yaml:"grace_period" default:"-1" doc:"Seconds that each pod gets to end; -1 is what the pod says itself."`
	DeleteEmptyDirData bool          `yaml:"delete_emptydir_data" default:"true" doc:"Evict pods with emptyDir volumes too; what is in them is lost."`
	IgnoreDaemonSets   bool          `yaml:"ignore_daemonsets" default:"true" doc:"Leave the pods of DaemonSets where they are."`
	Force              bool          `yaml:"force" default:"false" doc:"Delete pods that nothing will start again elsewhere."`
	PodSelector        string        `yaml:"pod_selector" doc:"Evict only pods with these labels."`
	DisableEviction    bool          `yaml:"disable_eviction" default:"false" doc:"Delete pods past their PodDisruptionBudgets. Only where its owner agreed."`
	SkipWaitFor        time.Duration `yaml:"skip_wait_for_delete_timeout" default:"0s" doc:"Wait no longer for pods that were told to end longer ago than this; 0s waits for all."`
}

//go:embed scripts/drain-explain.sh
var drainExplain string

func drainType() step.Type {
	return step.Define[Drain](step.About{
		Name:    "drain",
		Summary: "Cordons a node and evicts its pods: kubectl drain.",
		Doc: `A minor upgrade of a kubelet wants a drained node, control planes too: CoreDNS and
others live there (S21, R8 of the version-skew policy).

The node is cordoned and marked first, exactly as cordon does. kubectl respects
PodDisruptionBudgets and tries again until the timeout. A timeout of the step or a
Ctrl-C does not cut the drain off; a lost link does not either.

A drain that fails names the pods that have not left, and the budgets that let none go.
What to do then is the playbook's to say: without more the run stops; retry tries again,
ignore_failure goes on.

Sources: https://kubernetes.io/docs/tasks/administer-cluster/safely-drain-node/;
--delete-emptydir-data since kubectl 1.20.
`,
		Example: "drain: {timeout: 5m}\n",
		Undo:    "uncordon",
	})
}

// Plan returns the cordon and the drain.
func (s Drain) Plan(scope step.Scope) ([]step.Action, error) {
	args := []string{"drain", scope.Host.Node}
	if s.IgnoreDaemonSets {
		args = append(args, "--ignore-daemonsets")
	}
	if s.DeleteEmptyDirData {
		args = append(args, "--delete-emptydir-data")
	}
	if s.Force {
		args = append(args, "--force")
	}
	if s.GracePeriod >= 0 {
		args = append(args, "--grace-period="+strconv.Itoa(s.GracePeriod))
	}
	if s.PodSelector != "" {
		args = append(args, "--pod-selector="+s.PodSelector)
	}
	if s.DisableEviction {
		args = append(args, "--disable-eviction")
	}
	if s.SkipWaitFor > 0 {
		args = append(args, "--skip-wait-for-delete-timeout="+seconds(s.SkipWaitFor))
	}
	args = append(args, "--timeout="+seconds(s.Timeout)+"s")
	return []step.Action{cordonAction(scope), {
		Title:   "drain " + scope.Host.Node,
		On:      step.AdminHost,
		Do:      step.Command{Argv: kubectl(args...), Detach: true},
		Explain: &step.Command{Script: drainExplain, Argv: []string{scope.Host.Node}},
		Again:   true,
	}}, nil
}
