package twin

import (
	"fmt"
	"strings"
	"time"

	"rung/engine/kube"
)

// components are the static pods of a control plane, in the order in which kubeadm upgrades them.
var components = [...]string{"etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"}

const manifests = "/etc/kubernetes/manifests"

// hasComponent tells whether this control plane runs the component as a static pod.
func (h *host) hasComponent(component string) bool {
	return h.controlPlane && (component != "etcd" || !h.cluster.shape.ExternalEtcd)
}

// image is the image in a static pod's manifest; empty where there is no manifest.
func (h *host) image(component string, now time.Time) string {
	text, err := h.disk.read(manifests+"/"+component+".yaml", now)
	if err != nil {
		return ""
	}
	return imageIn(text)
}

func imageIn(manifest string) string {
	for rest := manifest; ; {
		before, after, found := strings.Cut(rest, "image:")
		if !found {
			return ""
		}
		if before = strings.TrimRight(before, " \t"); before == "" && len(rest) == len(manifest) || strings.HasSuffix(before, "\n") {
			line, _, _ := strings.Cut(after, "\n")
			return strings.Trim(line, " \t\r\"")
		}
		rest = after
	}
}

func (h *host) imageTag(component string, now time.Time) string {
	return tagOf(h.image(component, now))
}

func tagOf(image string) string { return image[strings.LastIndexByte(image, ':')+1:] }

// podStart is how long the kubelet takes to run a static pod anew.
const podStart = 20 * time.Second

// podReady tells whether a static pod is Ready.
func (h *host) podReady(component string, now time.Time) bool {
	f, err := h.disk.stat(manifests+"/"+component+".yaml", true, now)
	switch {
	case err != nil, now.Before(h.arrived(component, f, now).Add(podStart)), h.ready(now) == "Unknown", h.crashes(component, now), h.restarting(now, podStart):
		return false
	case component == "kube-apiserver":
		return h.apiserver(now) != refuses
	}
	return true
}

// writeManifests writes what kubeadm of that version would, at once.
func (c *Cluster) writeManifests(h *host, v kube.Version, now time.Time) {
	for _, component := range components {
		if h.hasComponent(component) {
			h.disk.put(manifests+"/"+component+".yaml", file{mode: 0o600, data: c.manifest(h, component, template{version: v, kubeadm: v}), mtime: now}, now)
		}
	}
}

// template is what a manifest depends on, beside the cluster's configuration.
type template struct {
	version kube.Version // of what it runs
	kubeadm kube.Version // that writes it
	proxies []string     // in kubeadm's environment: NAME=value
}

// manifest is a static pod as kubeadm writes it.
func (c *Cluster) manifest(h *host, component string, t template) string {
	v := t.version
	shipped, _ := kube.ShippedBy(v)
	tag := "v" + v.String()
	annotation, flags := "", ""
	switch component {
	case "etcd":
		tag = shipped.Etcd
		annotation = fmt.Sprintf("  annotations:\n    kubeadm.kubernetes.io/etcd.advertise-client-urls: https://%s:2379\n", h.ip)
		flags = fmt.Sprintf("    - --advertise-client-urls=https://%s:2379\n    - --data-dir=/var/lib/etcd\n    - --initial-advertise-peer-urls=%s\n    - --initial-cluster=%s=%s\n    - --listen-client-urls=https://127.0.0.1:2379,https://%s:2379\n    - --name=%s\n    - --trusted-ca-file=/etc/kubernetes/pki/etcd/ca.crt\n", h.ip, h.peerURL(), h.name, h.peerURL(), h.ip, h.name)
	case "kube-apiserver":
		annotation = fmt.Sprintf("  annotations:\n    kubeadm.kubernetes.io/kube-apiserver.advertise-address.endpoint: %s:6443\n", h.ip)
		servers := "https://127.0.0.1:2379"
		if c.shape.ExternalEtcd {
			servers = strings.Join(externalEtcd, ",")
		}
		flags = fmt.Sprintf("    - --advertise-address=%s\n    - --etcd-cafile=/etc/kubernetes/pki/etcd/ca.crt\n    - --etcd-certfile=/etc/kubernetes/pki/apiserver-etcd-client.crt\n    - --etcd-keyfile=/etc/kubernetes/pki/apiserver-etcd-client.key\n    - --etcd-servers=%s\n    - --secure-port=6443\n", h.ip, servers)
	default:
		flags = fmt.Sprintf("    - --kubeconfig=/etc/kubernetes/%s.conf\n", strings.TrimPrefix(component, "kube-"))
	}
	flags = c.withExtraArgs(component, flags)
	env, probe := "", ""
	switch component {
	case "etcd": // kubeadm gives it no proxies
	case "kube-scheduler":
		path := "/healthz"
		if t.kubeadm.Minor >= 32 {
			path = "/livez"
		}
		probe = fmt.Sprintf("    livenessProbe:\n      failureThreshold: 8\n      httpGet:\n        host: 127.0.0.1\n        path: %s\n        port: 10259\n        scheme: HTTPS\n", path)
		fallthrough
	default:
		env = envLines(t.proxies)
	}
	return fmt.Sprintf(`apiVersion: v1
kind: Pod
metadata:
%s  labels:
    component: %s
    tier: control-plane
  name: %s
  namespace: kube-system
spec:
  containers:
  - command:
    - %s
%s%s    image: %s/%s:%s
    imagePullPolicy: IfNotPresent
%s    name: %s
  hostNetwork: true
  priorityClassName: system-node-critical
status: {}
`, annotation, component, component, component, flags, env, kube.DefaultImageRepository(v), component, tag, probe, component)
}

// kubeconfig is a kubeconfig file as far as a script may look at it.
func kubeconfig(user, endpoint string) string {
	return fmt.Sprintf("apiVersion: v1\nclusters:\n- cluster:\n    server: https://%s\n  name: kubernetes\ncontexts:\n- context:\n    cluster: kubernetes\n    user: %s\n  name: %s@kubernetes\ncurrent-context: %s@kubernetes\nkind: Config\nusers:\n- name: %s\n", endpoint, user, user, user, user)
}

func kubeletConfigFile(v kube.Version) string {
	return "apiVersion: kubelet.config.k8s.io/v1beta1\ncgroupDriver: systemd\nclusterDomain: cluster.local\nkind: KubeletConfiguration\n# written by kubeadm v" + v.String() + "\nrotateCertificates: true\nstaticPodPath: /etc/kubernetes/manifests\n"
}
