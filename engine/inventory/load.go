package inventory

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"

	"rung/engine/diag"
	"rung/engine/yamldoc"
)

// Load reads src, the content of file. It reports every mistake at once; on
// any error the inventory is nil.
func Load(file string, src []byte) (*Inventory, diag.List) {
	root, found := yamldoc.Parse(file, src)
	if root == nil {
		return nil, found
	}
	folder, err := filepath.Abs(filepath.Dir(file))
	if err != nil {
		folder = filepath.Dir(file)
	}
	home, err := os.UserHomeDir()
	if err != nil {
		home = "" // only a path with ~ needs it, and says so
	}
	r := reader{folder: folder, home: home, jumps: map[string]*yamldoc.Node{}, names: map[string]bool{}, inv: &Inventory{File: file}}
	r.document(root)
	r.found.Sort()
	if r.found.Err() != nil {
		return nil, r.found
	}
	r.inv.index = make(map[string]int, len(r.inv.Hosts))
	for i := range r.inv.Hosts {
		r.inv.index[r.inv.Hosts[i].Name] = i
	}
	return r.inv, r.found
}

type reader struct {
	folder, home string
	inv          *Inventory
	jumps        map[string]*yamldoc.Node // by host: where its jump was written
	names        map[string]bool          // of groups
	found        diag.List
}

func (r *reader) report(d diag.Diagnostic) { r.found = append(r.found, d) }

func (r *reader) document(root *yamldoc.Node) {
	if d, ok := yamldoc.WantKind(root, yamldoc.Map, "an inventory"); !ok {
		r.report(d.WithHint("it has the keys hosts, groups and defaults"))
		return
	}
	for _, f := range root.Fields {
		switch f.Key {
		case "format":
			if f.Value.Text != "1" {
				r.report(diag.Errorf("format", f.Value.Pos, "format %s is not known", f.Value.Describe()).WithHint("this rung reads format 1"))
			}
		case "ssh_config":
			r.inv.SSHConfig = r.path(f)
		case "defaults", "hosts", "groups":
		default:
			r.report(unknownKey(f, "an inventory", names(RootKeys())))
		}
	}
	r.hosts(root, r.defaults(root.Get("defaults")))
	r.groups(root.Get("groups"))
	r.checkJumps()
	r.checkTwins()
}

func (r *reader) defaults(n *yamldoc.Node) Host {
	var d Host
	if n != nil && !n.Null {
		r.settings(n, &d, defaultKeys, "the defaults")
	}
	return d
}

func (r *reader) hosts(root *yamldoc.Node, defaults Host) {
	n := root.Get("hosts")
	if n == nil || n.Null || (n.Kind == yamldoc.Map && len(n.Fields) == 0) {
		at := root.Pos
		if n != nil {
			at = n.Pos
		}
		r.report(diag.Errorf("empty", at, "the inventory has no hosts").WithHint("write at least one, such as  hosts: {cp1: {address: 192.0.2.11}}"))
		return
	}
	if d, ok := yamldoc.WantKind(n, yamldoc.Map, "hosts"); !ok {
		r.report(d.WithHint("write each host as a key:  hosts: {cp1: {address: 192.0.2.11}}"))
		return
	}
	for _, f := range n.Fields {
		h := defaults
		h.Name, h.Pos = f.Key, f.Pos
		h.Env, h.Vars = maps.Clone(defaults.Env), maps.Clone(defaults.Vars)
		r.name(f, "host")
		if jump := root.Get("defaults").Get("jump"); jump != nil {
			r.jumps[h.Name] = jump
		}
		if !f.Value.Null {
			r.settings(f.Value, &h, hostKeys, "host "+f.Key)
		}
		if h.Node == "" {
			h.Node = h.Name
		}
		if h.Address == "" {
			h.Address = h.Name
		}
		r.inv.Hosts = append(r.inv.Hosts, h)
	}
}

func (r *reader) groups(n *yamldoc.Node) {
	if n == nil || n.Null {
		return
	}
	if d, ok := yamldoc.WantKind(n, yamldoc.Map, "groups"); !ok {
		r.report(d.WithHint("write each group as a key:  groups: {workers: [w1, w2]}"))
		return
	}
	for _, f := range n.Fields {
		r.names[f.Key] = true
	}
	for _, f := range n.Fields {
		r.name(f, "group")
		if r.inv.Host(f.Key) != nil && reserved[f.Key] == "" {
			r.report(diag.Errorf("same-name", f.Pos, "%s is a host and a group", f.Key).Over(len(f.Key)).WithHint("a selector could not tell them apart; rename one"))
		}
		g := Group{Name: f.Key, Pos: f.Pos}
		if d, ok := yamldoc.WantKind(f.Value, yamldoc.List, "group "+f.Key); !ok {
			r.report(d.WithHint("write its hosts as a list: %s: [w1, w2]", f.Key))
			continue
		}
		for _, item := range f.Value.Items {
			r.member(&g, item)
		}
		r.inv.Groups = append(r.inv.Groups, g)
	}
}

func (r *reader) member(g *Group, n *yamldoc.Node) {
	if d, ok := yamldoc.WantKind(n, yamldoc.Scalar, "a host of group "+g.Name); !ok {
		r.report(d)
		return
	}
	for _, have := range g.Hosts {
		if have == n.Text {
			r.report(diag.Errorf("duplicate-host", n.Pos, "%s stands in group %s a second time", n.Text, g.Name).Over(width(n)).WithHint("keep one"))
			return
		}
	}
	if len(r.inv.Hosts) == 0 {
		return // what is wrong with them was said
	}
	if r.inv.Host(n.Text) == nil {
		other := "add it under hosts"
		if n.Text == All || r.names[n.Text] {
			other = "a group lists hosts, and not groups"
		}
		r.report(diag.Errorf("unknown-host", n.Pos, "group %s names %s, which is not a host", g.Name, n.Describe()).Over(width(n)).
			WithHint("%s", didYouMeanOr(n.Text, r.inv.Names(), other)))
		return
	}
	g.Hosts = append(g.Hosts, n.Text)
}

var goodName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]*$`)

// name checks a name that selectors and reports will use.
func (r *reader) name(f yamldoc.Field, what string) {
	switch {
	case f.Key == All || f.Key == NoJump:
		r.report(diag.Errorf("reserved-name", f.Pos, "%q cannot name a %s", f.Key, what).Over(len(f.Key)).WithHint("%s", reserved[f.Key]))
	case !goodName.MatchString(f.Key) || len(f.Key) > 253: // 253: the longest name in DNS, and of a Kubernetes node
		r.report(diag.Errorf("name", f.Pos, "%q cannot name a %s", f.Key, what).Over(len([]rune(f.Key))).
			WithHint("use letters, digits, dots, dashes and underscores, and begin with a letter, a digit or an underscore"))
	}
}

var reserved = map[string]string{
	All:    "all means every host, and is always there",
	NoJump: "none means no jump host",
}

// didYouMeanOr is a hint: the nearest candidate, or where none is near, other.
func didYouMeanOr(word string, candidates []string, other string) string {
	if hint := diag.DidYouMean(word, candidates); hint != "" {
		return hint
	}
	return other
}

func width(n *yamldoc.Node) int { return len([]rune(n.Text)) }
