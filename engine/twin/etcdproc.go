package twin

import (
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
		return dir("comm", "root")
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
		f, _ := text(program)
		f.mode = 0o555
		return f, nil
	}
	return file{}, nil
}

// etcdPrograms are those of etcd's image; etcdutl came with 3.5.
func (h *host) etcdPrograms(now time.Time) []string {
	switch {
	case h.cluster.shape.HostEtcdctl, h.noEtcdctl:
		return []string{"etcd"}
	case etcdMinor(h.imageTag("etcd", now)) < 5:
		return []string{"etcd", "etcdctl"}
	}
	return []string{"etcd", "etcdctl", "etcdutl"}
}
