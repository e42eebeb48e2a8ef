package twin

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"
)

// etcdPID is the process of etcd's container, as the host sees it.
const etcdPID = 2100

// etcdProc is /proc of etcd's process: through its root the programs of its image can be reached.
func (h *host) etcdProc(name string, now time.Time, text func(string) (file, []string), dir func(...string) (file, []string)) (file, []string) {
	switch name {
	case "":
		return dir("cgroup", "cmdline", "comm", "root")
	case "cgroup":
		return text("0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" + h.etcdPod() + ".slice/cri-containerd-" + fmt.Sprintf("%016x", hash("etcd container", h.name)) + ".scope\n")
	case "cmdline":
		words := "etcd\x00"
		if _, saw, _, started := h.etcdStarted(now); started {
			manifest, _ := h.disk.read(manifests+"/etcd.yaml", saw) // it was there when etcd was started
			for line := range strings.Lines(manifest) {
				if word, found := strings.CutPrefix(strings.TrimSpace(line), "- --"); found {
					words += "--" + word + "\x00"
				}
			}
		}
		return text(words)
	case "comm":
		return text("etcd\n")
	case "root":
		return dir("usr")
	case "root/usr":
		return dir("local")
	case "root/usr/local":
		return dir("bin")
	case "root/usr/local/bin":
		return dir(h.etcdPrograms(now)...)
	}
	if program, inside := strings.CutPrefix(name, "root/usr/local/bin/"); inside && slices.Contains(h.etcdPrograms(now), program) {
		f, _ := text(imageProgram)
		f.mode = 0o555
		return f, nil
	}
	return file{}, nil
}

// etcdPod is the id of etcd's static pod: of its manifest, as the kubelet makes it.
func (h *host) etcdPod() string {
	return fmt.Sprintf("%016x%016x", hash("etcd pod", h.name), hash(h.name))
}

// etcdPrograms are those of etcd's image; etcdutl came with 3.5.
func (h *host) etcdPrograms(now time.Time) []string { return h.programsOf(h.imageTag("etcd", now)) }

func (h *host) programsOf(etcdTag string) []string {
	switch {
	case h.cluster.shape.HostEtcdctl, h.noEtcdctl:
		return []string{"etcd"}
	case etcdMinor(etcdTag) < 5:
		return []string{"etcd", "etcdctl"}
	}
	return []string{"etcd", "etcdctl", "etcdutl"}
}

// imageProgram is the file of a program in etcd's image.
const imageProgram = "a program of etcd's image\n"

// ctr mounts the image of etcd, and unmounts it; the content of others nobody has asked for yet.
//
// Source: github.com/containerd/containerd, cmd/ctr/commands/images/mount.go and unmount.go.
func ctr(p *process) int {
	p.charge(quick)
	args, h, now := p.args(), p.host, p.now()
	if len(args) < 5 || args[0] != "-n" || args[2] != "images" {
		return p.usage()
	}
	bin := path.Join("/", args[len(args)-1], "usr/local/bin")
	switch _, tag, isEtcd := strings.Cut(args[4], "/etcd:"); {
	case args[3] == "mount" && len(args) == 6 && (args[1] != "k8s.io" || !isEtcd):
		p.errf("ctr: image %q: not found\n", args[4])
		return 1
	case args[3] == "mount" && len(args) == 6:
		_ = h.disk.mkdir(bin, true, 0o755, now) // what cannot be made is found missing
		for _, name := range h.programsOf(tag) {
			h.disk.put(path.Join(bin, name), file{mode: 0o555, data: imageProgram, mtime: now}, now)
		}
		p.outf("%s\n", args[5])
	case args[3] == "unmount":
		for i, name := range h.disk.below(args[len(args)-1], now) {
			if i > 0 { // the folder itself stays
				h.disk.put(name, file{}, now)
			}
		}
		p.outf("%s\n", args[len(args)-1])
	default:
		return p.usage()
	}
	return 0
}
