package readonly

import (
	"path"
	"slices"
	"strings"
)

// wrappers run what stands behind them, and behind their own options.
var wrappers = words("sudo env command exec nice ionice nohup time timeout setsid stdbuf xargs flock chroot nsenter")

// changing are programs that have no other use. The paths of some may be of a folder of the script's own, which is opaque.
var changing = words("dd mkfs mkswap swapoff reboot shutdown poweroff halt kill pkill killall killall5 mount umount useradd userdel usermod groupadd passwd chpasswd visudo insmod modprobe rmmod telinit fstrim wipefs parted")

// filing are programs that change the files they are given.
var filing = words("rm rmdir mv cp install touch mkdir ln chmod chown chgrp truncate shred tee unlink mkfifo setfacl setfattr chattr")

// verbs are, of programs with verbs, those that change something.
var verbs = map[string][]string{
	"systemctl":   words("start stop restart reload reload-or-restart try-restart enable disable mask unmask kill daemon-reload daemon-reexec isolate reboot poweroff halt set-property edit link revert preset reset-failed set-default"),
	"kubectl":     words("apply create delete patch replace edit scale set label annotate taint cordon uncordon drain run expose autoscale cp evict rollout/restart rollout/undo rollout/pause rollout/resume certificate/approve certificate/deny"),
	"kubeadm":     words("init join reset upgrade/apply upgrade/node certs/renew token/create token/delete config/migrate"),
	"yum":         words("install update upgrade remove erase downgrade reinstall autoremove distro-sync swap localinstall groupinstall module versionlock/add versionlock/delete versionlock/clear"),
	"apt-get":     words("install upgrade dist-upgrade full-upgrade remove purge autoremove build-dep"),
	"apt-mark":    words("hold unhold auto manual"),
	"dpkg":        words("-i -r -P --install --remove --purge --configure --unpack"),
	"rpm":         words("-i -U -F -e --install --upgrade --erase --freshen --rebuilddb --import"),
	"crictl":      words("rm rmi rmp stop stopp pull run runp create start update exec"),
	"ctr":         words("images/rm images/pull images/import containers/rm tasks/kill tasks/rm run"),
	"docker":      words("rm rmi run stop start restart kill pull exec build prune"),
	"etcdctl":     words("put del txn compact compaction defrag move-leader member/add member/remove member/promote member/update snapshot/save snapshot/restore alarm/disarm lease/grant lease/revoke auth/enable auth/disable user/add user/delete"),
	"etcdutl":     words("snapshot/restore defrag migrate"),
	"sysctl":      words("-w -p --write --load --system"),
	"hostnamectl": words("set-hostname hostname"),
	"timedatectl": words("set-time set-timezone set-ntp"),
	"helm":        words("install upgrade uninstall rollback"),
	"crontab":     words("-r -e"),
	"sed":         words("-i --in-place"),
	"perl":        words("-i -pi"),
	"find":        words("-delete"),
}

// same are programs that take the verbs of another one.
var same = map[string]string{"dnf": "yum", "dnf5": "yum", "microdnf": "yum", "apt": "apt-get", "aptitude": "apt-get", "podman": "docker", "nerdctl": "docker", "mkfs.ext4": "mkfs", "mkfs.xfs": "mkfs"}

func words(text string) []string { return strings.Fields(text) }

// judgeWords says what a command would change, as far as that can be told.
func judgeWords(argv []string) string {
	argv = unwrapped(argv)
	if len(argv) == 0 {
		return ""
	}
	name := path.Base(argv[0])
	if other := same[name]; other != "" {
		name = other
	}
	switch {
	case slices.Contains(shells, name):
		return judgeShell(argv)
	case slices.Contains(changing, name) && !asks(argv):
		return argv[0] + " changes something"
	case slices.Contains(filing, name):
		return judgeFiling(argv)
	}
	if (name == "sed" || name == "perl") && strings.Contains(argv[len(argv)-1], opaque) { // which file, nobody knows
		return ""
	}
	if why := judgeFind(name, argv); why != "" {
		return why
	}
	if verb := verbOf(name, argv); verb != "" {
		return argv[0] + " " + strings.ReplaceAll(verb, "/", " ") + " changes something"
	}
	return ""
}

var shells = words("sh bash dash ash ksh zsh")

// judgeShell judges the script of a shell that is given one.
func judgeShell(argv []string) string {
	for i, word := range argv[1:] {
		if strings.HasPrefix(word, "-") && !strings.HasPrefix(word, "--") && strings.Contains(word, "c") && i+2 < len(argv) {
			return judgeScript(argv[i+2])
		}
	}
	return ""
}

// judgeFind judges what find executes.
func judgeFind(name string, argv []string) string {
	if name != "find" {
		return ""
	}
	for i, word := range argv {
		if (word == "-exec" || word == "-execdir" || word == "-ok") && i+1 < len(argv) {
			return judgeWords(argv[i+1:])
		}
	}
	return ""
}

