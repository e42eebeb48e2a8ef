package kube

import "fmt"

// Component is one running part of a cluster: its name as Kubernetes says it
// ("kube-apiserver", "kubelet"), the node it runs on, and its version; the zero Version
// where it could not be read.
type Component struct {
	Name, Node string
	Version    Version
}

// Cluster is every component of a cluster whose version the policy speaks about. Fill
// each list with all the instances there are: a component left out is not judged. Cloud
// controller managers belong with ControllerManagers. The Node of a kube-proxy ties it to
// the kubelet beside it.
type Cluster struct {
	APIServers, ControllerManagers, Schedulers, Kubelets, KubeProxies, Kubectls []Component
}

// Violation is one "no" of the version-skew policy: the rule ("R1" to "R6"; see the
// package comment), the component it is about ("kubelet on w3"), and why.
type Violation struct {
	Rule, Component, Reason string
}

// String is the violation as one line: "R2 kubelet on w3: …".
func (v Violation) String() string { return v.Rule + " " + v.Component + ": " + v.Reason }

// KubeletMaxSkew is how many minors a kubelet of this version may be older than an
// apiserver: 3, but 2 for one below 1.25. The same bound holds for kube-proxy. So 1.28 is
// the first apiserver for which three minors are real.
// Source: https://kubernetes.io/releases/version-skew-policy/#kubelet
func KubeletMaxSkew(kubelet Version) int {
	if kubelet.Major == 1 && kubelet.Minor < 25 {
		return 2
	}
	return 3
}

// SkewViolations judges a cluster as it stands by R1 to R5, in that order. Nil means that
// it keeps the policy. A version that is not known is a violation too, and so is a cluster
// without apiservers: silence would be a yes.
//
// R4 holds a controller manager or scheduler against the apiserver of its own node, which is
// where kubeadm points them since 1.19: half-way through a hop those of the first control
// plane are newer than the other apiservers, and rightly so. One without an apiserver beside
// it, such as a cloud controller manager, is judged as if it could reach every one.
func SkewViolations(c Cluster) []Violation {
	bounds, found := boundsOf(c.APIServers)
	if !bounds.known() {
		return append(found, Violation{"R1", "kube-apiserver", "the version of no apiserver is known, so no skew can be judged"})
	}
	found = append(found, bounds.spread()...)
	return append(found, bounds.judge(c, true)...)
}

// bounds are the lowest and the highest apiserver, and each by its node: all that R1 to R5
// need of them.
type bounds struct {
	low, high Version
	own       map[string]Version // by node; none where the apiservers are only meant to be there
}

func (b bounds) known() bool { return !b.low.IsZero() }

// boundsOf also reports the apiservers whose version is not known.
func boundsOf(apiServers []Component) (bounds, []Violation) {
	var found []Violation
	var versions []Version
	own := map[string]Version{}
	for _, a := range apiServers {
		if a.Version.IsZero() {
			found = append(found, unknownVersion("R1", a, "kube-apiserver"))
		} else if a.Node != "" {
			own[a.Node] = a.Version
		}
		versions = append(versions, a.Version)
	}
	return bounds{Lowest(versions), Newest(versions), own}, found
}

// beside narrows the bounds to the apiserver on the node of x, where there is one.
func (b bounds) beside(x Component) bounds {
	if own, ok := b.own[x.Node]; ok {
		return bounds{low: own, high: own}
	}
	return b
}

// spread is R1.
func (b bounds) spread() []Violation {
	if b.low.Major == b.high.Major && Skew(b.high, b.low) <= 1 {
		return nil
	}
	return []Violation{{"R1", "kube-apiserver", fmt.Sprintf(
		"the apiservers stand at %s and at %s: they must be within one minor of each other",
		b.low.MinorString(), b.high.MinorString())}}
}

// judge is R2 to R5. R5 is left out where the caller may climb without it.
func (b bounds) judge(c Cluster, kubectls bool) []Violation {
	var found []Violation
	kubelets := make(map[string][]Component, len(c.Kubelets)) // by their nodes, of which there may be thousands
	for _, k := range c.Kubelets {
		kubelets[k.Node] = append(kubelets[k.Node], k)
		found = append(found, b.older("R2", "kubelet", k, KubeletMaxSkew(k.Version))...)
	}
	for _, p := range c.KubeProxies {
		found = append(found, b.older("R3", "kube-proxy", p, KubeletMaxSkew(p.Version))...)
		found = append(found, besideKubelet(p, kubelets[p.Node])...)
	}
	for _, x := range c.ControllerManagers {
		found = append(found, b.beside(x).older("R4", "kube-controller-manager", x, 1)...)
	}
	for _, x := range c.Schedulers {
		found = append(found, b.beside(x).older("R4", "kube-scheduler", x, 1)...)
	}
	if kubectls {
		for _, q := range c.Kubectls {
			found = append(found, b.around(q)...)
		}
	}
	return found
}

// older wants x no newer than the lowest apiserver, and at most most minors below the highest.
func (b bounds) older(rule, name string, x Component, most int) []Violation {
	v := x.Version
	switch {
	case v.IsZero():
		return []Violation{unknownVersion(rule, x, name)}
	case v.Major != b.low.Major || v.Major != b.high.Major:
		return []Violation{{rule, x.title(name), fmt.Sprintf(
			"it is at %s and an apiserver at %s: the majors differ", v, b.high)}}
	case Skew(v, b.low) > 0:
		return []Violation{{rule, x.title(name), fmt.Sprintf(
			"it is at %s, newer than an apiserver at %s: apiservers are upgraded first", v, b.low)}}
	case Skew(b.high, v) > most:
		return []Violation{{rule, x.title(name), fmt.Sprintf(
			"it is at %s, %s below an apiserver at %s: at most %d allowed", v, minors(Skew(b.high, v)), b.high, most)}}
	}
	return nil
}

// around is R5: kubectl within one minor of every apiserver.
func (b bounds) around(q Component) []Violation {
	for _, a := range []Version{b.low, b.high} {
		if q.Version.IsZero() {
			return []Violation{unknownVersion("R5", q, "kubectl")}
		}
		if distance := Skew(q.Version, a); q.Version.Major != a.Major || max(distance, -distance) > 1 {
			return []Violation{{"R5", q.title("kubectl"), fmt.Sprintf(
				"it is at %s and an apiserver at %s: more than one minor apart", q.Version, a)}}
		}
	}
	return nil
}

// besideKubelet is the second half of R3: kube-proxy and the kubelets of its node.
func besideKubelet(p Component, kubelets []Component) []Violation {
	if p.Node == "" || p.Version.IsZero() {
		return nil
	}
	for _, k := range kubelets {
		if k.Version.IsZero() {
			continue
		}
		most, distance := KubeletMaxSkew(p.Version), Skew(p.Version, k.Version)
		if max(distance, -distance) > most {
			return []Violation{{"R3", p.title("kube-proxy"), fmt.Sprintf(
				"it is at %s and the kubelet beside it at %s: at most %s apart", p.Version, k.Version, minors(most))}}
		}
	}
	return nil
}

func unknownVersion(rule string, x Component, name string) Violation {
	return Violation{rule, x.title(name), "its version is not known, so its skew cannot be judged"}
}

// title is "kubelet on w3"; name serves where the component has none.
func (x Component) title(name string) string {
	if x.Name != "" {
		name = x.Name
	}
	if x.Node == "" {
		return name
	}
	return name + " on " + x.Node
}

func minors(n int) string {
	if n == 1 {
		return "1 minor"
	}
	return fmt.Sprintf("%d minors", n)
}
