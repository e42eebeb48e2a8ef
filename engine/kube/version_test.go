package kube

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// v parses a version that a test is sure of; "" is the zero Version and "1.21.*" any patch.
func v(text string) Version {
	if text == "" {
		return Version{}
	}
	minor, anyPatch := strings.CutSuffix(text, ".*")
	if anyPatch {
		text = minor + ".0"
	}
	parsed, err := Parse(text)
	if err != nil {
		panic(err)
	}
	if anyPatch {
		return OfMinor(parsed.Major, parsed.Minor)
	}
	return parsed
}

func vs(text string) []Version {
	var list []Version
	for word := range strings.FieldsSeq(text) {
		list = append(list, v(word))
	}
	return list
}

func TestParseAcceptsExactVersions(t *testing.T) {
	for _, test := range []struct {
		name, text string
		want       Version
	}{
		{"three numbers", "1.21.14", Version{1, 21, 14, ""}},
		{"a leading v", "v1.21.14", Version{1, 21, 14, ""}},
		{"patch zero", "1.30.0", Version{1, 30, 0, ""}},
		{"a release candidate", "1.30.0-rc.1", Version{1, 30, 0, "rc.1"}},
		{"an alpha with a v", "v1.38.0-alpha.2", Version{1, 38, 0, "alpha.2"}},
		{"a vendor's suffix", "v1.28.3-gke.1203001", Version{1, 28, 3, "gke.1203001"}},
		{"build metadata, dropped", "v1.29.4+k3s1", Version{1, 29, 4, ""}},
		{"a hyphen in build metadata", "v1.29.4+rke2-r1", Version{1, 29, 4, ""}},
		{"a pre-release with build metadata", "1.30.0-beta.0.12+a1b2c3", Version{1, 30, 0, "beta.0.12"}},
		{"the largest numbers", "999999.999999.999999", Version{999999, 999999, 999999, ""}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := Parse(test.text)
			if err != nil || got != test.want {
				t.Errorf("Parse(%q) = %#v, %v; want %#v", test.text, got, err, test.want)
			}
		})
	}
}

func TestParseSaysWhatIsWrong(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"nothing", "", `"" is not a version: it is empty; want three numbers, such as 1.21.14`},
		{"a minor with a v", "v1.21", `"v1.21" names a minor, not a patch: say 1.21.N, such as 1.21.0`},
		{"a minor", "1.30", `"1.30" names a minor, not a patch: say 1.30.N, such as 1.30.0`},
		{"an x for the patch", "1.21.x", `"1.21.x" is not a version: want three numbers, such as 1.21.14`},
		{"a star for the patch", "1.21.*", `"1.21.*" is not a version: want three numbers, such as 1.21.14`},
		{"the name of any patch", "1.21.<newest>", `"1.21.<newest>" is not a version: want three numbers, such as 1.21.14`},
		{"latest", "latest", `"latest" is not a version: it means another one every month; want three numbers, such as 1.21.14`},
		{"stable", "stable", `"stable" is not a version: it means another one every month; want three numbers, such as 1.21.14`},
		{"stable of a minor", "stable-1.21", `"stable-1.21" is not a version: it means another one every month; want three numbers, such as 1.21.14`},
		{"a leading zero", "1.021.3", `"1.021.3" is not a version: 021 has a leading zero; want three numbers, such as 1.21.14`},
		{"a number too large", "1.21.4294967296", `"1.21.4294967296" is not a version: 4294967296 is too large; want three numbers, such as 1.21.14`},
		{"a space at the end", "1.21.14 ", `"1.21.14 " is not a version: it has a space in it; want three numbers, such as 1.21.14`},
		{"a newline", "1.21.14\n", `"1.21.14\n" is not a version: it has a space in it; want three numbers, such as 1.21.14`},
		{"four numbers", "1.21.14.1", `"1.21.14.1" is not a version: want three numbers, such as 1.21.14`},
		{"a negative number", "1.-21.14", `"1.-21.14" is not a version: want three numbers, such as 1.21.14`},
		{"two vs", "vv1.21.14", `"vv1.21.14" is not a version: want three numbers, such as 1.21.14`},
		{"digits of another script", "1.21.١", `"1.21.١" is not a version: want three numbers, such as 1.21.14`},
		{"a package of rpm", "1.21.14-0", `"1.21.14-0" is the version of a package, not of kubernetes: say 1.21.14`},
		{"a package of pkgs.k8s.io", "1.32.6-150500.1.1", `"1.32.6-150500.1.1" is the version of a package, not of kubernetes: say 1.32.6`},
		{"an empty pre-release", "1.30.0-", `"1.30.0-" is not a version: after the - come letters, digits and dots, such as 1.30.0-rc.1`},
		{"an empty part of a pre-release", "1.30.0-rc..1", `"1.30.0-rc..1" is not a version: after the - come letters, digits and dots, such as 1.30.0-rc.1`},
		{"a leading zero in a pre-release", "1.30.0-rc.01", `"1.30.0-rc.01" is not a version: 01 has a leading zero`},
		{"bad build metadata", "1.30.0+$Format", `"1.30.0+$Format" is not a version: after the + come letters, digits, dots and hyphens only`},
		{"no release", "v0.0.0", `"v0.0.0" is not a version of kubernetes: there is no release 0.0.0`},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := Parse(test.text)
			if err == nil {
				t.Fatalf("Parse(%q) = %v, want an error", test.text, got)
			}
			if err.Error() != test.want {
				t.Errorf("\n got %s\nwant %s", err, test.want)
			}
		})
	}
}

