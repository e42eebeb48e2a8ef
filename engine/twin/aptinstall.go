package twin

import (
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// debChange is one package of an apt transaction.
type debChange struct {
	name, version, before string
	source                aptSource
}

// install installs or downloads packages, all or none.
func (a *aptCall) install() int {
	a.charge(time.Second)
	a.outf("Reading package lists...\nBuilding dependency tree...\nReading state information...\n")
	var changes []debChange
	for _, spec := range a.args {
		name, version, pinned := strings.Cut(spec, "=")
		before, offers := a.host.pkg(name, a.now()), a.offersOf(name)
		if len(offers) == 0 && before == "" {
			a.errf("E: Unable to locate package %s\n", name)
			return 100
		}
		if !pinned {
			version = before
			if len(offers) > 0 && compareEVR(offers[0].version, before) > 0 {
				version = offers[0].version
			}
		}
		if version == before {
			a.outf("%s is already the newest version (%s).\n", name, before)
			continue
		}
		i := slices.IndexFunc(offers, func(o aptOffer) bool { return o.version == version })
		if i < 0 {
			a.errf("E: Version '%s' for '%s' was not found\n", version, name)
			return 100
		}
		changes = append(changes, debChange{name, version, before, offers[i].source})
	}
	if slices.ContainsFunc(changes, func(c debChange) bool { return c.name == "kubeadm" }) {
		for _, name := range a.host.drags {
			before, offers := a.host.pkg(name, a.now()), a.offersOf(name)
			if len(offers) > 0 && compareEVR(offers[0].version, before) > 0 {
				changes = append(changes, debChange{name, offers[0].version, before, offers[0].source})
			}
		}
	}
	slices.SortFunc(changes, func(x, y debChange) int { return strings.Compare(x.name, y.name) })
	if code := a.announce(changes); code != 0 {
		return code
	}
	if a.set["-s"] {
		for _, verb := range []string{"Inst", "Conf"} {
			for _, c := range changes {
				was := ""
				if c.before != "" && verb == "Inst" {
					was = " [" + c.before + "]"
				}
				a.outf("%s %s%s (%s mirror.example [amd64])\n", verb, c.name, was, c.version)
			}
		}
		return 0
	}
	if len(changes) == 0 {
		return 0
	}
	if a.host.busy && !a.set["--download-only"] {
		return a.packagesBusy()
	}
	return a.perform(changes)
}

// announce says what will change, and refuses what needs a word more than -y.
func (a *aptCall) announce(changes []debChange) int {
	var upgraded, added, held, down []string
	for _, c := range changes {
		switch {
		case c.before == "":
			added = append(added, c.name)
		case compareEVR(c.version, c.before) < 0:
			down = append(down, c.name)
		default:
			upgraded = append(upgraded, c.name)
		}
		if a.host.held[c.name].at(a.now()) {
			held = append(held, c.name)
		}
	}
	for _, part := range []struct {
		head  string
		names []string
	}{
		{"The following NEW packages will be installed:", added},
		{"The following held packages will be changed:", held},
		{"The following packages will be upgraded:", upgraded},
		{"The following packages will be DOWNGRADED:", down},
	} {
		if len(part.names) > 0 {
			a.outf("%s\n  %s\n", part.head, strings.Join(part.names, " "))
		}
	}
	downgraded := ""
	if len(down) > 0 {
		downgraded = strconv.Itoa(len(down)) + " downgraded, "
	}
	a.outf("%d upgraded, %d newly installed, %s0 to remove and 0 not upgraded.\n", len(upgraded), len(added), downgraded)
	switch {
	case len(changes) == 0 || a.set["-s"]:
	case !a.set["-y"]:
		a.outf("Do you want to continue? [Y/n] Abort.\n")
		return 1
	case len(held) > 0 && !a.set["--allow-change-held-packages"]:
		a.errf("E: Held packages were changed and -y was used without --allow-change-held-packages.\n")
		return 100
	case len(down) > 0 && !a.set["--allow-downgrades"]:
		a.errf("E: Packages were downgraded and -y was used without --allow-downgrades.\n")
		return 100
	}
	return 0
}

// archive is where apt keeps a package that it has fetched.
func (c debChange) archive() string {
	return path.Join(aptArchives, c.name+"_"+strings.ReplaceAll(c.version, ":", "%3a")+"_amd64.deb")
}

// perform fetches what is not here yet, and installs it, unless --download-only.
func (a *aptCall) perform(changes []debChange) int {
	var lacking []debChange
	for _, c := range changes {
		if !a.host.disk.exists(c.archive(), a.now()) {
			lacking = append(lacking, c)
		}
	}
	a.outf("Need to get %d MB/%d MB of archives.\n", 20*len(lacking), 20*len(changes))
	for i, c := range lacking {
		if a.set["--no-download"] || a.host.unreachable(c.source.uri) {
			a.errf("E: Failed to fetch %s/%s  Could not connect to mirror.example:443 (192.0.2.80), connection timed out\nE: Unable to fetch some archives, maybe run apt-get update or try with --fix-missing?\n", c.source.uri, path.Base(c.archive()))
			return 100
		}
		a.charge(2 * time.Second)
		a.outf("Get:%d %s %s %s [20.1 MB]\n", i+1, c.source.shown(), c.name, c.version)
		a.host.fetched(c.name, a.now())
		if err := a.host.disk.write(c.archive(), c.name+" "+c.version, 0o644, a.now()); err != nil {
			a.errf("E: Write error - write (28: %s)\n", sentence(err))
			return 100
		}
	}
	if a.set["--download-only"] {
		a.outf("Download complete and in download only mode\n")
		return 0
	}
	for _, c := range changes {
		a.outf("Preparing to unpack .../%s ...\nUnpacking %s (%s) over (%s) ...\n", path.Base(c.archive()), c.name, c.version, c.before)
	}
	a.charge(2 * time.Second)
	for _, c := range changes {
		a.outf("Setting up %s (%s) ...\n", c.name, c.version)
		a.host.setPkg(c.name, c.version, a.now())
		if c.name == debKernelPackage {
			a.host.addKernel(c.name, c.version, a.now())
		}
		a.host.hold(c.name, false, a.now()) // as apt 2 does: a hold that is overruled is gone
	}
	return 0
}

// upgrade installs what is newer than what is here, and leaves what is held.
func (a *aptCall) upgrade() int {
	var kept []string
	for _, name := range a.host.packageNames(a.now()) {
		offers := a.offersOf(name)
		if len(offers) == 0 || compareEVR(offers[0].version, a.host.pkg(name, a.now())) <= 0 {
			continue
		}
		if a.host.held[name].at(a.now()) {
			kept = append(kept, name)
		} else {
			a.args = append(a.args, name)
		}
	}
	if kept != nil {
		a.outf("The following packages have been kept back:\n  %s\n", strings.Join(kept, " "))
	}
	return a.install()
}
