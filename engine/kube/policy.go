package kube

import (
	"fmt"
	"slices"
	"strings"
)

// Refusal is one "no" of kubeadm's own version policy.
type Refusal struct {
	Row       int    // of the table in the comment of KubeadmPolicy
	Mandatory bool   // not even --force passes it
	Reason    string // for people, in our words
	Text      string // as kubeadm itself prints it, without the leading tab and dash
}

// KubeadmPolicy is what `kubeadm upgrade apply TARGET` of the given kubeadm answers, on a
// cluster whose apiserver says cluster, before it does anything. Nil means that it goes on.
// A zero cluster, or nil kubelets, could not be read.
//
//	 1  the cluster's version cannot be read                              mandatory
//	 2  the target is not above kubeadm's minor less one, patch 0         mandatory
//	 3  the target is more than one minor above the cluster               mandatory
//	 4  the target is more than one minor below the cluster               mandatory
//	 5  the target is of a higher minor than kubeadm                      mandatory
//	 6  the target is a higher patch of kubeadm's minor                   skippable
//	 7  the target is of a lower minor than kubeadm                       skippable
//	 8  the target is a pre-release                                       skippable
//	 9  a kubelet is too old: 1 minor for kubeadm up to 1.28, then 3      skippable
//	10  the kubelets' versions cannot be read                             skippable
//
// Rows 3, 4 and 5 are skippable where the target is a pre-release. Row 8 falls to
// --allow-experimental-upgrades, or for an rc to --allow-release-candidate-upgrades, which
// the caller knows. kubeadm looks at nothing else: it lets patches go down, a minor go down
// with the older kubeadm, and apiservers spread; [HopViolations] does not.
// Source: cmd/kubeadm/app/phases/upgrade/policy.go of kubernetes 1.20 to 1.37.
func KubeadmPolicy(kubeadm, cluster, target Version, kubelets []Component) []Refusal {
	if cluster.IsZero() {
		return []Refusal{{
			1, true,
			"kubeadm cannot read the version of the cluster: is the apiserver reachable with admin.conf?",
			"Unable to fetch cluster version: Couldn't fetch cluster version from the API Server",
		}}
	}
	var found []Refusal // in the order in which kubeadm prints them
	if kubelets == nil {
		found = append(found, Refusal{
			10, false,
			"kubeadm cannot read the versions of the kubelets",
			"Unable to fetch kubelet version: couldn't list all nodes in cluster",
		})
	}
	found = append(found, minorRefusals(kubeadm, cluster, target)...)
	found = append(found, toolRefusals(kubeadm, target)...)
	if target.Pre != "" {
		found = append(found, Refusal{
			8, false,
			fmt.Sprintf("%s is a pre-release: kubeadm wants a flag to allow it", target),
			fmt.Sprintf("Specified version to upgrade to %q is an unstable version and such upgrades weren't allowed via setting the --allow-*-upgrades flags", printed(target)),
		})
	}
	return append(found, kubeletRefusals(kubeadm, target, kubelets)...)
}

// minorRefusals are rows 2 to 4: how far the target is from where the cluster stands.
func minorRefusals(kubeadm, cluster, target Version) []Refusal {
	var found []Refusal
	release := target.Pre == ""
	lowest := Version{Major: kubeadm.Major, Minor: kubeadm.Minor - 1}
	if !lowest.Less(target) {
		found = append(found, Refusal{
			2, true,
			fmt.Sprintf("kubeadm %s installs nothing up to %s", kubeadm, lowest),
			fmt.Sprintf("Specified version to upgrade to %q is equal to or lower than the minimum supported version %q. Please specify a higher version to upgrade to", printed(target), printed(cluster)),
		})
	}
	if Skew(target, cluster) > 1 {
		found = append(found, Refusal{
			3, release,
			fmt.Sprintf("from %s to %s is more than one minor", cluster, target),
			fmt.Sprintf("Specified version to upgrade to %q is too high; kubeadm can upgrade only 1 minor version at a time", printed(target)),
		})
	}
	if Skew(target, cluster) < -1 {
		found = append(found, Refusal{
			4, release,
			fmt.Sprintf("from %s down to %s is more than one minor", cluster, target),
			fmt.Sprintf("Specified version to downgrade to %q is too low; kubeadm can downgrade only 1 minor version at a time", printed(target)),
		})
	}
	return found
}

