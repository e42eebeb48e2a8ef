package steps

import (
	"path"
	"strings"

	"rung/engine/kube"
	"rung/engine/step"
)

// patchesFlag names a folder of patches; an empty one is none.
func patchesFlag(v kube.Version, folder string) ([]string, error) {
	switch {
	case folder == "":
		return nil, nil
	case !path.IsAbs(folder):
		return nil, step.Refuse("patches", "patches is the path of a folder on the host, such as /etc/kubernetes/patches, not %q", folder)
	}
	return []string{kube.PatchesFlag(v), folder}, nil
}

// upgradeFlags returns the flags that `kubeadm upgrade apply` and `upgrade node`
// share. They are there in every minor from 1.20 to 1.37.
func upgradeFlags(certificateRenewal, etcdUpgrade bool, ignorePreflight []string) ([]string, error) {
	var flags []string
	if !certificateRenewal {
		flags = append(flags, "--certificate-renewal=false")
	}
	if !etcdUpgrade {
		flags = append(flags, "--etcd-upgrade=false")
	}
	ignore, err := ignoreFlag(ignorePreflight)
	return append(flags, ignore...), err
}

// ignoreFlag names the preflight errors to ignore. It refuses "all": whoever
// ignores everything has looked at nothing (S17).
func ignoreFlag(names []string) ([]string, error) {
	if len(names) == 0 {
		return nil, nil
	}
	for i, name := range names {
		if strings.EqualFold(strings.TrimSpace(name), "all") {
			return nil, step.RefuseItem("ignore_preflight", i, "ignore_preflight does not take %q: name each check that you have looked at, such as CreateJob", name)
		}
		if name == "" || strings.ContainsAny(name, ", \t\n") {
			return nil, step.RefuseItem("ignore_preflight", i, "ignore_preflight takes the name of one check in each item, not %q", name)
		}
	}
	return []string{"--ignore-preflight-errors=" + strings.Join(names, ",")}, nil
}
