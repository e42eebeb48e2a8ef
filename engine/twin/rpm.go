package twin

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

const architecture = "x86_64"

// rpm answers `rpm -q NAME…`, with --qf/--queryformat of %{VERSION} and the like, and -qa.
func rpm(p *process) int {
	p.charge(quick)
	now := p.now()
	format := "%{NAME}-%{VERSION}-%{RELEASE}.%{ARCH}\n"
	var names []string
	all, query := false, false
	for args := p.args(); len(args) > 0; args = args[1:] {
		value, isFormat := strings.CutPrefix(args[0], "--queryformat=")
		if v, ok := strings.CutPrefix(args[0], "--qf="); ok {
			value, isFormat = v, true
		}
		switch {
		case isFormat:
			format = value
		case (args[0] == "--qf" || args[0] == "--queryformat") && len(args) > 1:
			format, args = args[1], args[1:]
		case args[0] == "-q" || args[0] == "--query":
			query = true
		case args[0] == "-qa":
			query, all = true, true
		case args[0] == "--quiet":
			format = ""
		case strings.HasPrefix(args[0], "-"):
			return p.usage()
		default:
			names = append(names, args[0])
		}
	}
	if !query {
		return p.usage()
	}
	if all && names == nil {
		names = p.host.packageNames(p.now())
	}
	missing := 0
	for _, name := range names {
		pkg, evr := p.host.installedAs(name, now)
		if pkg == "" {
			missing++
			if format != "" {
				p.outf("package %s is not installed\n", name)
			}
			continue
		}
		p.outf("%s", queried(format, pkg, evr))
	}
	return min(missing, 255) // rpm exits with the number of packages that it did not find
}

var rpmTag = regexp.MustCompile(`%\{\w+\}|\\[nt]`)

// queried fills a format of --queryformat.
func queried(format, name, evr string) string {
	version, release, _ := strings.Cut(evr, "-")
	return rpmTag.ReplaceAllStringFunc(format, func(tag string) string {
		switch tag {
		case "%{NAME}", "%{name}":
			return name
		case "%{VERSION}", "%{version}":
			return version
		case "%{RELEASE}", "%{release}":
			return release
		case "%{ARCH}", "%{arch}":
			return architecture
		case "%{EPOCH}":
			return "(none)"
		case `\n`:
			return "\n"
		case `\t`:
			return "\t"
		}
		return tag
	})
}

// packageNames are the installed packages, sorted.
func (h *host) packageNames(now time.Time) []string {
	var names []string
	for name := range h.installed {
		names = append(names, name)
	}
	for name := range h.changed {
		names = append(names, name)
	}
	slices.Sort(names)
	names = slices.Compact(names)
	return slices.DeleteFunc(names, func(name string) bool { return h.pkg(name, now) == "" })
}

// installedAs finds the installed package that a spec means: a name, or with version, release and
// architecture.
func (h *host) installedAs(spec string, now time.Time) (name, evr string) {
	if evr := h.pkg(spec, now); evr != "" {
		return spec, evr
	}
	for _, name := range h.packageNames(now) {
		if !strings.HasPrefix(spec, name+"-") && !strings.HasPrefix(spec, name+".") {
			continue
		}
		if evr := h.pkg(name, now); matches(spec, name, evr) {
			return name, evr
		}
	}
	return "", ""
}

// matches tells whether a spec means this package, as rpm and yum read it.
func matches(spec, name, evr string) bool {
	version, _, _ := strings.Cut(evr, "-")
	switch spec {
	case name, name + "." + architecture, name + "-" + version, name + "-" + evr, name + "-" + evr + "." + architecture:
		return true
	}
	return false
}
