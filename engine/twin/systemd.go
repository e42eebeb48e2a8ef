package twin

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"
)

// unit is a transient service, made by systemd-run: a session of its own.
type unit struct {
	start, end time.Time
	exit       int
}

// How long a node needs after the start of its kubelet until it is Ready. On a control plane whose kubelet
// is of another minor than before, the static pods are made anew, and the apiserver is gone meanwhile.
const (
	readyAfterRestart   = 3 * time.Second
	readyAfterNewStatic = 15 * time.Second
)

func systemctl(p *process) int {
	p.charge(50 * time.Millisecond)
	var words, properties []string
	value, quiet, atOnce := false, false, false
	for args := p.args(); len(args) > 0; args = args[1:] {
		switch arg := args[0]; {
		case (arg == "-p" || arg == "--property" || arg == "-n" || arg == "--lines" || arg == "-t") && len(args) > 1:
			if arg == "-p" || arg == "--property" {
				properties = append(properties, strings.Split(args[1], ",")...)
			}
			args = args[1:]
		case strings.HasPrefix(arg, "--property="):
			properties = append(properties, strings.Split(strings.TrimPrefix(arg, "--property="), ",")...)
		case strings.HasPrefix(arg, "-p"):
			properties = append(properties, strings.Split(strings.TrimPrefix(arg, "-p"), ",")...)
		case arg == "--value":
			value = true
		case arg == "-q" || arg == "--quiet":
			quiet = true
		case arg == "--now":
			atOnce = true
		case arg == "--no-pager" || arg == "--no-block" || arg == "-l" || arg == "--full" || arg == "--all" ||
			arg == "--no-legend" || arg == "--plain" || strings.HasPrefix(arg, "--type=") || strings.HasPrefix(arg, "-n") || strings.HasPrefix(arg, "--state="):
		case strings.HasPrefix(arg, "-"):
			return p.usage()
		default:
			words = append(words, arg)
		}
	}
	if len(words) == 0 {
		return p.usage()
	}
	verb, names := words[0], words[1:]
	switch verb {
	case "daemon-reload", "daemon-reexec":
		p.charge(200 * time.Millisecond)
		return 0
	case "reboot":
		p.host.reboot(p.now().Add(time.Second))
		return 0
	case "is-system-running":
		p.outf("running\n")
		return 0
	case "list-units":
		return p.listUnits(names)
	case "reset-failed":
		return 0
	}
	if len(names) == 0 {
		p.errf("Too few arguments.\n")
		return 1
	}
	code := 0
	for _, name := range names {
		name = strings.TrimSuffix(name, ".service")
		c := p.serviceVerb(verb, name, properties, value, quiet)
		if also := map[string]string{"enable": "start", "disable": "stop"}[verb]; c == 0 && atOnce && also != "" {
			c = p.serviceVerb(also, name, properties, value, quiet)
		}
		if c != 0 {
			code = c
		}
	}
	return code
}

func (p *process) serviceVerb(verb, name string, properties []string, value, quiet bool) int {
	now := p.now()
	state := p.host.service(name, now)
	say := func(text string) {
		if !quiet {
			p.outf("%s\n", text)
		}
	}
	if state == "" && verb != "show" && verb != "is-active" && verb != "is-failed" && verb != "is-enabled" {
		p.cluster.note(p.session, p.argv) // a real host may have it
		if verb == "status" {
			p.errf("Unit %s.service could not be found.\n", name)
			return 4
		}
		p.errf("Failed to %s %s.service: Unit %s.service not found.\n", verb, name, name)
		return 5
	}
	switch verb {
	case "is-active":
		if state == "" {
			state = "inactive"
		}
		say(state)
		if state != "active" {
			return 3
		}
	case "is-failed":
		if state == "" {
			state = "inactive"
		}
		say(state)
		if state != "failed" {
			return 1
		}
	case "is-enabled":
		if state == "" {
			p.errf("Failed to get unit file state for %s.service: No such file or directory\n", name)
			return 1
		}
		say("enabled")
	case "enable", "disable", "mask", "unmask", "reload":
	case "show":
		p.show(name, properties, value)
	case "status":
		return p.status(name, state)
	case "start", "stop", "restart", "try-restart", "reload-or-restart":
		return p.startStop(verb, name)
	default:
		return p.usage()
	}
	return 0
}

// startStop starts, stops or restarts a service.
func (p *process) startStop(verb, name string) int {
	h := p.host
	if u := h.units[name]; u != nil {
		if verb == "stop" && u.end.After(p.now()) {
			u.end, u.exit = p.now(), 143
		}
		return 0
	}
	if name == sysctlUnit && verb != "stop" {
		if unknown := h.takeUp(p.now()); unknown != nil {
			p.cluster.note(p.session, append(slices.Clone(p.argv), "# takes up "+strings.Join(unknown, " ")))
		}
		return 0
	}
	if name != "kubelet" {
		l := h.services[name]
		l.set(p.now(), verb == "stop") // the value is: stopped
		h.services[name] = l
		return 0
	}
	p.charge(500 * time.Millisecond)
	before := h.kubelet.at(p.now())
	if verb == "start" && before.active {
		return 0
	}
	h.stopKubelet(p.now())
	if verb == "stop" {
		return 0
	}
	after := readyAfterRestart
	if now := h.binary("kubelet", p.now()); h.controlPlane && (now.Minor != before.version.Minor) {
		h.interrupt(p.now().Add(2*time.Second), 8*time.Second, 3*time.Second)
		after = readyAfterNewStatic
	}
	h.startKubelet(p.now(), after)
	return 0
}

