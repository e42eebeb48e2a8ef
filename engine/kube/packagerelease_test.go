package kube

import (
	"strings"
	"testing"
)

func TestReleaseOfReadsPackages(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"the legacy rpm", "1.21.14-0", "1.21.14"},
		{"the rpm of pkgs.k8s.io", "1.32.6-150500.1.1", "1.32.6"},
		{"the legacy deb", "1.21.14-00", "1.21.14"},
		{"the deb of pkgs.k8s.io", "1.32.6-1.1", "1.32.6"},
		{"an epoch", "0:1.21.14-0", "1.21.14"},
		{"a revision of nine", "1.21.14-9", "1.21.14"},
		{"an epoch of two digits", "10:1.32.6-1.1", "1.32.6"},
		{"a release and its architecture", "1.21.14-0.x86_64", "1.21.14"},
		{"a version without a revision", "1.21.14", "1.21.14"},
		{"a pre-release with a tilde", "1.30.0~rc.1-1.1", "1.30.0-rc.1"},
		{"a pre-release with a hyphen", "1.30.0-rc.1-1.1", "1.30.0-rc.1"},
		{"a distribution's mark", "1.28.2+dfsg-2", "1.28.2"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := ReleaseOf(test.text)
			if err != nil || got != v(test.want) {
				t.Errorf("ReleaseOf(%q) = %q, %v; want %s", test.text, got, err, test.want)
			}
		})
	}
}

func TestReleaseOfSaysWhatIsWrong(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"nothing", "", `"" is not the version of a package: "" is not a version: it is empty`},
		{"a package with its name", "kubeadm-1.21.14-0", `"kubeadm-1.21.14" is not a version`},
		{"a minor", "1.21-0", `"1.21" names a minor`},
		{"a pre-release without a revision", "1.30.0-rc.1", "want a version and a revision, such as 1.21.14-0"},
		{"a revision of nothing", "1.21.14-", "want a version and a revision"},
		{"an epoch that is no number", "a:1.21.14-0", `"a:1.21.14" is not a version`},
		{"two revisions", "1.21.14-0-0", `"1.21.14-0" is the version of a package, not of kubernetes`},
		{"another package", "3.5.16-0-x", "want a version and a revision"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := ReleaseOf(test.text)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("ReleaseOf(%q) = %q, %v; want an error with %s", test.text, got, err, test.want)
			}
		})
	}
}

func TestPackageOfPicksTheRelease(t *testing.T) {
	rpms := strings.Fields("1.20.15-0 1.21.3-0 1.21.14-0 1.21.14-2 1.21.14-10 cri-tools 1.22.0~rc.1-0 1.32.6-150500.1.1 1.32.6-150500.2.1")
	for _, test := range []struct{ name, version, want string }{
		{"the only one", "1.20.15", "1.20.15-0"},
		{"the highest revision, as a number", "1.21.14", "1.21.14-10"},
		{"the highest revision of many numbers", "1.32.6", "1.32.6-150500.2.1"},
		{"the newest patch where any will do", "1.21.*", "1.21.14-10"},
		{"a pre-release that is asked for", "1.22.0-rc.1", "1.22.0~rc.1-0"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := PackageOf(v(test.version), rpms)
			if err != nil || got != test.want {
				t.Errorf("got %q, %v; want %q", got, err, test.want)
			}
		})
	}
}

func TestPackageOfSaysWhatIsOnOffer(t *testing.T) {
	for _, test := range []struct {
		name, version, offered, want string
	}{
		{"another patch", "1.21.13", "1.21.14-0 1.21.3-0 1.22.1-0", "1.21.13 is not on offer: of 1.21 there are 1.21.3, 1.21.14"},
		{"another minor", "1.24.0", "1.21.14-0 1.21.14-1", "1.24.0 is not on offer: there is no 1.24, only 1.21.14"},
		{"nothing at all", "1.24.0", "", "1.24.0 is not on offer: the package repositories offer nothing"},
		{"only a pre-release of any patch", "1.22.*", "1.22.0~rc.1-0", "1.22.<newest> is not on offer: of 1.22 there are 1.22.0-rc.1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := PackageOf(v(test.version), strings.Fields(test.offered))
			if err == nil || err.Error() != test.want {
				t.Errorf("got %q, %v\nwant %s", got, err, test.want)
			}
		})
	}
}

func FuzzReleaseOf(f *testing.F) {
	for _, seed := range []string{"1.21.14-0", "1.32.6-150500.1.1", "0:1.21.14-0", "1.21.14-00", "1.30.0~rc.1-1.1", "", ":", "-", "~-0", "1:1:1.2.3-0"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		release, err := ReleaseOf(text)
		if err != nil {
			return
		}
		if again, err := Parse(release.String()); err != nil || again != release {
			t.Fatalf("ReleaseOf(%q) = %#v, which Parse reads as %#v, %v", text, release, again, err)
		}
		if picked, err := PackageOf(release, []string{text}); err != nil || picked != text {
			t.Fatalf("PackageOf(%s) of %q alone is %q, %v", release, text, picked, err)
		}
	})
}
