package facts

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"rung/engine/step"
)

// Cluster reads what a simulated cluster is made of. What was not asked, or not answered, is empty and named in Missing;
// what was answered and is not understood is an error.
func (f *File) Cluster() (Cluster, error) {
	c := Cluster{Taken: f.Ended, Groups: f.Inventory.Groups, Machines: f.machines()}
	var found []error
	reading := func(what string, l listing, each func(row)) {
		a, said := f.said(l.question())
		if !said {
			c.Missing = append(c.Missing, what+" were not recorded, or the API did not tell them")
			return
		}
		found = append(found, l.read(what, a.Stdout, each))
	}
	reading("nodes", nodeList, func(r row) { c.Nodes = append(c.Nodes, nodeOf(r)) })
	reading("workloads", workloadList, func(r row) { c.Workloads = append(c.Workloads, workloadOf(r)) })
	reading("pods", podList, func(r row) { c.Pods = append(c.Pods, podOf(r)) })
	reading("PodDisruptionBudgets", budgetList, func(r row) { c.Budgets = append(c.Budgets, budgetOf(r)) })
	if a, said := f.said(configQuestion); said {
		c.Version = keyOfConfig(a.Stdout, "kubernetesVersion")
	} else {
		c.Missing = append(c.Missing, "kubeadm-config was not recorded, or the API did not tell it")
	}
	for _, m := range c.Machines {
		if m.Facts == nil {
			c.Missing = append(c.Missing, "no step host-facts has looked at "+m.Name)
		}
	}
	slices.SortFunc(c.Nodes, func(a, b Node) int { return strings.Compare(a.Name, b.Name) })
	return c, errors.Join(found...)
}

// said is what some host answered to c, with exit status 0.
func (f *File) said(c step.Command) (Answer, bool) {
	line := c.Line()
	for _, a := range f.Recorded {
		if strings.TrimPrefix(a.Command, "sudo ") == line && a.Exit == 0 {
			return a, true
		}
	}
	return Answer{}, false
}

// keyOfConfig is a top-level value of kubeadm's configuration, which is written line by line.
func keyOfConfig(text, key string) string {
	for line := range strings.Lines(text) {
		if name, value, ok := strings.Cut(line, ":"); ok && name == key {
			return strings.TrimPrefix(strings.Trim(strings.TrimSpace(value), `"'`), "v")
		}
	}
	return ""
}

// row is one object of a listing, by field; err is what could not be read of it.
type row struct {
	cells map[string]string
	err   *error
}

func (l listing) read(what, text string, each func(row)) error {
	n := 0
	var bad error
	for line := range strings.Lines(text) {
		n++
		cells := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(cells) != len(l.fields) {
			return fmt.Errorf("the list of %s is not understood: line %d has %d fields and not %d", what, n, len(cells), len(l.fields))
		}
		r := row{map[string]string{}, &bad}
		for i, field := range l.fields {
			r.cells[field] = cells[i]
		}
		if each(r); bad != nil {
			return fmt.Errorf("the list of %s is not understood: line %d: %w", what, n, bad)
		}
	}
	return nil
}

func (r row) decode(field string, to any) {
	if text := r.cells[field]; text != "" {
		if err := json.Unmarshal([]byte(text), to); err != nil && *r.err == nil {
			*r.err = fmt.Errorf("%s: %w", field, err)
		}
	}
}

func (r row) labels(field string) (labels map[string]string) {
	r.decode(field, &labels)
	return labels
}

// number is 0 where nothing stands.
func (r row) number(field string) int {
	n := 0
	r.decode(field, &n)
	return n
}

func nodeOf(r row) Node {
	n := Node{
		Name: r.cells[".metadata.name"], Ready: r.cells[ready] == "True", Cordoned: r.cells[".spec.unschedulable"] == "true",
		Kubelet: r.cells[".status.nodeInfo.kubeletVersion"], Runtime: r.cells[".status.nodeInfo.containerRuntimeVersion"], OS: r.cells[".status.nodeInfo.osImage"],
		Address: r.cells[`.status.addresses[?(@.type=="InternalIP")].address`],
		CPU:     r.cells[".status.allocatable.cpu"], Memory: r.cells[".status.allocatable.memory"], Pods: r.cells[".status.allocatable.pods"],
		Labels: r.labels(".metadata.labels"),
	}
	r.decode(".spec.taints", &n.Taints)
	_, plane := n.Labels["node-role.kubernetes.io/control-plane"]
	_, master := n.Labels["node-role.kubernetes.io/master"]
	n.ControlPlane = plane || master
	return n
}

