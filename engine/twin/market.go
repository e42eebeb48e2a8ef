package twin

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"rung/engine/kube"
)

// market is what package repositories offer. It never changes, and all hosts share it.
type market struct {
	kubernetes []string            // version-releases of kubeadm, kubelet and kubectl, oldest first
	others     map[string][]string // of other packages, oldest first

	kubernetesDebs []string            // the same for hosts with apt
	otherDebs      map[string][]string // names there are other ones
}

// lastPatches are the last patches of each minor of 1 that the twin knows, from 1.20.
var lastPatches = [...]int{15, 14, 17, 17, 17, 16, 15, 16, 15, 15, 14, 14, 13, 13, 13, 10, 6, 2}

// offered is everything from the shape's minor to its newest.
func offered(shape Shape) *market {
	m := &market{others: map[string][]string{
		"openssl":        {"1.1.1k-9.el8_7", "1.1.1k-12.el8_9"},
		kernelPackage:    {"5.4.286-1.el8.elrepo", "5.4.288-1.el8.elrepo"}, // newer than the distribution's own, so that every minor takes it
		"containerd":     {"1.6.20-3.1.el8"},
		"cri-tools":      {"1.26.0-0"},
		"kubernetes-cni": {"1.1.1-0", "1.2.0-0"},
		"conntrack":      {"1.4.4-11.el8"},
		"etcd-client":    {"3.5.15-1.el8"},
	}, otherDebs: map[string][]string{
		"openssl":        {"3.0.2-0ubuntu1.15", "3.0.2-0ubuntu1.18"},
		debKernelPackage: {"5.15.0.100.97", "5.15.0.105.102"},
		"containerd":     {"1.7.12-0ubuntu2"},
		"cri-tools":      {"1.26.0-00"},
		"kubernetes-cni": {"1.1.1-00", "1.2.0-00"},
		"conntrack":      {"1:1.4.6-2build2"},
	}}
	for minor := max(shape.Version.Minor, kube.OldestMinor); minor <= shape.Newest.Minor && minor-kube.OldestMinor < len(lastPatches); minor++ {
		for patch := 0; patch <= lastPatches[minor-kube.OldestMinor]; patch++ {
			v := kube.Version{Major: 1, Minor: minor, Patch: patch}
			m.kubernetes = append(m.kubernetes, release(v))
			m.kubernetesDebs = append(m.kubernetesDebs, debRelease(v))
		}
	}
	return m
}

// release is the version-release of a package: the legacy repository's revision up to 1.23, the
// community's from 1.24.
func release(v kube.Version) string {
	if v.Minor <= 23 {
		return v.String() + "-0"
	}
	return v.String() + "-150500.1.1"
}

var kubernetesPackages = []string{"kubeadm", "kubectl", "kubelet"}

// installed is what a fresh host has.
func (m *market) installed(v kube.Version) map[string]string {
	packages := map[string]string{"bash": "4.4.20-5.el8", "coreutils": "8.30-15.el8", "systemd": "239-82.el8", "procps-ng": "3.3.15-14.el8", "psmisc": "23.1-5.el8", "dnf": "4.7.0-20.el8", "yum-utils": "4.0.21-25.el8", "yum": "4.7.0-20.el8"}
	for name, releases := range m.others {
		if name != "etcd-client" {
			packages[name] = releases[0]
		}
	}
	for _, name := range kubernetesPackages {
		packages[name] = release(v)
	}
	return packages
}

// repository is a section of a .repo file.
type repository struct {
	id, baseURL string
	excludes    []string
	enabled     bool
}

// repositories reads the sections of .repo files.
func repositories(text string) []repository {
	var found []repository
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if id, ok := strings.CutPrefix(line, "["); ok {
			found = append(found, repository{id: strings.TrimSuffix(id, "]"), enabled: true})
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if !ok || len(found) == 0 || strings.HasPrefix(line, "#") {
			continue
		}
		r, value := &found[len(found)-1], strings.TrimSpace(value)
		switch strings.TrimSpace(key) {
		case "baseurl":
			r.baseURL = value
		case "enabled":
			r.enabled = value != "0"
		case "exclude", "excludepkgs":
			r.excludes = strings.FieldsFunc(value, func(c rune) bool { return c == ' ' || c == ',' })
		}
	}
	return found
}

