// Package inventory says where a playbook runs: hosts, how to reach them, and
// the groups they stand in.
//
// An inventory is a strict YAML file:
//
//	format: 1                       # optional
//	ssh_config: ./ssh_config        # optional: instead of ~/.ssh/config, whereof all that follows speaks
//	defaults: {user: root, port: 22, identity_file: ~/.ssh/id_ed25519, jump: bastion, sudo: false, known_hosts: ./known_hosts}
//	hosts:
//	  k8s-master-1: {address: 192.0.2.11}
//	  k8s-node-1: {address: 192.0.2.21, node: ip-192-0-2-21, vars: {rack: a}, env: {https_proxy: "http://proxy:3128"}}
//	groups:
//	  control_plane: [k8s-master-1]
//	  workers: [k8s-node-1]
//
// Defaults hold for every host that does not say otherwise; vars and env are
// merged key by key. Files are relative to the inventory's folder, and ~ is
// the operator's home. A jump is a host of the inventory, [user@]host[:port],
// an alias of ~/.ssh/config, a chain of these separated by commas, or none.
// A jump host is not reached through itself, although the defaults name it.
//
// # Selectors
//
// A selector picks hosts, as in `hosts: workers:!w3` and `--limit w1,w2`:
//
//	selector = term { ("," | ":") term }
//	term     = [ "!" ] name [ "[" slice "]" ]
//	name     = "all" | a group | a host
//	slice    = index | [ index ] ":" [ index ]
//
// Terms are read from left to right: a name adds its hosts, ! takes its hosts
// out of what stands so far. A selector that starts with ! starts from all.
// group[0] is the first host as the group lists it, group[-1] the last;
// group[1:3] are the hosts 1 and 2, group[1:] all but the first, and there may
// be none. The result has no doubles and stands in the order of the inventory.
//
// The one invariant: an Inventory that Load returned names only hosts that
// exist. The package opens no connection, and asks no name server.
package inventory

import (
	"slices"
	"time"

	"rung/engine/diag"
)

// All is the name of the group that every host stands in.
const All = "all"

// NoJump is the jump of a host that is reached directly although the defaults,
// or ~/.ssh/config, name a jump.
const NoJump = "none"

// Host is one machine, and how to reach it. What the file leaves open is empty
// here; Resolve fills it.
type Host struct {
	Name           string
	Node           string            // the Kubernetes name; by default Name
	Address        string            // by default Name
	User           string            // who logs in
	Port           int               // of SSH
	IdentityFile   string            // the private key, an absolute path
	Jump           string            // what to connect through: see the package comment
	Sudo           bool              // the user is not root, and may `sudo -n`
	KnownHosts     string            // the file with its host key, an absolute path
	UserKnownHosts string            // that of ~/.ssh/config, which Resolve fills: it counts where KnownHosts is empty, beside the machine's own
	Handshake      time.Duration     // how long one may take: Resolve finds it in the SSH configuration; 0: as long as usual
	Keepalive      time.Duration     // between two questions whether it is there: likewise
	Env            map[string]string // for every command: the proxies
	Vars           map[string]string // for playbooks
	Pos            diag.Pos          // where its name stands
}

// Group is a named list of hosts, in the order in which the file lists them.
type Group struct {
	Name  string
	Hosts []string
	Pos   diag.Pos
}

// Inventory is the hosts and groups of a file, in its order.
type Inventory struct {
	File      string
	SSHConfig string // the SSH configuration that is read instead of ~/.ssh/config, an absolute path; "" where the file names none
	Hosts     []Host
	Groups    []Group        // without All
	index     map[string]int // by name, where in Hosts; may lack one
}

// Host returns the host of that name, or nil.
func (inv *Inventory) Host(name string) *Host {
	if i, ok := inv.index[name]; ok && i < len(inv.Hosts) && inv.Hosts[i].Name == name {
		return &inv.Hosts[i]
	}
	for i := range inv.Hosts {
		if inv.Hosts[i].Name == name {
			return &inv.Hosts[i]
		}
	}
	return nil
}

// Group returns the group of that name, also All, or nil.
func (inv *Inventory) Group(name string) *Group {
	if name == All {
		return &Group{Name: All, Hosts: inv.Names(), Pos: diag.Pos{File: inv.File}}
	}
	for i := range inv.Groups {
		if inv.Groups[i].Name == name {
			return &inv.Groups[i]
		}
	}
	return nil
}

// Names returns the names of all hosts.
func (inv *Inventory) Names() []string {
	names := make([]string, len(inv.Hosts))
	for i := range inv.Hosts {
		names[i] = inv.Hosts[i].Name
	}
	return names
}

// InOrder returns the names that are in set, in the order of the inventory.
func (inv *Inventory) InOrder(set map[string]bool) []string {
	return slices.DeleteFunc(inv.Names(), func(name string) bool { return !set[name] })
}
