package twin

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// seconds reads a time as sleep and timeout do: "0.5", "10", "2m".
func seconds(text string) (time.Duration, error) {
	if text == "" {
		return 0, strconv.ErrSyntax
	}
	unit := map[byte]time.Duration{'s': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour}[text[len(text)-1]]
	if unit == 0 {
		unit = time.Second
	} else {
		text = text[:len(text)-1]
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || n < 0 || n > 1e9 {
		return 0, strconv.ErrSyntax
	}
	return time.Duration(n * float64(unit)), nil
}

func sleep(p *process) int {
	for _, arg := range p.args() {
		d, err := seconds(arg)
		if err != nil {
			return p.fail("invalid time interval '%s'", arg)
		}
		p.charge(d)
	}
	return 0
}

func date(p *process) int {
	now := p.now()
	if _, ok := p.cluster.clock.(Shower); ok {
		now = ownTime(p.cluster.clock)
	}
	now = now.Add(p.host.ahead).UTC()
	format := "+%a %b %e %H:%M:%S UTC %Y"
	for _, arg := range p.args() {
		switch {
		case arg == "-u" || arg == "--utc":
		case strings.HasPrefix(arg, "+"):
			format = arg
		default:
			return p.usage()
		}
	}
	p.outf("%s\n", strings.NewReplacer("%s", strconv.FormatInt(now.Unix(), 10), "%Y", now.Format("2006"), "%m", now.Format("01"), "%d", now.Format("02"), "%H", now.Format("15"), "%M", now.Format("04"),
		"%S", now.Format("05"), "%N", now.Format("000000000"), "%F", now.Format("2006-01-02"), "%T", now.Format("15:04:05"), "%a", now.Format("Mon"), "%b", now.Format("Jan"), "%e", now.Format("_2"),
		"%z", "+0000", "%Z", "UTC", "%%", "%").Replace(format[1:]))
	return 0
}

// ownTime is what the hosts' own clocks show.
func ownTime(c Clock) time.Time {
	if clock, ok := c.(Shower); ok {
		return clock.Shown()
	}
	return c.Now()
}

// shown is how long d was on the hosts' own clocks.
func (c *Cluster) shown(d time.Duration) time.Duration {
	by, own := c.clock.Now().Sub(c.made[0]), ownTime(c.clock).Sub(c.made[1])
	if by <= 0 || own == by {
		return d
	}
	return time.Duration(float64(d) * float64(own) / float64(by))
}

func hostname(p *process) int {
	for _, arg := range p.args() {
		switch arg {
		case "-I", "-i":
			p.outf("%s \n", p.host.ip)
			return 0
		case "-s", "-f":
		default:
			return p.usage()
		}
	}
	p.outf("%s\n", p.host.name)
	return 0
}

func uname(p *process) int {
	set, rest, known := flags(p.args(), "rmsnapiov", "")
	if !known || len(rest) > 0 {
		return p.usage()
	}
	var words []string
	for _, field := range []struct {
		letter byte
		text   string
	}{{'s', "Linux"}, {'n', p.host.name}, {'r', p.host.booted(p.now()).kernel}, {'v', "#1 SMP"}, {'m', architecture}, {'p', architecture}, {'i', architecture}, {'o', "GNU/Linux"}} {
		if set[field.letter]+set['a'] != "" || len(set) == 0 && field.letter == 's' {
			words = append(words, field.text)
		}
	}
	p.outf("%s\n", strings.Join(words, " "))
	return 0
}

func id(p *process) int {
	number := 0
	if p.user != "root" {
		number = 1000
	}
	switch strings.Join(p.args(), " ") {
	case "-u", "-g":
		p.outf("%d\n", number)
	case "-u root":
		p.outf("0\n")
	case "-un", "-u -n", "-gn":
		p.outf("%s\n", p.user)
	case "", p.user:
		p.outf("uid=%[1]d(%[2]s) gid=%[1]d(%[2]s) groups=%[1]d(%[2]s)\n", number, p.user)
	default:
		return p.usage()
	}
	return 0
}

func whoami(p *process) int {
	p.outf("%s\n", p.user)
	return 0
}

func nproc(p *process) int {
	p.outf("2\n")
	return 0
}

func getent(p *process) int {
	if args := p.args(); len(args) == 2 && (args[0] == "hosts" || args[0] == "ahosts") {
		for _, h := range p.cluster.hosts {
			if h.name == args[1] {
				p.outf("%-15s %s\n", h.ip, h.name)
				return 0
			}
		}
		return 2
	}
	return p.usage()
}

// swapon --show tells what swap is in use; swapoff -a turns it off.
func swapon(p *process) int {
	if !p.host.swapOn(p.now()) {
		return 0
	}
	for _, arg := range p.args() {
		if columns, ok := strings.CutPrefix(arg, "--show="); ok {
			cells := []string{}
			for column := range strings.SplitSeq(strings.ToUpper(columns), ",") {
				cells = append(cells, map[string]string{"NAME": "/dev/dm-1", "TYPE": "partition", "SIZE": "2G", "USED": "0B", "PRIO": "-2"}[column])
			}
			if !slices.Contains(p.args(), "--noheadings") {
				p.outf("%s\n", strings.ReplaceAll(strings.ToUpper(columns), ",", " "))
			}
			p.outf("%s\n", strings.Join(cells, " "))
			return 0
		}
	}
	p.outf("NAME      TYPE      SIZE USED PRIO\n/dev/dm-1 partition   2G   0B   -2\n")
	return 0
}

func swapoff(p *process) int {
	l := p.host.services["swap"]
	l.set(p.now(), false)
	p.host.services["swap"] = l
	return 0
}

func journalctl(p *process) int {
	p.charge(quick)
	now := p.now()
	k := p.host.kubelet.at(now)
	stamp := func(t time.Time) string { return t.UTC().Format("Jan 02 15:04:05") }
	if slices.Contains(p.args(), "kubelet") || slices.Contains(p.args(), "kubelet.service") || strings.Contains(strings.Join(p.args(), " "), "eu kubelet") {
		since := p.host.kubelet.since(now)
		if since.IsZero() {
			since = p.cluster.born
		}
		switch {
		case k.failing != "":
			pid := 4000 + int(hash(p.host.name)%999)
			line := func(at time.Time, who, text string) { p.outf("%s %s %s: %s\n", stamp(at), p.host.name, who, text) }
			line(since, "systemd[1]", "Started kubelet: The Kubernetes Node Agent.")
			line(since, fmt.Sprintf("kubelet[%d]", pid), fmt.Sprintf("E%s %7d run.go:72] \"command failed\" err=\"%s\"", since.UTC().Format("0102 15:04:05.000000"), pid, k.failing))
			line(since, "systemd[1]", "kubelet.service: Main process exited, code=exited, status=1/FAILURE")
			line(since, "systemd[1]", "kubelet.service: Failed with result 'exit-code'.")
			line(now, "systemd[1]", fmt.Sprintf("kubelet.service: Scheduled restart job, restart counter is at %d.", int(now.Sub(since)/(10*time.Second))+1))
		case k.active:
			p.outf("%s %s systemd[1]: Started kubelet: The Kubernetes Node Agent.\n%s %s kubelet[%d]: I0101 \"Kubelet version\" kubeletVersion=\"v%s\"\n", stamp(since), p.host.name, stamp(since), p.host.name, k.pid, k.version)
		default:
			p.outf("%s %s systemd[1]: Stopped kubelet: The Kubernetes Node Agent.\n", stamp(since), p.host.name)
		}
		return 0
	}
	p.outf("-- No entries --\n")
	return 0
}

// processes are the programs that run on a host, by name.
func (h *host) processes(now time.Time) map[string]int {
	running := map[string]int{"systemd": 1, "containerd": 640, "sshd": 702}
	if k := h.kubelet.at(now); k.active {
		running["kubelet"] = k.pid
	}
	if h.apiserverRuns(now) {
		running["kube-apiserver"] = 2001 + len(h.outages)
	}
	for i, component := range components {
		switch {
		case component == "kube-apiserver" || h.runningImage(component, now) == "":
		case component != "etcd" || h.etcdProcess(now):
			running[component] = etcdPID + i
		}
	}
	return running
}

// signal ends the apiserver, which the kubelet starts again.
func (p *process) signal(name string) int {
	if _, there := p.host.processes(p.now())[name]; !there {
		return 1
	}
	switch name {
	case "kube-apiserver":
		p.host.interrupt(p.now(), apiserverStart, 0)
	case "kubelet":
		p.host.startKubelet(p.now(), readyAfterRestart)
	}
	return 0
}

func killall(p *process) int {
	_, names, known := flags(p.args(), "qweI", "s")
	if !known || len(names) == 0 {
		return p.usage()
	}
	code := 0
	for _, name := range names {
		if p.signal(name) != 0 {
			p.errf("%s: no process found\n", name)
			code = 1
		}
	}
	return code
}

func pkill(p *process) int {
	if p.tooLong() {
		return 1
	}
	code := 1
	for _, arg := range p.args() {
		if !strings.HasPrefix(arg, "-") && p.signal(arg) == 0 {
			code = 0
		}
	}
	return code
}

// kernelName is how much of a program's name the kernel keeps.
const kernelName = 15

// tooLong says, as pgrep and pkill do, that no process is found by a name that the kernel cuts off.
func (p *process) tooLong() bool {
	if name := p.argv[len(p.argv)-1]; len(p.argv) < 2 || len(name) <= kernelName || slices.Contains(p.argv, "-f") {
		return false
	}
	p.errf("%[1]s: pattern that searches for process name longer than 15 characters will result in zero matches\nTry `%[1]s -f' option to match against the complete command line.\n", p.argv[0])
	return true
}

// pgrep answers pgrep and pidof.
func pgrep(p *process) int {
	running := p.host.processes(p.now())
	code := 1
	if p.argv[0] == "pgrep" && p.tooLong() {
		return 1
	}
	if p.argv[0] == "pgrep" {
		for name, pid := range running { // it knows names as the kernel cuts them off
			running[name[:min(len(name), kernelName)]] = pid
		}
	}
	for _, arg := range p.args() {
		if pid, there := running[arg]; there {
			p.outf("%d\n", pid)
			code = 0
		}
	}
	return code
}

// kill knows the processes of pgrep.
func kill(p *process) int {
	p.await()
	p.cluster.mu.Lock()
	defer p.cluster.mu.Unlock()
	_, rest, known := flags(p.args(), "0123456789", "s")
	if !known {
		rest = p.args()[1:] // a signal by its name
	}
	code := 0
	for _, word := range rest {
		found := false
		for name, pid := range p.host.processes(p.now()) {
			if word == strconv.Itoa(pid) {
				found = true
				if !slices.Contains(p.args(), "-0") {
					p.signal(name)
				}
			}
		}
		if !found {
			p.errf("sh: kill: (%s) - No such process\n", word)
			code = 1
		}
	}
	return code
}

// kubeletProgram is the kubelet's binary, which only tells its version here.
func kubeletProgram(p *process) int {
	if !slices.Equal(p.args(), []string{"--version"}) {
		return p.usage()
	}
	p.charge(100 * time.Millisecond)
	p.outf("Kubernetes v%s\n", p.host.binary("kubelet", p.now()))
	return 0
}

func crictl(p *process) int {
	args := p.args()
	for len(args) > 1 && strings.HasPrefix(args[0], "-") {
		args = args[2:]
	}
	p.charge(quick)
	switch {
	case len(args) == 2 && args[0] == "pull":
		p.charge(time.Second)
		if p.host.lacks(args[1]) {
			const why = "rpc error: code = NotFound desc = failed to pull and unpack image %q: failed to resolve reference %q: %s: not found"
			p.errf("FATA[0001] pulling image: "+why+" \n", args[1], args[1], args[1])
			return 1
		}
		p.outf("Image is up to date for %s\n", args[1])
	case len(args) > 0 && (args[0] == "version" || args[0] == "info"):
		p.outf("Version:  0.1.0\nRuntimeName:  containerd\nRuntimeVersion:  1.6.20\nRuntimeApiVersion:  v1\n")
	case len(args) > 0 && args[0] == "ps":
		return p.crictlPs(args[1:])
	case len(args) > 0 && args[0] == "logs":
		return p.crictlLogs(args[1:])
	case len(args) > 0 && args[0] == "stop":
		return p.crictlStop(args[1:])
	case len(args) > 0 && args[0] == "images":
		p.outf("IMAGE               TAG                 IMAGE ID            SIZE\n")
	default:
		return p.usage()
	}
	return 0
}
