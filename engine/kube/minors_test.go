package kube

import (
	"os"
	"strings"
	"testing"
)

func TestWhatKubeadmShips(t *testing.T) {
	for _, test := range []struct{ name, kubeadm, etcd, coreDNS, pause string }{
		{"the oldest", "1.20.0", "3.4.13-0", "1.7.0", "3.2"},
		{"its last patch", "1.20.15", "3.4.13-0", "1.7.0", "3.2"},
		{"the patch before a change", "1.22.16", "3.5.0-0", "v1.8.4", "3.5"},
		{"the patch of a change", "1.22.17", "3.5.6-0", "v1.8.4", "3.5"},
		{"a patch between two changes", "1.23.14", "3.5.5-0", "v1.8.6", "3.6"},
		{"the one a real cluster ran", "1.32.6", "3.5.16-0", "v1.11.3", "3.10"},
		{"any patch, by the last change", "1.31.*", "3.5.24-0", "v1.11.3", "3.10"},
		{"a patch that nobody has seen yet", "1.37.99", "3.7.0-0", "v1.14.6", "3.10.2"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, known := ShippedBy(v(test.kubeadm))
			if !known || got.Etcd != test.etcd || got.CoreDNS != test.coreDNS || got.Pause != test.pause {
				t.Errorf("ShippedBy(%s) = %+v, %t", test.kubeadm, got, known)
			}
		})
	}
	for _, unknown := range []string{"1.19.16", "1.38.0", "2.20.0", ""} {
		if got, known := ShippedBy(v(unknown)); known {
			t.Errorf("ShippedBy(%q) = %+v", unknown, got)
		}
	}
}

func TestEveryKnownMinorShipsSomething(t *testing.T) {
	for minor := OldestMinor - 1; minor <= NewestMinor+1; minor++ {
		kubeadm := Version{Major: 1, Minor: minor}
		shipped, found := ShippedBy(kubeadm)
		if found != Known(kubeadm) {
			t.Errorf("%s: known %t, and ships something: %t", kubeadm, Known(kubeadm), found)
		}
		if found && (shipped.Etcd == "" || shipped.CoreDNS == "" || shipped.Pause == "" || shipped.OldestExternalEtcd == "") {
			t.Errorf("%s ships %+v", kubeadm, shipped)
		}
	}
}

// Within a minor, no later patch ships an older etcd; shippings must be in order for that.
func TestEtcdNeverGoesDownWithinAMinor(t *testing.T) {
	for i := 1; i < len(shippings); i++ {
		before, after := shippings[i-1], shippings[i]
		if before.minor > after.minor || before.minor == after.minor && before.patch >= after.patch {
			t.Errorf("1.%d.%d comes after 1.%d.%d", after.minor, after.patch, before.minor, before.patch)
		}
		older, err := ReleaseOf(before.etcd)
		if err != nil {
			t.Fatal(err)
		}
		newer, err := ReleaseOf(after.etcd)
		if err != nil {
			t.Fatal(err)
		}
		if before.minor == after.minor && newer.Less(older) {
			t.Errorf("1.%d.%d ships etcd %s, and the patch before it %s", after.minor, after.patch, newer, older)
		}
	}
}

func TestImagesAreWhatARealKubeadmListed(t *testing.T) {
	want, err := os.ReadFile("testdata/images-1.32.6.stdout")
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(Images(v("1.32.6"), ""), "\n"); got != strings.TrimSpace(string(want)) {
		t.Errorf("got %s", got)
	}
}

func TestWhereImagesComeFrom(t *testing.T) {
	for _, test := range []struct{ name, kubeadm, repository, coreDNS string }{
		{"1.20 has CoreDNS beside the others", "1.20.15", "", "k8s.gcr.io/coredns:1.7.0"},
		{"1.21 gives it a folder", "1.21.14", "", "k8s.gcr.io/coredns/coredns:v1.8.0"},
		{"a mirror has no such folder", "1.21.14", "mirror.example/k8s", "mirror.example/k8s/coredns:v1.8.0"},
		{"1.22 moves with its last patch", "1.22.17", "", "registry.k8s.io/coredns/coredns:v1.8.4"},
		{"1.22 has not moved before", "1.22.16", "", "k8s.gcr.io/coredns/coredns:v1.8.4"},
		{"1.23 moves with 1.23.15", "1.23.15", "", "registry.k8s.io/coredns/coredns:v1.8.6"},
		{"1.24 moves with 1.24.9", "1.24.8", "", "k8s.gcr.io/coredns/coredns:v1.8.6"},
		{"1.25 has moved", "1.25.0", "", "registry.k8s.io/coredns/coredns:v1.9.3"},
		{"a cluster that names the default", "1.32.6", "registry.k8s.io", "registry.k8s.io/coredns/coredns:v1.11.3"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := Images(v(test.kubeadm), test.repository)[4]; got != test.coreDNS {
				t.Errorf("got %s, want %s", got, test.coreDNS)
			}
		})
	}
	if Images(v("1.38.0"), "") != nil || Images(v("1.32.*"), "") != nil {
		t.Error("images of a version that is not known")
	}
}

