package twin

import (
	"maps"
	"strings"
)

// addPlain adds the hosts that are no nodes: machines with the same system, without what belongs to Kubernetes.
func (c *Cluster) addPlain() {
	bases, installed := map[bool]*layer{}, map[bool]map[string]string{}
	for _, apt := range []bool{false, true} {
		files := c.baseFiles(false)
		if installed[apt] = c.market.installed(c.shape.Version); apt {
			debianFiles(files, c.shape)
			installed[apt] = c.market.installedDebs(c.shape.Version)
		}
		maps.DeleteFunc(files, func(name string, _ file) bool { return ofKubernetes(name) })
		installed[apt] = maps.Clone(installed[apt])
		for _, name := range kubernetesPackages {
			delete(installed[apt], name)
		}
		bases[apt] = newLayer(files)
	}
	for i, name := range c.shape.Plain {
		apt := c.shape.apt(name, i)
		h := newHost(c, name, len(c.hosts)+i, false, bases[apt], installed[apt])
		h.apt, h.kubelet = apt, always(kubelet{})
		delete(h.disk.written, "/etc/kubernetes/pki/kubelet-client.pem")
		c.plain, c.byName[name] = append(c.plain, h), h
	}
}

func ofKubernetes(file string) bool {
	return strings.HasPrefix(file, "/etc/kubernetes") || strings.HasPrefix(file, "/var/lib/kubelet") || strings.Contains(file, "kubelet")
}
