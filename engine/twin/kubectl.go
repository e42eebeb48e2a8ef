package twin

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// kubectlCall is a kubectl command line.
type kubectlCall struct {
	*process
	options  map[string]string
	operands []string
	rest     []string // after "--"
	server   *host    // that answers
}

// kubectlValued are the options that take a value, where it is not joined by "=".
var kubectlValued = []string{"--kubeconfig", "--server", "-s", "-n", "--namespace", "-o", "--output", "-l", "--selector", "--timeout", "--grace-period", "--pod-selector", "--skip-wait-for-delete-timeout", "--field-selector", "--request-timeout", "-c", "--container", "--raw", "--context", "--sort-by", "--for", "--api-group"}

// kubectlFlags are the options that take none, or one joined by "=".
var kubectlFlags = []string{"-A", "--all-namespaces", "--no-headers", "--client", "--overwrite", "--ignore-daemonsets", "--delete-emptydir-data", "--delete-local-data", "--force", "--ignore-not-found", "--insecure-skip-tls-verify", "--disable-eviction", "--short", "-w", "-i", "-t", "-it"}

func kubectl(p *process) int {
	k := &kubectlCall{process: p, options: map[string]string{}}
	p.charge(400 * time.Millisecond)
	for args := p.args(); len(args) > 0; args = args[1:] {
		name, value, joined := strings.Cut(args[0], "=")
		switch {
		case args[0] == "--":
			k.rest, args = args[1:], args[:1]
		case !strings.HasPrefix(args[0], "-"):
			k.operands = append(k.operands, args[0])
		case slices.Contains(kubectlFlags, name):
			if !joined {
				value = "true"
			}
			k.options[name] = value
		case !slices.Contains(kubectlValued, name) && len(name) > 2 && slices.Contains(kubectlValued, name[:2]) && name[1] != '-':
			k.options[name[:2]] = args[0][2:] // -ojson
		case !slices.Contains(kubectlValued, name):
			p.errf("error: unknown flag: %s\nSee 'kubectl --help' for usage.\n", name)
			p.cluster.note(p.session, p.argv)
			return 1
		case joined:
			k.options[name] = value
		case len(args) > 1:
			k.options[name], args = args[1], args[1:]
		default:
			return p.usage()
		}
	}
	if len(k.operands) == 0 {
		return p.usage()
	}
	if k.operands[0] == "version" && k.option("--client") != "" {
		return k.version()
	}
	if code := k.connect(); code != 0 {
		return code
	}
	if k.cluster.shape.ExternalEtcd && !k.cluster.hasQuorum() && k.option("--raw") == "" {
		k.charge(7 * time.Second)
		k.errf("Error from server: etcdserver: request timed out\n")
		return 1
	}
	switch k.operands[0] {
	case "get":
		return k.get()
	case "drain":
		return k.drain()
	case "cordon", "uncordon":
		return k.cordon(k.operands[0] == "cordon")
	case "annotate":
		return k.annotate()
	case "exec":
		return k.exec()
	case "version":
		return k.version()
	case "api-resources":
		return k.apiResources()
	}
	return p.usage()
}

func (k *kubectlCall) option(names ...string) string {
	for _, name := range names {
		if v, ok := k.options[name]; ok {
			return v
		}
	}
	return ""
}

// connect finds the apiserver that answers, or says why none does.
func (k *kubectlCall) connect() int {
	config := k.option("--kubeconfig")
	if v := k.env.Get("KUBECONFIG"); config == "" && v.IsSet() {
		config = v.String()
	}
	if config == "" {
		config = "/root/.kube/config"
		if !k.host.disk.exists(config, k.now()) {
			k.errf("The connection to the server localhost:8080 was refused - did you specify the right host or port?\n")
			return 1
		}
	}
	text, err := k.host.disk.read(config, k.now())
	if err != nil {
		k.errf("error: stat %s: no such file or directory\n", config)
		return 1
	}
	address := k.option("--server", "-s")
	for line := range strings.Lines(text) {
		if server, ok := strings.CutPrefix(strings.TrimSpace(line), "server: "); ok && address == "" {
			address = server
		}
	}
	address = strings.TrimSuffix(strings.TrimPrefix(address, "https://"), "/")
	var state serving
	k.server, state = k.host.endpoint(address, k.now())
	if state >= forbids && k.host.controlPlane && k.host.expiry("admin.conf", k.now()).Before(k.now()) {
		k.errf("error: You must be logged in to the server (Unauthorized)\n")
		return 1
	}
	switch state {
	case refuses:
		k.charge(time.Second)
		k.complain(address)
		k.errf("The connection to the server %s was refused - did you specify the right host or port?\n", address)
		return 1
	case expired:
		k.errf("Unable to connect to the server: tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time %s is after %s\n", stamp(k.now()), stamp(k.server.expiry("apiserver", k.server.started("kube-apiserver", k.now()))))
		return 1
	case forbids:
		if k.option("--raw") != "" {
			return 0
		}
		k.errf("Error from server (Forbidden): %s\n", k.forbidden())
		return 1
	}
	return 0
}

