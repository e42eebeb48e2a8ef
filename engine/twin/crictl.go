package twin

import (
	"fmt"
	"regexp"
	"time"
)

// container is one of a static pod, as crictl knows it.
type container struct {
	id, component string
	began         time.Time
	runs          bool // else it has ended
}

// containers are those of the static pods: one that runs, or the one that ended last.
func (h *host) containers(now time.Time) []container {
	var all []container
	running := h.processes(now)
	for _, component := range components {
		if h.image(component, now) == "" {
			continue
		}
		_, runs := running[component]
		if component == "etcd" && runs {
			runs = h.etcdUp(now)
		}
		began := h.started(component, now)
		all = append(all, container{fmt.Sprintf("%016x%016x", hash(component, h.name), hash(h.name, began)), component, began, runs})
	}
	return all
}

// crictlPs lists the containers of static pods: those that run, or with --all and --state Exited others, too.
func (p *process) crictlPs(args []string) int {
	quiet, all, state, name := false, false, "", ""
	for ; len(args) > 0; args = args[1:] {
		switch {
		case args[0] == "--quiet" || args[0] == "-q":
			quiet = true
		case args[0] == "--all" || args[0] == "-a":
			all = true
		case args[0] == "--name" && len(args) > 1:
			name, args = args[1], args[1:]
		case args[0] == "--state" && len(args) > 1 && (args[1] == "Running" || args[1] == "Exited"):
			state, args = args[1], args[1:]
		default:
			return p.usage()
		}
	}
	pattern, err := regexp.Compile(name)
	if err != nil {
		return p.usage()
	}
	if !quiet {
		p.outf("CONTAINER           IMAGE               CREATED             STATE               NAME                      ATTEMPT             POD ID              POD\n")
	}
	for _, c := range p.host.containers(p.now()) {
		is := map[bool]string{true: "Running", false: "Exited"}[c.runs]
		switch {
		case !pattern.MatchString(c.component), state != "" && state != is, state == "" && !c.runs && !all:
		case quiet:
			p.outf("%s\n", c.id)
		default:
			p.outf("%-20.13s%-20.13s%-20s%-20s%-26s%-20d%-20.13s%s-%s\n", c.id, fmt.Sprintf("%016x", hash(p.host.image(c.component, p.now()))), humanAge(p.now().Sub(c.began))+" ago", is, c.component, 0, fmt.Sprintf("%016x", hash(c.id)), c.component, p.host.name)
		}
	}
	return 0
}

// crictlStop ends a container: the kubelet starts another.
func (p *process) crictlStop(args []string) int {
	if len(args) != 3 || args[0] != "--timeout" {
		return p.usage()
	}
	for _, c := range p.host.containers(p.now()) {
		if c.id == args[2] && c.runs {
			if p.host.stops == nil {
				p.host.stops = map[string][]time.Time{}
			}
			p.host.stops[c.component] = append(p.host.stops[c.component], p.now())
			p.charge(time.Second)
			p.outf("%s\n", c.id)
			return 0
		}
	}
	p.errf("E1125 remote_runtime.go: \"StopContainer from runtime service failed\" err=\"rpc error: code = NotFound desc = an error occurred when try to find container %q: not found\"\n", args[2])
	return 1
}

// crictlLogs tells what a container wrote: an etcd that does not start with its data says so, and so does one without a
// quorum. Of others nothing is known.
//
// Source: etcd, server/storage/backend/backend.go, and bbolt's ErrInvalid; raft/raft.go.
func (p *process) crictlLogs(args []string) int {
	for ; len(args) > 1; args = args[1:] {
		if args[0] != "--tail" {
			return p.usage()
		}
		args = args[1:]
	}
	for _, c := range p.host.containers(p.now()) {
		if len(args) == 1 && c.id == args[0] {
			switch {
			case c.component != "etcd" || p.host.crashes("etcd", p.now()):
			case c.runs && !p.host.etcdServes(p.now()):
				p.outf("{\"level\":\"info\",\"ts\":\"%s\",\"logger\":\"raft\",\"caller\":\"etcdserver/zap_raft.go:77\",\"msg\":\"%x is starting a new election at term 4\"}\n", stamp(p.now()), hash(p.host.name))
			case !c.runs:
				p.outf("{\"level\":\"panic\",\"ts\":\"%s\",\"caller\":\"backend/backend.go:189\",\"msg\":\"failed to open database\",\"path\":\"%s/member/snap/db\",\"error\":\"invalid database\"}\n", stamp(p.now()), etcdFolder)
			}
			return 0
		}
	}
	p.errf("FATA[0000] rpc error: code = NotFound desc = an error occurred when try to find container: not found\n")
	return 1
}
