package twin

import (
	"maps"
	"path"
	"slices"
	"strings"
	"syscall"
	"time"
)

// parameters are those of the kernel that a twin has, of some thousand that a real one does, with what they are after a boot
// where no file says otherwise. Those of the host itself, as its name, are not among them: see fixedParameter.
var parameters = map[string]string{
	"fs.aio-max-nr": "65536", "fs.file-max": "786432", "fs.inotify.max_queued_events": "16384", "fs.inotify.max_user_instances": "128", "fs.inotify.max_user_watches": "61440", "fs.nr_open": "1048576",
	"kernel.dmesg_restrict": "0", "kernel.keys.root_maxbytes": "25000000", "kernel.keys.root_maxkeys": "1000000", "kernel.msgmax": "8192", "kernel.panic": "0", "kernel.panic_on_oops": "1", "kernel.pid_max": "32768",
	"kernel.randomize_va_space": "2", "kernel.sem": "32000\t1024000000\t500\t32000", "kernel.shmall": "18446744073692774399", "kernel.shmmax": "18446744073692774399", "kernel.shmmni": "4096", "kernel.sysrq": "16", "kernel.threads-max": "62368",
	"net.bridge.bridge-nf-call-arptables": "1", "net.bridge.bridge-nf-call-ip6tables": "1", "net.bridge.bridge-nf-call-iptables": "1",
	"net.core.default_qdisc": "fq_codel", "net.core.netdev_max_backlog": "1000", "net.core.rmem_default": "212992", "net.core.rmem_max": "212992", "net.core.somaxconn": "4096", "net.core.wmem_default": "212992", "net.core.wmem_max": "212992",
	"net.ipv4.conf.all.accept_redirects": "0", "net.ipv4.conf.all.forwarding": "1", "net.ipv4.conf.all.rp_filter": "0", "net.ipv4.conf.all.send_redirects": "1", "net.ipv4.conf.default.accept_redirects": "1", "net.ipv4.conf.default.rp_filter": "1",
	"net.ipv4.ip_forward": "1", "net.ipv4.ip_local_port_range": "32768\t60999", "net.ipv4.ip_nonlocal_bind": "0", "net.ipv4.neigh.default.gc_thresh1": "128", "net.ipv4.neigh.default.gc_thresh2": "512", "net.ipv4.neigh.default.gc_thresh3": "1024",
	"net.ipv4.tcp_congestion_control": "cubic", "net.ipv4.tcp_fin_timeout": "60", "net.ipv4.tcp_keepalive_intvl": "75", "net.ipv4.tcp_keepalive_probes": "9", "net.ipv4.tcp_keepalive_time": "7200", "net.ipv4.tcp_max_syn_backlog": "512",
	"net.ipv4.tcp_max_tw_buckets": "32768", "net.ipv4.tcp_retries2": "15", "net.ipv4.tcp_rmem": "4096\t131072\t6291456", "net.ipv4.tcp_syncookies": "1", "net.ipv4.tcp_tw_reuse": "2", "net.ipv4.tcp_wmem": "4096\t16384\t4194304",
	"net.ipv6.conf.all.disable_ipv6": "0", "net.ipv6.conf.all.forwarding": "0", "net.ipv6.conf.default.disable_ipv6": "0", "net.netfilter.nf_conntrack_max": "262144",
	"vm.dirty_background_ratio": "10", "vm.dirty_ratio": "30", "vm.drop_caches": "0", "vm.max_map_count": "65530", "vm.min_free_kbytes": "67584", "vm.nr_hugepages": "0", "vm.overcommit_memory": "1", "vm.overcommit_ratio": "50", "vm.panic_on_oom": "0", "vm.swappiness": "30",
	"vm.vfs_cache_pressure": "100",
}

// parameterFolders are where systemd-sysctl and sysctl --system look for files; of two with one name the earlier folder's counts.
var parameterFolders = []string{"/etc/sysctl.d", "/run/sysctl.d", "/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d", "/lib/sysctl.d"}

// ownParameters is taken up after all others.
const ownParameters = "/etc/sysctl.conf"

var dotsAndSlashes = strings.NewReplacer(".", "/", "/", ".")

// inProc is the file of a parameter: sysctl takes dots and slashes for each other.
func inProc(name string) string {
	if i := strings.IndexAny(name, "./"); i >= 0 && name[i] == '.' {
		name = dotsAndSlashes.Replace(name)
	}
	return "/proc/sys/" + name
}

