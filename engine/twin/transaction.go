package twin

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"
)

// change is one package of a yum transaction.
type change struct {
	offer
	before string // the version-release that was installed; empty for a new package
}

func (c change) verb() string {
	switch {
	case c.before == "":
		return "Installing"
	case compareEVR(c.evr, c.before) < 0:
		return "Downgrading"
	}
	return "Upgrading"
}

// transact installs or upgrades packages, all or none.
func (y *yumCall) transact() int {
	y.sayf("%s", y.expiration())
	var changes []change
	var lost []string
	upgrade := y.verb == "upgrade" || y.verb == "update"
	if upgrade && (len(y.args) == 0 || slices.Equal(y.args, []string{"*"})) {
		y.args = y.host.packageNames(y.now())
		changes = y.upgrades()
		y.args = nil
	}
	for _, spec := range y.args {
		c, found := y.find(spec)
		switch {
		case !found:
			lost = append(lost, spec)
		case c.before == c.evr:
			y.sayf("Package %s-%s.%s is already installed.\n", c.name, c.evr, architecture)
		case upgrade && c.before == "":
			y.outf("Package %s available, but not installed.\n", c.name)
			lost = append(lost, spec)
		default:
			changes = append(changes, c)
		}
	}
	if lost != nil {
		y.errf("Error: Unable to find a match: %s\n", strings.Join(lost, " "))
		return 1
	}
	y.charge(time.Second)
	changes, code := y.demanded(changes)
	if code != 0 {
		return code
	}
	y.sayf("Dependencies resolved.\n")
	if len(changes) == 0 {
		y.sayf("Nothing to do.\nComplete!\n")
		return 0
	}
	if y.host.busy && !y.only {
		return y.packagesBusy()
	}
	return y.perform(changes)
}

// demanded adds what the packages to install demand; see [Cluster.Drag].
func (y *yumCall) demanded(changes []change) ([]change, int) {
	i := slices.IndexFunc(changes, func(c change) bool { return c.name == "kubeadm" })
	if i < 0 {
		return changes, 0
	}
	for _, name := range y.host.drags {
		before := y.host.pkg(name, y.now())
		offers, hidden := y.offersOf(name)
		switch {
		case hidden:
			y.errf("Error: \n Problem: cannot install the best candidate for the job\n  - package kubeadm-%s.%s requires a newer %s, but none of the providers can be installed\n  - package %s is filtered out by exclude filtering\n", changes[i].evr, architecture, name, name)
			return nil, 1
		case len(offers) > 0 && compareEVR(offers[len(offers)-1].evr, before) > 0:
			changes = append(changes, change{offers[len(offers)-1], before})
		}
	}
	return changes, 0
}

// upgrades is everything installed for which something newer is on offer.
func (y *yumCall) upgrades() []change {
	var changes []change
	for _, name := range y.args {
		offers, _ := y.offersOf(name)
		before := y.host.pkg(name, y.now())
		if len(offers) > 0 && compareEVR(offers[len(offers)-1].evr, before) > 0 {
			changes = append(changes, change{offers[len(offers)-1], before})
		}
	}
	return changes
}

// find is the newest package on offer that a spec means. It prints why there is none.
func (y *yumCall) find(spec string) (change, bool) {
	excluded := false
	for _, name := range y.names() {
		if spec != name && !strings.HasPrefix(spec, name+"-") && !strings.HasPrefix(spec, name+".") {
			continue
		}
		offers, hidden := y.offersOf(name)
		excluded = excluded || hidden
		before := y.host.pkg(name, y.now())
		for _, o := range slices.Backward(offers) {
			if matches(spec, name, o.evr) {
				return change{o, before}, true
			}
		}
		if before != "" && matches(spec, name, before) { // no longer on offer, but here
			return change{offer{name, before, "@System"}, before}, true
		}
	}
	if excluded {
		y.outf("All matches were filtered out by exclude filtering for argument: %s\n", spec)
	} else {
		y.outf("No match for argument: %s\n", spec)
	}
	return change{}, false
}