// services that every host has, beside the kubelet.
var services = []string{"chronyd", "containerd", "crond", "sshd"}

// sysctlUnit has the kernel's parameters be what files say, whenever it is started.
const sysctlUnit = "systemd-sysctl"

// unitFolders are where files of units lie.
var unitFolders = []string{"/etc/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"}

// hasUnitFile tells whether somebody put a unit there.
func (h *host) hasUnitFile(name string, now time.Time) bool {
	return slices.ContainsFunc(unitFolders, func(folder string) bool { return h.disk.exists(path.Join(folder, name+".service"), now) })
}

// service is the state of a service; empty where there is none of that name.
func (h *host) service(name string, now time.Time) string {
	if u := h.units[name]; u != nil && !u.start.After(now) {
		return u.state(now)
	}
	active := slices.Contains(services, name) || name == sysctlUnit
	if !active && name != "kubelet" && !h.hasUnitFile(name, now) || name == "kubelet" && h.pkg("kubelet", now) == "" {
		return ""
	}
	if name == "kubelet" {
		if h.kubelet.at(now).failing != "" {
			return "activating"
		}
		active = h.kubelet.at(now).active
	} else if l, changed := h.services[name]; changed {
		active = !l.at(now)
	}
	if active {
		return "active"
	}
	return "inactive"
}

func (u *unit) state(now time.Time) string {
	switch {
	case u.end.After(now):
		return "active"
	case u.exit != 0:
		return "failed"
	}
	return "inactive"
}

// shownOrder is the order in which systemd shows properties, whichever they were asked for in.
var shownOrder = []string{"MainPID", "Result", "NRestarts", "ExecMainPID", "ExecMainStatus", "Id", "LoadState", "ActiveState", "SubState", "UnitFileState"}

// show prints properties of a service.
func (p *process) show(name string, properties []string, value bool) {
	now := p.now()
	state := p.host.service(name, now)
	sub, load, file, pid, result, status := "dead", "loaded", "enabled", 0, "success", 0
	switch state {
	case "active":
		sub, pid = "running", 1000+int(hash(name)%500)
	case "failed":
		sub, result = "failed", "exit-code"
	case "activating":
		sub, result = "auto-restart", "exit-code"
	case "":
		state, load, file = "inactive", "not-found", ""
	}
	if name == "kubelet" && state == "active" {
		pid = p.host.kubelet.at(now).pid
	}
	if u := p.host.units[name]; u != nil && !u.end.After(now) {
		status = u.exit
	}
	all := map[string]string{
		"Id": name + ".service", "MainPID": fmt.Sprint(pid), "ActiveState": state, "SubState": sub, "LoadState": load,
		"Result": result, "ExecMainStatus": fmt.Sprint(status), "ExecMainPID": fmt.Sprint(pid), "UnitFileState": file, "NRestarts": "0",
	}
	if slices.ContainsFunc(properties, func(key string) bool { return all[key] == "" && key != "UnitFileState" }) {
		p.cluster.note(p.session, p.argv)
	}
	for _, key := range shownOrder {
		text := all[key]
		switch {
		case properties != nil && !slices.Contains(properties, key):
		case value:
			p.outf("%s\n", text)
		default:
			p.outf("%s=%s\n", key, text)
		}
	}
}

func (p *process) status(name, state string) int {
	now := p.now()
	since := p.cluster.born
	pid := 1000 + int(hash(name)%500)
	if name == "kubelet" {
		since, pid = p.host.kubelet.since(now), p.host.kubelet.at(now).pid
	}
	if since.IsZero() {
		since = p.cluster.born
	}
	stamp := fmt.Sprintf("since %s; %s ago", since.UTC().Format("Mon 2006-01-02 15:04:05 MST"), humanAge(now.Sub(since)))
	if state == "active" {
		p.outf("● %s.service\n     Loaded: loaded (/usr/lib/systemd/system/%s.service; enabled; preset: enabled)\n     Active: active (running) %s\n   Main PID: %d (%s)\n", name, name, stamp, pid, name)
		return 0
	}
	if state == "activating" {
		p.outf("● %s.service\n     Loaded: loaded (/usr/lib/systemd/system/%s.service; enabled; preset: enabled)\n     Active: activating (auto-restart) (Result: exit-code) %s\n", name, name, stamp)
		return 3
	}
	p.outf("○ %s.service\n     Loaded: loaded (/usr/lib/systemd/system/%s.service; enabled; preset: enabled)\n     Active: inactive (dead) %s\n", name, name, stamp)
	return 3
}

// listUnits prints the transient units, and the services, that match one of the patterns.
func (p *process) listUnits(patterns []string) int {
	now := p.now()
	names := append(slices.Clone(services), "kubelet")
	for name := range p.host.units {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if state := p.host.service(name, now); state == "active" && matchesAny(patterns, name+".service") {
			p.outf("%s.service loaded active running %s\n", name, name)
		}
	}
	return 0
}