// parameterIn is the name of the parameter whose file that is.
func parameterIn(file string) string {
	return strings.ReplaceAll(strings.TrimPrefix(file, "/proc/sys/"), "/", ".")
}

// parameter is the value that one has; there is false where the twin knows of none.
func (h *host) parameter(name string, now time.Time) (value string, there bool) {
	if l, changed := h.parameters[name]; changed {
		return l.at(now), true
	}
	value, there = parameters[name]
	return value, there
}

func (h *host) setParameter(name, value string, now time.Time) {
	l, changed := h.parameters[name]
	if !changed {
		l = always(parameters[name])
	}
	l.set(now, value)
	if h.parameters == nil {
		h.parameters = map[string]timeline[string]{}
	}
	h.parameters[name] = l
}

// parameterFiles are the files that are taken up at a boot, in their order.
func (h *host) parameterFiles(now time.Time) []string {
	byName := map[string]string{}
	for _, folder := range slices.Backward(parameterFolders) {
		names, _ := h.disk.list(folder, now) // one that is not there has none
		for _, name := range names {
			if strings.HasSuffix(name, ".conf") {
				byName[name] = path.Join(folder, name)
			}
		}
	}
	var files []string
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		files = append(files, byName[name])
	}
	if h.disk.exists(ownParameters, now) {
		files = append(files, ownParameters)
	}
	return files
}

// setting is a line of such a file.
type setting struct{ name, value string }

// settings reads the text of such a file; what is no line of NAME = VALUE is in bad.
func settings(text string) (good []setting, bad []string) {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' || line[0] == ';' {
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		if name = strings.TrimSpace(strings.TrimPrefix(line[:len(name)], "-")); !ok || name == "" {
			bad = append(bad, line)
			continue
		}
		good = append(good, setting{parameterIn(inProc(name)), strings.TrimSpace(value)})
	}
	return good, bad
}

// takeUp has the parameters be what the files say, as systemd-sysctl does. It returns those that the twin does not know.
func (h *host) takeUp(now time.Time) (unknown []string) {
	for _, file := range h.parameterFiles(now) {
		text, _ := h.disk.read(file, now) // it was listed just now
		good, _ := settings(text)
		for _, s := range good {
			if _, there := h.parameter(s.name, now); there {
				h.setParameter(s.name, s.value, now)
			} else {
				unknown = append(unknown, s.name)
			}
		}
	}
	return unknown
}

// bootParameters has them be as after a boot.
func (h *host) bootParameters(at time.Time) {
	for name := range h.parameters {
		h.setParameter(name, parameters[name], at)
	}
	h.takeUp(at) // what is not known there is no command of anybody's
}

// procSys answers for a file or folder below /proc/sys that a parameter makes.
func (h *host) procSys(name string, now time.Time) (value string, there bool, names []string) {
	if value, there = h.parameter(parameterIn(name), now); there {
		return value, true, nil
	}
	for parameter := range parameters {
		if rest, below := strings.CutPrefix(inProc(parameter), name+"/"); below {
			base, _, _ := strings.Cut(rest, "/")
			names = append(names, base)
		}
	}
	slices.Sort(names)
	return "", false, slices.Compact(names)
}

// writeProc is a write to a file of /proc.
func (h *host) writeProc(name, data string, now time.Time) error {
	parameter := parameterIn(name)
	if _, there := h.parameter(parameter, now); !there {
		return syscall.EACCES
	}
	if data = strings.TrimSpace(data); data != "" { // emptied, as a shell does before it writes, it stays what it was
		h.setParameter(parameter, data, now)
	}
	return nil
}

// sysctlOptions are what sysctl was asked.
type sysctlOptions struct {
	write, valuesOnly, namesOnly, ignore, quiet bool
	all, system                                 bool
	files                                       []string // of -p
	words                                       []string
}

