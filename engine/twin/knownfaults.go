package twin

import (
	"fmt"
	"time"
)

// DiskPressure makes a control plane short of disk: its kubelet says so, and starts no static pod that was changed, so
// that kubeadm waits in vain. That pods leave it is left out.
func (c *Cluster) DiskPressure(node string) error {
	if !c.byName[node].controlPlane {
		return fmt.Errorf("%s is no control plane", node)
	}
	c.on(node, func(h *host, now time.Time) { h.pressed = now })
	return nil
}

// LockPackages has another program, an unattended upgrade, hold the lock of a host's packages.
func (c *Cluster) LockPackages(node string) {
	c.on(node, func(h *host, _ time.Time) { h.busy = true })
}

// HealthJobHangs makes the Job of kubeadm's health check never complete.
func (c *Cluster) HealthJobHangs() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.jobHangs = true
}

// packagesBusy says that dnf's transaction does not begin, for it does not get the lock of rpm.
func (y *yumCall) packagesBusy() int {
	y.charge(10 * time.Second)
	y.errf("RPM: error: can't create transaction lock on /var/lib/rpm/.rpm.lock (Resource temporarily unavailable)\nThe downloaded packages were saved in cache until the next successful transaction.\nYou can remove cached packages by executing 'dnf clean packages'.\nError: Could not run transaction.\n")
	return 1
}

// packagesBusy says that apt-get does not get the lock of dpkg, for which it has waited as long as it was told.
func (a *aptCall) packagesBusy() int {
	a.charge(5 * time.Minute)
	a.errf("E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 4588 (unattended-upgr)\nN: Be aware that removing the lock file is not a solution and may break your system.\nE: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), is another process using it?\n")
	return 100
}

// pressureEvents are what the kubelet of a host tells of its disk.
func (h *host) pressureEvents() []object {
	if h.pressed.IsZero() {
		return nil
	}
	return []object{
		nodeEvent(h, "Normal", "NodeHasDiskPressure", fmt.Sprintf("Node %s status is now: NodeHasDiskPressure", h.name), h.pressed),
		nodeEvent(h, "Warning", "EvictionThresholdMet", "Attempting to reclaim ephemeral-storage", h.pressed),
	}
}
