package twin

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"
)

// Hazard gives the cluster one of the hazards of kube.Hazards, by its id, as if it had always had it. It
// is for a cluster that nobody has worked on yet. An id that no twin can show is an error, which names those
// that can be shown.
func (c *Cluster) Hazard(id string) error {
	make, there := hazards[id]
	if !there {
		return fmt.Errorf("no twin has the hazard %q; there are %s", id, strings.Join(HazardIDs(), ", "))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	make(c)
	return nil
}

// HazardIDs are the hazards that a twin can have, in order.
func HazardIDs() []string {
	var ids []string
	for id := range hazards {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// hazards make a cluster one of those that the catalogue warns of.
var hazards = map[string]func(*Cluster){
	"dockershim": func(c *Cluster) {
		c.odd.runtime, c.odd.socket = "docker://20.10.24", "/var/run/dockershim.sock"
	},
	"cri-socket-annotation-stale": func(c *Cluster) { c.odd.socket = "/var/run/dockershim.sock" },
	"cri-v1":                      func(c *Cluster) { c.odd.runtime = "containerd://1.5.11" },
	"containerd-1x-runtimeconfig": func(c *Cluster) { c.odd.runtime = "containerd://1.7.27" },
	"cgroup-v1":                   func(c *Cluster) { c.odd.cgroup = "tmpfs" },
	"kernel-1.33":                 func(c *Cluster) { c.odd.kernel = "4.18.0-553.el8_10.x86_64" },
	"flag-network-plugin":         func(c *Cluster) { c.kubeletArgs("--network-plugin=cni") },
	"flag-container-runtime": func(c *Cluster) {
		c.everywhere("/etc/sysconfig/kubelet", "KUBELET_EXTRA_ARGS=\"--container-runtime=remote\"\n")
	},
	"flag-pod-infra-container-image": func(c *Cluster) {
		c.everywhere("/etc/systemd/system/kubelet.service.d/20-pause.conf", "[Service]\nEnvironment=\"KUBELET_EXTRA_ARGS=--pod-infra-container-image=registry.k8s.io/pause:3.9\"\n")
	},
	"flags-klog-removed": func(c *Cluster) {
		c.everywhere("/etc/sysconfig/kubelet", "KUBELET_EXTRA_ARGS=--logtostderr=true\n")
	},
	"flags-kubelet-cadvisor": func(c *Cluster) {
		c.everywhere("/etc/sysconfig/kubelet", "KUBELET_EXTRA_ARGS=--global-housekeeping-interval=1m\n")
	},
	"flags-apiserver-removed": func(c *Cluster) { c.extraArg("apiServer", "service-account-api-audiences", "api") },
	"flags-kcm-removed":       func(c *Cluster) { c.extraArg("controllerManager", "pod-eviction-timeout", "1m") },
	"psp-admission-plugin": func(c *Cluster) {
		c.extraArg("apiServer", "enable-admission-plugins", "NodeRestriction,PodSecurityPolicy")
	},
	"psp-objects": func(c *Cluster) { c.addObject("podsecuritypolicies", named("", "restricted", nil)) },
	"feature-gate-removed": func(c *Cluster) {
		c.odd.kubeletLines = "featureGates:\n  CSIMigration: true\n  CronJobTimeZone: true\n"
	},
	"intree-cloud-provider": func(c *Cluster) {
		c.everywhere("/etc/sysconfig/kubelet", "KUBELET_EXTRA_ARGS=--cloud-provider=aws\n")
	},
	"intree-volumes": func(c *Cluster) {
		c.addObject("persistentvolumes", named("", "pv-data", object{"glusterfs": object{"endpoints": "gluster", "path": "data"}}))
	},
	"registry-k8s-gcr-io": func(c *Cluster) {
		c.everywhere("/etc/containerd/config.toml", "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\"]\n  sandbox_image = \"k8s.gcr.io/pause:3.6\"\n")
	},
	"legacy-package-repo": func(c *Cluster) {
		c.everywhere("/etc/yum.repos.d/google.repo", "[google]\nname=Kubernetes\nbaseurl=https://packages.cloud.google.com/yum/repos/kubernetes-el7-x86_64\nenabled=0\n")
	},
	"package-hold": func(c *Cluster) {
		c.rewrite("/etc/yum.repos.d/kubernetes.repo", func(text string) string { return strings.Split(text, "exclude=")[0] })
	},
	"etcd-image-pinned": func(c *Cluster) { c.odd.etcdTag = "3.5.21-0" },
	"etcd-3.5-to-3.6": func(c *Cluster) {
		c.rewrite(manifests+"/etcd.yaml", func(text string) string {
			image := imageIn(text)
			return strings.Replace(text, image, image[:strings.LastIndexByte(image, ':')]+":3.5.15-0", 1)
		})
	},
	"kubelet-config-no-cgroupdriver": func(c *Cluster) {
		c.rewrite("/var/lib/kubelet/config.yaml", func(text string) string { return strings.Replace(text, "cgroupDriver: systemd\n", "", 1) })
	},
	"corefile-unsupported-plugin": func(c *Cluster) { c.odd.corefile = "k8s_gateway example.org\n" },
	"kube-proxy-ipvs":             func(c *Cluster) { c.odd.proxyMode = "ipvs" },
	"removed-apis-1.22": func(c *Cluster) {
		c.odd.metrics = append(c.odd.metrics, requested("networking.k8s.io", "v1beta1", "ingresses", "1.22"))
	},
	"removed-apis-1.25": func(c *Cluster) {
		c.odd.metrics = append(c.odd.metrics, requested("batch", "v1beta1", "cronjobs", "1.25"))
	},
	"applied-removed-apis": func(c *Cluster) {
		o := named("default", "nightly", nil)
		o["metadata"].(object)["annotations"] = object{"kubectl.kubernetes.io/last-applied-configuration": `{"apiVersion":"batch/v1beta1","kind":"CronJob","metadata":{"name":"nightly"}}` + "\n"}
		o["metadata"].(object)["managedFields"] = []any{object{"manager": "kubectl-client-side-apply", "apiVersion": "batch/v1beta1"}, object{"manager": "kube-controller-manager", "apiVersion": "batch/v1"}}
		c.addObject("cronjobs", o)
	},
	"webhook-missing-san": func(c *Cluster) {
		c.odd.metrics = append(c.odd.metrics, "apiserver_webhooks_x509_missing_san_total 3")
	},
	"node-selector-master-label": func(c *Cluster) {
		c.addObject("statefulsets", named("default", "db", placed(object{"nodeSelector": object{"node-role.kubernetes.io/master": ""}})))
	},
	"toleration-control-plane-taint": func(c *Cluster) {
		c.addObject("statefulsets", named("default", "db", placed(object{"tolerations": []any{object{"effect": "NoSchedule", "key": "node-role.kubernetes.io/master"}}})))
	},
	"workload-api-1.37": func(c *Cluster) { c.addObject("workloads", named("default", "training", nil)) },
	"cert-expired": func(c *Cluster) {
		c.planes(func(h *host, now time.Time) {
			soon := now.Add(3 * 24 * time.Hour).UTC().Format(time.RFC3339)
			h.disk.put("/etc/kubernetes/pki/apiserver.crt", file{mode: 0o644, data: "apiserver.crt\n" + notAfter + soon + "\n", mtime: c.born}, now)
		})
	},
	"external-ca": func(c *Cluster) {
		c.planes(func(h *host, now time.Time) { h.disk.remove("/etc/kubernetes/pki/ca.key", now) })
	},
}

// named is an object of that name, with a spec.
func named(namespace, name string, spec object) object {
	metadata := object{"name": name}
	if namespace != "" {
		metadata["namespace"] = namespace
	}
	return object{"metadata": metadata, "spec": spec}
}

// placed is the spec of what makes pods with that spec.
func placed(pods object) object { return object{"template": object{"spec": pods}} }

// extraArg gives a component a flag in ClusterConfiguration.
func (c *Cluster) extraArg(component, flag, value string) {
	c.odd.extraArgs = map[string]map[string]string{component: {flag: value}}
	c.planes(func(h *host, _ time.Time) { c.writeManifests(h, c.shape.Version, c.born) })
}

// planes changes every control plane.
func (c *Cluster) planes(change func(h *host, now time.Time)) {
	for _, h := range c.hosts[:c.shape.ControlPlanes] {
		change(h, c.clock.Now())
	}
}

// everywhere puts a file on every host as if it had always been there.
func (c *Cluster) everywhere(name, data string) {
	now := c.clock.Now()
	for _, h := range c.hosts {
		_ = h.disk.mkdir(path.Dir(name), true, 0o755, now) // it may be there
		h.disk.put(name, file{mode: 0o644, data: data, mtime: c.born}, now)
	}
}

// rewrite changes a file of every host that has it.
func (c *Cluster) rewrite(name string, change func(string) string) {
	now := c.clock.Now()
	for _, h := range c.hosts {
		if text, err := h.disk.read(name, now); err == nil {
			h.disk.put(name, file{mode: 0o644, data: change(text), mtime: c.born}, now)
		}
	}
}

// kubeletArgs adds a flag to kubeadm's file of every host.
func (c *Cluster) kubeletArgs(flag string) {
	now := c.clock.Now()
	for _, h := range c.hosts {
		h.disk.put(kubeletFlagsFile, file{mode: 0o644, data: flagsFile(append(h.flags(now), flag)), mtime: c.born}, now)
	}
}

// notAfter is how a certificate of a twin says when it runs out, where it is not the usual.
const notAfter = "notAfter="

// openssl answers `openssl x509 -noout -in FILE` with -checkend SECONDS or -enddate.
func openssl(p *process) int {
	options := map[string]string{}
	args := p.args()
	if len(args) == 0 || args[0] != "x509" {
		return p.usage()
	}
	for args = args[1:]; len(args) > 0; args = args[1:] {
		switch args[0] {
		case "-noout", "-enddate":
			options[args[0]] = "true"
		case "-in", "-checkend":
			if len(args) == 1 {
				return p.usage()
			}
			options[args[0]], args = args[1], args[1:]
		default:
			return p.usage()
		}
	}
	text, err := p.read(options["-in"])
	if err != nil {
		return p.fail("can't open %q: %s", options["-in"], sentence(err))
	}
	ends := p.cluster.born.Add(365 * 24 * time.Hour)
	if strings.HasSuffix(options["-in"], "ca.crt") {
		ends = p.cluster.born.Add(3650 * 24 * time.Hour)
	}
	if _, said, there := strings.Cut(text, notAfter); there {
		ends, _ = time.Parse(time.RFC3339, strings.TrimSpace(said)) // written by Hazard
	}
	if options["-enddate"] != "" {
		p.outf("notAfter=%s\n", ends.UTC().Format("Jan _2 15:04:05 2006 GMT"))
	}
	if options["-checkend"] == "" {
		return 0
	}
	within, err := time.ParseDuration(cmp.Or(options["-checkend"], "0") + "s")
	switch {
	case err != nil:
		return p.usage()
	case ends.Before(p.now().Add(within)):
		p.outf("Certificate will expire\n")
		return 1
	}
	p.outf("Certificate will not expire\n")
	return 0
}