// names are all the packages that there are.
func (y *yumCall) names() []string {
	names := slices.Clone(kubernetesPackages)
	for name := range y.cluster.market.others {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

const rule = "================================================================================\n"

// rpmCache is where dnf keeps what it has fetched, until the next transaction has succeeded.
const rpmCache = "/var/cache/dnf/packages"

// fetch gets what is not in the cache.
func (y *yumCall) fetch(changes []change) int {
	d := y.host.disk
	for _, c := range changes {
		name := c.name + "-" + c.evr + "." + architecture + ".rpm"
		if d.exists(path.Join(rpmCache, name), y.now()) {
			y.sayf("[SKIPPED] %s: Already downloaded\n", name)
			continue
		}
		if y.host.unreachable("") {
			y.errf("Error: Error downloading packages:\n  Cannot download %s: All mirrors were tried\n", name)
			return 1
		}
		y.charge(time.Second)
		y.host.fetched(c.name, y.now())
		if err := d.write(path.Join(rpmCache, name), c.name+" "+c.evr, 0o644, y.now()); err != nil {
			y.errf("Error: Error downloading packages:\n  Cannot download %s: %s\n", name, sentence(err))
			return 1
		}
	}
	return 0
}

// perform prints and makes the changes, which are done at the end of the time that it takes.
func (y *yumCall) perform(changes []change) int {
	slices.SortStableFunc(changes, func(a, b change) int { return strings.Compare(a.name, b.name) })
	y.sayf(rule+" %-14s %-13s %-25s %-16s %6s\n"+rule, "Package", "Architecture", "Version", "Repository", "Size")
	for _, verb := range []string{"Installing", "Upgrading", "Downgrading"} {
		y.section(verb+":", changes, verb, func(c change) {
			y.sayf(" %-14s %-13s %-25s %-16s %6s\n", c.name, architecture, c.evr, c.repo, "21 M")
		})
	}
	y.sayf("\nTransaction Summary\n" + rule)
	for _, verb := range []string{"Install", "Upgrade", "Downgrade"} {
		n := 0
		for _, c := range changes {
			if strings.HasPrefix(c.verb(), verb[:len(verb)-1]) {
				n++
			}
		}
		if n > 0 {
			y.sayf("%-9s%d Package%s\n", verb, n, map[bool]string{true: "s"}[n > 1])
		}
	}
	y.charge(time.Second)
	y.sayf("\nTotal download size: %d M\n", 21*len(changes))
	if y.only {
		y.sayf("YUM will only download packages for the transaction.\n")
	}
	y.sayf("Downloading Packages:\n")
	if code := y.fetch(changes); code != 0 {
		return code
	}
	if y.only {
		y.sayf("Complete!\nThe downloaded packages were saved in cache until the next successful transaction.\nYou can remove cached packages by executing 'yum clean packages'.\n")
		return 0
	}
	y.charge(time.Second)
	y.sayf("Running transaction check\nTransaction check succeeded.\nRunning transaction test\nTransaction test succeeded.\nRunning transaction\n")
	y.sayf("  %-16s : %-54s  %s \n", "Preparing", "", "1/1")
	y.charge(2 * time.Second)
	step := 0
	total := len(changes)
	for _, c := range changes {
		if c.before != "" {
			total++
		}
	}
	line := func(verb, name, evr string) {
		step++
		y.sayf("  %-16s : %-54s  %s \n", verb, name+"-"+evr+"."+architecture, fmt.Sprintf("%d/%d", step, total))
	}
	for _, c := range changes {
		line(c.verb(), c.name, c.evr)
		y.host.setPkg(c.name, c.evr, y.now())
		if c.name == kernelPackage {
			y.host.addKernel(c.name, c.evr, y.now())
		}
	}
	for _, c := range changes {
		if c.before != "" {
			line("Cleanup", c.name, c.before)
		}
	}
	y.sayf("\n")
	for _, verb := range []string{"Installed", "Upgraded", "Downgraded"} {
		y.section(verb+":", changes, strings.TrimSuffix(verb, "ed")+"ing", func(c change) {
			y.sayf("  %s-%s.%s\n", c.name, c.evr, architecture)
		})
	}
	y.sayf("\nComplete!\n")
	names, _ := y.host.disk.list(rpmCache, y.now())
	for _, name := range names {
		y.host.disk.remove(path.Join(rpmCache, name), y.now())
	}
	return 0
}

// section prints the changes of one verb under a head, if there are any.
func (y *yumCall) section(head string, changes []change, verb string, row func(change)) {
	first := true
	for _, c := range changes {
		if c.verb() != verb {
			continue
		}
		if first {
			y.sayf("%s\n", head)
			first = false
		}
		row(c)
	}
}
