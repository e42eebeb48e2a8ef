package steps

import (
	"fmt"
	"strings"

	"rung/engine/kube"
	"rung/engine/step"
)

// readCoreDNS asks for the image of the Deployment that kubeadm keeps; nothing where there is none.
func readCoreDNS() step.Action {
	return step.Action{
		Title: "read the image of CoreDNS", On: step.AdminHost, ReadOnly: true,
		Do: step.Command{Argv: kubectl("-n", "kube-system", "get", "deployment", "coredns", "--ignore-not-found", "-o", "jsonpath={.spec.template.spec.containers[0].image}")},
	}
}

// coreDNS judges that image once kubeadm has upgraded its add-ons (B7). Wrong is an image older than any
// that a kubeadm of this minor ships: kubeadm did not get to it. What else differs is somebody's wish, and told:
// kubeadm leaves out a CoreDNS without its ConfigMap, takes the tag that kubeadm-config names, and keeps the
// old one where a Corefile that it cannot migrate was ignored.
//
// Source: cmd/kubeadm/app/phases/upgrade/postupgrade.go, phases/addons/dns/dns.go.
func (s Verify) coreDNS(image string, config clusterConfiguration) (wrong, note string) {
	image = strings.TrimSpace(image)
	shipped, known := kube.ShippedBy(s.Version)
	if !known {
		return "", ""
	}
	if image == "" {
		return "", "there is no Deployment coredns: kubeadm leaves DNS to you"
	}
	tag := tagOf(image)
	if tag == shipped.CoreDNS {
		return "", ""
	}
	said := fmt.Sprintf("CoreDNS is at %s, and kubeadm %s ships %s", tag, s.Version, shipped.CoreDNS)
	first, _ := kube.ShippedBy(kube.Version{Major: s.Version.Major, Minor: s.Version.Minor})
	switch at, oldest := parsed(tag), parsed(first.CoreDNS); {
	case config.dnsTag != "":
		return "", said + ": kubeadm-config names the tag " + config.dnsTag
	case !s.CoreDNS:
		return "", said + ": its preflight check was ignored, so that kubeadm may have kept it"
	case !at.IsZero() && at.Less(oldest):
		return said, ""
	}
	return "", said
}

// parsed is a tag as a version; zero where it is none.
func parsed(tag string) kube.Version {
	v, _ := kube.Parse(tag)
	return v
}
