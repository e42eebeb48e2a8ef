package steps

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"rung/engine/kube"
	"rung/engine/step"
)

// ClusterFacts reads what a cluster is.
type ClusterFacts struct {
	Expect []string     `yaml:"expect" doc:"Names of the nodes that should be there; none compares nothing."`
	Brief  bool         `yaml:"brief" default:"false" doc:"Only the nodes, and whether they are Ready and take pods: one short question, for what is asked again and again."`
	Hop    kube.Version `yaml:"hop" doc:"Tell which workers' kubelets may stay as they are through this hop …"`
	Next   kube.Version `yaml:"next" doc:"… and through the one after it. That of the last hop is the hop itself: through it nobody may."`
	Target kube.Version `yaml:"target" doc:"Tell whose kubelets are too old for the control planes to go there, through every minor in between."`
}

// ClusterFactsOutput is what a cluster is.
type ClusterFactsOutput struct {
	Version         kube.Version      `yaml:"version" doc:"The lowest of every apiserver, controller manager, scheduler, kube-proxy, kubelet and kubeadm-config (S3)."`
	Start           kube.Version      `yaml:"start" doc:"Where the ladder of the control planes starts: version, but never more than one minor below them, because kubelets that lag further go straight to theirs."`
	Newest          kube.Version      `yaml:"newest" doc:"The highest of them."`
	Plane           kube.Version      `yaml:"control_plane_version" doc:"The lowest of the control planes' static pods and kubeadm-config."`
	ConfigVersion   kube.Version      `yaml:"config_version" doc:"kubernetesVersion in kubeadm-config: where kubeadm upgrade node goes."`
	Names           []string          `yaml:"names" doc:"The names of the nodes, in order."`
	Nodes           []NodeFacts       `yaml:"nodes" doc:"The nodes, by name."`
	NotReady        []string          `yaml:"not_ready" doc:"Nodes that are not Ready."`
	Cordoned        []string          `yaml:"cordoned" doc:"Nodes that take no new pods."`
	Marked          []string          `yaml:"marked" doc:"Nodes with the mark of a cordon of ours, rung-cordoned-by: an earlier run was broken off there."`
	Unexpected      []string          `yaml:"unexpected" doc:"Nodes of the cluster that expect does not name; empty without expect."`
	Absent          []string          `yaml:"absent" doc:"Nodes that expect names and the cluster does not have."`
	Waiting         []string          `yaml:"waiting" doc:"Workers whose kubelets may stay as they are through hop and next (B5)."`
	TooOld          []string          `yaml:"too_old" doc:"Nodes whose kubelets may not stay as they are while the control planes go to target: by the skew policy (R2), or by kubeadm's own."`
	ControlPlanes   []string          `yaml:"control_planes" doc:"Nodes that are control planes."`
	Etcd            string            `yaml:"etcd" doc:"stacked or external, as kubeadm-config says."`
	Components      map[string]string `yaml:"components" doc:"Components and their versions, kubectl too; where they differ, all of them (S27)."`
	ImageRepository string            `yaml:"image_repository" doc:"imageRepository in kubeadm-config."`
	Skew            []string          `yaml:"skew" doc:"What violates the version-skew policy, a sentence each (S4)."`
	Unhealthy       []string          `yaml:"unhealthy" doc:"Static pods of control planes that are not Ready."`
}

// NodeFacts is what one node is.
type NodeFacts struct {
	Name         string       `yaml:"name" doc:"Name in the cluster."`
	Ready        bool         `yaml:"ready" doc:"It is Ready."`
	Schedulable  bool         `yaml:"schedulable" doc:"It takes new pods."`
	Kubelet      kube.Version `yaml:"kubelet" doc:"Version of the running kubelet."`
	ControlPlane bool         `yaml:"control_plane" doc:"It is a control plane."`
	OS           string       `yaml:"os" doc:"Operating system: Rocky Linux 8.10 (Green Obsidian)."`
	Kernel       string       `yaml:"kernel" doc:"Release of the running kernel."`
	Runtime      string       `yaml:"runtime" doc:"Container runtime: containerd://1.6.20."`
	Address      string       `yaml:"address" doc:"Internal IP address."`
}

