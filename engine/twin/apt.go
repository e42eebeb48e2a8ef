package twin

import (
	"path"
	"slices"
	"strings"
	"time"
)

// aptCall is a command line of apt-get or apt-cache.
type aptCall struct {
	*process
	verb    string
	args    []string
	set     map[string]bool // options without a value, such as --download-only
	main    string          // Dir::Etc::sourcelist
	parts   string          // Dir::Etc::sourceparts
	lists   string          // Dir::State::lists
	sources []aptSource
}

// aptOptions are the options that a twin knows, by what they are called everywhere here.
var aptOptions = map[string]string{
	"-y": "-y", "--yes": "-y", "--assume-yes": "-y", "-q": "-q", "-qq": "-q", "--quiet": "-q", "-s": "-s", "--simulate": "-s", "--dry-run": "-s",
	"-d": "--download-only", "--download-only": "--download-only", "--allow-change-held-packages": "--allow-change-held-packages",
	"--allow-downgrades": "--allow-downgrades", "--no-install-recommends": "", "--no-download": "--no-download", "--only-upgrade": "", "--with-new-pkgs": "",
}

// readApt reads a command line; ok is false where a part of it is not known.
func readApt(p *process) (a *aptCall, ok bool) {
	a = &aptCall{process: p, set: map[string]bool{}, main: "/etc/apt/sources.list", parts: "/etc/apt/sources.list.d", lists: aptLists}
	for args := p.args(); len(args) > 0; args = args[1:] {
		name, known := aptOptions[args[0]]
		switch {
		case args[0] == "-o" && len(args) > 1:
			args = args[1:]
			if !a.option(args[0]) {
				return a, false
			}
		case known:
			a.set[name] = true
		case strings.HasPrefix(args[0], "-"):
			return a, false
		case a.verb == "":
			a.verb = args[0]
		default:
			a.args = append(a.args, args[0])
		}
	}
	a.sources = a.readSources()
	return a, true
}

func (a *aptCall) option(text string) bool {
	key, value, ok := strings.Cut(text, "=")
	switch strings.ToLower(strings.TrimSuffix(key, "::")) {
	case "dir::etc::sourcelist":
		a.main = a.path(value)
	case "dir::etc::sourceparts":
		a.parts = a.path(value)
	case "dir::state::lists":
		a.lists = a.path(value)
	case "dir::cache::pkgcache", "dir::cache::srcpkgcache", "dpkg::options", "dpkg::lock::timeout", "apt::get::list-cleanup":
	default:
		return false
	}
	return ok
}

func (a *aptCall) readSources() []aptSource {
	d, now := a.host.disk, a.now()
	files := []string{a.main}
	names, _ := d.list(a.parts, now) // no folder, no files
	for _, name := range names {
		if ext := path.Ext(name); ext == ".list" || ext == ".sources" {
			files = append(files, path.Join(a.parts, name))
		}
	}
	var found []aptSource
	for _, name := range files {
		if text, err := d.read(name, now); err == nil {
			found = append(found, aptSources(name, text)...)
		}
	}
	return found
}

// aptOffer is a version of a package, in a source.
type aptOffer struct {
	version string
	source  aptSource
}

// offersOf is what the fetched lists have of a package, newest first.
func (a *aptCall) offersOf(name string) []aptOffer {
	var found []aptOffer
	for _, s := range a.sources {
		if !a.host.disk.exists(path.Join(a.lists, s.listName()), a.now()) {
			continue
		}
		for _, v := range a.host.sees(a.cluster.market.debs(s.uri, name), name) {
			found = append(found, aptOffer{v, s})
		}
	}
	slices.SortStableFunc(found, func(x, y aptOffer) int { return compareEVR(y.version, x.version) })
	return found
}

// aptCache answers madison and policy.
func aptCache(p *process) int {
	a, ok := readApt(p)
	if !ok || len(a.args) == 0 {
		return p.usage()
	}
	a.charge(quick)
	switch a.verb {
	case "madison":
		for _, name := range a.args {
			for _, o := range a.offersOf(name) {
				a.outf("%s | %s | %s\n", padLeft(name, 10), padLeft(o.version, 10), o.source.shown())
			}
		}
		return 0
	case "policy":
		for _, name := range a.args {
			a.policy(name)
		}
		return 0
	}
	return p.usage()
}

func padLeft(text string, width int) string { return spaces[:max(0, width-len(text))] + text }

func (a *aptCall) policy(name string) {
	offers, have := a.offersOf(name), a.host.pkg(name, a.now())
	if have == "" && len(offers) == 0 {
		return
	}
	candidate, shown := have, have
	if len(offers) > 0 && compareEVR(offers[0].version, have) > 0 {
		candidate = offers[0].version
	}
	if shown == "" {
		shown = "(none)"
	}
	a.outf("%s:\n  Installed: %s\n  Candidate: %s\n  Version table:\n", name, shown, candidate)
	for _, o := range offers {
		mark := "    "
		if o.version == have {
			mark = "*** "
		}
		a.outf(" %s%s 500\n        500 %s\n", mark, o.version, o.source.shown())
	}
}

// aptGet answers update and install.
func aptGet(p *process) int {
	a, ok := readApt(p)
	if !ok {
		return p.usage()
	}
	switch a.verb {
	case "update":
		return a.update()
	case "install":
		return a.install()
	case "upgrade":
		return a.upgrade()
	case "clean":
		a.charge(quick)
		names, _ := a.host.disk.list(aptArchives, a.now())
		for _, name := range names {
			a.host.disk.remove(path.Join(aptArchives, name), a.now())
		}
		return 0
	}
	return p.usage()
}

// update fetches the lists of every source. Where one is not there, the old list stays, and only a source that answers
// that it has no such repository makes apt-get fail.
func (a *aptCall) update() int {
	a.charge(2 * time.Second)
	var warnings, errors string
	for i, s := range a.sources {
		switch {
		case a.host.unreachable(s.uri):
			const why = "  Could not connect to mirror.example:443 (192.0.2.80), connection timed out\n"
			a.outf("Err:%d %s %s InRelease\n%s", i+1, s.uri, s.suite, why)
			warnings += "W: Failed to fetch " + s.uri + "/InRelease" + why
		case !a.cluster.market.has(s.uri):
			a.outf("Ign:%d %s %s InRelease\nErr:%d %s %s Release\n  404  Not Found [IP: 192.0.2.80 443]\n", i+1, s.uri, s.suite, i+1, s.uri, s.suite)
			errors += "E: The repository '" + s.uri + " " + s.suite + " Release' does not have a Release file.\n"
		default:
			a.outf("Get:%d %s %s InRelease [1186 B]\n", i+1, s.uri, s.suite)
			if err := a.host.disk.write(path.Join(a.lists, s.listName()), s.uri, 0o644, a.now()); err != nil {
				errors += "E: List directory " + a.lists + "/partial is missing. - Acquire (2: " + sentence(err) + ")\n"
			}
		}
	}
	a.outf("Reading package lists...\n")
	if warnings != "" {
		warnings += "W: Some index files failed to download. They have been ignored, or old ones used instead.\n"
	}
	a.errf("%s%s", warnings, errors)
	if errors != "" {
		return 100
	}
	return 0
}
