// Package ansible reads inventories of Ansible, in INI and in YAML, and writes
// what they say as an inventory of rung.
//
// Taken over are hosts, with ranges such as w[1:3]; groups, with their
// children; how hosts are reached (ansible_host, ansible_user, ansible_port,
// ansible_become, the private key, a jump in ansible_ssh_common_args,
// ansible_connection=local); http_proxy, https_proxy and no_proxy; and
// variables that are plain texts, with Ansible's precedence: a host's own,
// then its groups', the deeper before the outer, then all's. The groups that
// kubespray and others call kube_control_plane, kube-master, masters, kube_node
// and so on become control_plane and workers.
//
// Its one invariant: what is not taken over is named, with its place. Passwords
// never are taken over: rung logs in with keys. Files beside the inventory
// (group_vars, host_vars) are not read, nor are plugins and scripts.
//
// Source of the formats:
// https://docs.ansible.com/ansible/latest/inventory_guide/intro_inventory.html.
package ansible

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"rung/engine/diag"
	"rung/engine/inventory"
	"rung/engine/yamldoc"
)

var secrets = regexp.MustCompile(`(?i)([\w-]*(?:pass|secret|token)[\w-]*["']?\s*[=:]\s*)("[^"\n]*"?|'[^'\n]*'?|[^\s,}]+)`)

// Masked is src without passwords, to quote lines of it.
func Masked(src []byte) []byte { return secrets.ReplaceAll(src, []byte("$1…")) }

// variable is a value of a host or a group.
type variable struct {
	name, text string
	pos        diag.Pos
	plain      bool // a text, a number or a truth; else a list or a map
}

// group is a group as it is written.
type group struct {
	name     string
	hosts    []string
	children []string
	vars     []variable
}

// book is what a file says.
type book struct {
	file   string
	groups []*group
	hosts  []string            // in the order of the file
	places map[string]diag.Pos // of hosts: where each stands first
	vars   map[string][]variable
	found  diag.List
}

var section = regexp.MustCompile(`(?m)^\[[^\]\n]+\]\s*([#;].*)?$`)

// Is says whether src looks like an inventory of Ansible rather than one of
// rung.
func Is(src []byte) bool {
	root, _ := yamldoc.Parse("", src)
	if root == nil || root.Kind != yamldoc.Map {
		return section.Match(src)
	}
	groups := 0
	for _, f := range root.Fields {
		switch v := f.Value; {
		case v.Kind == yamldoc.Map && (v.Get("hosts") != nil || v.Get("children") != nil || v.Get("vars") != nil):
			groups++
		case !v.Null:
			return false
		}
	}
	return groups > 0
}

// Convert reads src, the content of file, and returns it as an inventory of
// rung. The list holds mistakes, and as advice what is not taken over. On a
// mistake there is no text.
func Convert(file string, src []byte) ([]byte, diag.List) {
	return read(file).convert(src)
}

// Load is Convert, and loads what it returns. What is wrong with a host stands where src has it; there is no inventory
// then, but its text.
func Load(file string, src []byte) (*inventory.Inventory, []byte, diag.List) {
	b := read(file)
	text, found := b.convert(src)
	if text == nil {
		return nil, nil, found
	}
	inv, bad := inventory.Load(file, text)
	if bad != nil {
		origins := b.origins(text)
		for i := range bad {
			bad[i].Pos, bad[i].Width = cmp.Or(origins[bad[i].Pos.Line], b.place()), 0
		}
		found = append(found, bad...)
		found.Sort()
	}
	return inv, text, found
}

// origins are, for the lines of the text that are about one host, where that stands in the file.
func (b *book) origins(text []byte) map[int]diag.Pos {
	origins := map[int]diag.Pos{}
	root, _ := yamldoc.Parse(b.file, text)
	if hosts := root.Get("hosts"); hosts != nil {
		for _, host := range hosts.Fields {
			origins[host.Pos.Line] = b.places[host.Key]
		}
	}
	return origins
}

func read(file string) *book {
	return &book{file: file, vars: map[string][]variable{}, places: map[string]diag.Pos{}}
}