func workloadOf(r row) Workload {
	w := Workload{
		Kind: r.cells[".kind"], Namespace: r.cells[".metadata.namespace"], Name: r.cells[".metadata.name"],
		Replicas: r.number(".spec.replicas"), Ready: r.number(".status.readyReplicas"), Selector: r.labels(".spec.selector.matchLabels"),
	}
	if w.Kind == "DaemonSet" {
		w.Replicas, w.Ready = r.number(".status.desiredNumberScheduled"), r.number(".status.numberReady")
	}
	return w
}

func podOf(r row) Pod {
	p := Pod{
		Namespace: r.cells[".metadata.namespace"], Name: r.cells[".metadata.name"], Node: r.cells[".spec.nodeName"], Phase: r.cells[".status.phase"],
		Ready: r.cells[ready] == "True", Labels: r.labels(".metadata.labels"),
		EmptyDir: r.cells[".spec.volumes[?(@.emptyDir)].name"] != "", HostPath: r.cells[".spec.volumes[*].hostPath.path"] != "",
		Mirror: r.cells[`.metadata.annotations.kubernetes\.io/config\.mirror`] != "",
	}
	if kind := r.cells[".metadata.ownerReferences[?(@.controller==true)].kind"]; kind != "" {
		p.Owner = kind + "/" + r.cells[".metadata.ownerReferences[?(@.controller==true)].name"]
	}
	const requests = ".spec.containers[*].resources.requests"
	for values := json.NewDecoder(strings.NewReader(r.cells[requests])); ; {
		var one map[string]string
		err := values.Decode(&one)
		if errors.Is(err, io.EOF) {
			return p
		}
		if err != nil {
			*r.err = fmt.Errorf("%s: %w", requests, err)
			return p
		}
		p.Requests = append(p.Requests, one)
	}
}

func budgetOf(r row) Budget {
	return Budget{
		Namespace: r.cells[".metadata.namespace"], Name: r.cells[".metadata.name"],
		MinAvailable: r.cells[".spec.minAvailable"], MaxUnavailable: r.cells[".spec.maxUnavailable"], Selector: r.labels(".spec.selector.matchLabels"),
		Allowed: r.number(".status.disruptionsAllowed"), Healthy: r.number(".status.currentHealthy"), Desired: r.number(".status.desiredHealthy"),
	}
}

// machines are the hosts of the inventory, with what host-facts and package-versions found on them last.
func (f *File) machines() []Machine {
	list := make([]Machine, len(f.Inventory.Hosts))
	of := map[string][]*Finding{}
	for i, found := range f.Found {
		of[found.Host] = append(of[found.Host], &f.Found[i])
	}
	for i, h := range f.Inventory.Hosts {
		m := Machine{Host: h}
		for _, found := range of[h.Name] {
			switch {
			case found.Outputs == nil:
			case found.Type == "host-facts":
				m.Facts = found.Outputs
			case found.Type == "package-versions":
				m.Offered = texts(found.Outputs["versions"])
			}
		}
		text := func(name string) string { s, _ := m.Facts[name].(string); return s }
		m.OS, m.OSVersion, m.PackageManager = text("os"), text("os_version"), text("package_manager")
		m.Kubeadm, m.Kubelet, m.Etcd = text("kubeadm"), text("kubelet"), text("etcd")
		m.ControlPlane, _ = m.Facts["control_plane"].(bool)
		m.Swap, _ = m.Facts["swap"].(bool)
		m.CPUs, _ = strconv.Atoi(fmt.Sprint(m.Facts["cpus"]))
		list[i] = m
	}
	return list
}

func texts(list any) []string {
	items, _ := list.([]any)
	all := make([]string, len(items))
	for i, item := range items {
		all[i] = fmt.Sprint(item)
	}
	return all
}
