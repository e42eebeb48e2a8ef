package twin

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// exec is `kubectl exec POD -- COMMAND`: etcdctl in an etcd pod is all that it runs.
func (k *kubectlCall) exec() int {
	if len(k.operands) < 2 || len(k.rest) == 0 {
		return k.usage()
	}
	name := strings.TrimPrefix(k.operands[1], "pod/")
	var h *host
	for _, candidate := range k.cluster.hosts[:k.cluster.shape.ControlPlanes] {
		if name == "etcd-"+candidate.name && candidate.hasComponent("etcd") && k.option("-n", "--namespace") == "kube-system" {
			h = candidate
		}
	}
	if h == nil {
		k.errf("Error from server (NotFound): pods %q not found\n", name)
		return 1
	}
	words := slices.DeleteFunc(slices.Clone(k.rest), func(word string) bool { return strings.HasPrefix(word, "ETCDCTL_API=") || word == "env" })
	if known := len(words) > 0 && words[0] == "etcdctl"; !known || k.cluster.shape.HostEtcdctl {
		if !known {
			k.cluster.note(k.session, k.argv)
		}
		k.errf("error: Internal error occurred: Internal error occurred: error executing command in container: failed to exec in container: failed to start exec \"%016x%016x\": OCI runtime exec failed: exec failed: unable to start container process: exec: %q: executable file not found in $PATH: unknown\n", hash(name), hash("exec", name), k.rest[0])
		return 1
	}
	code := k.etcdctl(h, words[1:])
	if code != 0 {
		k.errf("command terminated with exit code %d\n", code)
	}
	return code
}

// etcdctl is the program of that name on a host, where there is one; see Shape.HostEtcdctl.
func etcdctl(p *process) int {
	p.charge(quick)
	k := &kubectlCall{process: p}
	return k.etcdctl(p.host, p.args())
}

// etcdctl answers snapshot save, endpoint health and status, and member list.
func (k *kubectlCall) etcdctl(h *host, args []string) int {
	var words []string
	all, format, endpoints := false, "", endpointsOf(args)
	for ; len(args) > 0; args = args[1:] {
		name, value, joined := strings.Cut(args[0], "=")
		switch {
		case name == "--cluster":
			all = true
		case name == "-w" || name == "--write-out":
			if !joined && len(args) > 1 {
				value, args = args[1], args[1:]
			}
			format = value
		case strings.HasPrefix(name, "-"):
			if !joined && len(args) > 1 && slices.Contains([]string{"--endpoints", "--cacert", "--cert", "--key", "--command-timeout", "--dial-timeout"}, name) {
				args = args[1:]
			}
		default:
			words = append(words, args[0])
		}
	}
	members := []*host{h}
	if all {
		members = k.cluster.hosts[:k.cluster.shape.ControlPlanes]
	}
	switch command := strings.Join(words[:min(2, len(words))], " "); {
	case command == "snapshot save" && len(words) == 3:
		return k.snapshot(h, words[2])
	case command == "endpoint health" && k.cluster.shape.ExternalEtcd:
		return k.externalHealth(endpoints)
	case command == "endpoint health":
		return k.health(members, all)
	case command == "endpoint status", command == "member list":
		return k.members(command, members, all, format)
	case command == "version":
		tag, _, _ := strings.Cut(h.imageTag("etcd", k.now()), "-")
		k.outf("etcdctl version: %s\nAPI version: 3.5\n", tag)
		return 0
	}
	k.cluster.note(k.session, k.argv)
	k.errf("Error: unknown command %q for \"etcdctl\"\n", strings.Join(words, " "))
	return 1
}

// snapshot writes to the host's own disk, where the pod's /var/lib/etcd is mounted from.
func (k *kubectlCall) snapshot(h *host, name string) int {
	if !strings.HasPrefix(name, "/var/lib/etcd/") {
		k.errf("Error: could not open %s.part (open %s.part: read-only file system)\n", name, name)
		return 1
	}
	k.charge(2 * time.Second)
	data := fmt.Sprintf("etcd snapshot of %s at %s\n%s\n", h.name, stamp(k.now()), k.cluster.clusterConfiguration(k.now()))
	h.disk.put(name, file{mode: 0o600, data: data, mtime: k.now()}, k.now())
	k.outf("Snapshot saved at %s\n", name)
	return 0
}

// etcdStart is how long a member takes from its start until it answers.
const etcdStart = 6 * time.Second

// etcdProcess tells whether there is a process of etcd.
func (h *host) etcdProcess(now time.Time) bool {
	return !h.away(now) && h.image("etcd", now) != "" && !h.crashes("etcd", now)
}

// etcdUp tells whether a member answers.
func (h *host) etcdUp(now time.Time) bool {
	if !h.etcdProcess(now) || h.bootedAt(now).Add(kubeletAfterBoot+etcdStart).After(now) {
		return false
	}
	f, err := h.disk.stat(manifests+"/etcd.yaml", true, now)
	return err == nil && !now.Before(h.arrived("etcd", f, now).Add(etcdStart))
}

func (k *kubectlCall) health(members []*host, all bool) int {
	code := 0
	for _, m := range members {
		endpoint := "https://127.0.0.1:2379"
		if all {
			endpoint = fmt.Sprintf("https://%s:2379", m.ip)
		}
		if m.etcdUp(k.now()) {
			k.outf("%s is healthy: successfully committed proposal: took = 9.%dms\n", endpoint, hash(m.name)%1000)
			continue
		}
		k.charge(5 * time.Second)
		k.errf("{\"level\":\"warn\",\"msg\":\"retrying of unary invoker failed\",\"target\":\"%s\",\"error\":\"context deadline exceeded\"}\n%s is unhealthy: failed to commit proposal: context deadline exceeded\n", endpoint, endpoint)
		code = 1
	}
	if code != 0 {
		k.errf("Error: unhealthy cluster\n")
	}
	return code
}

func (k *kubectlCall) members(command string, members []*host, all bool, format string) int {
	if format == "json" {
		k.cluster.note(k.session, k.argv)
	}
	for i, m := range members {
		tag, _, _ := strings.Cut(m.imageTag("etcd", k.now()), "-")
		if command == "member list" {
			k.outf("%x, started, %s, https://%s:2380, https://%s:2379, false\n", hash(m.name), m.name, m.ip, m.ip)
			continue
		}
		address := "127.0.0.1"
		if all {
			address = m.ip
		}
		k.outf("https://%s:2379, %x, %s, 17 MB, %t, false, 3, 1204, 1204, \n", address, hash(m.name), tag, i == 0)
	}
	return 0
}
