package docs_test

import (
	"fmt"
	"strings"
	"testing"

	"rung/engine/kube"
)

// TestHazardsPage holds docs/hazards.md against the catalogue.
func TestHazardsPage(t *testing.T) { fresh(t, "hazards.md", hazardsPage()) }

func hazardsPage() string {
	var b strings.Builder
	b.WriteString(`<!-- generated from engine/kube/hazards.json by ` + "`go generate ./docs`" + `: change the catalogue there -->

# Hazards

What is known to go wrong, or to get lost, on the way of a kubeadm cluster from 1.20 to 1.37. The step type
[hazards](steps/hazards.md) asks for all that has a question here, before anything is changed and again before
each hop; what other steps hold anyway is named, so that the catalogue is whole and nothing is asked twice.

What **blocks** stops an upgrade before it begins. Whoever has looked at it acknowledges it by its id, and
with a reason, which is kept in the journal: ` + "`-e acknowledge=ID,ID -e acknowledge_reason=…`" + `. A **warn**ing is shown and does
not stop; **inform** is good to know. Every question only reads.

`)
	for _, severity := range []kube.Severity{kube.Block, kube.Warn, kube.Inform} {
		fmt.Fprintf(&b, "## %s\n\n", map[kube.Severity]string{kube.Block: "Block", kube.Warn: "Warn", kube.Inform: "Inform"}[severity])
		for _, h := range kube.Hazards() {
			if h.Severity == severity {
				writeHazard(&b, h)
			}
		}
	}
	b.WriteString("## The questions\n\n| question | asked of | what the answer is |\n|---|---|---|\n")
	for _, q := range kube.Questions() {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", q.Name, map[kube.Place]string{kube.OfCluster: "the API", kube.OfControlPlane: "each control plane", kube.OfHost: "every node"}[q.Place], q.About)
	}
	return b.String()
}

func writeHazard(b *strings.Builder, h kube.Hazard) {
	hops := "hops to " + h.Targets.String()
	if !h.Crossing {
		hops += ", and patches of these"
	}
	fmt.Fprintf(b, "### %s\n\n%s; %s. %s.\n\n", h.ID, hops, h.Where, sentence(h.Why))
	fmt.Fprintf(b, "To do: %s.\n\n", h.Action)
	if h.HeldBy != "" {
		fmt.Fprintf(b, "Held by: %s.\n", h.HeldBy)
	} else {
		var asks []string
		for _, a := range h.Ask {
			if text := detection(a); !contains(asks, text) {
				asks = append(asks, text)
			}
		}
		fmt.Fprintf(b, "Found by: %s.\n", strings.Join(asks, "; "))
	}
	fmt.Fprintf(b, "Source: %s\n\n", h.Source)
}

func contains(list []string, text string) bool {
	return strings.Contains(strings.Join(list, "; "), text)
}

// detection is a question and its rule, in words.
func detection(a kube.Ask) string {
	text := a.Question + ", " + a.Rule
	if a.Pattern != "" {
		text += " `" + a.Pattern + "`"
	}
	if a.Value != "" {
		text += " " + a.Value
	}
	if a.But != "" {
		text += " but `" + a.But + "`"
	}
	if len(a.Minors) > 0 {
		text += " (" + a.Minors.String() + ")"
	}
	return text
}

// sentence begins with a capital letter, unless it begins with a name.
func sentence(text string) string {
	first, _, _ := strings.Cut(text, " ")
	if strings.ContainsAny(first, "0123456789.-") || strings.HasPrefix(first, "kube") || strings.HasPrefix(first, "etcd") {
		return text
	}
	return strings.ToUpper(text[:1]) + text[1:]
}
