package trial

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"rung/engine/diag"
	"rung/engine/inventory"
	"rung/engine/plan"
	"rung/engine/playbook"
	"rung/engine/rehearse"
	"rung/engine/twin"
	"rung/engine/yamldoc"
)

// setting reads on what and with what a case is rehearsed: n says it, or the file does.
func (r *reader) setting(c *Case, root, n *yamldoc.Node) {
	get := func(key string) *yamldoc.Node {
		if own := n.Get(key); own != nil {
			return own
		}
		return root.Get(key)
	}
	c.packages = twin.Yum
	if p := get("packages"); p != nil {
		c.packages = r.text(p, "packages").text
		if all := []string{twin.Yum, twin.Apt, twin.Mixed}; p.Kind == yamldoc.Scalar && !slices.Contains(all, p.Text) {
			r.report(diag.Errorf("value", p.Pos, "packages cannot be %s", p.Describe()).Over(p.Width()).WithHint("it is one of %s", strings.Join(all, ", ")))
		}
	}
	external := get("external_etcd")
	r.shape(c, n, get("cluster"), get("hosts"), external != nil && r.yes(external, "external_etcd"))
	r.groups(c, get("groups"))
	c.faults = r.texts(get("faults"), "faults")
	if limit := get("limit"); limit != nil {
		c.narrow.Limit = r.text(limit, "limit").text
	}
	for _, s := range r.texts(get("stages"), "stages") {
		c.narrow.Stages = append(c.narrow.Stages, s.text)
	}
	c.inputs = map[string]any{}
	r.inputs(c, root.Get("inputs"))
	r.inputs(c, n.Get("inputs"))
}

// A test is to be quick, and a file of a stranger cheap to check.
const (
	mostHosts    = 250  // of a case
	mostTogether = 5000 // of all cases
)

// shape reads the cluster, or the hosts that are none.
func (r *reader) shape(c *Case, at, cluster, hosts *yamldoc.Node, external bool) {
	if cluster == nil && hosts == nil {
		r.report(diag.Errorf("missing-key", at.Pos, "there is neither cluster nor hosts").WithHint("say on what it is rehearsed:  cluster: 3+2@1.33.4  or  hosts: 3"))
		return
	}
	var said rehearse.Shape
	c.shape = rehearse.Machines(nil, c.packages)
	if cluster != nil {
		var err error
		said, err = rehearse.ParseShape(r.text(cluster, "cluster").text)
		if err == nil && (said.ControlPlanes == 0 || said.Version.IsZero()) {
			err = errors.New("want control planes, workers and a version, such as 3+2@1.33.4")
		}
		if err != nil {
			r.report(diag.Errorf("value", cluster.Pos, "cluster: %v", err).Over(cluster.Width()))
			return
		}
		c.shape = said.Twin(c.packages, external)
	}
	switch {
	case hosts == nil || hosts.Null:
	case hosts.Kind == yamldoc.Scalar:
		c.shape.Plain = rehearse.Numbered(min(r.count(hosts, "hosts", 1), mostHosts+1))
	default:
		for _, name := range r.texts(hosts, "hosts") {
			c.shape.Plain = append(c.shape.Plain, name.text)
		}
	}
	r.bounded(at, cluster, hosts, said.ControlPlanes+said.Workers+len(c.shape.Plain))
}

// bounded counts the hosts of a case, and refuses more than are good for it, or for the file.
func (r *reader) bounded(at, cluster, hosts *yamldoc.Node, n int) {
	where := cmp.Or(cluster, hosts)
	before := r.hosts
	r.hosts += n
	switch {
	case n > mostHosts:
		r.report(diag.Errorf("too-many", where.Pos, "a case has at most %d hosts; rung rehearse takes more", mostHosts).Over(where.Width()))
	case r.hosts > mostTogether && before <= mostTogether:
		r.report(diag.Errorf("too-many", at.Pos, "here the cases have more than %d hosts together: more are not tried", mostTogether).
			WithHint("write smaller clusters, or part the cases over several files, and name each with --tests"))
	}
}