func TestParseNeverFloodsAScreen(t *testing.T) {
	for _, text := range []string{strings.Repeat("9", 1<<16), "1.2." + strings.Repeat("3", 1<<16), strings.Repeat("é", 1<<12), "1." + strings.Repeat("0", 1<<12)} {
		if _, err := Parse(text); err == nil || len(err.Error()) > 300 {
			t.Errorf("the error of %.20q… is %d bytes long", text, len(err.Error()))
		}
	}
}

func TestVersionsInOrder(t *testing.T) {
	inOrder := vs("0.0.0-rc.1 0.9.1 1.9.0-alpha.1 1.9.0 1.10.0-alpha.1 1.10.0-alpha.1.beta 1.10.0-alpha.2 1.10.0-alpha.10 " +
		"1.10.0-alpha.99999999999999999999 1.10.0-alpha.x 1.10.0-beta 1.10.0-rc.1 1.10.0 1.10.2 1.10.10 1.10.999999 1.10.* 1.11.0-alpha.0 1.21.14 2.0.0")
	inOrder = append([]Version{{}}, inOrder...)
	for i, a := range inOrder {
		for j, b := range inOrder {
			got := Compare(a, b)
			if (got < 0) != (i < j) || (got == 0) != (i == j) {
				t.Errorf("Compare(%q, %q) = %d, at %d and %d of the order", a, b, got, i, j)
			}
			if a.Less(b) != (i < j) {
				t.Errorf("%q.Less(%q) = %t", a, b, a.Less(b))
			}
		}
	}
}

func TestVersionSaysWhatItIs(t *testing.T) {
	for _, test := range []struct {
		version     Version
		text, minor string
		exact, zero bool
	}{
		{Version{}, "", "", false, true},
		{v("v1.21.14"), "1.21.14", "1.21", true, false},
		{v("1.30.0-rc.1"), "1.30.0-rc.1", "1.30", true, false},
		{OfMinor(1, 21), "1.21.<newest>", "1.21", false, false},
	} {
		got := test.version
		if got.String() != test.text || got.MinorString() != test.minor || got.Exact() != test.exact || got.IsZero() != test.zero {
			t.Errorf("%#v: String %q, MinorString %q, Exact %t, IsZero %t", got, got, got.MinorString(), got.Exact(), got.IsZero())
		}
	}
}

func TestSkewCountsMinorsAndNotPatches(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want int
	}{{"1.21.0", "1.20.15", 1}, {"1.20.15", "1.21.0", -1}, {"1.21.14", "1.21.0", 0}, {"1.32.0", "1.29.9", 3}} {
		if got := Skew(v(test.a), v(test.b)); got != test.want {
			t.Errorf("Skew(%s, %s) = %d, want %d", test.a, test.b, got, test.want)
		}
	}
	if !SameMinor(v("1.21.0"), v("1.21.14")) || SameMinor(v("1.21.0"), v("1.22.0")) || SameMinor(v("1.21.0"), v("2.21.0")) {
		t.Error("SameMinor looks at something else than major and minor")
	}
}

func TestVersionsSurviveJSON(t *testing.T) {
	want := []Version{{}, v("1.21.14"), v("1.30.0-rc.1"), OfMinor(1, 22)}
	text, err := json.Marshal(want)
	if err != nil || string(text) != `["","1.21.14","1.30.0-rc.1","1.22.\u003cnewest\u003e"]` {
		t.Fatalf("%s, %v", text, err)
	}
	var got []Version
	if err := json.Unmarshal(text, &got); err != nil || !slices.Equal(got, want) {
		t.Errorf("read back %v, %v", got, err)
	}
	for _, bad := range []string{`"1.21"`, `"latest"`, `"1.<newest>"`, `"0.0.<newest>"`, `"1.21-rc.1.<newest>"`, `1.21`} {
		var one Version
		if err := json.Unmarshal([]byte(bad), &one); err == nil {
			t.Errorf("%s was read as %q", bad, one)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"1.21.14", "v1.30.0-rc.1", "1.21", "1.21.x", "latest", "1.021.3", "", "0.0.0", "1.2.3-a.01+b", "1.21.<newest>", "\xff", "1.21.14-0"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		parsed, err := Parse(text)
		if err != nil {
			if parsed != (Version{}) || len(err.Error()) > 400 {
				t.Fatalf("Parse(%q) = %#v, %v", text, parsed, err)
			}
			return
		}
		if !parsed.Exact() || parsed.Patch < 0 {
			t.Fatalf("Parse(%q) = %#v is not exact", text, parsed)
		}
		if again, err := Parse(parsed.String()); err != nil || again != parsed {
			t.Fatalf("Parse(%q) = %#v, and again %#v, %v", text, parsed, again, err)
		}
	})
}
