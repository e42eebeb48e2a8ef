package twin

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"rung/engine/kube"
)

// kubeadmCall is a kubeadm command line.
type kubeadmCall struct {
	*process
	own      kube.Version // of the installed kubeadm
	options  map[string]string
	operands []string
}

// kubeadmValued are the options that take a value, where it is not joined by "=".
var kubeadmValued = []string{"--config", "--kubeconfig", "--ignore-preflight-errors", "--kubernetes-version", "--image-repository", "-o", "--output", "--patches", "--experimental-patches", "-v", "--v", "--cri-socket", "--feature-gates", "--skip-phases", "-c", "--context-lines"}

// kubeadmFlags are the options that take none, or one joined by "=".
var kubeadmFlags = []string{"-y", "--yes", "-f", "--force", "--dry-run", "--certificate-renewal", "--etcd-upgrade", "--allow-experimental-upgrades", "--allow-release-candidate-upgrades", "--print-config"}

func kubeadm(p *process) int {
	k := &kubeadmCall{process: p, own: p.host.binary("kubeadm", p.now()), options: map[string]string{}}
	for args := p.args(); len(args) > 0; args = args[1:] {
		name, value, joined := strings.Cut(args[0], "=")
		switch {
		case !strings.HasPrefix(args[0], "-"):
			k.operands = append(k.operands, args[0])
		case slices.Contains(kubeadmFlags, name):
			if !joined {
				value = "true"
			}
			k.options[name] = value
		case !slices.Contains(kubeadmValued, name):
			p.errf("error: unknown flag: %s\nTo see the stack trace of this error execute with --v=5 or higher\n", name)
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
	command := strings.Join(k.operands[:min(2, len(k.operands))], " ")
	switch {
	case strings.HasPrefix(command, "version"):
		return k.version()
	case command == "upgrade plan":
		return k.plan()
	case command == "upgrade apply":
		return k.apply()
	case command == "upgrade diff":
		return k.diff()
	case command == "upgrade node":
		return k.node()
	case strings.HasPrefix(strings.Join(k.operands, " "), "config images "):
		return k.images()
	case command == "certs renew":
		return k.renewCerts()
	case command == "certs check-expiration":
		return k.certificates()
	}
	return p.usage()
}

// operand is the version that the command names, or zero.
func (k *kubeadmCall) operand() (kube.Version, bool) {
	if len(k.operands) < 3 {
		return kube.Version{}, true
	}
	v, err := kube.Parse(k.operands[2])
	return v, err == nil
}

func (k *kubeadmCall) option(names ...string) string {
	for _, name := range names {
		if v, ok := k.options[name]; ok {
			return v
		}
	}
	return ""
}

func (k *kubeadmCall) version() int {
	k.charge(quick)
	switch k.option("-o", "--output") {
	case "short":
		k.outf("v%s\n", k.own)
	case "json":
		k.outf("{\n  \"clientVersion\": {\n    \"major\": \"%d\",\n    \"minor\": \"%d\",\n    \"gitVersion\": \"v%s\",\n    \"gitTreeState\": \"clean\",\n    \"compiler\": \"gc\",\n    \"platform\": \"linux/amd64\"\n  }\n}\n", k.own.Major, k.own.Minor, k.own)
	default:
		k.outf("kubeadm version: &version.Info{%s}\n", buildFields(k.own))
	}
	return 0
}

// buildFields are what a program of Kubernetes knows of its own build, as Go prints it.
func buildFields(v kube.Version) string {
	return fmt.Sprintf("Major:\"%d\", Minor:\"%d\", GitVersion:\"v%s\", GitCommit:\"%016x%016x%08x\", GitTreeState:\"clean\", BuildDate:\"2026-01-01T00:00:00Z\", GoVersion:\"go1.23.10\", Compiler:\"gc\", Platform:\"linux/amd64\"",
		v.Major, v.Minor, v, hash(v.String()), hash(v.String(), "commit"), uint32(hash("commit", v.String())))
}

// reachesAPI reports whether there is an apiserver, and fails as kubeadm does where there is none.
func (k *kubeadmCall) reachesAPI() bool {
	_, state := k.cluster.balanced(k.now())
	if state == serves {
		return true
	}
	k.errf("%s[upgrade/init config] FATAL: failed to get config map: Get \"https://%s/api/v1/namespaces/kube-system/configmaps/kubeadm-config?timeout=10s\": dial tcp: connect: connection refused\nTo see the stack trace of this error execute with --v=5 or higher\n",
		k.errorPrefix(), k.cluster.shape.Endpoint)
	k.charge(10 * time.Second)
	return false
}

// errorPrefix is what kubeadm puts before an error, from 1.34.
func (k *kubeadmCall) errorPrefix() string {
	if k.own.Minor >= 34 {
		return "error: "
	}
	return ""
}

// needsControlPlane refuses on a host without a control plane.
func (k *kubeadmCall) needsControlPlane() bool {
	if k.host.disk.exists("/etc/kubernetes/admin.conf", k.now()) {
		return true
	}
	k.errf("%scouldn't create a Kubernetes client from file \"/etc/kubernetes/admin.conf\": failed to load admin kubeconfig: open /etc/kubernetes/admin.conf: no such file or directory\nTo see the stack trace of this error execute with --v=5 or higher\n", k.errorPrefix())
	return false
}

// valueIn is the value of a key at the beginning of a line of YAML.
func valueIn(text, key string) string {
	for line := range strings.Lines(text) {
		if value, ok := strings.CutPrefix(line, key+":"); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

func (k *kubeadmCall) images() int {
	k.charge(quick)
	v, repository := k.own, k.option("--image-repository")
	text, socket := k.option("--kubernetes-version"), k.option("--cri-socket") != ""
	if name := k.option("--config"); name != "" { // then the other flags do not count
		config, err := k.host.disk.read(k.path(name), k.now())
		if err != nil {
			k.errf("unable to read config from %q : open %s: no such file or directory\n", name, name)
			return 1
		}
		text, repository = valueIn(config, "kubernetesVersion"), valueIn(config, "imageRepository")
		socket = strings.Contains(config, "criSocket")
	}
	if k.operands[2] == "pull" && k.host.twoRuntimes && !socket {
		k.errf("found multiple CRI endpoints on the host. Please define which one do you wish to use by setting the 'criSocket' field in the kubeadm configuration file: unix:///var/run/containerd/containerd.sock, unix:///var/run/crio/crio.sock\nTo see the stack trace of this error execute with --v=5 or higher\n")
		return 1
	}
	if text != "" {
		parsed, err := kube.Parse(text)
		if err != nil {
			k.errf("couldn't parse Kubernetes version %q: %v\n", text, err)
			return kube.ValidationExitCode(k.own)
		}
		v = parsed
	}
	images := kube.Images(v, repository)
	switch k.operands[2] {
	case "list":
		for _, image := range images {
			k.outf("%s\n", image)
		}
	case "pull":
		for _, image := range images {
			k.charge(1500 * time.Millisecond)
			if k.host.lacks(image) {
				k.errf("failed to pull image %q: output: time=\"%s\" level=fatal msg=\"pulling image: rpc error: code = NotFound desc = failed to pull and unpack image \\\"%s\\\": failed to resolve reference \\\"%s\\\": %s: not found\"\n, error: exit status 1\nTo see the stack trace of this error execute with --v=5 or higher\n", image, stamp(k.now()), image, image, image)
				return 1
			}
			k.outf("[config/images] Pulled %s\n", image)
		}
	default:
		return k.usage()
	}
	return 0
}

// kubelets are the kubelets of all nodes, as the policy looks at them.
func (c *Cluster) kubelets(now time.Time) []kube.Component {
	all := make([]kube.Component, 0, len(c.hosts))
	for _, h := range c.hosts {
		all = append(all, kube.Component{Name: "kubelet", Node: h.name, Version: h.kubelet.at(now).version})
	}
	return all
}

// unlike are the control planes whose apiserver is not of this version.
func (c *Cluster) unlike(v kube.Version, now time.Time) []string {
	var names []string
	for _, h := range c.hosts[:c.shape.ControlPlanes] {
		if h.componentVersion("kube-apiserver", now) != v {
			names = append(names, h.name)
		}
	}
	return names
}

// serverVersion is what /version says behind the load balancer.
func (c *Cluster) serverVersion(now time.Time) kube.Version {
	h, _ := c.balanced(now)
	return h.componentVersion("kube-apiserver", now)
}

// temporary is the name of a folder below /etc/kubernetes/tmp, as kubeadm makes them.
func (k *kubeadmCall) temporary(kind string) string {
	k.host.tmp++
	return fmt.Sprintf("/etc/kubernetes/tmp/%s%d", kind, hash(k.host.name, kind, k.host.tmp)%4_000_000_000)
}
