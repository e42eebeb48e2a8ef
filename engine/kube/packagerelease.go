package kube

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// ReleaseOf reads the version of Kubernetes out of the version of a package, as rpm and
// dpkg write it: "1.21.14-0", "1.32.6-150500.1.1", "0:1.21.14-0", "1.21.14-00",
// "1.30.0~rc.1-1.1". The epoch before the colon and the revision after the last hyphen
// are the packager's, and dropped; the tilde of a pre-release is the hyphen of
// Semantic Versioning.
func ReleaseOf(packageVersion string) (Version, error) {
	rest := packageVersion
	if epoch, after, ok := strings.Cut(rest, ":"); ok && isNumber(epoch) {
		rest = after
	}
	if i := strings.LastIndexByte(rest, '-'); i >= 0 {
		revision := rest[i+1:]
		if revision == "" || revision[0] < '0' || revision[0] > '9' {
			return Version{}, fmt.Errorf("%s is not the version of a package: want a version and a revision, such as 1.21.14-0", quoted(packageVersion))
		}
		rest = rest[:i]
	}
	v, fault := parse(strings.Replace(rest, "~", "-", 1))
	if fault != "" {
		return Version{}, fmt.Errorf("%s is not the version of a package: %s %s", quoted(packageVersion), quoted(rest), fault)
	}
	return v, nil
}

// PackageOf picks, from the versions of a package on offer, the one that brings v: of
// several revisions the highest. An AnyPatch picks the newest release of its minor. Texts
// on offer that are no version of Kubernetes are passed over. When nothing brings v, the
// error lists what is on offer.
func PackageOf(v Version, offered []string) (string, error) {
	best, bestRelease := "", Version{}
	var releases []Version
	for _, candidate := range offered {
		release, err := ReleaseOf(candidate)
		if err != nil {
			continue
		}
		releases = append(releases, release)
		if release != v && !(v.Patch == AnyPatch && SameMinor(release, v) && release.Pre == "") {
			continue
		}
		order := Compare(release, bestRelease)
		if order > 0 || order == 0 && compareRevision(candidate, best) > 0 {
			best, bestRelease = candidate, release
		}
	}
	if best == "" {
		return "", fmt.Errorf("%s is not on offer: %s", v, onOffer(v, releases))
	}
	return best, nil
}

// compareRevision compares the same release in two packages, number by number; what is no
// number separates.
func compareRevision(a, b string) int {
	apart := func(text string) []string {
		return strings.FieldsFunc(text, func(r rune) bool { return r < '0' || r > '9' })
	}
	return slices.CompareFunc(apart(a), apart(b), func(x, y string) int {
		x, y = strings.TrimLeft(x, "0"), strings.TrimLeft(y, "0")
		return cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(x, y))
	})
}