func readSysctl(args []string) (o sysctlOptions, known bool) {
	long := map[string]string{"--write": "w", "--values": "n", "--names": "N", "--ignore": "e", "--quiet": "q", "--all": "a", "--load": "p"}
	load := false
	for _, arg := range args {
		arg, file, _ := strings.Cut(arg, "=/") // --load=/FILE
		switch {
		case arg == "--system":
			o.system = true
			continue
		case !strings.HasPrefix(arg, "-") || arg == "-":
			if file != "" {
				arg += "=/" + file
			}
			o.words = append(o.words, arg)
			continue
		case file != "" && arg == "--load":
			o.files = append(o.files, "/"+file)
		}
		letters := strings.TrimPrefix(arg, "-")
		if strings.HasPrefix(arg, "--") {
			letters = long[arg]
		}
		if letters == "" {
			return o, false
		}
		for i, letter := range letters {
			switch letter {
			case 'w':
				o.write = true
			case 'n':
				o.valuesOnly = true
			case 'N':
				o.namesOnly = true
			case 'e':
				o.ignore = true
			case 'q':
				o.quiet = true
			case 'a', 'A', 'X':
				o.all = true
			case 'p', 'f':
				load = true
				if rest := letters[i+1:]; rest != "" {
					o.files = append(o.files, rest)
					return o, true
				}
			default:
				return o, false
			}
		}
	}
	if load {
		o.files = append(o.files, o.words...)
		if o.words = nil; len(o.files) == 0 {
			o.files = []string{ownParameters}
		}
	}
	return o, true
}

// sysctl shows parameters of the kernel, sets them, and takes up files of them.
func sysctl(p *process) int {
	o, known := readSysctl(p.args())
	if !known || len(o.words) == 0 && !o.all && !o.system && o.files == nil {
		return p.usage()
	}
	ok := true
	if o.system {
		var files []string
		_ = p.locked(func(_ *disk, now time.Time) error { files = p.host.parameterFiles(now); return nil })
		for _, file := range files {
			if !o.quiet {
				p.outf("* Applying %s ...\n", file)
			}
			ok = p.loadParameters(file, o) && ok
		}
		return status(ok)
	}
	for _, file := range o.files {
		ok = p.loadParameters(file, o) && ok
	}
	if o.all {
		o.words = slices.Sorted(maps.Keys(parameters))
	}
	for _, word := range o.words {
		name, value, writes := strings.Cut(word, "=")
		name = parameterIn(inProc(name))
		switch {
		case writes:
			ok = p.setParameter(setting{name, value}, o) && ok
		case o.write:
			p.errf("sysctl: %q must be of the form name=value\n", word)
			ok = false
		default:
			ok = p.showParameter(name, o) && ok
		}
	}
	return status(ok)
}

// loadParameters takes up one file.
func (p *process) loadParameters(file string, o sysctlOptions) bool {
	text, err := p.read(file)
	if err != nil {
		p.errf("sysctl: cannot open \"%s\": %s\n", file, sentence(err))
		return false
	}
	good, bad := settings(text)
	for _, line := range bad {
		p.errf("sysctl: %s: invalid syntax, continuing: %s\n", file, line)
	}
	ok := true
	for _, s := range good {
		ok = p.setParameter(s, o) && ok
	}
	return ok
}

func (p *process) setParameter(s setting, o sysctlOptions) bool {
	p.cluster.mu.Lock()
	defer p.cluster.mu.Unlock()
	_, there := p.host.parameter(s.name, p.now())
	if !there {
		return p.noParameter(s.name, o)
	}
	if p.user != "root" {
		p.errf("sysctl: permission denied on key %q\n", s.name)
		return false
	}
	p.host.setParameter(s.name, strings.Join(strings.Fields(s.value), "\t"), p.now())
	switch {
	case o.quiet:
	case o.valuesOnly:
		p.outf("%s\n", s.value)
	case o.namesOnly:
		p.outf("%s\n", s.name)
	default:
		p.outf("%s = %s\n", s.name, s.value)
	}
	return true
}

func (p *process) showParameter(name string, o sysctlOptions) bool {
	value, err := p.read(inProc(name))
	value = strings.TrimSuffix(value, "\n")
	switch {
	case err != nil:
		return p.noParameter(name, o)
	case o.valuesOnly:
		p.outf("%s\n", value)
	case o.namesOnly:
		p.outf("%s\n", name)
	default:
		p.outf("%s = %s\n", name, value)
	}
	return true
}

// noParameter says what sysctl does of a parameter that there is not. A real kernel may well have it: so it is unknown.
func (p *process) noParameter(name string, o sysctlOptions) bool {
	if o.ignore {
		return true
	}
	p.cluster.note(p.session, p.argv)
	p.errf("sysctl: cannot stat %s: No such file or directory\n", inProc(name))
	return false
}
