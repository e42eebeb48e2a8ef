package twin

import "time"

// longNames are kubeadm's words for the certificates.
var longNames = map[string]string{
	"admin.conf":               "certificate embedded in the kubeconfig file for the admin to use and for kubeadm itself",
	"apiserver":                "certificate for serving the Kubernetes API",
	"apiserver-etcd-client":    "certificate the apiserver uses to access etcd",
	"apiserver-kubelet-client": "certificate for the API server to connect to kubelet",
	"controller-manager.conf":  "certificate embedded in the kubeconfig file for the controller manager to use",
	"etcd-healthcheck-client":  "certificate for liveness probes to healthcheck etcd",
	"etcd-peer":                "certificate for etcd nodes to communicate with each other",
	"etcd-server":              "certificate for serving etcd",
	"front-proxy-client":       "certificate for the front proxy client",
	"scheduler.conf":           "certificate embedded in the kubeconfig file for the scheduler manager to use",
	"super-admin.conf":         "certificate embedded in the kubeconfig file for the super-admin",
}

// renewCerts is `kubeadm certs renew all`. It asks the cluster for its configuration, and goes without.
func (k *kubeadmCall) renewCerts() int {
	k.charge(quick)
	if len(k.operands) != 3 || k.operands[2] != "all" {
		return k.usage()
	}
	k.readingOrDefault("[renew]", "renew")
	k.outf("\n")
	listed, missing := k.lookedAfter()
	for _, c := range listed {
		if missing[c.name] {
			k.outf("MISSING! %s\n", longNames[c.name])
			continue
		}
		k.charge(200 * time.Millisecond)
		if k.host.keyless(c.authority, k.now()) {
			k.outf("Detected external %s, %s can't be renewed\n", c.authority, longNames[c.name])
			continue
		}
		k.host.renew(c.name, k.now())
		k.outf("%s renewed\n", longNames[c.name])
	}
	k.outf("\nDone renewing certificates. You must restart the kube-apiserver, kube-controller-manager, kube-scheduler and etcd, so that they can use the new certificates.\n")
	return 0
}

// readingOrDefault says where kubeadm has the configuration from: without an apiserver it takes its own.
func (k *kubeadmCall) readingOrDefault(head, old string) {
	k.reading(head, old)
	if _, state := k.cluster.balanced(k.now()); state != serves || k.host.expiry("admin.conf", k.now()).Before(k.now()) {
		k.charge(10 * time.Second)
		k.outf("[%s] Error reading configuration from the Cluster. Falling back to default configuration\n", old)
	}
}
