package kube

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestLadder(t *testing.T) {
	const offered = "1.20.15 1.21.13 1.21.14 1.21.2 1.22.0 1.22.17 1.22.18-rc.0 1.23.17 1.24.0"
	for _, test := range []struct{ name, from, to, offered, want string }{
		{"the target is where it starts: no hop", "1.21.14", "1.21.14", "", ""},
		{"the target is where it starts, though nobody offers it any more", "1.19.1", "1.19.1", offered, ""},
		{"an unknown start gives the last hop alone", "", "1.24.17", "", "1.24.17"},
		{"an unknown start with a known offer", "", "1.24.0", offered, "1.24.0"},
		{"a patch is one hop", "1.20.1", "1.20.2", "", "1.20.2"},
		{"a minor is one hop", "1.20.1", "1.21.1", "", "1.21.1"},
		{"a lower patch of a higher minor is up", "1.20.15", "1.21.2", offered, "1.21.2"},
		{"a release is above its candidate", "1.21.14-rc.1", "1.21.14", offered, "1.21.14"},
		{"two minors stop at the newest patch between", "1.20.0", "1.22.17", offered, "1.21.14 1.22.17"},
		{"a pre-release between is passed over", "1.21.14", "1.23.17", offered, "1.22.17 1.23.17"},
		{"the target need not be the newest", "1.20.0", "1.22.0", offered, "1.21.14 1.22.0"},
		{"an unknown offer names minors", "1.20.0", "1.23.4", "", "1.21.* 1.22.* 1.23.4"},
		{"a pre-release as the target", "1.22.17", "1.22.18-rc.0", offered, "1.22.18-rc.0"},
		{"minors of one and two digits", "1.8.15", "1.11.0", "", "1.9.* 1.10.* 1.11.0"},
		{"every hop from the oldest to the newest", "1.20.0", "1.24.0", offered, "1.21.14 1.22.17 1.23.17 1.24.0"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := Ladder(v(test.from), v(test.to), vs(test.offered))
			if err != nil || !slices.Equal(got, vs(test.want)) {
				t.Errorf("got %v, %v; want %s", got, err, test.want)
			}
		})
	}
}

