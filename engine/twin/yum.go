package twin

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"
)

// quick is what a command takes that looks something up.
const quick = 300 * time.Millisecond

// yumCall is a yum (or dnf) command line.
type yumCall struct {
	*process
	verb     string
	args     []string
	quiet    bool
	all      bool            // --showduplicates
	included map[string]bool // repositories whose excludes do not count; "all" and "main" too
	repos    []repository
	excluded []string // patterns of packages that do not count
	only     bool     // --downloadonly
	cached   bool     // -C
	own      bool     // with the configuration of the host
}

// yum answers list, install, upgrade, clean and makecache.
func yum(p *process) int {
	y := &yumCall{process: p, included: map[string]bool{}}
	conf, disabled, enabled, yes := "/etc/yum.conf", []string{}, []string{}, false
	args := p.args()
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		name, value, has := strings.Cut(arg, "=")
		if slices.Contains([]string{"-c", "--config", "--disablerepo", "--enablerepo", "--disableexcludes", "--disableexclude", "--setopt", "-x", "--exclude", "--disableplugin"}, name) && !has {
			if len(args) == 0 {
				return p.usage()
			}
			value, args = args[0], args[1:]
		}
		switch name {
		case "-c", "--config":
			conf = p.path(value)
		case "--disablerepo":
			disabled = append(disabled, strings.Split(value, ",")...)
		case "--enablerepo":
			enabled = append(enabled, strings.Split(value, ",")...)
		case "--disableexcludes", "--disableexclude":
			y.included[value] = true
		case "-x", "--exclude":
			y.excluded = append(y.excluded, strings.Split(value, ",")...)
		case "--downloadonly":
			y.only = true
		case "--setopt", "--disableplugin":
		case "--showduplicates":
			y.all = true
		case "-y", "--assumeyes":
			yes = true
		case "-q", "--quiet":
			y.quiet = true
		case "-C", "--cacheonly":
			y.cached = true
		case "-b", "--best", "--nobest", "--noplugins":
		default:
			switch {
			case strings.HasPrefix(arg, "-"):
				return p.usage()
			case y.verb == "":
				y.verb = arg
			default:
				y.args = append(y.args, arg)
			}
		}
	}
	if code := y.readRepositories(conf, disabled, enabled); code != 0 {
		return code
	}
	y.own = conf == "/etc/yum.conf"
	if y.verb != "clean" {
		if code := y.refresh(); code != 0 {
			return code
		}
	}
	switch y.verb {
	case "list":
		return y.list()
	case "check-update":
		return y.checkUpdate()
	case "install", "upgrade", "update", "downgrade":
		if !yes {
			p.errf("Error: the answer to \"Is this ok [y/N]\" cannot be read here: use -y\n")
			return 1
		}
		return y.transact()
	case "versionlock":
		return y.versionlock()
	case "clean":
		y.charge(quick)
		y.host.metadata.set(y.now(), false)
		y.sayf("0 files removed\n")
		return 0
	case "makecache":
		y.charge(2 * time.Second)
		y.sayf("Metadata cache created.\n")
		return 0
	}
	return p.usage()
}

// sayf prints what -q leaves out.
func (y *yumCall) sayf(format string, args ...any) {
	if !y.quiet {
		y.outf(format, args...)
	}
}

// readRepositories reads the .repo files that the configuration file leads to.
func (y *yumCall) readRepositories(conf string, disabled, enabled []string) int {
	d, now := y.host.disk, y.now()
	text, err := d.read(conf, now)
	if err != nil {
		y.errf("Config error: Could not find configuration file: %s\n", conf)
		return 1
	}
	dir := "/etc/yum.repos.d"
	for line := range strings.Lines(text) {
		if key, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok && strings.TrimSpace(key) == "reposdir" {
			dir = strings.TrimSpace(value)
		}
	}
	files, err := d.list(dir, now)
	if err != nil {
		files = nil // yum, too, goes on without a folder of repositories
	}
	for _, name := range files {
		if !strings.HasSuffix(name, ".repo") {
			continue
		}
		text, _ := d.read(path.Join(dir, name), now) // it was listed just now
		for _, r := range repositories(text) {
			for _, pattern := range disabled {
				if ok, _ := path.Match(pattern, r.id); ok {
					r.enabled = false
				}
			}
			for _, pattern := range enabled {
				if ok, _ := path.Match(pattern, r.id); ok {
					r.enabled = true
				}
			}
			if r.enabled {
				y.repos = append(y.repos, r)
			}
		}
	}
	return 0
}

// metadataLasts is how long dnf believes its metadata: the default of metadata_expire.
const metadataLasts = 48 * time.Hour