func clusterFactsType() step.Type {
	return step.DefineWith[ClusterFacts, ClusterFactsOutput](step.About{
		Name:    "cluster-facts",
		Summary: "Reads what the cluster is: versions, nodes, health, and what violates the skew policy.",
		Doc: `Four questions, none of which changes anything (S9, S11).

version is the lowest of everything, because one apiserver that answers with a new
version hides the others that a broken-off run left behind (S3). skew holds what
breaks https://kubernetes.io/releases/version-skew-policy/ (S4).
`,
		Example: "cluster-facts: {expect: [cp1, w1, w2]}\n",
	})
}

// Plan returns the questions.
func (s ClusterFacts) Plan(step.Scope) ([]step.Action, error) {
	ask := func(title string, args ...string) step.Action {
		return step.Action{Title: title, On: step.AdminHost, Do: step.Command{Argv: kubectl(args...)}, ReadOnly: true}
	}
	if s.Brief {
		return []step.Action{ask("read the states of the nodes", "get", "nodes", "-o", "jsonpath="+nodeStates)}, nil
	}
	return []step.Action{
		ask("read the nodes", "get", "nodes", "-o", "json"),
		ask("read the pods of kube-system", "-n", "kube-system", "get", "pods", "-o", "json"),
		ask("read kubeadm-config", "-n", "kube-system", "get", "configmap", "kubeadm-config", "-o", "json"),
		clientVersion(),
	}, nil
}

// Collect reads the answers.
func (s ClusterFacts) Collect(results []step.Result) (ClusterFactsOutput, []step.Note, error) {
	var out ClusterFactsOutput
	if s.Brief {
		return s.brief(results[0].Stdout)
	}
	c, err := readCluster(results[0].Stdout, results[1].Stdout)
	if err != nil {
		return out, nil, err
	}
	config, err := readClusterConfiguration(results[2].Stdout)
	if err != nil {
		return out, nil, err
	}
	if out.Components, err = components(c, results[3].Stdout); err != nil {
		return out, nil, err
	}
	out.ConfigVersion, out.Etcd, out.ImageRepository = config.version, config.etcd, config.imageRepository
	out.look(c)
	s.compare(&out)
	s.wait(&out)

	skew := c.skew()
	plane := append([]kube.Version{config.version}, versionsOf(skew.APIServers, skew.ControllerManagers, skew.Schedulers)...)
	versions := append(versionsOf(skew.KubeProxies, skew.Kubelets), plane...)
	out.Version, out.Newest, out.Plane = kube.Lowest(versions), kube.Newest(versions), kube.Lowest(plane)
	out.Start = start(out.Version, out.Plane)
	s.outrun(&out)
	notes := append(interrupted(skew.APIServers), leftCordoned(c)...)
	for _, violation := range kube.SkewViolations(judged(skew)) {
		out.Skew = append(out.Skew, violation.String())
		notes = append(notes, step.Note{Warning: true, Text: violation.String()})
	}
	return out, notes, nil
}

// clientVersion asks kubectl for its own version.
func clientVersion() step.Action {
	return step.Action{
		Title: "read the version of kubectl", On: step.AdminHost, ReadOnly: true,
		Do: step.Command{Argv: kubectl("version", "--client", "-o", "json")},
	}
}

// components are the versions of each component of c, and of the kubectl that said clientJSON.
func components(c cluster, clientJSON []byte) (map[string]string, error) {
	all := map[string]string{}
	for name, versions := range c.versions() {
		all[name] = strings.Join(versions, ", ")
	}
	var client struct{ ClientVersion struct{ GitVersion string } }
	if err := json.Unmarshal(clientJSON, &client); err != nil {
		return nil, fmt.Errorf("kubectl's version is not understood: %w", err)
	}
	all["kubectl"] = client.ClientVersion.GitVersion
	return all, nil
}

// nodeStates is a line for each node: name, whether it is Ready, whether it is cordoned. The last column may be empty.
const nodeStates = `{range .items[*]}{.metadata.name} {.status.conditions[?(@.type=="Ready")].status} {.spec.unschedulable}{"\n"}{end}`

