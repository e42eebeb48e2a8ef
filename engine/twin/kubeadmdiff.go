package twin

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pmezard/go-difflib/difflib" // the one that kubeadm has

	"rung/engine/kube"
)

// diff is `kubeadm upgrade diff [VERSION]`: the manifests that are there, and what this kubeadm would write.
// It knows no etcd.
func (k *kubeadmCall) diff() int {
	target, ok := k.operand()
	if !ok {
		k.errf("%scouldn't parse version %q\n", k.errorPrefix(), k.operands[2])
		return 1
	}
	if !k.needsControlPlane() {
		return 1
	}
	k.charge(quick)
	if !k.reachesAPI() {
		return 1
	}
	k.reading("[upgrade/diff]", "upgrade/diff")
	config := k.cluster.config.at(k.now()).version
	if config.Minor+1 < k.own.Minor {
		k.errf("%sthis version of kubeadm only supports deploying clusters with the control plane version >= %d.%d.0. Current version: v%s\nTo see the stack trace of this error execute with --v=5 or higher\n", k.errorPrefix(), k.own.Major, k.own.Minor-1, config)
		return 1
	}
	if target.IsZero() {
		target = config
	}
	context := 3
	if text := k.option("-c", "--context-lines"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			return k.usage()
		}
		context = n
	}
	for _, component := range components[1:] {
		name := manifests + "/" + component + ".yaml"
		before, err := k.host.disk.read(name, k.now())
		if err != nil {
			k.errf("%sthe manifest file %q does not exist\nTo see the stack trace of this error execute with --v=5 or higher\n", k.errorPrefix(), name)
			return 1
		}
		text, _ := difflib.GetUnifiedDiffString(difflib.UnifiedDiff{ // it writes to memory
			A: difflib.SplitLines(before), B: difflib.SplitLines(k.manifest(component, target)), FromFile: name, ToFile: "new manifest", Context: context,
		})
		k.outf("%s", text)
	}
	return 0
}

// manifest is what this kubeadm writes for the component, in the environment that it runs in.
func (k *kubeadmCall) manifest(component string, v kube.Version) string {
	return k.cluster.manifest(k.host, component, template{version: v, kubeadm: k.own, proxies: proxiesIn(exported(k.env))})
}

// proxiesIn are the variables of an environment that kubeadm puts into manifests, in order.
func proxiesIn(environment []string) []string {
	var found []string
	for _, pair := range environment {
		if name, value, _ := strings.Cut(pair, "="); value != "" && strings.HasSuffix(strings.ToLower(name), "_proxy") {
			found = append(found, pair)
		}
	}
	slices.Sort(found)
	return found
}

// envLines are environment variables as a manifest has them.
func envLines(pairs []string) string {
	if len(pairs) == 0 {
		return ""
	}
	text := "    env:\n"
	for _, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		text += fmt.Sprintf("    - name: %s\n      value: %s\n", name, value)
	}
	return text
}

// EditManifest adds a flag to the manifest of a control plane's kube-apiserver, as a hand would.
func (c *Cluster) EditManifest(node, flag string) {
	c.rewriteManifest(node, "kube-apiserver", "    image:", "    - "+flag+"\n    image:")
}

// BakeProxy puts a proxy into the manifests of a control plane that the environment of its logins has not.
func (c *Cluster) BakeProxy(node string) {
	for _, component := range components[1:] {
		c.rewriteManifest(node, component, "    image:", envLines([]string{"HTTPS_PROXY=http://proxy.example:3128", "NO_PROXY=10.0.0.0/8"})+"    image:")
	}
}

// rewriteManifest changes a manifest as if that had been long ago: what runs is what it says.
func (c *Cluster) rewriteManifest(node, component, old, by string) {
	c.on(node, func(h *host, now time.Time) {
		name := manifests + "/" + component + ".yaml"
		text, err := h.disk.read(name, now)
		if err == nil {
			h.disk.put(name, file{mode: 0o600, data: strings.Replace(text, old, by, 1), mtime: c.born}, now)
		}
	})
}

// appendedFlag is the one patch that a twin understands: a JSON patch that adds a flag to the command.
var appendedFlag = regexp.MustCompile(`^\[\{"op": ?"add", ?"path": ?"/spec/containers/0/command/-", ?"value": ?"([^"]*)"\}\]\s*$`)

// patched is a manifest with the patches of the folder that kubeadm was given.
func (k *kubeadmCall) patched(component, manifest string) string {
	folder := k.option("--patches", "--experimental-patches")
	names, _ := k.host.disk.list(folder, k.now()) // the preflight has seen it
	for _, name := range names {
		if folder == "" || !strings.HasPrefix(name, component) {
			continue
		}
		text, _ := k.host.disk.read(path.Join(folder, name), k.now()) // it was just listed
		flag := appendedFlag.FindStringSubmatch(text)
		if flag == nil || !strings.HasSuffix(name, "+json.json") {
			k.cluster.note(k.session, []string{"kubeadm", "patch", name, text})
			continue
		}
		k.outf("[patches] Applied patch of type \"application/json-patch+json\" to target %q\n", component)
		manifest = strings.Replace(manifest, "    image:", "    - "+flag[1]+"\n    image:", 1)
	}
	return manifest
}
