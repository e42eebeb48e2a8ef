package steps

import (
	"slices"
	"strings"
)

// defaults are settings that say no more than the API would without them. kubeadm 1.28.0 to 1.28.2 wrote them out.
var defaults = map[string]string{
	"spec.dnsPolicy":                                  "ClusterFirst",
	"spec.enableServiceLinks":                         "true",
	"spec.restartPolicy":                              "Always",
	"spec.schedulerName":                              "default-scheduler",
	"spec.terminationGracePeriodSeconds":              "30",
	"spec.containers.terminationMessagePath":          "/dev/termination-log",
	"spec.containers.terminationMessagePolicy":        "File",
	"spec.containers.livenessProbe.successThreshold":  "1",
	"spec.containers.readinessProbe.successThreshold": "1",
	"spec.containers.startupProbe.successThreshold":   "1",
}

// written is what a manifest says, without defaults, and with images without their tags: an upgrade changes
// those. k8s.gcr.io and registry.k8s.io are the same to kubeadm, which writes the second for the first.
func written(manifest string) []setting {
	all := slices.DeleteFunc(settings(manifest), func(s setting) bool { return defaults[s.path] == s.text })
	for i, s := range all {
		if s.path != imagePath {
			continue
		}
		image := untagged(s.text)
		if rest, old := strings.CutPrefix(image, "k8s.gcr.io/"); old {
			image = "registry.k8s.io/" + rest
		}
		all[i].text = image
	}
	return all
}

// etcdFlags are the flags that kubeadm 1.20 to 1.37 writes into the manifest of etcd, and the values of those that
// are always the same.
var etcdFlags = map[string][]string{
	"--advertise-client-urls": nil, "--cert-file": nil, "--data-dir": nil, "--initial-advertise-peer-urls": nil, "--initial-cluster": nil,
	"--initial-cluster-state": nil, "--key-file": nil, "--listen-client-urls": nil, "--listen-peer-urls": nil, "--name": nil,
	"--peer-cert-file": nil, "--peer-key-file": nil, "--peer-trusted-ca-file": nil, "--trusted-ca-file": nil,
	"--client-cert-auth":                            {"true"},
	"--peer-client-cert-auth":                       {"true"},
	"--snapshot-count":                              {"10000"},
	"--listen-metrics-urls":                         {"http://127.0.0.1:2381", "http://[::1]:2381"},
	"--experimental-initial-corrupt-check":          {"true"},
	"--experimental-watch-progress-notify-interval": {"5s"},
	"--feature-gates":                               {"InitialCorruptCheck=true"},
	"--watch-progress-notify-interval":              {"5s"},
}

// etcdEdits are the flags of etcd's manifest that neither kubeadm nor kubeadm-config put there.
func etcdEdits(manifest, config string) []string {
	extra := map[string]bool{}
	for _, s := range settings(config) {
		switch name, mapped := strings.CutPrefix(s.path, "etcd.local.extraArgs."); {
		case s.path == "etcd.local.extraArgs.name": // v1beta4: a list of name and value
			extra["--"+s.text] = true
		case mapped:
			extra["--"+name] = true
		}
	}
	var edits []string
	for _, s := range settings(manifest) {
		name, value, _ := strings.Cut(s.text, "=")
		values, own := etcdFlags[name]
		if s.path == commandPath && strings.HasPrefix(name, "--") && !extra[name] && (!own || values != nil && !slices.Contains(values, value)) {
			edits = append(edits, s.text)
		}
	}
	return edits
}