// toolRefusals are rows 5 to 7: kubeadm is the tool of one minor.
func toolRefusals(kubeadm, target Version) []Refusal {
	switch {
	case Skew(target, kubeadm) > 0:
		return []Refusal{{
			5, target.Pre == "",
			fmt.Sprintf("kubeadm %s cannot install %s: install kubeadm %s first", kubeadm, target, target),
			fmt.Sprintf("Specified version to upgrade to %q is at least one minor release higher than the kubeadm minor release (%d > %d). Such an upgrade is not supported", printed(target), target.Minor, kubeadm.Minor),
		}}
	case Skew(target, kubeadm) < 0:
		return []Refusal{{
			7, false,
			fmt.Sprintf("kubeadm %s is made for %s: install kubeadm %s first", kubeadm, kubeadm.MinorString(), target),
			fmt.Sprintf("Kubeadm version %s can only be used to upgrade to Kubernetes version %s", printed(kubeadm), kubeadm.MinorString()),
		}}
	case kubeadm.Less(target):
		return []Refusal{{
			6, false,
			fmt.Sprintf("kubeadm %s is older than %s: install kubeadm %s first", kubeadm, target, target),
			fmt.Sprintf("Specified version to upgrade to %q is higher than the kubeadm version %q. Upgrade kubeadm first using the tool you used to install kubeadm", printed(target), printed(kubeadm)),
		}}
	}
	return nil
}

// KubeadmKubeletSkew is how many minors below the target this kubeadm lets a kubelet be
// without --force: 1 up to kubeadm 1.28, 3 from 1.29.
func KubeadmKubeletSkew(kubeadm Version) int {
	if kubeadm.Minor <= 28 {
		return 1
	}
	return 3
}

// kubeletRefusals is row 9. A kubelet whose version is not known cannot refuse anything.
func kubeletRefusals(kubeadm, target Version, kubelets []Component) []Refusal {
	most := KubeadmKubeletSkew(kubeadm)
	var nodes, versions []string
	for _, k := range kubelets {
		if !k.Version.IsZero() && Skew(target, k.Version) > most {
			nodes = append(nodes, fmt.Sprintf("%s (%s)", k.Node, k.Version))
			versions = append(versions, printed(k.Version))
		}
	}
	if nodes == nil {
		return nil
	}
	slices.Sort(versions)
	versions = slices.Compact(versions)
	return []Refusal{{
		9, false,
		fmt.Sprintf("for %s kubeadm %s wants every kubelet within %s, and these are older: %s", target, kubeadm.MinorString(), minors(most), strings.Join(nodes, ", ")),
		fmt.Sprintf("There are kubelets in this cluster that are too old that have these versions %v", versions),
	}}
}

// RefusalText is what `kubeadm upgrade apply` writes to stderr when it stops for these
// refusals, to the last newline. Skippable ones are not printed beside mandatory ones.
// It is empty when force, or an empty list, lets kubeadm go on.
func RefusalText(kubeadm Version, refusals []Refusal, force bool) string {
	isMandatory := func(r Refusal) bool { return r.Mandatory }
	mandatory := slices.DeleteFunc(slices.Clone(refusals), func(r Refusal) bool { return !r.Mandatory })
	shown, adjective, advice := refusals, "", "Can be bypassed if you pass the --force flag"
	if slices.ContainsFunc(refusals, isMandatory) {
		shown, adjective, advice = mandatory, "fatal ", "Please fix the misalignments highlighted above and try upgrading again"
	} else if force || len(refusals) == 0 {
		return ""
	}
	head := "[upgrade/version] FATAL: the --version argument"
	switch {
	case kubeadm.Minor >= 34:
		head = "error: error execution phase preflight: the version argument"
	case kubeadm.Minor >= 32:
		head = "error execution phase preflight: the version argument"
	}
	var out strings.Builder
	fmt.Fprintf(&out, "%s is invalid due to these %serrors:\n\n", head, adjective)
	for _, r := range shown {
		fmt.Fprintf(&out, "\t- %s\n", r.Text)
	}
	fmt.Fprintf(&out, "\n%s\nTo see the stack trace of this error execute with --v=5 or higher\n", advice)
	return out.String()
}

// printed is a version as kubeadm prints it: with its v.
func printed(v Version) string { return "v" + v.String() }
