package playbook_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"rung/engine/playbook"
	"rung/engine/step"
	"rung/steps"
)

// bundled reads the playbook that comes with rung, and the step types that it
// is made of.
func bundled(tb testing.TB) ([]byte, *step.Set) {
	tb.Helper()
	src, err := os.ReadFile("../../playbooks/kubeadm-upgrade.yaml")
	if err != nil {
		tb.Fatal(err)
	}
	types, err := step.NewSet(steps.All()...)
	if err != nil {
		tb.Fatal(err)
	}
	return src, types
}

// BenchmarkLoad is the greatest part of what `rung render` does before its
// first line: aim at 15 ms.
func BenchmarkLoad(b *testing.B) {
	src, types := bundled(b)
	for b.Loop() {
		if _, found := playbook.Load("kubeadm-upgrade.yaml", src, types); found != nil {
			b.Fatal(found)
		}
	}
}

// long is a playbook of 500 steps that read each other.
func long() []byte {
	var src strings.Builder
	src.WriteString("playbook: long\ninputs:\n  target: {type: version}\nstages:\n")
	for stage := range 50 {
		fmt.Fprintf(&src, "  - stage: s%d\n    hosts: all\n    steps:\n", stage)
		for i := range 10 {
			fmt.Fprintf(&src, "      - id: s%d_%d\n        name: Look at ${{ host.name }}\n        when: inputs.target > version(\"1.2.3\")\n        host-facts: {}\n", stage, i)
		}
	}
	return []byte(src.String())
}

// BenchmarkLoad500 loads 500 steps that read each other: aim at 100 ms.
func BenchmarkLoad500(b *testing.B) {
	_, types := bundled(b)
	src := long()
	for b.Loop() {
		if _, found := playbook.Load("long.yaml", src, types); found != nil {
			b.Fatal(found)
		}
	}
}

// BenchmarkCheck500 is what `rung check` does with them, advice too: aim at 100 ms.
func BenchmarkCheck500(b *testing.B) {
	_, types := bundled(b)
	src := long()
	for b.Loop() {
		pb, found := playbook.Load("long.yaml", src, types)
		if found != nil || playbook.Plannable(pb) != nil || playbook.Advise(pb) != nil {
			b.Fatal(found)
		}
	}
}
