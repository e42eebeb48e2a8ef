package inventory

// Key describes a key of an inventory. Loading knows no others, and editors
// offer these.
type Key struct {
	Name string
	Doc  string
}

// RootKeys are the keys of an inventory.
func RootKeys() []Key {
	return []Key{
		{"format", "The format of the file: 1. It may be left out."},
		{"ssh_config", "The SSH configuration to read instead of ~/.ssh/config."},
		{"defaults", "What holds for every host that does not say otherwise."},
		{"hosts", "The machines, by name."},
		{"groups", "Lists of hosts, in an order that counts: control_plane[0] is the first."},
	}
}

// DefaultKeys are what defaults may say, and a host.
func DefaultKeys() []Key {
	return []Key{
		{"user", "The login. Left out: ~/.ssh/config, then your own."},
		{"port", "The port of SSH. Left out: ~/.ssh/config, then 22."},
		{"identity_file", "The private key. Left out: ~/.ssh/config, then ~/.ssh/id_ed25519, id_rsa, id_ecdsa; the agent's keys too."},
		{"jump", "What to connect through: a host of the inventory, user@host:port, a chain of these, or none."},
		{"sudo", "The login is not root, and every command runs by sudo -n."},
		{"known_hosts", "The file with its host key. Left out: ~/.ssh/known_hosts and /etc/ssh/ssh_known_hosts."},
		{"env", "Environment variables of every command: proxies."},
		{"vars", "Texts for playbooks: host.vars.NAME."},
	}
}

// HostKeys are what a host may say.
func HostKeys() []Key {
	return append([]Key{
		{"address", "Host name, IPv4 or IPv6 address, an alias of ~/.ssh/config, or local: this machine. Left out: the host's name."},
		{"node", "Its name in Kubernetes. Left out: the host's name."},
	}, DefaultKeys()...)
}

func names(keys []Key) []string {
	list := make([]string, len(keys))
	for i, k := range keys {
		list[i] = k.Name
	}
	return list
}