// habits are all that differs from era to era, in one line.
func habits(kubeadm Version) string {
	yes := func(is bool, word string) string {
		if is {
			return " " + word
		}
		return ""
	}
	era := map[PlanEra]string{PlanAvailable: "AVAILABLE", PlanTarget: "TARGET", PlanPerNode: "NODE", PlanUploadHint: "HINT"}[PlanEraOf(kubeadm)]
	_, api, _ := strings.Cut(PlanAPI(kubeadm), "/")
	return era + yes(HasPlanJSON(kubeadm), api) + yes(AddonsComeLast(kubeadm), "addons-last") +
		yes(TakesUpgradeConfiguration(kubeadm), "config") + yes(EtcdFollowsAPIServer(kubeadm), "etcd-follows") +
		yes(HasUpgradePhases(kubeadm), "phases") + yes(PublishedUpstream(kubeadm), "published") +
		yes(PreflightExitCode(kubeadm) == 2, "exits-2") + yes(ValidationExitCode(kubeadm) == 3, "exits-3") +
		" " + KubeletConfigMap(kubeadm)
}

func TestHabitsOfKubeadmByMinor(t *testing.T) {
	for _, test := range []struct{ kubeadm, want string }{
		{"1.20.15", "AVAILABLE exits-2 exits-3 kubelet-config-1.20"},
		{"1.21.0", "TARGET exits-2 exits-3 kubelet-config-1.21"},
		{"1.23.17", "TARGET exits-2 exits-3 kubelet-config-1.23"},
		{"1.24.0", "TARGET published exits-2 exits-3 kubelet-config"},
		{"1.25.0", "TARGET v1alpha2 published exits-2 exits-3 kubelet-config"},
		{"1.27.16", "TARGET v1alpha2 published exits-2 exits-3 kubelet-config"},
		{"1.28.0", "TARGET v1alpha2 addons-last published exits-2 exits-3 kubelet-config"},
		{"1.29.15", "TARGET v1alpha2 addons-last published exits-2 exits-3 kubelet-config"},
		{"1.30.0", "NODE v1alpha3 addons-last config published exits-2 exits-3 kubelet-config"},
		{"1.31.14", "NODE v1alpha3 addons-last config etcd-follows published exits-2 exits-3 kubelet-config"},
		{"1.32.0", "HINT v1alpha3 addons-last config etcd-follows phases published exits-2 exits-3 kubelet-config"},
		{"1.33.13", "HINT v1alpha3 addons-last config etcd-follows phases published exits-2 exits-3 kubelet-config"},
		{"1.34.0", "HINT v1alpha3 addons-last config etcd-follows phases published kubelet-config"},
		{"1.37.2", "HINT v1alpha3 addons-last config etcd-follows phases published kubelet-config"},
	} {
		if got := habits(v(test.kubeadm)); got != test.want {
			t.Errorf("%s\n got %s\nwant %s", test.kubeadm, got, test.want)
		}
	}
}

func TestTheSuccessLineChangedIn132(t *testing.T) {
	for version, want := range map[string]string{
		"1.21.14": `[upgrade/successful] SUCCESS! Your cluster was upgraded to "v1.21.14". Enjoy!`,
		"1.31.14": `[upgrade/successful] SUCCESS! Your cluster was upgraded to "v1.31.14". Enjoy!`,
		"1.32.6":  `[upgrade] SUCCESS! A control plane node of your cluster was upgraded to "v1.32.6".`,
	} {
		if got := UpgradeSuccessLine(v(version)); got != want {
			t.Errorf("%s\n got %s\nwant %s", version, got, want)
		}
	}
}