// complain prints what kubectl's discovery of the API says, from 1.26, before the request itself fails. The
// version and --raw need none.
func (k *kubectlCall) complain(address string) {
	own := k.host.binary("kubectl", k.now())
	if k.operands[0] == "version" {
		k.clientVersion()
		return
	}
	if k.option("--raw") != "" || own.Minor < 26 {
		return
	}
	timeout := k.option("--request-timeout")
	if timeout == "" {
		timeout = "32s"
	}
	name, port, _ := strings.Cut(address, ":")
	if k.cluster.byName[name] != nil {
		name = k.cluster.byName[name].ip
	} else if strings.Trim(name, "0123456789.") != "" {
		name = "10.200.0.1" // the load balancer's
	}
	text := fmt.Sprintf("couldn't get current server API group list: Get \"https://%s/api?timeout=%s\": dial tcp %s:%s: connect: connection refused", address, timeout, name, port)
	if own.Minor >= 31 {
		text = fmt.Sprintf("\"Unhandled Error\" err=%q", text)
	}
	for range 5 {
		k.errf("E%s    6688 memcache.go:265] %s\n", k.now().UTC().Format("0102 15:04:05.000000"), text)
	}
}

// forbidden is how an apiserver that has no roles yet says no.
func (k *kubectlCall) forbidden() string {
	kind, name := "nodes", ""
	verb := "list"
	switch k.operands[0] {
	case "get":
		if len(k.operands) > 1 {
			kind = resource(k.operands[1])
		}
		if len(k.operands) > 2 {
			name = k.operands[2]
		}
	default:
		if len(k.operands) > 1 {
			name = k.operands[len(k.operands)-1]
		}
	}
	if name == "" {
		return fmt.Sprintf("%s is forbidden: User \"kubernetes-admin\" cannot %s resource %q in API group \"\" at the cluster scope", kind, verb, kind)
	}
	return fmt.Sprintf("%s %q is forbidden: User \"kubernetes-admin\" cannot get resource %q in API group \"\" at the cluster scope", kind, name, kind)
}

func (k *kubectlCall) version() int {
	block := func(name string, v interface{ String() string }, minor int) string {
		return fmt.Sprintf("  %q: {\n    \"major\": \"1\",\n    \"minor\": \"%d\",\n    \"gitVersion\": \"v%s\",\n    \"gitTreeState\": \"clean\",\n    \"compiler\": \"gc\",\n    \"platform\": \"linux/amd64\"\n  }", name, minor, v)
	}
	client := k.option("--client") != ""
	if k.option("-o", "--output") == "json" {
		own := k.host.binary("kubectl", k.now())
		text := block("clientVersion", own, own.Minor)
		if own.Minor >= 24 {
			text += fmt.Sprintf(",\n  \"kustomizeVersion\": %q", kustomize)
		}
		if !client {
			v := k.server.componentVersion("kube-apiserver", k.now())
			text += ",\n" + block("serverVersion", v, v.Minor)
		}
		k.outf("{\n%s\n}\n", text)
		return 0
	}
	k.clientVersion()
	if !client {
		k.outf("Server Version: v%s\n", k.server.componentVersion("kube-apiserver", k.now()))
	}
	return 0
}

// clientVersion is kubectl's own: as a Go struct up to 1.27, and as words from then on.
func (k *kubectlCall) clientVersion() {
	own := k.host.binary("kubectl", k.now())
	if own.Minor < 28 {
		k.outf("Client Version: version.Info{%s}\n", buildFields(own))
		return
	}
	k.outf("Client Version: v%s\nKustomize Version: %s\n", own, kustomize)
}

const kustomize = "v5.5.0"

// node finds a node by name, and says where there is none.
func (k *kubectlCall) node(name string) *host {
	name = strings.TrimPrefix(strings.TrimPrefix(name, "node/"), "nodes/")
	h := k.cluster.byName[name]
	if h == nil {
		k.errf("Error from server (NotFound): nodes %q not found\n", name)
	}
	return h
}

// cordon marks a node, or takes the mark away.
func (k *kubectlCall) cordon(unschedulable bool) int {
	code := 0
	word := map[bool]string{true: "cordoned", false: "uncordoned"}[unschedulable]
	for _, name := range k.operands[1:] {
		h := k.node(name)
		switch {
		case h == nil:
			code = 1
		case h.spec.at(k.now()).unschedulable == unschedulable:
			k.outf("node/%s already %s\n", h.name, word)
		default:
			k.mark(h, unschedulable)
			k.outf("node/%s %s\n", h.name, word)
		}
	}
	return code
}

func (k *kubectlCall) mark(h *host, unschedulable bool) {
	spec := h.spec.at(k.now())
	spec.unschedulable = unschedulable
	pledged(k.host, &h.spec, k.now(), spec)
	k.cluster.schedule(k.now())
}

// annotate sets KEY=VALUE, and removes KEY-.
func (k *kubectlCall) annotate() int {
	if len(k.operands) < 4 || resource(k.operands[1]) != "nodes" {
		return k.usage()
	}
	h := k.node(k.operands[2])
	if h == nil {
		return 1
	}
	spec := h.spec.at(k.now())
	changed := map[string]string{}
	for key, value := range spec.annotations {
		changed[key] = value
	}
	for _, word := range k.operands[3:] {
		key, value, set := strings.Cut(word, "=")
		if !set {
			delete(changed, strings.TrimSuffix(word, "-"))
			continue
		}
		if old, there := changed[key]; there && old != value && k.option("--overwrite") != "true" {
			k.errf("error: --overwrite is false but found the following declared annotation(s): '%s' already has a value (%s)\n", key, old)
			return 1
		}
		changed[key] = value
	}
	spec.annotations = changed
	pledged(k.host, &h.spec, k.now(), spec)
	k.outf("node/%s annotated\n", h.name)
	return 0
}
