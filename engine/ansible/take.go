package ansible

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"rung/engine/inventory"
)

// settingOf are the variables that say how a host is reached.
var settingOf = map[string]func(*inventory.Host) *string{
	"ansible_host": addressOf, "ansible_ssh_host": addressOf, "ansible_user": userOf, "ansible_ssh_user": userOf,
	"ansible_ssh_private_key_file": keyOf, "ansible_private_key_file": keyOf, "kube_override_hostname": nodeOf,
}

func addressOf(h *inventory.Host) *string { return &h.Address }
func userOf(h *inventory.Host) *string    { return &h.User }
func keyOf(h *inventory.Host) *string     { return &h.IdentityFile }
func nodeOf(h *inventory.Host) *string    { return &h.Node }

// roles are what kubespray, Kubernetes' own documents and others call the two
// groups that the bundled playbooks want.
var roles = map[string]string{
	"kube_control_plane": "control_plane", "kube-master": "control_plane", "kube_master": "control_plane", "masters": "control_plane", "master": "control_plane",
	"control-plane": "control_plane", "controlplane": "control_plane", "control_planes": "control_plane", "controllers": "control_plane",
	"kube_node": "workers", "kube-node": "workers", "nodes": "workers", "node": "workers", "worker": "workers", "worker_nodes": "workers", "kube_worker": "workers",
}

// taken are the hosts and groups that rung has words for.
func (b *book) taken() ([]inventory.Host, []inventory.Group) {
	groups := b.ourGroups()
	left := b.outside(groups)
	isLeft := func(name string) bool { return slices.Contains(left, name) }
	var hosts []inventory.Host
	for _, name := range b.hosts {
		if !isLeft(name) {
			hosts = append(hosts, b.machine(name))
		}
	}
	for i := range groups {
		groups[i].Hosts = slices.DeleteFunc(groups[i].Hosts, isLeft)
	}
	return hosts, slices.DeleteFunc(groups, func(g inventory.Group) bool { return len(g.Hosts) == 0 && g.Name != workers })
}

const (
	controlPlane = "control_plane"
	workers      = "workers"
)

// ourGroups are the groups, under the names that rung has for them.
func (b *book) ourGroups() []inventory.Group {
	var groups []inventory.Group
	for _, g := range b.groups {
		name := g.name
		if ours := roles[name]; ours != "" && !slices.ContainsFunc(b.groups, func(g *group) bool { return g.name == ours }) {
			name = ours
		}
		i := slices.IndexFunc(groups, func(other inventory.Group) bool { return other.Name == name })
		switch {
		case g.name == all || g.name == "ungrouped":
			continue
		case len(name) > longest:
			b.leave(b.place(), "a group", "its name is longer than a name can be")
			continue
		case slices.Contains(b.hosts, name):
			b.leave(b.place(), "the group "+name, "a host has that name too")
			continue
		case i < 0:
			groups = append(groups, inventory.Group{Name: name})
			i = len(groups) - 1
		}
		for _, h := range b.members(g) {
			if !slices.Contains(groups[i].Hosts, h) {
				groups[i].Hosts = append(groups[i].Hosts, h)
			}
		}
	}
	return groups
}

// outside are the hosts that are no part of the cluster, where the inventory is
// one of a cluster: the bundled playbooks work on all hosts of an inventory.
func (b *book) outside(groups []inventory.Group) []string {
	var inside []string
	planes := false
	for _, g := range groups {
		if g.Name == controlPlane || g.Name == workers {
			planes = planes || g.Name == controlPlane && len(g.Hosts) > 0
			inside = append(inside, g.Hosts...)
		}
	}
	if !planes {
		return nil
	}
	var left []string
	for _, name := range b.hosts {
		if !slices.Contains(inside, name) {
			left = append(left, name)
			b.leave(b.place(), "the host "+name, "it is neither in control_plane nor in workers")
		}
	}
	return left
}

