package twin

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"rung/engine/kube"
)

// Fail makes every domain command that begins with these words ("kubeadm upgrade apply") fail from now on,
// on one host, or on all where host is empty.
func (c *Cluster) Fail(host, words string, exit int, stderr string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults = append(c.faults, fault{host, words, exit, stderr})
}

// MissImage has no registry offer an image, such as kube-proxy, to a host, or to any where host is empty.
func (c *Cluster) MissImage(host, image string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, h := range c.hosts {
		if host == "" || h.name == host {
			h.noImages = append(h.noImages, image)
		}
	}
}

// lacks tells whether no registry has an image for this host.
func (h *host) lacks(image string) bool {
	return slices.ContainsFunc(h.noImages, func(name string) bool { return strings.Contains(image, "/"+name+":") })
}

// Heal takes back every Fail.
func (c *Cluster) Heal() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults = nil
}

// Down takes a host off the network and stops all that runs on it: commands that have not ended are lost.
func (c *Cluster) Down(host string) { c.setDown(host, true) }

// IsDown tells whether a host is off the network.
func (c *Cluster) IsDown(host string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	h := c.byName[host]
	return h == nil || h.down
}

// Up starts a host that was down; its kubelet needs a while to be Ready again.
func (c *Cluster) Up(host string) { c.setDown(host, false) }

func (c *Cluster) setDown(name string, down bool) {
	c.on(name, func(h *host, now time.Time) {
		if h.down == down {
			return
		}
		h.down = down
		if down {
			h.halt(now)
			h.stopKubelet(now)
			c.dethrone(h, now, time.Time{})
			return
		}
		const boot = 20 * time.Second
		if _, led := c.led(now); !led && h.controlPlane {
			c.enthrone(h, now.Add(boot+leadsAgain))
		}
		h.startKubelet(now, boot)
	})
}

// halt ends all that runs on the host: what it would have done after now is never done.
func (h *host) halt(now time.Time) {
	for _, l := range h.disk.written {
		l.cut(now)
	}
	for _, l := range h.changed {
		l.cut(now)
	}
	for _, u := range h.units {
		if u.end.After(now) {
			u.end, u.exit = now, 143
		}
	}
	for _, l := range h.locks {
		if l.until.After(now) {
			l.until = now
		}
	}
}

// Stop stops a host's kubelet: its node is NotReady 40 seconds later. Start starts it again.
func (c *Cluster) Stop(node string) {
	c.on(node, func(h *host, now time.Time) { h.stopKubelet(now) })
}

// missed has a host's kubelet have stopped so long ago that its node is NotReady now.
func (c *Cluster) missed(node string) {
	c.on(node, func(h *host, now time.Time) { h.stopKubelet(now.Add(-nodeGrace - time.Second)) })
}

// Start starts a host's kubelet.
func (c *Cluster) Start(node string) {
	c.on(node, func(h *host, now time.Time) { h.startKubelet(now, readyAfterRestart) })
}

// Remove uninstalls a package from a host: kubeadm, or "cri-tools" for a host without crictl, "psmisc" for one
// without killall.
func (c *Cluster) Remove(node, name string) {
	c.on(node, func(h *host, now time.Time) { h.setPkg(name, "", now) })
}

// RefuseSudo makes logins on a host those of a user who is not root, and may not become it.
func (c *Cluster) RefuseSudo(node string) {
	c.on(node, func(h *host, _ time.Time) { h.powerless = true })
}

// Lag gives a node the kubelet and kubectl of an older version, as an upgrade by hand leaves one behind.
func (c *Cluster) Lag(node string, v kube.Version) {
	c.on(node, func(h *host, now time.Time) {
		for _, name := range []string{"kubeadm", "kubelet", "kubectl"} {
			h.setPkg(name, h.release(v), now)
		}
		h.disk.put(kubeletFlagsFile, file{mode: 0o644, data: kubeletFlags(v), mtime: now}, now)
		h.startKubelet(now, 0)
	})
}

// BreakOffHop leaves the first control plane at v, as a hop does that was broken off after it: kubeadm apply ran there, and
// nothing after it.
func (c *Cluster) BreakOffHop(v kube.Version) error {
	if !kube.Known(v) || !v.Exact() || v.Less(c.shape.Version) || kube.Skew(v, c.shape.Version) > 1 {
		return fmt.Errorf("no hop leads from %s to %s", c.shape.Version, v)
	}
	c.on(c.ControlPlanes()[0], func(h *host, now time.Time) {
		h.setPkg("kubeadm", h.release(v), now)
		c.writeManifests(h, v, c.born)
		config := c.config.at(now)
		config.version = v
		c.config.set(now, config)
		c.kubeletConfig.set(now, v)
		if !kube.AddonsComeLast(v) {
			c.moveAddons(h, v, now)
		}
	})
	return nil
}

// DiskFull leaves no room on the disk of a folder: nothing is made there. What is there can be read and, a lie of the
// twin, written over.
func (c *Cluster) DiskFull(node, folder string) {
	c.on(node, func(h *host, _ time.Time) { h.disk.full = append(h.disk.full, folder) })
}

// DiskFreed takes back a DiskFull.
func (c *Cluster) DiskFreed(node, folder string) {
	c.on(node, func(h *host, _ time.Time) {
		h.disk.full = slices.DeleteFunc(h.disk.full, func(full string) bool { return full == folder })
	})
}

