package steps

import (
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"rung/engine/kube"
	"rung/engine/step"
)

// Verify judges an upgrade by the state of the cluster (S19, S23, S26, S27).
type Verify struct {
	Version kube.Version  `yaml:"version,required" doc:"Version that everything must be at."`
	Scope   string        `yaml:"scope,required" enum:"control-plane,node,cluster" doc:"The static pods of this control plane, this node, or every node."`
	Except  []string      `yaml:"except" doc:"Nodes that scope cluster leaves out."`
	CoreDNS bool          `yaml:"coredns" default:"true" doc:"Scope cluster fails, too, where CoreDNS is older than this minor ships; false where kubeadm was told to ignore its preflight check."`
	Timeout time.Duration `yaml:"timeout" default:"5m" doc:"How long to wait; scope cluster is asked once."`
}

// VerifyOutput is what scope cluster found; the other scopes leave it empty.
type VerifyOutput struct {
	Nodes      []VerifiedNode    `yaml:"nodes" doc:"The nodes, by name; only with scope cluster."`
	Components map[string]string `yaml:"components" doc:"Components and their versions; where they differ, all of them; only with scope cluster."`
}

// VerifiedNode is a node after the upgrade.
type VerifiedNode struct {
	Name        string       `yaml:"name" doc:"Name in the cluster."`
	Version     kube.Version `yaml:"version" doc:"Version of the running kubelet."`
	Ready       bool         `yaml:"ready" doc:"It is Ready."`
	Schedulable bool         `yaml:"schedulable" doc:"It takes new pods."`
}

//go:embed scripts/control-plane-ready.sh
var controlPlaneReady string

func verifyType() step.Type {
	return step.DefineWith[Verify, VerifyOutput](step.About{
		Name:    "verify",
		Summary: "Sees that a control plane, a node or the whole cluster is Ready at a version.",
		Doc: `Success is judged by the state of the cluster, never by what a tool printed:

- control-plane waits until kube-apiserver, kube-controller-manager and kube-scheduler of
  this node run the version's images and are Ready, kubeadm-config is at the version, and the
  kubelets' ConfigMap has the name that its minor gives it (S19);
- node waits until this node's kubelet reports the version and Ready (S23, S26);
- cluster asks once, fails unless every node is Ready at the version and free of our own
  cordons (S24), and every apiserver, controller manager, scheduler, kube-proxy and
  kubeadm-config at the version too (S27, B7), and CoreDNS no older than this minor ships; where
  that is at another version by somebody's wish, it says so. It reports the versions of all components.
`,
		Example: "verify: {version: 1.21.14, scope: cluster}\n",
	})
}

// Plan returns a wait, or questions for scope cluster.
func (s Verify) Plan(scope step.Scope) ([]step.Action, error) {
	name := scope.Host.Node
	switch s.Scope {
	case "control-plane":
		return []step.Action{{
			Title:    "wait for the control plane of " + name + " at " + tag(s.Version),
			On:       step.AdminHost,
			Do:       step.Command{Script: controlPlaneReady, Argv: []string{name, tag(s.Version), kube.KubeletConfigMap(s.Version)}},
			ReadOnly: true,
			Until:    &step.Until{Every: 5 * time.Second, For: s.Timeout, What: "the static pods of " + name + " are Ready at " + tag(s.Version)},
		}}, nil
	case "node":
		return []step.Action{nodeReadyAction(name, s.Version, s.Timeout)}, nil
	case "cluster":
		questions, err := ClusterFacts{}.Plan(scope)
		return append(questions, readCoreDNS()), err
	}
	return nil, step.Refuse("scope", "scope is control-plane, node or cluster, not %q", s.Scope)
}

// Collect judges the cluster.
func (s Verify) Collect(results []step.Result) (VerifyOutput, []step.Note, error) {
	out := VerifyOutput{Components: map[string]string{}}
	if s.Scope != "cluster" {
		return out, nil, nil
	}
	c, err := readCluster(results[0].Stdout, results[1].Stdout)
	if err != nil {
		return out, nil, err
	}
	config, err := readClusterConfiguration(results[2].Stdout)
	if err != nil {
		return out, nil, err
	}
	wrong := s.outdated(c)
	if config.version != s.Version {
		wrong = append(wrong, "kubeadm-config is at "+config.version.String())
	}
	for _, n := range c.nodes {
		v := VerifiedNode{n.Metadata.Name, n.kubelet(), ready(n.Status.Conditions), !n.Spec.Unschedulable}
		out.Nodes = append(out.Nodes, v)
		if slices.Contains(s.Except, v.Name) {
			continue
		}
		if v.Version != s.Version {
			wrong = append(wrong, fmt.Sprintf("%s is at %s", v.Name, n.Status.NodeInfo.KubeletVersion))
		}
		if !v.Ready {
			wrong = append(wrong, v.Name+" is not Ready")
		}
		if by := n.cordonedBy(); by != "" && !v.Schedulable {
			wrong = append(wrong, v.Name+" is still cordoned by the run "+by)
		}
	}
	slices.SortFunc(out.Nodes, func(a, b VerifiedNode) int { return strings.Compare(a.Name, b.Name) })
	if out.Components, err = components(c, results[3].Stdout); err != nil {
		return out, nil, err
	}
	notes := out.notes()
	outdated, note := s.coreDNS(string(results[4].Stdout), config)
	if outdated != "" {
		wrong = append(wrong, outdated)
	}
	if note != "" {
		notes = append(notes, step.Note{Text: note})
	}
	if wrong != nil {
		slices.Sort(wrong)
		return out, notes, errors.New("the cluster is not at " + s.Version.String() + ": " + strings.Join(wrong, ", "))
	}
	return out, notes, nil
}

// outdated names the pods of Kubernetes itself that are not at the version.
func (s Verify) outdated(c cluster) []string {
	var wrong []string
	for _, name := range []string{"kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy"} {
		for _, pod := range c.components(name) {
			if pod.Version != s.Version && !slices.Contains(s.Except, pod.Node) {
				wrong = append(wrong, fmt.Sprintf("%s on %s is at %s", name, pod.Node, pod.Version))
			}
		}
	}
	return wrong
}

// versions are the versions of each component, kubelets too, each once, in order.
func (c cluster) versions() map[string][]string {
	found := map[string][]string{}
	add := func(name, version string) {
		if version == "" {
			version = "unknown"
		}
		if name != "" && !slices.Contains(found[name], version) {
			found[name] = append(found[name], version)
			slices.Sort(found[name])
		}
	}
	for _, p := range c.pods {
		add(p.component(), p.imageTag())
	}
	for _, n := range c.nodes {
		add("kubelet", n.Status.NodeInfo.KubeletVersion)
	}
	return found
}

// notes are one line for each node that takes no pods; the report tells the components.
func (out VerifyOutput) notes() []step.Note {
	var notes []step.Note
	for _, n := range out.Nodes {
		if !n.Schedulable {
			notes = append(notes, step.Note{Warning: true, Text: n.Name + " takes no new pods"})
		}
	}
	return notes
}
