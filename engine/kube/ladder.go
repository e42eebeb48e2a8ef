package kube

import (
	"fmt"
	"slices"
	"strings"
)

// Ladder lists the hops from the lowest version of any component to the target: one
// hop for every minor, because an apiserver may not skip one (R6), and the last hop is
// the target exactly.
//
//   - A from that is not known (zero) gives the target alone.
//   - A from that is the target gives no hop.
//   - A patch inside the minor is one hop.
//   - Each hop before the last is the newest release of its minor in offered (R9). A nil
//     offered means that nobody has looked yet, and gives [OfMinor].
//   - A release in via that lies between from and to is a hop, in place of the newest of
//     its minor. One that is behind already is none: a run that is made again has the same
//     via.
//
// It is an error to go down, to change the major, to aim at anything but an exact release,
// and to need a version that is not offered; the error names the hop and lists what is.
func Ladder(from, to Version, offered []Version, via ...Version) ([]Version, error) {
	if err := climbable(from, to); err != nil {
		return nil, err
	}
	if from == to {
		return nil, nil
	}
	hops, err := between(from, to, offered, via)
	if err != nil {
		return nil, err
	}
	if !from.IsZero() {
		for minor := from.Minor + 1; minor < to.Minor; minor++ {
			wanted := OfMinor(to.Major, minor)
			if slices.ContainsFunc(hops, func(v Version) bool { return SameMinor(v, wanted) }) {
				continue
			}
			hop, err := newestOfMinor(wanted, to, offered)
			if err != nil {
				return nil, err
			}
			hops = append(hops, hop)
		}
	}
	if offered != nil && !slices.Contains(offered, to) {
		return nil, fmt.Errorf("the target %s is not on offer: %s", to, onOffer(to, offered))
	}
	slices.SortFunc(hops, Compare)
	return append(hops, to), nil
}

// between are the releases of via that lie between from and to.
func between(from, to Version, offered, via []Version) ([]Version, error) {
	var hops []Version
	for _, v := range via {
		switch {
		case !v.Exact():
			return nil, fmt.Errorf("a ladder goes by exact versions, such as 1.21.14, not by %q", v)
		case v.Major != to.Major || to.Less(v):
			return nil, fmt.Errorf("%s is not on the way to %s: it is above it", v, to)
		case v == to || !from.IsZero() && !from.Less(v) || slices.Contains(hops, v):
			continue
		case offered != nil && !slices.Contains(offered, v):
			return nil, fmt.Errorf("the hop to %s on the way to %s is not on offer: %s", v, to, onOffer(v, offered))
		}
		hops = append(hops, v)
	}
	return hops, nil
}

// climbable refuses what no ladder can reach.
func climbable(from, to Version) error {
	switch {
	case !to.Exact():
		return fmt.Errorf("the target of a ladder is one exact version, such as 1.21.14, not %q", to)
	case from.IsZero() || from == to:
		return nil
	case !from.Exact():
		return fmt.Errorf("a ladder begins at one exact version, such as 1.20.15, not %q", from)
	case from.Major != to.Major:
		return fmt.Errorf("%s to %s changes the major version: no upgrade of kubernetes does that", from, to)
	case to.Less(from):
		return fmt.Errorf("%s to %s is a downgrade: etcd and the objects stored in it do not support it; restore a backup instead", from, to)
	}
	return nil
}

// newestOfMinor is the release to stop at between two minors. Pre-releases are passed
// over: nobody asked for one.
func newestOfMinor(hop, to Version, offered []Version) (Version, error) {
	if offered == nil {
		return hop, nil
	}
	var newest Version
	for _, v := range offered {
		if SameMinor(v, hop) && v.Exact() && v.Pre == "" && newest.Less(v) {
			newest = v
		}
	}
	if newest.IsZero() {
		return Version{}, fmt.Errorf("the hop to %s on the way to %s has no release on offer: %s",
			hop.MinorString(), to, onOffer(hop, offered))
	}
	return newest, nil
}

// onOffer lists the versions of the wanted minor, or, where there are none, everything.
func onOffer(wanted Version, offered []Version) string {
	if len(offered) == 0 {
		return "the package repositories offer nothing"
	}
	of := slices.DeleteFunc(slices.Clone(offered), func(v Version) bool { return !SameMinor(v, wanted) })
	if len(of) > 0 {
		return "of " + wanted.MinorString() + " there are " + joined(of)
	}
	return "there is no " + wanted.MinorString() + ", only " + joined(offered)
}

// joined lists versions in order, each once, and only the last dozen of a long list.
func joined(vs []Version) string {
	const most = 12
	vs = slices.Clone(vs)
	slices.SortFunc(vs, Compare)
	vs = slices.Compact(vs)
	older := ""
	if len(vs) > most {
		older, vs = fmt.Sprintf(", and %d older ones", len(vs)-most), vs[len(vs)-most:]
	}
	var words []string
	for _, v := range vs {
		words = append(words, v.String())
	}
	return strings.Join(words, ", ") + older
}

// Lowest is the lowest of the versions that are known; zero when none is.
func Lowest(vs []Version) Version {
	var lowest Version
	for _, v := range vs {
		if !v.IsZero() && (lowest.IsZero() || v.Less(lowest)) {
			lowest = v
		}
	}
	return lowest
}

// Newest is the highest of the versions that are known; zero when none is.
func Newest(vs []Version) Version {
	var newest Version
	for _, v := range vs {
		if newest.Less(v) {
			newest = v
		}
	}
	return newest
}