// refresh fetches the metadata of the repositories where it is not there or has expired.
func (y *yumCall) refresh() int {
	l := &y.host.metadata
	if y.own && (y.cached || l.at(y.now()) && y.now().Sub(l.since(y.now())) < metadataLasts) {
		return 0
	}
	for _, r := range y.repos {
		why := "Curl error (28): Timeout was reached for " + r.baseURL + "repodata/repomd.xml [Connection timed out after 30001 milliseconds]"
		if !y.host.unreachable(r.baseURL) {
			why = "Status code: 404 for " + r.baseURL + "repodata/repomd.xml (IP: 192.0.2.80)"
			if y.cluster.market.has(r.baseURL) {
				continue
			}
		}
		y.charge(2 * time.Second)
		y.errf("Errors during downloading metadata for repository '%s':\n  - %s\nError: Failed to download metadata for repo '%s': Cannot download repomd.xml: Cannot download repodata/repomd.xml: All mirrors were tried\n", r.id, why, r.id)
		return 1
	}
	if y.own {
		l.set(y.now(), true)
	}
	return 0
}

// on offer, a package in a repository
type offer struct{ name, evr, repo string }

// offersOf is everything on offer under a name, oldest first; excluded says whether excludes hid any.
func (y *yumCall) offersOf(name string) (found []offer, excluded bool) {
	if len(y.excluded) > 0 && matchesAny(y.excluded, name) {
		return nil, true
	}
	locked := y.locked(name)
	sources := 0
	for _, r := range y.repos {
		offers := y.host.sees(y.cluster.market.offers(r, name), name)
		if slices.Contains(r.excludes, name) && !y.included[r.id] && !y.included["all"] {
			excluded = excluded || len(offers) > 0
			continue
		}
		if len(offers) > 0 {
			sources++
		}
		found = slices.Grow(found, len(offers))
		for _, evr := range offers {
			if len(locked) > 0 && !slices.Contains(locked, evr) {
				excluded = true
				continue
			}
			found = append(found, offer{name, evr, r.id})
		}
	}
	if sources < 2 { // each has them in order
		return found, excluded
	}
	slices.SortStableFunc(found, func(a, b offer) int { return compareEVR(a.evr, b.evr) })
	return found, excluded
}

// list prints what is installed and what is on offer.
func (y *yumCall) list() int {
	y.charge(time.Second)
	now := y.now()
	names := y.args
	if len(names) > 0 && slices.Contains([]string{"installed", "available"}, names[0]) {
		names = names[1:]
	}
	names = slices.Clone(names)
	slices.Sort(names) // as yum lists them, however they were asked for
	var installed, available strings.Builder
	for _, name := range names {
		if evr := y.host.pkg(name, now); evr != "" {
			var line strings.Builder
			writeListed(&line, name, evr, "@"+y.origin(name))
			installed.WriteString(strings.TrimRight(line.String(), " \n") + "\n")
		}
		offers, _ := y.offersOf(name)
		if !y.all && len(offers) > 0 {
			offers = offers[len(offers)-1:]
			if compareEVR(offers[0].evr, y.host.pkg(name, now)) <= 0 {
				offers = nil
			}
		}
		available.Grow(80 * len(offers)) // most lines are no longer
		for _, o := range offers {
			writeListed(&available, name, o.evr, o.repo)
		}
	}
	only := ""
	if len(y.args) > 0 {
		only = y.args[0]
	}
	if only != "installed" {
		y.sayf("%s", y.expiration())
	}
	if installed.Len()+available.Len() == 0 {
		y.errf("Error: No matching Packages to list\n")
		return 1
	}
	if installed.Len() > 0 && only != "available" {
		y.outf("Installed Packages\n%s", installed.String())
	}
	if available.Len() > 0 && only != "installed" {
		y.outf("Available Packages\n%s", available.String())
	}
	return 0
}

// checkUpdate prints what has something newer on offer, and exits with 100 where anything has.
func (y *yumCall) checkUpdate() int {
	y.charge(2 * time.Second)
	y.sayf("%s", y.expiration())
	names := y.args
	if len(names) == 0 {
		names = y.host.packageNames(y.now())
	}
	y.args = names
	changes := y.upgrades()
	if len(changes) == 0 {
		return 0
	}
	var lines strings.Builder
	for _, c := range changes {
		writeListed(&lines, c.name, c.evr, c.repo)
	}
	y.outf("\n%s", lines.String())
	return 100
}

// writeListed writes a line of yum list. It is done by hand: a thousand hosts are each asked for a hundred of them.
func writeListed(to *strings.Builder, name, evr, repo string) {
	padded := func(text string, width int) {
		to.WriteString(text)
		to.WriteString(spaces[:max(0, width-len(text))])
	}
	to.WriteString(name)
	padded("."+architecture, 32-len(name))
	padded(" "+evr, 36)
	padded(" "+repo, 12)
	to.WriteByte('\n')
}

const spaces = "                                   "

func (y *yumCall) origin(name string) string {
	if slices.Contains(kubernetesPackages, name) {
		return "kubernetes"
	}
	return "baseos"
}

func (y *yumCall) expiration() string {
	now := y.now()
	minutes := now.Minute() % 50
	return fmt.Sprintf("Last metadata expiration check: 0:%02d:07 ago on %s.\n", minutes, now.Add(-time.Duration(minutes)*time.Minute-7*time.Second).UTC().Format("Mon Jan _2 15:04:05 2006"))
}
