package twin

import (
	"slices"
	"strings"
	"time"
)

// hold marks a package as held, or no longer.
func (h *host) hold(name string, held bool, now time.Time) {
	l := h.held[name]
	if l.at(now) != held {
		l.set(now, held)
		h.held[name] = l
	}
}

// aptMark answers hold, unhold and showhold.
func aptMark(p *process) int {
	p.charge(quick)
	args := p.args()
	if len(args) == 0 {
		return p.usage()
	}
	verb, names := args[0], args[1:]
	now := p.now()
	switch verb {
	case "showhold":
		for _, name := range p.host.packageNames(now) {
			if p.host.held[name].at(now) && (len(names) == 0 || slices.Contains(names, name)) {
				p.outf("%s\n", name)
			}
		}
		return 0
	case "hold", "unhold":
		for _, name := range names {
			if p.host.pkg(name, now) == "" {
				p.errf("E: Unable to locate package %s\n", name)
				return 100
			}
			was, now := p.host.held[name].at(now), p.now()
			p.outf(map[[2]bool]string{
				{true, true}: "%s was already set on hold.\n", {false, true}: "%s set on hold.\n",
				{true, false}: "Canceled hold on %s.\n", {false, false}: "%s was already not on hold.\n",
			}[[2]bool{was, verb == "hold"}], name)
			p.host.hold(name, verb == "hold", now)
		}
		return 0
	}
	return p.usage()
}

// dpkgQuery answers -W with a format.
func dpkgQuery(p *process) int {
	p.charge(quick)
	now := p.now()
	format, show := "${Package}\t${Version}\n", false
	var names []string
	for args := p.args(); len(args) > 0; args = args[1:] {
		value, joined := strings.CutPrefix(args[0], "-f=")
		if v, ok := strings.CutPrefix(args[0], "--showformat="); ok {
			value, joined = v, true
		}
		switch {
		case joined:
			format = value
		case args[0] == "-f" && len(args) > 1:
			format, args = args[1], args[1:]
		case args[0] == "-W" || args[0] == "--show":
			show = true
		case strings.HasPrefix(args[0], "-"):
			return p.usage()
		default:
			names = append(names, args[0])
		}
	}
	if !show {
		return p.usage()
	}
	if names == nil {
		names = p.host.packageNames(now)
	}
	code := 0
	slices.Sort(names)
	for _, name := range names {
		version := p.host.pkg(name, now)
		if version == "" {
			p.errf("dpkg-query: no packages found matching %s\n", name)
			code = 1
			continue
		}
		want, wanted := "i", "install"
		if p.host.held[name].at(now) {
			want, wanted = "h", "hold"
		}
		p.outf("%s", strings.NewReplacer("${Package}", name, "${binary:Package}", name, "${Version}", version, "${Architecture}", "amd64",
			"${db:Status-Status}", "installed", "${db:Status-Abbrev}", want+"i ", "${Status}", wanted+" ok installed", `\n`, "\n", `\t`, "\t").Replace(format))
	}
	return code
}

// dpkg answers -l and --compare-versions.
func dpkg(p *process) int {
	args := p.args()
	if len(args) == 4 && args[0] == "--compare-versions" {
		order, ok := compareEVR(args[1], args[3]), false
		switch args[2] {
		case "lt":
			ok = order < 0
		case "le":
			ok = order <= 0
		case "eq":
			ok = order == 0
		case "ne":
			ok = order != 0
		case "ge":
			ok = order >= 0
		case "gt":
			ok = order > 0
		default:
			return p.usage()
		}
		return status(ok)
	}
	if len(args) == 0 || args[0] != "-l" {
		return p.usage()
	}
	p.charge(quick)
	now, names := p.now(), args[1:]
	if len(names) == 0 {
		names = p.host.packageNames(now)
	}
	p.outf("Desired=Unknown/Install/Remove/Purge/Hold\n| Status=Not/Inst/Conf-files/Unpacked/halF-conf/Half-inst/trig-aWait/Trig-pend\n|/ Err?=(none)/Reinst-required (Status,Err: uppercase=bad)\n" +
		"||/ Name           Version      Architecture Description\n+++-==============-============-============-=================================\n")
	code := 0
	for _, name := range names {
		version := p.host.pkg(name, now)
		if version == "" {
			p.errf("dpkg-query: no packages found matching %s\n", name)
			code = 1
			continue
		}
		want := "i"
		if p.host.held[name].at(now) {
			want = "h"
		}
		p.outf("%si  %-14s %-12s amd64        %s\n", want, name, version, name)
	}
	return code
}
