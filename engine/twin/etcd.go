package twin

import (
	"slices"
	"strings"
	"time"

	"rung/engine/kube"
)

// etcdStart is how long a member takes from its start until it answers.
const etcdStart = 6 * time.Second

// exec is `kubectl exec POD -- COMMAND`: the programs of etcd in an etcd pod are all that it runs.
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
	if len(words) == 0 || !slices.Contains(h.etcdPrograms(k.now()), words[0]) {
		if len(words) == 0 || words[0] != "etcdctl" && words[0] != "etcdutl" {
			k.cluster.note(k.session, k.argv)
		}
		k.errf("error: Internal error occurred: Internal error occurred: error executing command in container: failed to exec in container: failed to start exec \"%016x%016x\": OCI runtime exec failed: exec failed: unable to start container process: exec: %q: executable file not found in $PATH: unknown\n", hash(name), hash("exec", name), k.rest[0])
		return 1
	}
	code := (&etcdCall{kubectlCall: k, member: h, program: words[0]}).run(words[1:])
	if code != 0 {
		k.errf("command terminated with exit code %d\n", code)
	}
	return code
}

// etcdProgram is etcdctl or etcdutl on a host: a program of its own, see Shape.HostEtcdctl, or one in etcd's image, reached
// through /proc.
func etcdProgram(p *process) int {
	p.charge(quick)
	return (&etcdCall{kubectlCall: &kubectlCall{process: p}, member: p.host, program: p.argv[0]}).run(p.args())
}

// etcdCall is a command line of etcdctl or etcdutl, beside a member.
type etcdCall struct {
	*kubectlCall
	member  *host
	program string
	words   []string
	options map[string]string
}

// etcdBare are the options that take no value.
var etcdBare = []string{"--cluster", "--mark-compacted", "--skip-hash-check", "--help"}

// run answers what is asked of members and of snapshots.
func (e *etcdCall) run(args []string) int {
	e.options = map[string]string{}
	endpoints := endpointsOf(args)
	for ; len(args) > 0; args = args[1:] {
		name, value, joined := strings.Cut(args[0], "=")
		switch {
		case !strings.HasPrefix(name, "-"):
			e.words = append(e.words, args[0])
			continue
		case !joined && !slices.Contains(etcdBare, name) && len(args) > 1:
			value, args = args[1], args[1:]
		}
		e.options[name] = value
	}
	command := strings.Join(e.words[:min(2, len(e.words))], " ")
	ctl := e.program == "etcdctl"
	old := e.minor() <= 5 // etcdctl still reads snapshots
	switch {
	case command == "version":
		tag, _, _ := strings.Cut(e.tag(), "-")
		e.outf("%s version: %s\nAPI version: %d.%d\n", e.program, tag, 3, e.minor())
		return 0
	case command == "snapshot status" && len(e.words) == 3 && (!ctl || old):
		return e.status(e.words[2])
	case command == "snapshot restore" && (!ctl || old):
		return e.restore()
	case !ctl:
	case command == "snapshot save" && len(e.words) == 3:
		return e.save(e.words[2])
	case command == "endpoint health" && e.cluster.shape.ExternalEtcd:
		return e.externalHealth(endpoints)
	case command == "endpoint health":
		return e.health()
	case command == "endpoint status", command == "member list":
		return e.members(command)
	case command == "member remove" && len(e.words) == 3:
		return e.remove(e.words[2])
	case command == "member add" && len(e.words) == 3:
		return e.add(e.words[2])
	}
	e.cluster.note(e.session, e.argv)
	e.errf("Error: unknown command %q for %q\n", strings.Join(e.words, " "), e.program)
	return 1
}

func (e *etcdCall) option(names ...string) string {
	for _, name := range names {
		if value, given := e.options[name]; given {
			return value
		}
	}
	return ""
}

// tag is that of etcd's image here, or the one that the installed kubeadm would take where there is no manifest.
func (e *etcdCall) tag() string {
	if tag := e.member.imageTag("etcd", e.now()); tag != "" {
		return tag
	}
	shipped, _ := kube.ShippedBy(e.member.binary("kubeadm", e.now()))
	return shipped.Etcd
}

func (e *etcdCall) minor() int { return etcdMinor(e.tag()) }

// has tells whether there is such an option.
func (e *etcdCall) has(name string) bool {
	_, given := e.options[name]
	return given
}
