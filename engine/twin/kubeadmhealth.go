package twin

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"rung/engine/kube"
)

// healthCheck is a check of kubeadm's before an upgrade, and what it found; nothing where all is well.
type healthCheck struct{ name, fault string }

// healthChecks are the checks that plan and apply make of the cluster. Those named by
// --ignore-preflight-errors are but warnings.
func (k *kubeadmCall) healthChecks() int {
	ignored := strings.Split(strings.ToLower(k.option("--ignore-preflight-errors")), ",")
	fatal := ""
	for _, check := range []healthCheck{{"CreateJob", k.healthJob()}, {"ControlPlaneNodesReady", k.notReadyPlanes()}, {"StaticPodManifest", k.missingManifests()}} {
		switch {
		case check.fault == "":
		case slices.Contains(ignored, strings.ToLower(check.name)), slices.Contains(ignored, "all"):
			k.errf("\t[WARNING %s]: %s\n", check.name, check.fault)
		default:
			fatal += fmt.Sprintf("\t[ERROR %s]: %s\n", check.name, check.fault)
		}
	}
	if fatal == "" {
		return 0
	}
	k.errf("%s[upgrade/health] FATAL: [preflight] Some fatal errors occurred:\n%s[preflight] If you know what you are doing, you can make a check non-fatal with `--ignore-preflight-errors=...`\nTo see the stack trace of this error execute with --v=5 or higher\n", k.errorPrefix(), fatal)
	return kube.PreflightExitCode(k.own)
}

// jobStart is how long the health Job takes on a cluster that is well.
const jobStart = 3 * time.Second

// healthJob runs a Job, which needs a controller manager and a scheduler that lead, and a node that takes
// it: every one that is Ready and not cordoned, control planes too. From 1.31 it is left out where all are
// cordoned.
func (k *kubeadmCall) healthJob() string {
	limit := 15 * time.Second
	if k.own.Minor >= 36 {
		limit = time.Minute
	}
	name := "upgrade-health-check"
	if k.own.Minor >= 30 {
		name += fmt.Sprintf("-%d", k.now().UnixMilli())
	}
	cordoned := !slices.ContainsFunc(k.cluster.hosts, func(h *host) bool { return !h.spec.at(k.now()).unschedulable })
	if cordoned && k.own.Minor >= 31 {
		k.errf("\t[WARNING CreateJob]: no node is schedulable\n")
		return ""
	}
	k.cluster.attend(k.now())
	at, led := k.cluster.led(k.now())
	took := at.Add(jobStart).Sub(k.now())
	takes := func(h *host) bool {
		return !h.away(at) && h.ready(at) == "True" && !h.spec.at(at).unschedulable
	}
	if !k.cluster.jobHangs && led && took <= limit && slices.ContainsFunc(k.cluster.hosts, takes) {
		k.charge(took)
		return ""
	}
	k.charge(limit)
	return fmt.Sprintf("Job %q in the namespace \"kube-system\" did not complete in %v: no condition of type Complete", name, limit)
}

func (k *kubeadmCall) notReadyPlanes() string {
	var names []string
	for _, h := range k.cluster.hosts[:k.cluster.shape.ControlPlanes] {
		if h.ready(k.now()) != "True" {
			names = append(names, h.name)
		}
	}
	if names == nil {
		return ""
	}
	return fmt.Sprintf("there are NotReady control-planes in the cluster: %v", names)
}

func (k *kubeadmCall) missingManifests() string {
	var names []string
	for _, component := range components[1:] {
		if name := manifests + "/" + component + ".yaml"; !k.host.disk.exists(name, k.now()) {
			names = append(names, name)
		}
	}
	if names == nil {
		return ""
	}
	return fmt.Sprintf("The control plane seems to be Static Pod-hosted, but some of the manifests don't seem to exist on disk. This probably means you're running 'kubeadm upgrade' on a remote machine, which is not supported for a Static Pod-hosted cluster. Manifest files not found: %v", names)
}