func (r *reader) groups(c *Case, n *yamldoc.Node) {
	if n == nil || n.Null || !r.is(n, yamldoc.Map, "groups", "write each group as a key:  groups: {web: [h1, h2]}") {
		return
	}
	for _, f := range n.Fields {
		g := group{name: f.Key}
		for _, host := range r.texts(f.Value, "group "+f.Key) {
			g.hosts = append(g.hosts, host.text)
		}
		c.groups = append(c.groups, g)
	}
}

func (r *reader) inputs(c *Case, n *yamldoc.Node) {
	if n == nil || n.Null || !r.is(n, yamldoc.Map, "inputs", "write each as a key:  inputs: {target: 1.34.2}") {
		return
	}
	pb := r.suite.Playbook
	for _, f := range n.Fields {
		i := slices.IndexFunc(pb.Inputs, func(in playbook.Input) bool { return in.Name == f.Key })
		if i < 0 {
			d := plan.Undeclared(pb, f.Key)
			d.Pos = f.Pos
			r.report(d.Over(len([]rune(f.Key))))
			continue
		}
		value, err := pb.Inputs[i].Parse(f.Value)
		if err != nil {
			r.report(diag.Errorf("value", f.Value.Pos, "%s: %v", f.Key, err).Over(f.Value.Width()))
			continue
		}
		c.inputs[f.Key] = value
	}
}

// prepare makes the cluster, the faults and the plan of a case. What does not fit together is a mistake of the file.
func (r *reader) prepare(c *Case, root, n *yamldoc.Node) {
	c.scene = rehearse.New(c.shape)
	for _, f := range c.faults {
		fault, err := twin.ParseFault(f.text)
		if err == nil {
			err = c.scene.Cluster.Inject(fault)
		}
		if err != nil {
			r.report(diag.Errorf("value", f.pos, "%v", err).Over(len([]rune(f.text))).WithHint("%s", or(nearest(err), "rung rehearse --help lists the faults")))
		}
	}
	at := func(d diag.Diagnostic, keys ...string) diag.Diagnostic {
		d.Pos, d.Width = c.Pos, len([]rune(c.Name))
		for _, key := range keys {
			for _, where := range []*yamldoc.Node{root, n} {
				if v := where.Get(key); v != nil {
					d.Pos, d.Width = v.Pos, v.Width()
				}
			}
		}
		return d
	}
	inv, found := inventory.Load("the inventory of the case", []byte(c.inventory()))
	for _, d := range found {
		r.report(at(d, "hosts", "groups"))
	}
	if found.Err() != nil {
		return
	}
	p, found := plan.New(r.suite.Playbook, inv, c.inputs, c.narrow)
	for _, d := range found {
		if d.Pos.File == r.suite.Playbook.File || d.Severity != diag.Error {
			d.Text += fmt.Sprintf(", at %s", d.Pos)
		}
		r.report(at(d))
	}
	c.plan = p
	for _, d := range slices.Concat(c.does, c.doesNo) {
		if d.host != "" && inv.Host(d.host) == nil {
			r.report(diag.Errorf("unknown-host", d.command.pos, "there is no host %s", d.host).WithHint("%s", or(diag.DidYouMean(d.host, inv.Names()), "the hosts are "+strings.Join(inv.Names(), ", "))))
		}
	}
}

// inventory is that of the case, as text.
func (c *Case) inventory() string {
	text := c.scene.Inventory()
	if len(c.groups) > 0 && len(c.scene.Nodes()) == 0 {
		text += "groups:\n"
	}
	for _, g := range c.groups {
		text += "  " + g.name + ": [" + strings.Join(g.hosts, ", ") + "]\n"
	}
	return text
}

// nearest is a hint for a fault that there is not.
func nearest(err error) string {
	var unknown *twin.UnknownFault
	if !errors.As(err, &unknown) {
		return ""
	}
	forms := twin.FaultForms()
	names := make([]string, len(forms))
	for i, f := range forms {
		names[i] = f.Name
	}
	return diag.DidYouMean(unknown.Name, names)
}
