package kube

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// answer is the refusals as "3! 5! 9": row by row, mandatory ones with a mark.
func answer(refusals []Refusal) string {
	var rows []string
	for _, r := range refusals {
		mark := ""
		if r.Mandatory {
			mark = "!"
		}
		rows = append(rows, fmt.Sprint(r.Row, mark))
	}
	return strings.Join(rows, " ")
}

func TestKubeadmPolicy(t *testing.T) {
	for _, test := range []struct{ name, kubeadm, cluster, target, kubelets, want string }{
		{"a patch", "1.20.2", "1.20.1", "1.20.2", "1.20.1", ""},
		{"a minor", "1.21.14", "1.20.0", "1.21.14", "1.20.0 1.20.0", ""},
		{"the same version again", "1.32.6", "1.32.6", "1.32.6", "1.32.6", ""},
		{"a patch down, which kubeadm lets pass", "1.32.6", "1.32.6", "1.32.5", "1.32.6", ""},
		{"a minor down with the older kubeadm, which it lets pass", "1.31.4", "1.32.6", "1.31.4", "1.32.6", ""},

		{"row 1: the cluster cannot be read", "1.21.14", "", "1.21.14", "1.20.0", "1!"},
		{"row 2: exactly kubeadm's minor less one", "1.32.6", "1.31.0", "1.31.0", "1.31.0", "2! 7"},
		{"row 2: below it", "1.32.6", "1.31.0", "1.30.9", "1.30.0", "2! 7"},
		{"row 2 does not hold one patch above it", "1.32.6", "1.31.0", "1.31.1", "1.31.0", "7"},
		{"row 3: two minors up", "1.34.0", "1.32.6", "1.34.0", "1.32.6", "3!"},
		{"row 3 may be forced for a pre-release", "1.34.0-rc.1", "1.32.6", "1.34.0-rc.1", "1.32.6", "3 8"},
		{"row 4: two minors down", "1.31.0", "1.33.0", "1.31.0", "1.31.0", "4!"},
		{"row 4 may be forced for a pre-release", "1.31.0-rc.1", "1.33.0", "1.31.0-rc.1", "1.31.0", "4 8"},
		{"row 5: kubeadm is a minor behind", "1.32.6", "1.32.6", "1.33.0", "1.32.6", "5!"},
		{"row 5 may be forced for a pre-release", "1.32.6", "1.32.6", "1.33.0-rc.1", "1.32.6", "5 8"},
		{"rows 3 and 5: two minors with the old kubeadm", "1.32.6", "1.32.6", "1.34.0", "1.32.6", "3! 5!"},
		{"row 6: kubeadm is a patch behind", "1.34.0", "1.34.0", "1.34.11", "1.34.0", "6"},
		{"row 6: kubeadm is a candidate of the target", "1.34.0-rc.1", "1.33.0", "1.34.0", "1.33.0", "6"},
		{"row 7: kubeadm is a minor ahead, as plan itself proposes", "1.21.14", "1.20.0", "1.20.15", "1.20.0", "7"},
		{"row 8: a candidate", "1.30.0-rc.1", "1.29.0", "1.30.0-rc.1", "1.29.0", "8"},
		{"row 9: kubeadm 1.28 allows a kubelet one minor older", "1.28.15", "1.27.0", "1.28.15", "1.27.0", ""},
		{"row 9: kubeadm 1.28 refuses a kubelet two minors older, though the official policy does not", "1.28.15", "1.27.0", "1.28.15", "1.26.0", "9"},
		{"row 9: kubeadm 1.29 allows a kubelet three minors older", "1.29.0", "1.28.15", "1.29.0", "1.26.0", ""},
		{"row 9: kubeadm 1.29 refuses a kubelet four minors older", "1.29.0", "1.28.15", "1.29.0", "1.25.0", "9"},
		{"row 9 passes over a newer kubelet", "1.29.0", "1.28.15", "1.29.0", "1.31.0 ?", ""},
		{"row 10 comes first of the skippable", "1.34.0", "1.34.0", "1.34.11", "-", "10 6"},
	} {
		t.Run(test.name, func(t *testing.T) {
			kubelets := []Component(nil)
			if test.kubelets != "-" {
				kubelets = at(test.kubelets)
			}
			got := KubeadmPolicy(v(test.kubeadm), v(test.cluster), v(test.target), kubelets)
			if answer(got) != test.want {
				t.Errorf("refused by %q, want %q\n%v", answer(got), test.want, got)
			}
			for _, r := range got {
				if r.Reason == "" || r.Text == "" {
					t.Errorf("a no without its reason: %#v", r)
				}
			}
		})
	}
}

