package twin

import (
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"time"
)

// procfs answers for /proc: a file, or the names in a folder.
func (h *host) procfs(name string, now time.Time) (file, []string) {
	text := func(data string) (file, []string) { return file{mode: 0o444, data: data, mtime: now}, nil }
	dir := func(names ...string) (file, []string) {
		return file{mode: fs.ModeDir | 0o555, mtime: now}, names
	}
	k := h.kubelet.at(now)
	switch name {
	case "/proc":
		names := []string{"cmdline", "cpuinfo", "loadavg", "meminfo", "mounts", "swaps", "sys", "uptime", "version"}
		if k.active {
			names = append(names, strconv.Itoa(k.pid))
		}
		if h.etcdProcess(now) {
			names = append(names, strconv.Itoa(etcdPID))
		}
		return dir(names...)
	case "/proc/swaps":
		swaps := "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
		if h.swapOn(now) {
			swaps += "/dev/dm-1                               partition\t2097148\t\t0\t\t-2\n"
		}
		return text(swaps)
	case "/proc/sys":
		return dir("fs", "kernel", "net", "vm")
	case "/proc/sys/kernel":
		_, _, names := h.procSys(name, now)
		return dir(append(names, "hostname", "osrelease", "random")...)
	case "/proc/sys/kernel/random":
		return dir("boot_id")
	case "/proc/sys/kernel/random/boot_id":
		return text(h.booted(now).id + "\n")
	case "/proc/sys/kernel/hostname":
		return text(h.name + "\n")
	case "/proc/sys/kernel/osrelease":
		return text(h.booted(now).kernel + "\n")
	case "/proc/cpuinfo":
		return text("processor\t: 0\nmodel name\t: twin\n\nprocessor\t: 1\nmodel name\t: twin\n\n")
	case "/proc/meminfo":
		return text("MemTotal:        8009180 kB\nMemFree:         5009180 kB\nMemAvailable:    6009180 kB\n")
	case "/proc/uptime":
		up := h.cluster.shown(now.Sub(h.bootedAt(now))).Seconds()
		return text(fmt.Sprintf("%.2f %.2f\n", up, up))
	case "/proc/loadavg":
		return text("0.10 0.12 0.09 1/210 4711\n")
	case "/proc/cmdline", "/proc/mounts", "/proc/version":
		return text(name + "\n")
	}
	if strings.HasPrefix(name, "/proc/sys/") {
		value, there, names := h.procSys(name, now)
		switch {
		case there:
			return file{mode: 0o644, data: value + "\n", mtime: now}, nil
		case names != nil:
			return dir(names...)
		}
		return file{}, nil
	}
	pid, rest, _ := strings.Cut(strings.TrimPrefix(name, "/proc/"), "/")
	if pid == strconv.Itoa(etcdPID) && h.etcdProcess(now) {
		return h.etcdProc(rest, now, text, dir)
	}
	if !k.active || pid != strconv.Itoa(k.pid) {
		return file{}, nil
	}
	switch rest {
	case "":
		return dir("cmdline", "comm", "exe")
	case "comm":
		return text("kubelet\n")
	case "cmdline":
		return text("/usr/bin/kubelet\x00--config=/var/lib/kubelet/config.yaml\x00")
	case "exe":
		target := "/usr/bin/kubelet"
		if h.binary("kubelet", now) != k.version {
			target += " (deleted)" // the package has replaced the file that this process runs
		}
		return file{mode: fs.ModeSymlink | 0o777, data: target, mtime: now}, nil
	}
	return file{}, nil
}

// swapOn tells whether swap is in use.
func (h *host) swapOn(now time.Time) bool {
	if l, changed := h.services["swap"]; changed {
		return l.at(now)
	}
	return h.cluster.shape.Swap
}
