package docs_test

import (
	"fmt"
	"strings"
	"testing"

	"rung/engine/kube"
)

// TestCausesPage holds docs/causes.md against the catalogue.
func TestCausesPage(t *testing.T) { fresh(t, "causes.md", causesPage()) }

func causesPage() string {
	var b strings.Builder
	b.WriteString(`<!-- generated from engine/kube/causes.json by ` + "`go generate ./docs`" + `: change the catalogue there -->

# Causes

Failures that are known: what probably lies behind them, and what to do. A run tells this at the step that failed, and
in its summary at the host. A cause is known by what the command printed, or by the [diagnostics](steps/diagnostics.md) that
are taken of a host that failed. Where several are found, the one that stands first here is told first; a vague one, behind which another stands, is told
where nothing else is found.

`)
	for _, c := range kube.Causes() {
		vague := ""
		if c.Vague {
			vague = " (vague)"
		}
		fmt.Fprintf(&b, "## %s\n\n%s%s.\n\nTo do: %s.\n\nKnown by: %s.\nSource: %s\n\n", c.ID, sentence(c.Why), vague, c.Do, signs(c), c.Source)
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

func signs(c kube.Cause) string {
	var texts []string
	for _, s := range c.Signs {
		texts = append(texts, fmt.Sprintf("%s `%s`", s.In, s.Pattern))
	}
	return strings.Join(texts, "; ")
}