// wrapping are the options of wrappers with a value of their own.
var wrapping = map[string][]string{
	"sudo":    words("-u -g -h -p -C -r -t -U -D -R -T --user --group --host --prompt --chdir"),
	"env":     words("-u -C --unset --chdir"),
	"nice":    words("-n --adjustment"),
	"ionice":  words("-c -n --class --classdata"),
	"stdbuf":  words("-i -o -e --input --output --error"),
	"xargs":   words("-a -d -E -I -L -n -P -s"),
	"flock":   words("-w -E --timeout --conflict-exit-code"),
	"timeout": words("-s -k --signal --kill-after"),
	"nsenter": words("-t -S -G --target"),
}

// unwrapped is the command that is run in the end.
func unwrapped(argv []string) []string {
	for len(argv) > 0 && slices.Contains(wrappers, path.Base(argv[0])) {
		name := path.Base(argv[0])
		timed := name == "timeout" || name == "flock" || name == "chroot"
		argv = argv[1:]
		for len(argv) > 0 && (strings.HasPrefix(argv[0], "-") || strings.Contains(argv[0], "=")) {
			valued := slices.Contains(wrapping[name], argv[0])
			if argv = argv[1:]; valued && len(argv) > 0 {
				argv = argv[1:]
			}
		}
		if timed && len(argv) > 0 { // its duration, lock or root
			argv = argv[1:]
		}
	}
	return argv
}

// asks says that a program is only asked for its version or a list.
func asks(argv []string) bool {
	switch {
	case len(argv) == 1:
		name := path.Base(argv[0])
		return name == "mount" || name == "passwd"
	case path.Base(argv[0]) == "kill":
		return argv[1] == "-0" || argv[1] == "-l"
	}
	return slices.ContainsFunc(argv[1:], func(w string) bool { return w == "--version" || w == "--help" || w == "-n" })
}

// judgeFiling refuses what changes a file that is named. Where all of them are opaque nothing is known.
func judgeFiling(argv []string) string {
	for _, word := range argv[1:] {
		if strings.HasPrefix(word, "/") && !strings.HasPrefix(word, "/dev/") && !strings.Contains(word, opaque) {
			return argv[0] + " changes " + word
		}
	}
	return ""
}

// verbOf is the verb, or the option, by which a program changes something; "" where none is there.
func verbOf(name string, argv []string) string {
	known := verbs[name]
	if known == nil {
		return ""
	}
	dry := slices.ContainsFunc(argv, func(w string) bool {
		return w == "--dry-run" || strings.HasPrefix(w, "--dry-run=") && w != "--dry-run=none" || w == "--assumeno" || w == "--simulate" || w == "-s" && name == "apt-get" || w == "--test" && name == "rpm"
	})
	if dry {
		return ""
	}
	operands := operandsOf(name, argv)
	for _, verb := range known {
		first, second, two := strings.Cut(verb, "/")
		switch {
		case strings.HasPrefix(verb, "-"):
			if slices.ContainsFunc(argv[1:], func(w string) bool { return option(w, verb, name) }) {
				return verb
			}
		case two && len(operands) > 1 && operands[0] == first && operands[1] == second:
			return verb
		case !two && len(operands) > 0 && operands[0] == verb:
			return verb
		}
	}
	return ""
}

// option says whether w is the option, also with others (-Uvh) or a value (-i.bak) behind it.
func option(w, want, name string) bool {
	if strings.HasPrefix(want, "--") || name == "find" || name == "crontab" {
		return w == want || strings.HasPrefix(w, want+"=")
	}
	return strings.HasPrefix(w, want) && !strings.HasPrefix(w, "--")
}

// valued are options with a value of its own, before the verb.
var valued = map[string][]string{
	"kubectl":   words("--kubeconfig -n --namespace --context --server -s --request-timeout --cluster --user --as --token --certificate-authority"),
	"systemctl": words("-H -M -t -p -n --property --type --state --root"),
	"yum":       words("-c --config -d -e -x --repo --setopt --installroot --releasever"),
	"apt-get":   words("-o -c -t"),
	"crictl":    words("-r --runtime-endpoint -i --image-endpoint -t --timeout -c --config"),
	"ctr":       words("-n --namespace -a --address"),
	"etcdctl":   words("--endpoints --cacert --cert --key --command-timeout --dial-timeout -w --write-out"),
}

// operandsOf are the words of a command that are no options, nor values of such.
func operandsOf(name string, argv []string) []string {
	var operands []string
	for i := 1; i < len(argv); i++ {
		switch w := argv[i]; {
		case strings.HasPrefix(w, "-"):
			if slices.Contains(valued[name], w) {
				i++
			}
		default:
			operands = append(operands, w)
		}
	}
	return operands
}
