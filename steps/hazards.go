package steps

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"rung/engine/kube"
	"rung/engine/step"
)

// Hazards asks whether a cluster or a host has what is known to go wrong on the way to a version.
type Hazards struct {
	From        kube.Version `yaml:"from,required" doc:"The lowest version of the cluster: where the way begins."`
	To          kube.Version `yaml:"to,required" doc:"Where it ends: the target, or the next hop."`
	Scope       string       `yaml:"scope,required" enum:"cluster,host" doc:"Ask the API, or this host."`
	Acknowledge []string     `yaml:"acknowledge" doc:"Ids of hazards that do not block: somebody looked at them."`
}

// HazardsOutput is what was found, a sentence for each hazard.
type HazardsOutput struct {
	Blocking     []string `yaml:"blocking" doc:"What the upgrade must not begin with."`
	IDs          []string `yaml:"ids" doc:"The ids of those."`
	Warnings     []string `yaml:"warnings" doc:"What may go wrong, or get lost; and what could not be asked."`
	Informs      []string `yaml:"informs" doc:"What is good to know."`
	Acknowledged []string `yaml:"acknowledged" doc:"What would block, and is acknowledged."`
}

// eachHop are the ids of hazards that are acknowledged for a hop, too: addon-versions-1.24.
var eachHop = []string{addonVersions, manifestEdits, proxyEnv}

//go:embed scripts/hazards.sh
var hazardsScript string

//go:embed scripts/hazards-cluster.sh
var hazardsClusterScript string

//go:embed scripts/hazards-host.sh
var hazardsHostScript string

func hazardsType() step.Type {
	return step.DefineWith[Hazards, HazardsOutput](step.About{
		Name:    "hazards",
		Summary: "Asks for what is known to go wrong on the way to a version: removed APIs, flags and gates, runtimes, kernels, etcd.",
		Doc: `The catalogue is [docs/hazards.md](../hazards.md): each hazard has the hops that it is about, a
question that only reads, what to do, and a source. One script asks all that this way needs.

Scope cluster asks the API; scope host reads this host, and on a control plane its manifests and
the metrics of its own API server, for each counts its own requests. What earlier hops change by
themselves is judged only when its hop is the next: ask again at the start of each hop.

blocking is for a guard. An acknowledged hazard does not block; it is told all the same.
`,
		Example: "hazards: {from: 1.23.17, to: 1.24.17, scope: host, acknowledge: [package-hold]}\n",
	})
}

// Plan returns the one script, or nothing where there is nothing to ask.
func (s Hazards) Plan(scope step.Scope) ([]step.Action, error) {
	if err := areHazards(s.Acknowledge); err != nil {
		return nil, err
	}
	switch s.Scope {
	case "cluster":
		return s.ask("ask the cluster for hazards", step.AdminHost, hazardsClusterScript, kube.KubeletConfigMap(s.From), kube.QuestionsOn(s.From, s.To, kube.OfCluster)), nil
	case "host":
		questions := kube.QuestionsOn(s.From, s.To, kube.OfHost)
		if of := kube.QuestionsOn(s.From, s.To, kube.OfControlPlane); len(of) > 0 {
			questions = append(append(questions, "--"), of...)
		}
		return s.ask("ask "+scope.Host.Name+" for hazards", step.OwnHost, hazardsHostScript, "", questions), nil
	}
	return nil, step.Refuse("scope", "scope is cluster or host, not %q", s.Scope)
}

// areHazards says which of the acknowledged ids is none: a mistyped one would acknowledge nothing.
func areHazards(ids []string) error {
	for i, id := range ids {
		_, known := kube.HazardOf(id)
		if !known && !slices.ContainsFunc(eachHop, func(of string) bool { return strings.HasPrefix(id, of+"-1.") }) {
			return step.RefuseItem("acknowledge", i, "acknowledge names %q, which is no hazard; did you mean %s? docs/hazards.md lists all", id, kube.NearestHazard(id))
		}
	}
	return nil
}

// ask is the one action, with an argument before the questions where there is one.
func (Hazards) ask(title string, on step.Place, script, argument string, questions []string) []step.Action {
	if len(questions) == 0 {
		return nil
	}
	if argument != "" {
		questions = append([]string{argument}, questions...)
	}
	return []step.Action{{Title: title, On: on, Do: step.Command{Script: script + "\n" + hazardsScript, Argv: questions}, ReadOnly: true}}
}

// Collect judges the answers.
func (s Hazards) Collect(results []step.Result) (HazardsOutput, []step.Note, error) {
	var out HazardsOutput
	if len(results) == 0 {
		return out, nil, nil
	}
	answers, unanswered := readAnswers(string(results[0].Stdout))
	var notes []step.Note
	for _, f := range kube.Judge(s.From, s.To, answers) {
		text := f.String()
		switch {
		case f.Severity == kube.Block && slices.Contains(s.Acknowledge, f.ID):
			out.Acknowledged = append(out.Acknowledged, text)
			notes = append(notes, step.Note{Warning: true, Text: "acknowledged: " + text})
		case f.Severity == kube.Block:
			out.Blocking, out.IDs = append(out.Blocking, text), append(out.IDs, f.ID)
			notes = append(notes, step.Note{Warning: true, Text: "blocks: " + text})
		case f.Severity == kube.Warn && !slices.Contains(s.Acknowledge, f.ID):
			out.Warnings = append(out.Warnings, text)
			notes = append(notes, step.Note{Warning: true, Text: text})
		default:
			out.Informs = append(out.Informs, text)
			notes = append(notes, step.Note{Text: text})
		}
	}
	for _, question := range sortedKeys(unanswered) {
		text := fmt.Sprintf("%s could not be asked: %s; look yourself", question, unanswered[question])
		out.Warnings = append(out.Warnings, text)
		notes = append(notes, step.Note{Warning: true, Text: text})
	}
	return out, notes, nil
}

// readAnswers reads what scripts/hazards.sh prints: the lines of each question that was asked, and why
// others were not.
func readAnswers(output string) (answers map[string][]string, unanswered map[string]string) {
	answers, unanswered = map[string][]string{}, map[string]string{}
	for line := range strings.Lines(output) {
		question, text, more := strings.Cut(strings.TrimRight(line, "\r\n"), " ")
		name, cannot := strings.CutSuffix(question, "!")
		switch {
		case cannot:
			unanswered[name] = text
		case more:
			answers[question] = append(answers[question], text)
		default:
			answers[question] = []string{} // it stands before its lines
		}
	}
	return answers, unanswered
}
