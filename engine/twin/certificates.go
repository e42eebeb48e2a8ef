package twin

import (
	"fmt"
	"path"
	"slices"
	"time"
)

// certificate is one that kubeadm looks after, and the authority that signed it.
type certificate struct{ name, authority string }

var certificates = []certificate{
	{"admin.conf", "ca"},
	{"apiserver", "ca"},
	{"apiserver-etcd-client", "etcd-ca"},
	{"apiserver-kubelet-client", "ca"},
	{"controller-manager.conf", "ca"},
	{"etcd-healthcheck-client", "etcd-ca"},
	{"etcd-peer", "etcd-ca"},
	{"etcd-server", "etcd-ca"},
	{"front-proxy-client", "front-proxy-ca"},
	{"scheduler.conf", "ca"},
	{"super-admin.conf", "ca"},
}

// superAdminFile is there since 1.29, and only where kubeadm init, or the apply to 1.29, was run: a control plane that
// joined has none.
const superAdminFile = "/etc/kubernetes/super-admin.conf"

func (h *host) writeSuperAdmin(at time.Time) {
	h.disk.put(superAdminFile, file{mode: 0o600, data: kubeconfig("kubernetes-super-admin", h.cluster.shape.Endpoint), mtime: at}, at)
}

// lookedAfter are the certificates that this kubeadm looks after here; missing says which of them are not there.
func (k *kubeadmCall) lookedAfter() (listed []certificate, missing map[string]bool) {
	for _, c := range certificates {
		switch {
		case c.authority == "etcd-ca" && !k.host.hasComponent("etcd"), c.name == path.Base(superAdminFile) && k.own.Minor < 29:
		default:
			listed = append(listed, c)
		}
	}
	return listed, map[string]bool{path.Base(superAdminFile): !k.host.disk.exists(superAdminFile, k.now())}
}

const year = 365 * 24 * time.Hour

// expiry is when a certificate of this host expires.
func (h *host) expiry(name string, now time.Time) time.Time {
	if l, renewed := h.certs[name]; renewed {
		return l.at(now)
	}
	if h.certsLast != 0 {
		return h.cluster.born.Add(age + h.certsLast)
	}
	return h.cluster.born.Add(year)
}

// renew makes a certificate anew, for a year; not where the key of its authority is not here.
func (h *host) renew(name string, now time.Time) {
	i := slices.IndexFunc(certificates, func(c certificate) bool { return c.name == name })
	if i < 0 || h.keyless(certificates[i].authority, now) {
		return
	}
	if h.certs == nil {
		h.certs = map[string]timeline[time.Time]{}
	}
	l, known := h.certs[name]
	if !known {
		l = always(h.expiry(name, now))
	}
	l.set(now, now.Add(year))
	h.certs[name] = l
}

// keyless tells whether the key of an authority is not on this host.
func (h *host) keyless(authority string, now time.Time) bool {
	file := map[string]string{"ca": "ca.key", "etcd-ca": "etcd/ca.key", "front-proxy-ca": "front-proxy-ca.key"}[authority]
	return !h.disk.exists("/etc/kubernetes/pki/"+file, now)
}

// certificates is `kubeadm certs check-expiration`.
func (k *kubeadmCall) certificates() int {
	k.charge(quick)
	if !k.needsControlPlane() {
		return 1
	}
	k.readingOrDefault("[check-expiration]", "check-expiration")
	yes := func(keyless bool) string { return map[bool]string{true: "yes", false: "no"}[keyless] }
	now := k.now()
	listed, missing := k.lookedAfter()
	names := []string{"CERTIFICATE"}
	for _, c := range listed {
		names = append(names, listedAs(c.name, missing))
	}
	width := len(slices.MaxFunc(names, func(a, b string) int { return len(a) - len(b) })) + 3
	k.outf("\n%-*sEXPIRES                  RESIDUAL TIME   CERTIFICATE AUTHORITY   EXTERNALLY MANAGED\n", width, names[0])
	for i, c := range listed {
		if missing[c.name] {
			k.outf("%-*s%-25s%-16s%-24s\n", width, names[i+1], "", "", "")
			continue
		}
		at := k.host.expiry(c.name, now)
		k.outf("%-*s%s   %-15s %-23s %-8s\n", width, names[i+1], stampOfCerts(at), residual(at.Sub(now)), c.authority, yes(k.host.keyless(c.authority, now)))
	}
	k.outf("\nCERTIFICATE AUTHORITY   EXPIRES                  RESIDUAL TIME   EXTERNALLY MANAGED\n")
	for _, name := range []string{"ca", "etcd-ca", "front-proxy-ca"} {
		if name == "etcd-ca" && !k.host.hasComponent("etcd") {
			continue
		}
		at := k.cluster.born.Add(10 * year)
		k.outf("%-23s %s   %-15s %-8s\n", name, stampOfCerts(at), residual(at.Sub(now)), yes(k.host.keyless(name, now)))
	}
	return 0
}

// listedAs is a certificate's name in the list.
func listedAs(name string, missing map[string]bool) string {
	if missing[name] {
		return "!MISSING! " + name
	}
	return name
}

func stampOfCerts(at time.Time) string { return at.UTC().Format("Jan 02, 2006 15:04 MST") }

// residual is a span of time as kubeadm writes it.
func residual(left time.Duration) string {
	hours := int(left.Hours())
	switch {
	case left < 0:
		return "<invalid>"
	case hours >= 365*24:
		return fmt.Sprintf("%dy", hours/24/365)
	case hours >= 24:
		return fmt.Sprintf("%dd", hours/24)
	}
	return fmt.Sprintf("%dh", hours)
}
