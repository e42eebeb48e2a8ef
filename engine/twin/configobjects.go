package twin

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"rung/engine/kube"
)

// clusterConfiguration is the document in ConfigMap kubeadm-config.
func (c *Cluster) clusterConfiguration(now time.Time) string {
	config := c.config.at(now)
	api := "v1beta2"
	switch {
	case config.version.Minor >= 31:
		api = "v1beta4"
	case config.version.Minor >= 22:
		api = "v1beta3"
	}
	etcd := "etcd:\n  local:\n    dataDir: /var/lib/etcd\n"
	if c.odd.etcdTag != "" {
		etcd += "    imageTag: " + c.odd.etcdTag + "\n"
	}
	if c.shape.ExternalEtcd {
		etcd = "etcd:\n  external:\n    caFile: /etc/kubernetes/pki/etcd/ca.crt\n    certFile: /etc/kubernetes/pki/apiserver-etcd-client.crt\n    endpoints:\n    - " + strings.Join(externalEtcd, "\n    - ") + "\n    keyFile: /etc/kubernetes/pki/apiserver-etcd-client.key\n"
	}
	return fmt.Sprintf("%sapiVersion: kubeadm.k8s.io/%s\ncertificatesDir: /etc/kubernetes/pki\nclusterName: twin\ncontrolPlaneEndpoint: %s\n%sdns: {}\n%simageRepository: %s\nkind: ClusterConfiguration\nkubernetesVersion: v%s\nnetworking:\n  dnsDomain: cluster.local\n  podSubnet: 10.244.0.0/16\n  serviceSubnet: 10.96.0.0/16\n%s",
		c.configSection("apiServer", api), api, c.shape.Endpoint, c.configSection("controllerManager", api), etcd, config.repository, config.version, c.configSection("scheduler", api))
}

// configMaps are the ConfigMaps of kube-system, by name.
func (c *Cluster) configMaps(now time.Time) []object {
	of := func(name string, data object) object {
		return object{"apiVersion": "v1", "data": data, "kind": "ConfigMap", "metadata": object{"creationTimestamp": stamp(c.born), "name": name, "namespace": "kube-system", "resourceVersion": "203", "uid": uid("cm", name)}}
	}
	return []object{
		of("coredns", object{"Corefile": ".:53 {\n    errors\n    health\n" + indented(c.odd.corefile, "    ") + "    kubernetes cluster.local\n    forward . /etc/resolv.conf\n}\n"}),
		of("kube-proxy", object{"config.conf": "apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmode: " + cmp.Or(c.odd.proxyMode, "iptables") + "\n"}),
		of("kubeadm-config", object{"ClusterConfiguration": c.clusterConfiguration(now)}),
		of(kube.KubeletConfigMap(c.kubeletConfig.at(now)), object{"kubelet": kubeletConfigFile(c.kubeletConfig.at(now)) + c.odd.kubeletLines}),
	}
}

// yamlOf writes an object as YAML, for ConfigMaps and what is as plain.
func yamlOf(value any, indent string) string {
	var out strings.Builder
	switch value := value.(type) {
	case object:
		for _, key := range sortedKeys(value) {
			switch inner := value[key].(type) {
			case object:
				if len(inner) == 0 {
					fmt.Fprintf(&out, "%s%s: {}\n", indent, key)
					continue
				}
				fmt.Fprintf(&out, "%s%s:\n%s", indent, key, yamlOf(inner, indent+"  "))
			case []any:
				fmt.Fprintf(&out, "%s%s:\n", indent, key)
				for _, item := range inner {
					text := yamlOf(item, indent+"  ")
					fmt.Fprintf(&out, "%s- %s", indent, strings.TrimPrefix(text, indent+"  "))
				}
			case string:
				if strings.Contains(inner, "\n") {
					fmt.Fprintf(&out, "%s%s: |\n", indent, key)
					for line := range strings.Lines(inner) {
						fmt.Fprintf(&out, "%s  %s", indent, line)
					}
					continue
				}
				fmt.Fprintf(&out, "%s%s: %s\n", indent, key, yamlScalar(inner))
			default:
				fmt.Fprintf(&out, "%s%s: %v\n", indent, key, inner)
			}
		}
	default:
		fmt.Fprintf(&out, "%s%v\n", indent, value)
	}
	return out.String()
}

// yamlScalar quotes what YAML would not read as text.
func yamlScalar(text string) string {
	if text == "" || strings.ContainsAny(text, ":{}[]#&*!|>'\"%@`") && !strings.HasPrefix(text, "/") || strings.Trim(text, "0123456789.") == "" || text == "true" || text == "false" {
		return fmt.Sprintf("%q", text)
	}
	return text
}