// SecondRuntime starts CRI-O on a host, beside the containerd that its kubelet works with.
func (c *Cluster) SecondRuntime(node string) {
	c.on(node, func(h *host, _ time.Time) { h.twoRuntimes = true })
}

// OldConfigs leaves the cluster with a component config that kubeadm does not convert: a person has to.
func (c *Cluster) OldConfigs() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.oldConfigs = true
}

// Withhold takes packages out of what the repositories offer to a host: "kubelet-1.22.17-", or a whole minor, "kubeadm-1.22.".
func (c *Cluster) Withhold(node string, packages ...string) {
	c.on(node, func(h *host, _ time.Time) { h.withheld = append(h.withheld, packages...) })
}

// HoldPackage holds a package on a host, at the version that is installed.
func (c *Cluster) HoldPackage(node, name string) (err error) {
	c.on(node, func(h *host, now time.Time) {
		switch evr := h.pkg(name, now); {
		case evr == "":
			err = fmt.Errorf("%s has no package %s", node, name)
		case h.apt:
			h.hold(name, true, now)
		default:
			h.setPkg(lockPlugin, "4.0.21-25.el8", now)
			text, _ := h.disk.read(lockList, now) // it may not be there yet
			err = h.disk.write(lockList, text+lockOf(name, evr)+"\n", 0o644, now)
		}
	})
	return err
}

// Held are the packages that are held on a host, sorted: a name under apt, a name with its version under yum.
func (c *Cluster) Held(node string) (held []string) {
	c.on(node, func(h *host, now time.Time) {
		if !h.apt {
			text, _ := h.disk.read(lockList, now)
			held = strings.Fields(text)
		}
		for name, l := range h.held {
			if l.at(now) {
				held = append(held, name)
			}
		}
	})
	slices.Sort(held)
	return held
}

// NoEtcdctl takes etcdctl and etcdutl out of the etcd container of a host.
func (c *Cluster) NoEtcdctl(node string) {
	c.on(node, func(h *host, _ time.Time) { h.noEtcdctl = true })
}

// Drag makes the next kubeadm of a host demand the newest release of another package.
func (c *Cluster) Drag(node, name string) {
	c.on(node, func(h *host, _ time.Time) { h.drags = append(h.drags, name) })
}

// CutRepositories makes the package repositories unreachable for a host.
func (c *Cluster) CutRepositories(node string) {
	c.on(node, func(h *host, _ time.Time) { h.cut = true })
}

// unreachable tells whether the host cannot reach an address.
func (h *host) unreachable(address string) bool { return h.cut && !strings.HasPrefix(address, "file:") }

// CertsLast makes the certificates of a control plane expire that long after the twin was made.
func (c *Cluster) CertsLast(node string, left time.Duration) {
	c.on(node, func(h *host, _ time.Time) { h.certsLast = left })
}

// ClockAhead makes a host's clock wrong by that much; negative: it is behind.
func (c *Cluster) ClockAhead(node string, by time.Duration) {
	c.on(node, func(h *host, _ time.Time) { h.ahead = by })
}

// SwapOn turns swap on at a host, and has it turned on at every boot.
func (c *Cluster) SwapOn(node string) {
	c.on(node, func(h *host, now time.Time) {
		l := h.services["swap"]
		l.set(now, true)
		h.services["swap"] = l
		h.disk.put("/etc/fstab", file{mode: 0o644, data: fstab(true), mtime: now}, now)
	})
}

// WriteFile puts a file on a host's disk, as it is now.
func (c *Cluster) WriteFile(node, name, data string) (err error) {
	c.on(node, func(h *host, now time.Time) { err = h.disk.write(name, data, 0o644, now) })
	return err
}

// ReadFile reads a file from a host's disk, as it is now.
func (c *Cluster) ReadFile(node, name string) (data string, err error) {
	c.on(node, func(h *host, now time.Time) { data, err = h.disk.read(name, now) })
	return data, err
}

// RemoveFile deletes a file from a host's disk; one that is not there is an error.
func (c *Cluster) RemoveFile(node, name string) (err error) {
	c.on(node, func(h *host, now time.Time) {
		if _, err = h.disk.stat(name, false, now); err == nil {
			h.disk.remove(name, now)
		}
	})
	return err
}

// on changes a host as of now. It panics where there is none of that name: a test that means a host that is
// not there would pass for nothing.
func (c *Cluster) on(name string, change func(h *host, now time.Time)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	h := c.byName[name]
	if h == nil {
		panic(fmt.Sprintf("twin: no host is called %q", name))
	}
	change(h, c.clock.Now())
}

// Plugins has Calico run the network, and a CSI driver the storage.
func (c *Cluster) Plugins() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.odd.daemonSets = append(c.odd.daemonSets,
		daemonSet{"kube-system", "calico-node", []string{"docker.io/calico/node:v3.24.1"}},
		daemonSet{"kube-system", "ebs-csi-node", []string{"registry.example/ebs-csi-driver/aws-ebs-csi-driver:v1.20.0", "registry.k8s.io/sig-storage/csi-node-driver-registrar:v2.8.0", "registry.k8s.io/sig-storage/livenessprobe:v2.10.0"}})
	c.addObject("csidrivers", named("", "ebs.csi.aws.com", nil))
}
