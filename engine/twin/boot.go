package twin

import (
	"cmp"
	"strings"
	"time"
)

// boot is what a host is like from one start to the next.
type boot struct {
	id     string // of /proc/sys/kernel/random/boot_id
	kernel string // what uname -r says
}

// absence is a time in which a host is off the network, because it reboots; for good where until is zero.
type absence struct{ from, until time.Time }

// How long a reboot takes until the host lets us in again, and until its kubelet is started and its node Ready.
// What the API says of the node is 38 seconds old by then: less than nodeGrace.
const (
	bootTakes        = 30 * time.Second
	kubeletAfterBoot = 8 * time.Second
	readyAfterBoot   = 12 * time.Second
)

// kernelPackage is the one that the running kernel is of.
const kernelPackage = "kernel-lt"

// debKernelPackage stands for the newest kernel of Ubuntu.
const debKernelPackage = "linux-image-generic"

// releaseOfKernel is what uname -r says of the kernel that a package brings: 5.15.0.105.102 brings 5.15.0-105-generic.
func releaseOfKernel(pkg, version string) string {
	if pkg == kernelPackage {
		return version + "." + architecture
	}
	parts := strings.Split(version, ".")
	return strings.Join(parts[:3], ".") + "-" + parts[3] + "-generic"
}

// kernelImage is the file of a kernel.
func kernelImage(name string) string { return "/boot/vmlinuz-" + name }

// kernelOf is the package of the kernel, and what there is of it, oldest first.
func (h *host) kernelOf() (pkg string, versions []string) {
	if h.apt {
		return debKernelPackage, h.cluster.market.otherDebs[debKernelPackage]
	}
	return kernelPackage, h.cluster.market.others[kernelPackage]
}

// addKernel puts a kernel beside the one that runs.
func (h *host) addKernel(pkg, version string, now time.Time) {
	h.disk.put(kernelImage(releaseOfKernel(pkg, version)), file{mode: 0o755, data: "kernel\n", mtime: now}, now)
	if h.apt {
		h.disk.put("/run/reboot-required", file{mode: 0o644, data: "*** System restart required ***\n", mtime: now}, now)
		h.disk.put("/run/reboot-required.pkgs", file{mode: 0o644, data: "linux-image-" + releaseOfKernel(pkg, version) + "\nlinux-base\n", mtime: now}, now)
	}
}

// booted is the boot in which the host is.
func (h *host) booted(now time.Time) boot {
	b := h.boots.at(now)
	if b.id == "" {
		b.id = uid("boot", h.name)
	}
	if b.kernel = cmp.Or(h.cluster.odd.kernel, b.kernel); b.kernel == "" {
		pkg, versions := h.kernelOf()
		b.kernel = releaseOfKernel(pkg, versions[0])
	}
	return b
}

// bootedAt is when it began.
func (h *host) bootedAt(now time.Time) time.Time {
	if at := h.boots.since(now); !at.IsZero() {
		return at
	}
	return h.cluster.born
}

// away tells whether nobody reaches the host.
func (h *host) away(now time.Time) bool {
	if h.down {
		return true
	}
	for _, a := range h.absences {
		if !now.Before(a.from) && (a.until.IsZero() || now.Before(a.until)) {
			return true
		}
	}
	return false
}

// leaves is the first time after one and up to another at which the host goes away.
func (h *host) leaves(after, until time.Time) (time.Time, bool) {
	for _, a := range h.absences {
		if a.from.After(after) && !a.from.After(until) {
			return a.from, true
		}
	}
	return time.Time{}, false
}

// reboot takes the host down at a time, with all that runs on it, and has it come back in another boot; see
// Cluster.HangReboot.
func (h *host) reboot(at time.Time) { h.restart(at, bootTakes) }

// restart is a reboot that takes so long until the host lets us in again.
func (h *host) restart(at time.Time, takes time.Duration) {
	h.stopKubelet(at)
	h.halt(at)
	h.clearRun(at)
	if h.hangs {
		h.absences = append(h.absences, absence{from: at})
		h.cluster.dethrone(h, at, time.Time{})
		return
	}
	back := at.Add(takes)
	h.absences = append(h.absences, absence{from: at, until: back})
	pkg, _ := h.kernelOf()
	h.boots.set(back, boot{id: uid("boot", h.name, at), kernel: releaseOfKernel(pkg, h.pkg(pkg, at))})
	for name, l := range h.services {
		l.set(back, name == "swap" && h.swapInFstab(at)) // of the others the value is: stopped
		h.services[name] = l
	}
	h.bootParameters(back)
	started := back.Add(kubeletAfterBoot)
	h.interrupt(at, started.Add(apiserverStart).Sub(at), 3*time.Second)
	h.startKubelet(started, readyAfterBoot)
}

// clearRun empties /run, which lies in memory.
func (h *host) clearRun(at time.Time) {
	for name := range h.disk.written {
		if _, base := h.disk.base.files[name]; strings.HasPrefix(name, "/run/") && !base {
			h.disk.put(name, file{}, at)
		}
	}
}

func (h *host) swapInFstab(now time.Time) bool {
	text, _ := h.disk.read("/etc/fstab", now) // a host without one has no swap
	for line := range strings.Lines(text) {
		if fields := strings.Fields(line); len(fields) > 2 && fields[2] == "swap" && fields[0][0] != '#' {
			return true
		}
	}
	return false
}

// restarting tells whether containers are starting again after a boot, for so long: the kubelet that says so is up.
func (h *host) restarting(now time.Time, d time.Duration) bool {
	at := h.boots.since(now).Add(kubeletAfterBoot)
	return !now.Before(at) && now.Before(at.Add(d))
}

// HangReboot has a host not come back from its next reboot.
func (c *Cluster) HangReboot(node string) {
	c.on(node, func(h *host, _ time.Time) { h.hangs = true })
}

// needsRestarting is needs-restarting -r of yum-utils: whether packages that only a boot takes up were changed since.
func needsRestarting(p *process) int {
	p.charge(time.Second)
	if args := p.args(); len(args) != 1 || args[0] != "-r" && args[0] != "--reboothint" {
		return p.usage()
	}
	h, now := p.host, p.now()
	var names []string
	for _, name := range []string{"dbus", "glibc", kernelPackage, "openssl-libs", "systemd"} {
		if l := h.changed[name]; l != nil && l.since(now).After(h.bootedAt(now)) {
			names = append(names, name)
		}
	}
	if names == nil {
		p.outf("No core libraries or services have been updated since boot-up.\nReboot should not be necessary.\n")
		return 0
	}
	p.outf("Core libraries or services have been updated since boot-up:\n  * %s\n\nReboot is required to fully utilize these updates.\nMore information: https://access.redhat.com/solutions/27943\n", strings.Join(names, "\n  * "))
	return 1
}