// brief reads the states of the nodes.
func (s ClusterFacts) brief(text []byte) (ClusterFactsOutput, []step.Note, error) {
	var c cluster
	for line := range strings.Lines(string(text)) {
		words := strings.Fields(line)
		if len(words) < 2 {
			return ClusterFactsOutput{}, nil, fmt.Errorf("kubectl's states of the nodes are not understood: %q", line)
		}
		var n node
		n.Metadata.Name = words[0]
		n.Status.Conditions = []condition{{"Ready", words[1]}}
		n.Spec.Unschedulable = len(words) > 2 && words[2] == "true"
		c.nodes = append(c.nodes, n)
	}
	var out ClusterFactsOutput
	out.look(c)
	out.Nodes = nil // of which nothing else is known
	s.compare(&out)
	return out, nil, nil
}

// start is where a ladder of the control planes starts. A kubelet goes over several minors at once, on a drained node,
// as long as the skew policy holds (R8); the control planes have been there already, and kubeadm goes to no minor below
// them.
func start(lowest, plane kube.Version) kube.Version {
	if kube.Skew(plane, lowest) <= 1 {
		return lowest
	}
	return kube.Version{Major: plane.Major, Minor: plane.Minor - 1}
}

// interrupted says that the apiservers are at several versions, as a hop leaves them that was broken off.
func interrupted(apiServers []kube.Component) []step.Note {
	versions := versionsOf(apiServers)
	if kube.Lowest(versions) == kube.Newest(versions) {
		return nil
	}
	var at []string
	for _, a := range apiServers {
		at = append(at, fmt.Sprintf("%s at %s", a.Node, a.Version))
	}
	slices.Sort(at)
	return []step.Note{{Warning: true, Text: "the control planes stand at several versions: a hop was broken off, and is continued: " + strings.Join(at, ", ")}}
}

// leftCordoned says whose cordons are taken for ours. kubectl cordon leaves no trace on a node that is cordoned
// already, so that an operator who wants to keep such a node closed has to take our mark away.
func leftCordoned(c cluster) []step.Note {
	var notes []step.Note
	for _, n := range c.nodes {
		if by := n.cordonedBy(); by != "" && n.Spec.Unschedulable {
			notes = append(notes, step.Note{Warning: true, Text: fmt.Sprintf("%[1]s was left cordoned by the run %[2]s, and counts as ours to release; to keep it closed: kubectl annotate node %[1]s rung-cordoned-by-", n.Metadata.Name, by)})
		}
	}
	slices.SortFunc(notes, func(a, b step.Note) int { return strings.Compare(a.Text, b.Text) })
	return notes
}

func versionsOf(lists ...[]kube.Component) []kube.Version {
	var versions []kube.Version
	for _, list := range lists {
		for _, component := range list {
			versions = append(versions, component.Version)
		}
	}
	return versions
}

// judged is the cluster as the policy is to see it: without the one exception that kubeadm
// makes itself. Up to 1.27 it moves kube-proxy with the first control plane, ahead of the
// other apiservers, and a run that was broken off there must be able to go on.
func judged(c kube.Cluster) kube.Cluster {
	newest := kube.Newest(versionsOf(c.APIServers))
	c.KubeProxies = slices.DeleteFunc(slices.Clone(c.KubeProxies), func(proxy kube.Component) bool {
		return !kube.AddonsComeLast(proxy.Version) && kube.Skew(newest, proxy.Version) == 0
	})
	return c
}