// offers are the version-releases of a package in a repository, oldest first. A repository is known by its
// address: …/v1.31/… has that minor alone, any other with "kubernetes" in it has all.
func (m *market) offers(r repository, name string) []string {
	return offersAt(r.baseURL, name, m.kubernetes, m.others)
}

// debs are the versions of a package at the address of a source of apt, oldest first.
func (m *market) debs(address, name string) []string {
	return offersAt(address, name, m.kubernetesDebs, m.otherDebs)
}

// has tells whether there is a repository at an address: one of a minor that nobody offers is not there.
func (m *market) has(address string) bool {
	minor, ok := minorOf(address)
	return !ok || slices.ContainsFunc(m.kubernetes, func(evr string) bool { return strings.HasPrefix(evr, minor+".") })
}

// companions come from the repositories of Kubernetes too, and have versions of their own.
var companions = []string{"cri-tools", "kubernetes-cni"}

func offersAt(address, name string, kubernetes []string, others map[string][]string) []string {
	minor, perMinor := minorOf(address)
	isKubernetes := slices.Contains(kubernetesPackages, name)
	switch {
	case (isKubernetes || slices.Contains(companions, name)) != (perMinor || strings.Contains(address, "kubernetes")):
		return nil
	case !isKubernetes:
		return others[name]
	case !perMinor:
		return kubernetes
	}
	return slices.DeleteFunc(slices.Clone(kubernetes), func(evr string) bool { return !strings.HasPrefix(evr, minor+".") })
}

// release is the version of a package of Kubernetes, as this host's package manager writes it.
func (h *host) release(v kube.Version) string {
	if h.apt {
		return debRelease(v)
	}
	return release(v)
}

// minorOf finds "1.31" in an address with the folder /v1.31/.
func minorOf(address string) (string, bool) {
	for part := range strings.SplitSeq(address, "/") {
		if v, ok := strings.CutPrefix(part, "v1."); ok && v != "" && strings.Trim(v, "0123456789") == "" {
			return "1." + v, true
		}
	}
	return "", false
}

// repoFile is /etc/yum.repos.d/kubernetes.repo of a new host.
func (m *market) repoFile(shape Shape) string {
	base := "https://mirror.example/kubernetes/yum/repos/kubernetes-el7-x86_64/"
	key := base + "key.gpg"
	if shape.PerMinorRepository {
		base = fmt.Sprintf("https://mirror.example/core:/stable:/v%s/rpm/", shape.Version.MinorString())
		key = base + "repodata/repomd.xml.key"
	}
	return fmt.Sprintf("[kubernetes]\nname=Kubernetes\nbaseurl=%s\nenabled=1\ngpgcheck=1\ngpgkey=%s\nexclude=kubelet kubeadm kubectl cri-tools kubernetes-cni\n", base, key)
}

// sees are the releases of a package that are not withheld from this host.
func (h *host) sees(offers []string, name string) []string {
	if len(h.withheld) == 0 {
		return offers
	}
	return slices.DeleteFunc(slices.Clone(offers), func(release string) bool {
		return slices.ContainsFunc(h.withheld, func(gone string) bool { return strings.HasPrefix(name+"-"+release, gone) })
	})
}

// compareEVR orders version-releases, number by number.
func compareEVR(a, b string) int {
	number := func(s string) []int {
		var numbers []int
		for _, f := range strings.FieldsFunc(s, func(r rune) bool { return r < '0' || r > '9' }) {
			n := 0
			for _, d := range f {
				n = n*10 + int(d-'0')
			}
			numbers = append(numbers, n)
		}
		return numbers
	}
	return cmp.Or(slices.Compare(number(a), number(b)), strings.Compare(a, b))
}
