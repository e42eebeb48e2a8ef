package steps

import (
	"bytes"
	"slices"
	"strings"

	"rung/engine/kube"
)

// packageList is what `yum list --showduplicates` or `apt-cache madison` said: for each
// package, its versions as they write them, such as 1.21.14-0.
type packageList struct {
	manager   string // who was asked, where the listing says it
	offered   map[string][]string
	installed map[string][]string
	releases  map[string][]kube.Version // what of Kubernetes is offered, lowest first
	brings    map[string]kube.Version   // by the version of a package
}

var lastPackages lately[packageList]

// readPackages reads what several questions said. Most hosts of a cluster are offered the same: nobody may change the list.
func readPackages(answers ...[]byte) packageList {
	list, _ := lastPackages.read(func() (packageList, error) {
		return readPackageList(string(bytes.Join(answers, []byte{'\n'}))), nil
	}, answers...)
	return list
}

// readPackageList reads listings of yum, dnf or apt, one after another. To yum a package is
// a line of NAME.ARCH VERSION REPOSITORY; the repository of an installed one begins with @, and to dnf 5
// the heading tells. yum 3 breaks long lines after the name and indents the rest. To apt it is NAME | VERSION |
// REPOSITORY, where we say installed or another status of dpkg for what the host has.
// All other lines (headings, progress, warnings) have another shape.
func readPackageList(text string) packageList {
	list := packageList{offered: map[string][]string{}, installed: map[string][]string{}, releases: map[string][]kube.Version{}, brings: map[string]kube.Version{}}
	broken, installed := "", false
	for line := range strings.Lines(text) {
		if who, ok := strings.CutPrefix(line, "manager: "); ok {
			list.manager = strings.TrimSpace(who)
		}
		if columns := strings.Split(line, " | "); len(columns) == 3 {
			list.addOfApt(strings.TrimSpace(columns[0]), strings.TrimSpace(columns[1]), strings.TrimSpace(columns[2]))
			continue
		}
		words := strings.Fields(line)
		if len(words) == 2 && strings.EqualFold(words[1], "packages") {
			installed = words[0] == "Installed"
			continue
		}
		switch {
		case broken != "" && len(words) == 2:
			words = append([]string{broken}, words...)
		case installed && len(words) == 2: // dnf 5 does not know where it came from
			words = append(words, "@")
		}
		broken = ""
		if len(words) == 1 {
			broken = words[0]
		}
		if len(words) == 3 {
			list.add(words[0], words[1], words[2], installed)
		}
	}
	for name, releases := range list.releases {
		slices.SortFunc(releases, kube.Compare)
		list.releases[name] = slices.Compact(releases)
	}
	return list
}

func (l packageList) add(name, version, repository string, installed bool) {
	dot := strings.LastIndexByte(name, '.')
	if dot < 1 {
		return
	}
	l.put(name[:dot], version, installed || repository[0] == '@' || repository == "installed")
}

// addOfApt adds a package unless it is one of which the host has only the configuration.
func (l packageList) addOfApt(name, version, where string) {
	if where == "installed" || strings.Contains(where, " ") {
		l.put(name, version, where == "installed")
	}
}

// put passes over what is no version of Kubernetes.
func (l packageList) put(name, version string, installed bool) {
	release, err := kube.ReleaseOf(version)
	if err != nil {
		return
	}
	l.brings[version] = release
	into := l.offered
	if installed {
		into = l.installed
	}
	if slices.Contains(into[name], version) {
		return
	}
	into[name] = append(into[name], version)
	if !installed {
		l.releases[name] = append(l.releases[name], release)
	}
}

// versions are what is on offer for every one of the packages, lowest first.
func (l packageList) versions(packages []string) []kube.Version {
	var common []kube.Version
	for i, name := range packages {
		of := l.releases[name]
		if i == 0 {
			common = slices.Clone(of)
			continue
		}
		if slices.Equal(common, of) { // as it mostly is
			continue
		}
		common = slices.DeleteFunc(common, func(v kube.Version) bool { return !slices.Contains(of, v) })
	}
	return common
}

// lacking names the packages of which no version is one of some; empty where a version of all of them is.
func (l packageList) lacking(packages []string, some string, is func(kube.Version) bool) string {
	if slices.ContainsFunc(l.versions(packages), is) {
		return ""
	}
	var names []string
	for _, name := range packages {
		if !slices.ContainsFunc(l.releases[name], is) {
			names = append(names, name)
		}
	}
	switch len(names) {
	case 0:
		return "no version " + some + " for all of " + strings.Join(packages, ", ")
	case len(packages):
		return "nothing " + some
	}
	return "no " + strings.Join(names, " and no ") + " " + some
}

// release picks the build of a package that brings v: of those on offer the
// newest, else the one that is installed.
func (l packageList) release(name string, v kube.Version) (string, error) {
	release, err := kube.PackageOf(v, l.builds(l.offered[name], v))
	if err != nil {
		if installed, absent := kube.PackageOf(v, l.builds(l.installed[name], v)); absent == nil {
			return installed, nil
		}
	}
	return release, err
}

// builds are those of a minor.
func (l packageList) builds(versions []string, minor kube.Version) []string {
	var some []string
	for _, text := range versions {
		if kube.SameMinor(l.brings[text], minor) {
			some = append(some, text)
		}
	}
	return some
}

// newestFew names the newest versions, for a message.
func newestFew(versions []kube.Version) string {
	if len(versions) == 0 {
		return "none"
	}
	var words []string
	for _, v := range slices.Backward(versions[max(0, len(versions)-5):]) {
		words = append(words, v.String())
	}
	if len(versions) > len(words) {
		words = append(words, "and older ones")
	}
	return strings.Join(words, ", ")
}