// look takes over what nodes and pods say of themselves.
func (out *ClusterFactsOutput) look(c cluster) {
	for _, n := range c.nodes {
		facts := NodeFacts{
			Name: n.Metadata.Name, Ready: ready(n.Status.Conditions), Schedulable: !n.Spec.Unschedulable,
			Kubelet: n.kubelet(), ControlPlane: n.controlPlane(), Runtime: n.Status.NodeInfo.ContainerRuntimeVersion, OS: n.Status.NodeInfo.OSImage, Kernel: n.Status.NodeInfo.KernelVersion, Address: n.address(),
		}
		out.Nodes = append(out.Nodes, facts)
		if n.cordonedBy() != "" {
			out.Marked = append(out.Marked, facts.Name)
		}
	}
	slices.Sort(out.Marked)
	slices.SortFunc(out.Nodes, func(a, b NodeFacts) int { return strings.Compare(a.Name, b.Name) })
	for _, n := range out.Nodes {
		out.Names = append(out.Names, n.Name)
		if !n.Ready {
			out.NotReady = append(out.NotReady, n.Name)
		}
		if !n.Schedulable {
			out.Cordoned = append(out.Cordoned, n.Name)
		}
		if n.ControlPlane {
			out.ControlPlanes = append(out.ControlPlanes, n.Name)
		}
	}
	for _, p := range c.pods {
		if p.Metadata.Labels["tier"] == "control-plane" && !ready(p.Status.Conditions) {
			out.Unhealthy = append(out.Unhealthy, p.Metadata.Name)
		}
	}
	slices.Sort(out.Unhealthy)
}

// compare holds the nodes against those that are expected.
func (s ClusterFacts) compare(out *ClusterFactsOutput) {
	if len(s.Expect) == 0 {
		return
	}
	expected, there := slices.Sorted(slices.Values(s.Expect)), out.Names // which is sorted, too
	for _, name := range there {
		if _, known := slices.BinarySearch(expected, name); !known {
			out.Unexpected = append(out.Unexpected, name)
		}
	}
	for _, name := range s.Expect {
		if _, known := slices.BinarySearch(there, name); !known {
			out.Absent = append(out.Absent, name)
		}
	}
}

// wait finds the workers that may skip the hop.
func (s ClusterFacts) wait(out *ClusterFactsOutput) {
	if s.Hop == s.Next {
		return
	}
	for _, n := range out.Nodes {
		if !n.ControlPlane && !slices.Contains(kube.KubeletHops(n.Kubelet, []kube.Version{s.Hop, s.Next}), s.Hop) {
			out.Waiting = append(out.Waiting, n.Name)
		}
	}
}

// outrun finds the nodes whose kubelets the control planes would leave too far behind on their way to target.
func (s ClusterFacts) outrun(out *ClusterFactsOutput) {
	if !out.Plane.Less(s.Target) {
		return
	}
	for _, n := range out.Nodes {
		for minor := min(out.Plane.Minor+1, s.Target.Minor); minor <= s.Target.Minor; minor++ {
			if !kube.KubeletMayWait(n.Kubelet, kube.OfMinor(s.Target.Major, minor)) {
				out.TooOld = append(out.TooOld, n.Name)
				break
			}
		}
	}
}

// clusterConfiguration is what counts of kubeadm's ClusterConfiguration.
type clusterConfiguration struct {
	version         kube.Version
	imageRepository string
	etcd            string
	dnsTag          string // of CoreDNS, where somebody named one
}

// readClusterConfiguration reads kubeadm-config. kubeadm writes its YAML itself, in block
// style with sorted keys, so that these keys can be found line by line.
func readClusterConfiguration(configMap []byte) (clusterConfiguration, error) {
	var m struct {
		Data struct{ ClusterConfiguration string }
	}
	if err := json.Unmarshal(configMap, &m); err != nil {
		return clusterConfiguration{}, fmt.Errorf("the ConfigMap kubeadm-config is not understood: %w", err)
	}
	config := clusterConfiguration{etcd: "stacked"}
	section := ""
	var err error
	for line := range strings.Lines(m.Data.ClusterConfiguration) {
		key, value, _ := strings.Cut(strings.TrimRight(line, " \r\n"), ":")
		value = strings.Trim(strings.TrimSpace(value), `"'`)
		if !strings.HasPrefix(key, " ") {
			section = key
		}
		switch {
		case key == "kubernetesVersion":
			config.version, err = kube.Parse(value)
		case key == "imageRepository":
			config.imageRepository = value
		case section == "etcd" && key == "  external":
			config.etcd = "external"
		case section == "dns" && key == "  imageTag":
			config.dnsTag = value
		}
	}
	if err == nil && config.version.IsZero() {
		err = fmt.Errorf("it does not say")
	}
	if err != nil {
		return config, fmt.Errorf("kubernetesVersion in the ConfigMap kubeadm-config: %w; was this cluster made with kubeadm?", err)
	}
	return config, nil
}