func TestALadderGoesByWhatIsGiven(t *testing.T) {
	const offered = "1.20.15 1.21.13 1.21.14 1.22.15 1.22.17 1.23.17"
	for _, test := range []struct{ name, from, to, offered, via, want string }{
		{"in place of the newest of its minor", "1.20.0", "1.23.17", offered, "1.21.13", "1.21.13 1.22.17 1.23.17"},
		{"all of them given, in any order", "1.20.0", "1.23.17", offered, "1.22.15 1.21.13", "1.21.13 1.22.15 1.23.17"},
		{"first the last patch of its own minor", "1.20.0", "1.21.14", offered, "1.20.15", "1.20.15 1.21.14"},
		{"what is behind already is no hop", "1.21.14", "1.23.17", offered, "1.21.13 1.22.15", "1.22.15 1.23.17"},
		{"the target itself", "1.20.0", "1.21.14", offered, "1.21.14", "1.21.14"},
		{"where nothing is known", "", "1.23.17", "", "1.22.15", "1.22.15 1.23.17"},
		{"one that is not on offer", "1.20.0", "1.22.17", offered, "1.21.12", "the hop to 1.21.12 on the way to 1.22.17 is not on offer: of 1.21 there are 1.21.13, 1.21.14"},
		{"one above the target", "1.20.0", "1.21.14", offered, "1.22.17", "1.22.17 is not on the way to 1.21.14: it is above it"},
		{"no release", "1.20.0", "1.22.17", "", "1.21.*", `a ladder goes by exact versions, such as 1.21.14, not by "1.21.<newest>"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			var offer []Version
			if test.offered != "" {
				offer = vs(test.offered)
			}
			got, err := Ladder(v(test.from), v(test.to), offer, vs(test.via)...)
			if err != nil && err.Error() != test.want || err == nil && !slices.Equal(got, vs(test.want)) {
				t.Errorf("got %v, %v; want %s", got, err, test.want)
			}
		})
	}
}

func TestLadderRefuses(t *testing.T) {
	const offered = "1.20.15 1.21.13 1.21.14 1.23.17-rc.1"
	for _, test := range []struct{ name, from, to, offered, want string }{
		{"a minor down", "1.22.0", "1.21.14", "", "1.22.0 to 1.21.14 is a downgrade: etcd and the objects stored in it do not support it; restore a backup instead"},
		{"a patch down", "1.21.14", "1.21.13", offered, "1.21.14 to 1.21.13 is a downgrade"},
		{"a release to its own candidate", "1.21.14", "1.21.14-rc.1", "", "is a downgrade"},
		{"another major", "1.37.2", "2.0.0", "", "1.37.2 to 2.0.0 changes the major version"},
		{"no target", "1.20.0", "", "", `the target of a ladder is one exact version, such as 1.21.14, not ""`},
		{"any patch as the target", "1.20.0", "1.21.*", "", `not "1.21.<newest>"`},
		{"any patch as the start", "1.20.*", "1.21.14", "", `a ladder begins at one exact version, such as 1.20.15, not "1.20.<newest>"`},
		{"a hop that nobody offers", "1.20.0", "1.23.17", offered, "the hop to 1.22 on the way to 1.23.17 has no release on offer: there is no 1.22, only 1.20.15, 1.21.13, 1.21.14, 1.23.17-rc.1"},
		{"a hop with nothing but candidates", "1.22.0", "1.24.0", offered, "the hop to 1.23 on the way to 1.24.0 has no release on offer: of 1.23 there are 1.23.17-rc.1"},
		{"a target that is not offered", "1.20.0", "1.21.12", offered, "the target 1.21.12 is not on offer: of 1.21 there are 1.21.13, 1.21.14"},
		{"a target that is not offered, from nowhere", "", "1.21.12", offered, "the target 1.21.12 is not on offer"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := Ladder(v(test.from), v(test.to), vs(test.offered))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, %v\nwant an error with %s", got, err, test.want)
			}
		})
	}
	t.Run("a repository that offers nothing", func(t *testing.T) {
		_, err := Ladder(v("1.20.0"), v("1.21.14"), []Version{})
		if err == nil || err.Error() != "the target 1.21.14 is not on offer: the package repositories offer nothing" {
			t.Errorf("got %v", err)
		}
	})
}

func TestALongOfferIsListedByItsEnd(t *testing.T) {
	var offered []Version
	for patch := range 30 {
		offered = append(offered, Version{1, 21, patch, ""}, Version{1, 21, patch, ""})
	}
	_, err := Ladder(v("1.21.0"), v("1.21.99"), offered)
	const want = "of 1.21 there are 1.21.18, 1.21.19, 1.21.20, 1.21.21, 1.21.22, 1.21.23, 1.21.24, 1.21.25, 1.21.26, 1.21.27, 1.21.28, 1.21.29, and 18 older ones"
	if err == nil || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("got %v\nwant %s", err, want)
	}
}

// Whatever the start, the target and the offer: a ladder climbs, one minor at most at a
// time, over releases that are on offer, and ends at the target.
func TestEveryLadderHoldsTheRules(t *testing.T) {
	random := rand.New(rand.NewPCG(20, 37))
	pick := func() Version { return Version{1, 18 + random.IntN(10), random.IntN(6), ""} }
	climbed := 0
	for range 20_000 {
		from, to := pick(), pick()
		var offered []Version
		if random.IntN(3) > 0 {
			for range random.IntN(80) + 1 {
				offered = append(offered, pick())
			}
			offered = append(offered, to)
		}
		hops, err := Ladder(from, to, offered)
		if err != nil {
			if !to.Less(from) && !minorMissing(from, to, offered) {
				t.Fatalf("Ladder(%s, %s, %v): %v", from, to, offered, err)
			}
			continue
		}
		at := from
		for _, hop := range hops {
			if !at.Less(hop) || Skew(hop, at) > 1 {
				t.Fatalf("Ladder(%s, %s) = %v: from %s to %s", from, to, hops, at, hop)
			}
			if offered != nil && !slices.Contains(offered, hop) {
				t.Fatalf("Ladder(%s, %s) = %v: %s is not on offer", from, to, hops, hop)
			}
			at = hop
		}
		if at != to {
			t.Fatalf("Ladder(%s, %s) = %v ends at %s", from, to, hops, at)
		}
		if from != to && len(hops) != max(Skew(to, from), 1) {
			t.Fatalf("Ladder(%s, %s) = %v has %d hops", from, to, hops, len(hops))
		}
		climbed++
	}
	if climbed < 5_000 {
		t.Errorf("only %d ladders were climbed: the test shows little", climbed)
	}
}

// minorMissing tells whether nothing is offered of some minor between two versions.
func minorMissing(from, to Version, offered []Version) bool {
	for minor := from.Minor + 1; minor < to.Minor && offered != nil; minor++ {
		if !slices.ContainsFunc(offered, func(v Version) bool { return v.Minor == minor }) {
			return true
		}
	}
	return false
}

func TestLowestAndNewestPassOverWhatIsUnknown(t *testing.T) {
	versions := append([]Version{{}}, vs("1.21.3 1.20.15 1.21.14 1.20.15-rc.1")...)
	if got := Lowest(versions); got != v("1.20.15-rc.1") {
		t.Errorf("Lowest = %q", got)
	}
	if got := Newest(versions); got != v("1.21.14") {
		t.Errorf("Newest = %q", got)
	}
	if !Lowest(nil).IsZero() || !Newest([]Version{{}}).IsZero() {
		t.Error("of nothing there is no lowest and no newest")
	}
}
