package kube

import (
	"cmp"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// AnyPatch stands in Version.Patch for "the newest patch of this minor that is on
// offer". Only [Ladder] and [OfMinor] make such versions; [Parse] never does.
const AnyPatch = -1

// Version is a version of Kubernetes. It is a comparable value: == is equality of
// releases, because build metadata is never kept. The zero Version means "not known".
type Version struct {
	Major, Minor, Patch int
	Pre                 string // "rc.1" of 1.30.0-rc.1; empty for a release
}

// OfMinor is the newest patch of a minor that is on offer, whichever that is.
func OfMinor(major, minor int) Version {
	return Version{Major: major, Minor: minor, Patch: AnyPatch}
}

// IsZero tells whether v is the zero Version: not known.
func (v Version) IsZero() bool { return v == Version{} }

// Exact tells whether v names one release. The zero Version does not, and neither
// does one whose Patch is AnyPatch.
func (v Version) Exact() bool { return !v.IsZero() && v.Patch != AnyPatch }

// String is "1.21.14" or "1.30.0-rc.1", without a leading v; "1.21.<newest>" for
// AnyPatch; empty for the zero Version.
func (v Version) String() string {
	switch {
	case v.IsZero():
		return ""
	case v.Patch == AnyPatch:
		return v.MinorString() + newestSuffix
	case v.Pre != "":
		return fmt.Sprintf("%d.%d.%d-%s", v.Major, v.Minor, v.Patch, v.Pre)
	}
	return fmt.Sprintf("%d.%d.%d", v.Major, v.Minor, v.Patch)
}

// MinorString is "1.21": what names a package repository or a Kubernetes series.
// It is empty for the zero Version.
func (v Version) MinorString() string {
	if v.IsZero() {
		return ""
	}
	return strconv.Itoa(v.Major) + "." + strconv.Itoa(v.Minor)
}

// Compare orders versions by the precedence of Semantic Versioning 2.0.0, §11: it is
// negative when a comes before b, zero when they are the same, positive otherwise. A
// pre-release comes before its release. AnyPatch comes after every patch of its minor,
// and the zero Version before everything.
func Compare(a, b Version) int {
	if a.IsZero() || b.IsZero() {
		return boolRank(!a.IsZero()) - boolRank(!b.IsZero())
	}
	return cmp.Or(
		cmp.Compare(a.Major, b.Major),
		cmp.Compare(a.Minor, b.Minor),
		cmp.Compare(a.patchRank(), b.patchRank()),
		comparePre(a.Pre, b.Pre),
	)
}

// Less tells whether v comes before b; see [Compare].
func (v Version) Less(b Version) bool { return Compare(v, b) < 0 }

// SameMinor tells whether a and b are of the same minor, 1.21.3 and 1.21.14.
func SameMinor(a, b Version) bool { return a.Major == b.Major && a.Minor == b.Minor }

// Skew is how many minors a is above b; negative below. Patches do not count, as in
// the official policy. It means something only where the majors are equal.
func Skew(a, b Version) int { return a.Minor - b.Minor }

// MarshalText writes what [Version.String] says.
func (v Version) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText reads what MarshalText wrote, and all that [Parse] accepts. Unlike
// Parse it takes the empty text, for the zero Version, and "1.21.<newest>": a journal
// must be able to read back what it kept.
func (v *Version) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*v = Version{}
		return nil
	}
	minor, newest := strings.CutSuffix(string(text), newestSuffix)
	if newest {
		minor += ".0"
	}
	parsed, err := Parse(minor)
	if err != nil {
		return err
	}
	if newest {
		parsed = OfMinor(parsed.Major, parsed.Minor)
	}
	*v = parsed
	return nil
}

const newestSuffix = ".<newest>"

func (v Version) patchRank() int {
	if v.Patch == AnyPatch {
		return math.MaxInt
	}
	return v.Patch
}

// comparePre orders pre-release parts: none comes last, numbers compare as numbers and
// come before words, and a longer list comes after its own beginning.
func comparePre(a, b string) int {
	if a == "" || b == "" {
		return boolRank(a == "") - boolRank(b == "")
	}
	as, bs := strings.Split(a, "."), strings.Split(b, ".")
	for i := 0; i < min(len(as), len(bs)); i++ {
		if order := compareIdentifier(as[i], bs[i]); order != 0 {
			return order
		}
	}
	return cmp.Compare(len(as), len(bs))
}

// compareIdentifier compares numbers by length first, so that no number is too large.
func compareIdentifier(a, b string) int {
	aNumber, bNumber := isNumber(a), isNumber(b)
	switch {
	case aNumber && bNumber:
		return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
	case aNumber != bNumber:
		return boolRank(bNumber) - boolRank(aNumber)
	}
	return cmp.Compare(a, b)
}

func boolRank(b bool) int {
	if b {
		return 1
	}
	return 0
}