// machine reads the variables of a host.
func (b *book) machine(name string) inventory.Host {
	m := inventory.Host{Name: name, Env: map[string]string{}, Vars: map[string]string{}}
	last := map[string]variable{}
	var order []string
	for _, v := range b.of(name) {
		if _, twice := last[v.name]; !twice {
			order = append(order, v.name)
		}
		last[v.name] = v
	}
	for _, key := range order {
		b.take(&m, last[key])
	}
	return m
}

func (b *book) take(m *inventory.Host, v variable) {
	key := strings.ToLower(v.name)
	switch {
	case strings.Contains(key, "password") || strings.HasSuffix(key, "_pass") || strings.Contains(key, "vault"):
		b.leaveOnce(v, "rung logs in with keys, and keeps no password")
	case len(v.name) > longest:
		b.leave(v.pos, "a variable", "its name is longer than a name can be")
	case strings.Contains(v.text, "{{"): // also one that begins with it, as a map does
		b.leaveOnce(v, "it is an expression of Ansible")
	case !v.plain:
		b.leaveOnce(v, "it is a list or a map, and vars of rung are texts")
	case key == "ansible_port" || key == "ansible_ssh_port":
		port, err := strconv.Atoi(v.text)
		if err != nil {
			b.leaveOnce(v, "it is no number")
		}
		m.Port = port
	case settingOf[key] != nil:
		*settingOf[key](m) = v.text
	case key == "ansible_become":
		m.Sudo = truth(v.text)
	case key == "ansible_connection" && v.text == "local":
		m.Address = "local"
	case key == "ansible_ssh_common_args" || key == "ansible_ssh_extra_args":
		if jump := jumpOf(v.text); jump != "" {
			m.Jump = jump
		} else {
			b.leaveOnce(v, "only a jump of it is read (-J, ProxyJump, ssh -W)")
		}
	case key == "http_proxy" || key == "https_proxy" || key == "no_proxy":
		m.Env[key] = v.text
	case strings.HasPrefix(key, "ansible_"):
		if !slices.Contains(silent, key) {
			b.leaveOnce(v, "rung has no word for it")
		}
	default:
		m.Vars[v.name] = v.text
	}
}

// silent are variables that mean nothing to rung, and miss nothing.
var silent = []string{"ansible_connection", "ansible_python_interpreter", "ansible_become_method", "ansible_become_user", "ansible_shell_type", "ansible_ssh_pipelining", "ansible_pipelining"}

// leaveOnce is leave, once for a place: a group's variable is of many hosts.
func (b *book) leaveOnce(v variable, why string) {
	for _, d := range b.found {
		if d.Pos == v.pos && strings.HasPrefix(d.Text, v.name+" ") {
			return
		}
	}
	b.leave(v.pos, v.name, why)
}

func truth(text string) bool {
	return slices.Contains([]string{"true", "yes", "1", "on", "y", "t"}, strings.ToLower(text))
}

var jumps = []*regexp.Regexp{
	regexp.MustCompile(`(?:^|\s)-J\s*([^\s"']+)`),
	regexp.MustCompile(`ProxyJump[= ]["']?([^\s"']+)`),
	regexp.MustCompile(`ProxyCommand=?\s*["']?ssh\s.*-W\s+%h:%p\s.*?([A-Za-z0-9_.-]+@?[A-Za-z0-9_.-]+)["']?\s*$`),
}

var jumpPort = regexp.MustCompile(`-p\s+([0-9]+)`)

// jumpOf is the jump host that arguments of ssh name, or "".
func jumpOf(arguments string) string {
	for i, form := range jumps {
		m := form.FindStringSubmatch(arguments)
		if m == nil {
			continue
		}
		if port := jumpPort.FindStringSubmatch(arguments); i == 2 && port != nil {
			if _, err := strconv.Atoi(port[1]); err == nil {
				return m[1] + ":" + port[1]
			}
		}
		return m[1]
	}
	return ""
}
