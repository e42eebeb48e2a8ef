package readonly_test

import (
	"slices"
	"testing"

	"rung/engine/readonly"
	"rung/engine/step"
	"rung/steps"
)

// untold are the step types that change something, and no word of whose examples says so: their files stand in variables,
// or a program does it that is told by nothing. Whether such a step lies, only its Go code says, and its Detach.
var untold = []string{"certs-renew", "command", "etcd-member-add", "fetch", "hook", "image-pull", "kubeadm-plan", "kubelet-flags", "manifests-restore", "repo-switch"}

// Of every step type that comes with rung what reads is let through, and what changes something is not, also where it
// would lie, and say that it is not detached.
func TestEveryBundledStepIsJudgedAsItSays(t *testing.T) {
	reads, changes := 0, 0
	for _, typ := range steps.All() {
		actions, err := typ.ExampleActions()
		if err != nil {
			continue // it waits for values
		}
		for _, a := range actions {
			asked := map[string]*step.Command{"its check": a.Check, "what explains it": a.Explain}
			if a.ReadOnly {
				asked["it"] = &a.Do
			}
			for what, c := range asked {
				if c == nil {
					continue
				}
				reads++
				if why := readonly.Judge(*c); why != "" {
					t.Errorf("%s, %s: %s only reads, and is refused: %s\n%s", typ.Name, a.Title, what, why, c.Line())
				}
			}
			if a.ReadOnly {
				continue
			}
			changes++
			lie := a.Do
			lie.Detach = false
			if readonly.Judge(lie) == "" && !slices.Contains(untold, typ.Name) {
				t.Errorf("%s, %s: it changes something, and would be let through\n%s", typ.Name, a.Title, a.Do.Line())
			}
		}
	}
	if reads < 40 || changes < 15 {
		t.Errorf("%d commands that read and %d that change something were judged: the examples are not what they were", reads, changes)
	}
}