// Fragments that a real kubeadm prints, row by row.
func TestKubeadmPolicySpeaksLikeKubeadm(t *testing.T) {
	for _, test := range []struct {
		row                                int
		kubeadm, cluster, target, kubelets string
		want                               string
	}{
		{1, "1.21.14", "", "1.21.14", "1.20.0", "Unable to fetch cluster version"},
		{2, "1.32.6", "1.31.0", "1.30.9", "1.30.0", `Specified version to upgrade to "v1.30.9" is equal to or lower than the minimum supported version "v1.31.0". Please specify a higher version to upgrade to`},
		{3, "1.34.0", "1.32.6", "1.34.0", "1.32.6", `Specified version to upgrade to "v1.34.0" is too high; kubeadm can upgrade only 1 minor version at a time`},
		{4, "1.31.0", "1.33.0", "1.31.0", "1.31.0", `Specified version to downgrade to "v1.31.0" is too low; kubeadm can downgrade only 1 minor version at a time`},
		{5, "1.32.6", "1.32.6", "1.33.0", "1.32.6", `Specified version to upgrade to "v1.33.0" is at least one minor release higher than the kubeadm minor release (33 > 32). Such an upgrade is not supported`},
		{6, "1.34.0", "1.34.0", "1.34.11", "1.34.0", `Specified version to upgrade to "v1.34.11" is higher than the kubeadm version "v1.34.0". Upgrade kubeadm first using the tool you used to install kubeadm`},
		{7, "1.21.14", "1.20.0", "1.20.15", "1.20.0", `Kubeadm version v1.21.14 can only be used to upgrade to Kubernetes version 1.21`},
		{8, "1.30.0-rc.1", "1.29.0", "1.30.0-rc.1", "1.29.0", `Specified version to upgrade to "v1.30.0-rc.1" is an unstable version and such upgrades weren't allowed via setting the --allow-*-upgrades flags`},
		{9, "1.28.15", "1.27.0", "1.28.15", "1.26.0 1.25.3 1.26.0", `There are kubelets in this cluster that are too old that have these versions [v1.25.3 v1.26.0]`},
		{10, "1.34.0", "1.34.0", "1.34.0", "-", `Unable to fetch kubelet version`},
	} {
		kubelets := []Component(nil)
		if test.kubelets != "-" {
			kubelets = at(test.kubelets)
		}
		found := ""
		for _, r := range KubeadmPolicy(v(test.kubeadm), v(test.cluster), v(test.target), kubelets) {
			if r.Row == test.row {
				found = r.Text
			}
		}
		if !strings.HasPrefix(found, test.want) {
			t.Errorf("row %d\n got %s\nwant %s", test.row, found, test.want)
		}
	}
}

func TestRefusalTextIsWhatARealKubeadmPrinted(t *testing.T) {
	for _, test := range []struct{ file, target string }{
		{"testdata/upgrade-apply-newer-than-kubeadm.stderr", "1.33.0"},
		{"testdata/upgrade-apply-skips-minor.stderr", "1.34.0"},
	} {
		want, err := os.ReadFile(test.file)
		if err != nil {
			t.Fatal(err)
		}
		running := v("1.32.6")
		refusals := KubeadmPolicy(running, running, v(test.target), at("1.32.6"))
		if got := RefusalText(running, refusals, false); got != string(want) {
			t.Errorf("%s\n got %s\nwant %s", test.file, got, want)
		}
	}
}

func TestRefusalTextByEraAndForce(t *testing.T) {
	mandatory := Refusal{Row: 3, Mandatory: true, Text: "too high"}
	skippable := Refusal{Row: 6, Text: "too new"}
	for _, test := range []struct {
		name, kubeadm string
		refusals      []Refusal
		force         bool
		want          string
	}{
		{"nothing refused", "1.31.0", nil, false, ""},
		{"skippable, and forced", "1.31.0", []Refusal{skippable}, true, ""},
		{
			"mandatory, and forced in vain; what is skippable is left out", "1.31.0",
			[]Refusal{mandatory, skippable},
			true,
			"[upgrade/version] FATAL: the --version argument is invalid due to these fatal errors:\n\n\t- too high\n\nPlease fix the misalignments highlighted above and try upgrading again\nTo see the stack trace of this error execute with --v=5 or higher\n",
		},
		{
			"skippable up to 1.31", "1.31.0",
			[]Refusal{skippable},
			false,
			"[upgrade/version] FATAL: the --version argument is invalid due to these errors:\n\n\t- too new\n\nCan be bypassed if you pass the --force flag\nTo see the stack trace of this error execute with --v=5 or higher\n",
		},
		{
			"skippable from 1.32", "1.32.0",
			[]Refusal{skippable},
			false,
			"error execution phase preflight: the version argument is invalid due to these errors:\n\n\t- too new\n\nCan be bypassed if you pass the --force flag\nTo see the stack trace of this error execute with --v=5 or higher\n",
		},
		{
			"mandatory from 1.34", "1.34.0",
			[]Refusal{mandatory},
			false,
			"error: error execution phase preflight: the version argument is invalid due to these fatal errors:\n\n\t- too high\n\nPlease fix the misalignments highlighted above and try upgrading again\nTo see the stack trace of this error execute with --v=5 or higher\n",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := RefusalText(v(test.kubeadm), test.refusals, test.force); got != test.want {
				t.Errorf("\n got %q\nwant %q", got, test.want)
			}
		})
	}
}