func (b *book) convert(src []byte) ([]byte, diag.List) {
	if d, bad := yamldoc.Unreadable(b.place(), src); bad {
		return nil, diag.List{d}
	}
	if root, _ := yamldoc.Parse(b.file, src); root != nil && root.Kind == yamldoc.Map {
		b.readYAML(root)
	} else if section.Match(src) {
		b.readINI(string(src))
	} else {
		_, found := yamldoc.Parse(b.file, src)
		if found == nil {
			found = diag.List{diag.Errorf("wrong-kind", b.place(), "this is no inventory of Ansible: it has no groups")}
		}
		return nil, found
	}
	if len(b.hosts) == 0 && b.found.Err() == nil {
		b.found = append(b.found, diag.Errorf("empty", b.place(), "the inventory has no hosts"))
	}
	if b.found.Err() != nil {
		b.found.Sort()
		return nil, b.found
	}
	hosts, groups := b.taken()
	b.found.Sort()
	return inventory.Write(&inventory.Inventory{Hosts: hosts, Groups: groups}), b.found
}

// leave names something that is not taken over.
func (b *book) leave(pos diag.Pos, what, why string) {
	b.found = append(b.found, diag.Advicef("not-taken-over", pos, "%s is not taken over: %s", what, why))
}

func (b *book) place() diag.Pos { return diag.Pos{File: b.file} }

// longest is the longest name in DNS.
const longest = 253

func (b *book) group(name string) *group {
	for _, g := range b.groups {
		if g.name == name {
			return g
		}
	}
	g := &group{name: name}
	b.groups = append(b.groups, g)
	return g
}

// host adds a host, or more words about it, to a group; pattern may be a range.
func (b *book) host(g *group, pattern string, pos diag.Pos, vars []variable) {
	names, err := expand(pattern)
	if err != nil {
		b.found = append(b.found, diag.Errorf("value", pos, "%v", err).Over(len(pattern)))
		return
	}
	for _, name := range names {
		if len(name) > longest {
			b.found = append(b.found, diag.Errorf("name", pos, "the name of a host is longer than %d characters", longest))
			return
		}
		if !slices.Contains(b.hosts, name) {
			b.hosts = append(b.hosts, name)
			b.places[name] = pos
		}
		if !slices.Contains(g.hosts, name) {
			g.hosts = append(g.hosts, name)
		}
		b.vars[name] = append(b.vars[name], vars...)
	}
}

// members are the hosts of a group and of its children, in the order of the
// file; way guards against groups that hold themselves.
func (b *book) members(g *group, way ...string) []string {
	if slices.Contains(way, g.name) {
		return nil
	}
	all := slices.Clone(g.hosts)
	for _, child := range g.children {
		for _, host := range b.members(b.group(child), append(way, g.name)...) {
			if !slices.Contains(all, host) {
				all = append(all, host)
			}
		}
	}
	return all
}

// depth is how many groups stand above a group: what a deeper one says counts
// more.
func (b *book) depth(name string, way ...string) int {
	deepest := 0
	for _, g := range b.groups {
		if slices.Contains(g.children, name) && !slices.Contains(way, g.name) {
			deepest = max(deepest, 1+b.depth(g.name, append(way, name)...))
		}
	}
	return deepest
}

// of are the variables of a host, the later ones of a name counting more.
func (b *book) of(host string) []variable {
	groups := slices.Clone(b.groups)
	slices.SortStableFunc(groups, func(x, y *group) int {
		switch dx, dy := b.rank(x.name), b.rank(y.name); {
		case dx != dy:
			return dx - dy
		default:
			return strings.Compare(x.name, y.name)
		}
	})
	var vars []variable
	for _, g := range groups {
		if g.name == all || slices.Contains(b.members(g), host) {
			vars = append(vars, g.vars...)
		}
	}
	return append(vars, b.vars[host]...)
}

const all = "all"

func (b *book) rank(name string) int {
	if name == all {
		return -1
	}
	return b.depth(name)
}
