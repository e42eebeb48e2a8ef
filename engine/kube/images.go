package kube

// DefaultImageRepository is where this kubeadm takes images from when the cluster names no
// repository: registry.k8s.io from 1.25, and from 1.22.17, 1.23.15 and 1.24.9; k8s.gcr.io,
// frozen since 2023-04-03, before that.
func DefaultImageRepository(kubeadm Version) string {
	for _, first := range []Version{{Major: 1, Minor: 22, Patch: 17}, {Major: 1, Minor: 23, Patch: 15}, {Major: 1, Minor: 24, Patch: 9}} {
		if SameMinor(kubeadm, first) && !kubeadm.Less(first) {
			return "registry.k8s.io"
		}
	}
	if kubeadm.Major == 1 && kubeadm.Minor < 25 {
		return "k8s.gcr.io"
	}
	return "registry.k8s.io"
}

// Images are the images that this kubeadm needs for a control plane of its own version, in
// the order of `kubeadm config images list`, as recorded of 1.32. An empty repository is
// the default one; only there does CoreDNS have a folder of its own, from 1.21. Nil for a
// minor that is not [Known], and where the patch is not known.
func Images(kubeadm Version, repository string) []string {
	shipped, known := ShippedBy(kubeadm)
	if !known || !kubeadm.Exact() {
		return nil
	}
	usual := DefaultImageRepository(kubeadm)
	if repository == "" {
		repository = usual
	}
	coreDNS := "/coredns:"
	if repository == usual && kubeadm.Minor >= 21 {
		coreDNS = "/coredns/coredns:"
	}
	tag := ":" + printed(kubeadm)
	return []string{
		repository + "/kube-apiserver" + tag,
		repository + "/kube-controller-manager" + tag,
		repository + "/kube-scheduler" + tag,
		repository + "/kube-proxy" + tag,
		repository + coreDNS + shipped.CoreDNS,
		repository + "/pause:" + shipped.Pause,
		repository + "/etcd:" + shipped.Etcd,
	}
}
