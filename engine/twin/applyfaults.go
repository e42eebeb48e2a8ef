package twin

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"
)

// applyFault is what the next kubeadm upgrade of a control plane meets.
type applyFault struct {
	component string
	dies      bool // kubeadm is killed; else it waits in vain, and rolls back
}

// ApplyFails makes the next kubeadm upgrade of a control plane wait for a component in vain: after five minutes it rolls
// back. As kubeadm's own, an etcd that came through before stays as it is. With kubeadm-config it gives up once it has
// written that: what comes behind is left as it was.
func (c *Cluster) ApplyFails(component string) error { return c.spoilApply(component, false) }

// ApplyDies ends the next kubeadm upgrade of a control plane once the new manifest of a component is in place. That
// component does not start with this manifest.
func (c *Cluster) ApplyDies(component string) error { return c.spoilApply(component, true) }

func (c *Cluster) spoilApply(component string, dies bool) error {
	if component == "apiserver" {
		component = "kube-apiserver"
	}
	known := components[:]
	if !dies {
		known = append([]string{postUpgrade}, known...)
	}
	if !slices.Contains(known, component) {
		return fmt.Errorf("no component is called %q; there are %s", component, strings.Join(known, ", "))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.applyFaults = append(c.applyFaults, applyFault{component, dies})
	return nil
}

// postUpgrade is what kubeadm writes first once the control plane is upgraded.
const postUpgrade = "kubeadm-config"

// failsBehindConfig says so where kubeadm can write kubeadm-config, and not what follows.
//
// Source: cmd/kubeadm/app/cmd/upgrade/apply.go, and from 1.32 the phase upload-config.
func (k *kubeadmCall) failsBehindConfig() bool {
	_, spoiled := k.cluster.spoiled(postUpgrade)
	if spoiled {
		head := map[bool]string{true: "error execution phase upload-config/kubelet", false: "[upgrade/postupgrade] FATAL post-upgrade error"}[k.own.Minor >= 32]
		k.errf("%s%s: unable to create ConfigMap: etcdserver: request timed out\nTo see the stack trace of this error execute with --v=5 or higher\n", k.errorPrefix(), head)
	}
	return spoiled
}

// spoiled takes the fault that an upgrade of the component meets, if any.
func (c *Cluster) spoiled(component string) (applyFault, bool) {
	i := slices.IndexFunc(c.applyFaults, func(f applyFault) bool { return f.component == component })
	if i < 0 {
		return applyFault{}, false
	}
	f := c.applyFaults[i]
	c.applyFaults = slices.Delete(c.applyFaults, i, i+1)
	return f, true
}

// Unmet are the faults of a kubeadm upgrade that never came, since none renewed that component.
func (c *Cluster) Unmet() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var names []string
	for _, f := range c.applyFaults {
		names = append(names, map[bool]string{true: "apply-dies:", false: "apply-fails:"}[f.dies]+f.component)
	}
	return names
}

// crashes tells whether a component does not start with the manifest that is in place. Written again it is another one,
// also where it says the same: what kept the component from starting was of that moment.
func (h *host) crashes(component string, now time.Time) bool {
	since, known := h.crashing[component]
	if !known {
		return false
	}
	f, err := h.disk.stat(manifests+"/"+component+".yaml", true, now)
	return err == nil && f.mtime.Equal(since)
}

// killed leaves everything as it is at this moment.
func (k *kubeadmCall) killed(component string) int {
	k.host.crashing[component] = k.now() // its manifest was written just now
	k.charge(3 * time.Second)
	k.errf("Killed\n")
	return 137
}

// rolledBack is what kubeadm does and says where a component does not come up: the manifests that it has replaced go
// back, but for etcd's, unless it is etcd that failed. Only those that were unlike the new ones have a backup.
//
// Source: cmd/kubeadm/app/phases/upgrade/staticpods.go, rollbackOldManifests and performEtcdStaticPodUpgrade.
func (k *kubeadmCall) rolledBack(component, backup string) int {
	k.charge(5 * time.Minute)
	because := map[bool]string{true: "context deadline exceeded", false: "timed out waiting for the condition"}[k.own.Minor >= 30]
	text := fmt.Sprintf("couldn't upgrade control plane. kubeadm has tried to recover everything into the earlier state. Errors faced: static Pod hash for component %s on Node %s did not change after 5m0s: %s", component, k.host.name, because)
	for _, name := range components {
		if name == "etcd" && component != "etcd" {
			continue
		}
		if f, err := k.host.disk.stat(path.Join(backup, name+".yaml"), true, k.now()); err == nil {
			k.host.disk.remove(path.Join(backup, name+".yaml"), k.now())
			f.mtime = k.now()
			k.host.disk.put(manifests+"/"+name+".yaml", f, k.now())
		}
	}
	if component == "etcd" {
		k.outf("[upgrade/etcd] Failed to upgrade etcd: %s\n[upgrade/etcd] Waiting for previous etcd to become available\n", text)
		k.charge(15 * time.Second)
		k.outf("[upgrade/etcd] Etcd was rolled back and is now available\n")
		text = "fatal error when trying to upgrade the etcd cluster, rolled the state back to pre-upgrade state: " + text
	}
	head := "[upgrade/apply] FATAL: "
	switch {
	case k.own.Minor >= 32:
		head = "error execution phase control-plane: "
	case k.operands[1] == "node":
		head = "error execution phase control-plane: couldn't complete the static pod upgrade: "
	}
	k.errf("%s%s%s\nTo see the stack trace of this error execute with --v=5 or higher\n", k.errorPrefix(), head, text)
	return 1
}
