package steps

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"rung/engine/kube"
)

// manifestParts is what scripts/manifest-diff.sh prints.
type manifestParts struct {
	kubeadm, manifests kube.Version
	cannot             string
	files              map[string]*[2]strings.Builder // by component: what is there, what kubeadm writes
	etcd, config       string
	patches            map[string]string // by the name of the file
}

func readManifestDiff(output string) (manifestParts, error) {
	p := manifestParts{files: map[string]*[2]strings.Builder{}, patches: map[string]string{}}
	var now *[2]strings.Builder // the file that a diff is at
	var err error
	part, rest := "", ""
	for line := range strings.Lines(output) {
		if head, is := strings.CutPrefix(line, "== "); is {
			part, rest, _ = strings.Cut(strings.TrimRight(head, "\r\n"), " ")
			switch part {
			case "kubeadm":
				p.kubeadm, err = kube.Parse(rest)
			case "manifests":
				p.manifests, err = kube.Parse(rest)
			case "cannot":
				p.cannot = rest
			}
			if err != nil {
				return p, fmt.Errorf("the version of %s is not understood: %w", part, err)
			}
			continue
		}
		switch part {
		case "diff":
			now = p.line(now, line)
		case "etcd":
			p.etcd += line
		case "config":
			p.config += line
		case "patch":
			p.patches[rest] += line
		}
	}
	if part != "config" {
		return p, errors.New("the comparison of the manifests broke off")
	}
	return p, nil
}

// line reads a line of a unified diff, and returns the file that it is about.
func (p *manifestParts) line(now *[2]strings.Builder, line string) *[2]strings.Builder {
	if name, begins := strings.CutPrefix(line, "--- /etc/kubernetes/manifests/"); begins {
		now = new([2]strings.Builder)
		p.files[strings.TrimSuffix(strings.TrimSpace(name), ".yaml")] = now
		return now
	}
	if now == nil || strings.HasPrefix(line, "+++ ") {
		return now
	}
	switch line[0] {
	case ' ':
		now[0].WriteString(line[1:])
		now[1].WriteString(line[1:])
	case '-':
		now[0].WriteString(line[1:])
	case '+':
		now[1].WriteString(line[1:])
	}
	return now
}

// writer is the version of the kubeadm that has written a component's manifest: that of its image. Where an upgrade broke
// off between two components, it is not the same for all.
func (p *manifestParts) writer(component string) kube.Version {
	for _, s := range settings(p.files[component][0].String()) {
		if s.path == imagePath {
			if v, err := kube.Parse(tagOf(s.text)); err == nil {
				return v
			}
		}
	}
	return p.manifests
}

// changes are what counts of the changes to a component's manifest.
func (p *manifestParts) changes(component string) []change {
	file := p.files[component]
	own := kube.SameMinor(p.kubeadm, p.writer(component))
	return slices.DeleteFunc(changes(written(file[0].String()), written(file[1].String())), func(c change) bool {
		switch {
		case own, strings.HasSuffix(c.path, ".env"):
			return false
		case strings.HasSuffix(c.path, ".command"):
			return c.went == "" || slices.Contains(droppedFlags, c.went)
		}
		return true
	})
}

// droppedFlags are those that kubeadm of one minor writes and that of the next does not: the insecure
// ports up to 1.23, and the gate of dual-stack.
var droppedFlags = []string{"--insecure-port=0", "--port=0", "--feature-gates=IPv6DualStack=true", "--feature-gates=IPv6DualStack=false"}

// patchesOf are the patches of a component: kubeadm goes by the beginning of their names.
func (p *manifestParts) patchesOf(component string) string {
	text := ""
	for _, name := range sortedKeys(p.patches) {
		if strings.HasPrefix(name, component) {
			text += p.patches[name]
		}
	}
	return text
}

// patched tells whether what would go stands in a patch of the component: the flag as a word of its own, or
// the key with its value. A JSON patch of anything but a flag is not understood, and so keeps nothing.
func (p *manifestParts) patched(component string, c change) bool {
	if c.went == "" {
		return false
	}
	pattern := `(^|[\s"'])` + regexp.QuoteMeta(c.went) + `($|[\s"',\]])`
	if c.name() == "" {
		key := c.path[strings.LastIndexByte(c.path, '.')+1:]
		pattern = `(^|[\s"'{,])` + regexp.QuoteMeta(key) + `["']?: *["']?` + regexp.QuoteMeta(c.went) + `["']?\s*($|[,}\n])`
	}
	return regexp.MustCompile(pattern).MatchString(p.patchesOf(component))
}

// proxy tells whether kubeadm takes the variable from its own environment.
func (c change) proxy() bool {
	return strings.HasSuffix(c.path, ".env") && strings.HasSuffix(strings.ToLower(c.name()), "_proxy")
}
