package steps

import (
	"slices"
	"strings"

	"rung/engine/kube"
)

// packageList is what `yum list --showduplicates` said: for each package, its
// versions as yum writes them, such as 1.21.14-0.
type packageList struct {
	offered   map[string][]string
	installed map[string][]string
}

// readPackageList reads yum's and dnf's listings, one after another. A package is
// a line of NAME.ARCH VERSION REPOSITORY; the repository of an installed one
// begins with @. yum 3 breaks long lines after the name and indents the rest.
// All other lines (headings, progress, warnings) have another shape.
func readPackageList(text string) packageList {
	list := packageList{map[string][]string{}, map[string][]string{}}
	broken := ""
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if broken != "" && len(words) == 2 {
			words = append([]string{broken}, words...)
		}
		broken = ""
		if len(words) == 1 {
			broken = words[0]
		}
		if len(words) == 3 {
			list.add(words[0], words[1], words[2])
		}
	}
	return list
}

func (l packageList) add(name, version, repository string) {
	dot := strings.LastIndexByte(name, '.')
	if dot < 1 {
		return
	}
	if _, err := kube.ReleaseOf(version); err != nil {
		return
	}
	into := l.offered
	if repository[0] == '@' || repository == "installed" {
		into = l.installed
	}
	if name = name[:dot]; !slices.Contains(into[name], version) {
		into[name] = append(into[name], version)
	}
}

// versions are what is on offer for every one of the packages, lowest first.
func (l packageList) versions(packages []string) []kube.Version {
	var common []kube.Version
	for i, name := range packages {
		of := l.versionsOf(name)
		if i == 0 {
			common = of
		}
		common = slices.DeleteFunc(common, func(v kube.Version) bool { return !slices.Contains(of, v) })
	}
	return common
}

// versionsOf are what is on offer of one package, lowest first.
func (l packageList) versionsOf(name string) []kube.Version {
	var versions []kube.Version
	for _, text := range l.offered[name] {
		if v, err := kube.ReleaseOf(text); err == nil {
			versions = append(versions, v)
		}
	}
	slices.SortFunc(versions, kube.Compare)
	return slices.Compact(versions)
}

// release picks the build of a package that brings v: of those on offer the
// newest, else the one that is installed.
func (l packageList) release(name string, v kube.Version) (string, error) {
	release, err := kube.PackageOf(v, l.offered[name])
	if err != nil {
		if installed, absent := kube.PackageOf(v, l.installed[name]); absent == nil {
			return installed, nil
		}
	}
	return release, err
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
