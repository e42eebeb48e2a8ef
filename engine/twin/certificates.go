package twin

import (
	"fmt"
	"slices"
	"strings"
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
	k.outf("\nCERTIFICATE                EXPIRES                  RESIDUAL TIME   CERTIFICATE AUTHORITY   EXTERNALLY MANAGED\n")
	now := k.now()
	for _, c := range certificates {
		if strings.HasPrefix(c.name, "etcd-") && !k.host.hasComponent("etcd") {
			continue
		}
		at := k.host.expiry(c.name, now)
		k.outf("%-26s %s   %-15s %-23s %-8s\n", c.name, stampOfCerts(at), residual(at.Sub(now)), c.authority, yes(k.host.keyless(c.authority, now)))
	}
	k.outf("\nCERTIFICATE AUTHORITY   EXPIRES                  RESIDUAL TIME   EXTERNALLY MANAGED\n")
	for _, name := range []string{"ca", "etcd-ca", "front-proxy-ca"} {
		at := k.cluster.born.Add(10 * year)
		k.outf("%-23s %s   %-15s %-8s\n", name, stampOfCerts(at), residual(at.Sub(now)), yes(k.host.keyless(name, now)))
	}
	return 0
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
