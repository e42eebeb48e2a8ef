package twin

import (
	"path"
	"slices"
)

// tools are the programs of a host, by name. The interpreter has the shell's builtins.
func tools() map[string]tool {
	all := map[string]tool{}
	for name, run := range map[string]func(*process) int{
		// the shell and what starts programs
		"sh": sh, "bash": sh, "env": env, "sudo": sudo, "timeout": timeout, "nice": prefixed, "setsid": setsid, "flock": flock, "export": export, "systemd-run": systemdRun, "xargs": xargs,
		"umask": umask, "kill": kill, "type": which, "command": which, "which": which, "hash": succeed, "ulimit": succeed, "pwd": pwd, "sync": succeed,
		// text
		"cat": cat, "grep": grep, "sed": sed, "cut": cut, "head": head, "tail": tail, "sort": sortLines, "uniq": uniq, "tr": tr, "wc": wc, "tee": tee, "seq": seq, "md5sum": checksum, "sha1sum": checksum, "sha256sum": checksum, "sha512sum": checksum,
		"basename": basename, "dirname": dirname, "echo": echo, "cmp": cmpFiles, "diff": cmpFiles,
		// files
		"mkdir": mkdir, "rm": rm, "rmdir": rm, "mv": mv, "cp": cp, "ln": ln, "chmod": chmod, "chown": chown, "touch": touch, "ls": ls, "stat": stat, "find": find, "df": df, "du": du,
		"readlink": readlink, "mktemp": mktemp, "tar": tar, "install": install, "test": test, "[": test,
		// the system
		"sleep": sleep, "date": date, "hostname": hostname, "uname": uname, "id": id, "whoami": whoami, "sysctl": sysctl, "getent": getent, "openssl": openssl, "nproc": nproc, "true": succeed, "false": fail,
	} {
		all[name] = tool{run: run}
	}
	for name, run := range map[string]func(*process) int{
		"systemctl": systemctl, "journalctl": journalctl, "swapon": swapon, "swapoff": swapoff,
	} {
		all[name] = tool{run: run, domain: true}
	}
	for name, run := range map[string]func(*process) int{"yum": yum, "dnf": yum, "rpm": rpm} {
		all[name] = tool{run: run, domain: true, missing: func(h *host) bool { return h.apt }}
	}
	for name, run := range map[string]func(*process) int{"apt-get": aptGet, "apt-cache": aptCache, "apt-mark": aptMark, "dpkg": dpkg, "dpkg-query": dpkgQuery} {
		all[name] = tool{run: run, domain: true, missing: func(h *host) bool { return !h.apt }}
	}
	all["killall"] = tool{run: killall, domain: true, pkg: "psmisc"}
	for name, run := range map[string]func(*process) int{"pkill": pkill, "pgrep": pgrep, "pidof": pgrep} {
		all[name] = tool{run: run, domain: true, pkg: "procps-ng"}
	}
	all["needs-restarting"] = tool{run: needsRestarting, domain: true, pkg: "yum-utils"}
	all["crictl"] = tool{run: crictl, domain: true, pkg: "cri-tools"}
	all["ctr"] = tool{run: ctr, domain: true}
	all["etcdctl"] = tool{run: etcdProgram, domain: true, missing: func(h *host) bool { return !h.cluster.shape.HostEtcdctl || !h.controlPlane }}
	all["etcdutl"] = tool{run: etcdProgram, domain: true, missing: func(*host) bool { return true }} // it is in etcd's image alone
	all["kubeadm"] = tool{run: kubeadm, domain: true, pkg: "kubeadm"}
	all["kubectl"] = tool{run: kubectl, domain: true, pkg: "kubectl"}
	all["kubelet"] = tool{run: kubeletProgram, domain: true, pkg: "kubelet"}
	return all
}

func succeed(*process) int { return 0 }
func fail(*process) int    { return 1 }

// matchesAny tells whether a name matches one of the patterns, or there are none.
func matchesAny(patterns []string, name string) bool {
	return len(patterns) == 0 || slices.ContainsFunc(patterns, func(pattern string) bool {
		ok, _ := path.Match(pattern, name) // a bad pattern matches nothing
		return ok
	})
}
