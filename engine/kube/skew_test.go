package kube

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// at makes one component for each version in a list; the third is on node n3.
func at(versions string) []Component {
	var list []Component
	for i, version := range strings.Fields(versions) {
		if version == "?" {
			version = ""
		}
		list = append(list, Component{Node: "n" + string(rune('1'+i)), Version: v(version)})
	}
	return list
}

// rules are the rules that were broken, each as often as it was.
func rules(found []Violation) string {
	var names []string
	for _, violation := range found {
		names = append(names, violation.Rule)
	}
	return strings.Join(names, " ")
}

func TestSkewPolicy(t *testing.T) {
	for _, test := range []struct {
		name    string
		cluster Cluster
		want    string
	}{
		{"R1 allows apiservers of one minor", Cluster{APIServers: at("1.32.0 1.32.6 1.32.1")}, ""},
		{"R1 allows apiservers a minor apart", Cluster{APIServers: at("1.32.0 1.31.4 1.32.1")}, ""},
		{"R1 blocks apiservers two minors apart", Cluster{APIServers: at("1.32.0 1.31.4 1.30.1")}, "R1"},
		{"R1 blocks apiservers of two majors", Cluster{APIServers: at("1.32.0 2.32.0")}, "R1"},
		{"R1 blocks a cluster without apiservers", Cluster{Kubelets: at("1.32.0")}, "R1"},
		{"R1 blocks an apiserver whose version is not known", Cluster{APIServers: at("1.32.0 ?")}, "R1"},
		{"R1 blocks when no apiserver's version is known", Cluster{APIServers: at("?"), Kubelets: at("1.32.0")}, "R1 R1"},

		{"R2 allows a kubelet of the same minor at a higher patch", Cluster{APIServers: at("1.32.0"), Kubelets: at("1.32.6")}, ""},
		{"R2 allows a kubelet three minors older", Cluster{APIServers: at("1.32.0"), Kubelets: at("1.29.15")}, ""},
		{"R2 blocks a kubelet four minors older", Cluster{APIServers: at("1.32.0"), Kubelets: at("1.28.15")}, "R2"},
		{"R2 blocks a kubelet newer than the apiserver", Cluster{APIServers: at("1.31.4"), Kubelets: at("1.32.0")}, "R2"},
		{"R2 blocks a kubelet newer than one of two apiservers", Cluster{APIServers: at("1.32.0 1.31.4"), Kubelets: at("1.32.0")}, "R2"},
		{"R2 allows a kubelet as old as the older apiserver", Cluster{APIServers: at("1.32.0 1.31.4"), Kubelets: at("1.31.4")}, ""},
		{"R2 measures from the highest apiserver", Cluster{APIServers: at("1.32.0 1.31.4"), Kubelets: at("1.28.15")}, "R2"},
		{"R2 allows a kubelet below 1.25 two minors older", Cluster{APIServers: at("1.26.0"), Kubelets: at("1.24.17")}, ""},
		{"R2 blocks a kubelet below 1.25 three minors older", Cluster{APIServers: at("1.27.0"), Kubelets: at("1.24.17")}, "R2"},
		{"R2 allows kubelet 1.25 beside apiserver 1.27", Cluster{APIServers: at("1.27.0"), Kubelets: at("1.25.16")}, ""},
		{"R2 allows kubelet 1.25 beside apiserver 1.28: the first that is three apart", Cluster{APIServers: at("1.28.0"), Kubelets: at("1.25.16")}, ""},
		{"R2 names every kubelet, and the unknown ones too", Cluster{APIServers: at("1.32.0"), Kubelets: at("1.28.0 1.32.0 ? 1.33.0")}, "R2 R2 R2"},
		{"R2 blocks a kubelet of another major", Cluster{APIServers: at("1.32.0"), Kubelets: at("2.32.0")}, "R2"},
		{"R2 blocks a kubelet of the major of one of two apiservers", Cluster{APIServers: at("1.32.0 2.32.0"), Kubelets: at("1.32.0")}, "R1 R2"},

		{"R3 allows kube-proxy three minors older", Cluster{APIServers: at("1.32.0"), KubeProxies: at("1.29.0")}, ""},
		{"R3 blocks kube-proxy four minors older", Cluster{APIServers: at("1.32.0"), KubeProxies: at("1.28.0")}, "R3"},
		{"R3 blocks kube-proxy newer than an apiserver", Cluster{APIServers: at("1.20.0 1.21.0"), KubeProxies: at("1.21.0")}, "R3"},
		{"R3 blocks kube-proxy below 1.25 three minors older", Cluster{APIServers: at("1.27.0"), KubeProxies: at("1.24.0")}, "R3"},
		{"R3 allows kube-proxy two minors above a kubelet", Cluster{APIServers: at("1.24.0"), KubeProxies: at("1.24.0"), Kubelets: at("1.22.0")}, ""},
		{"R3 blocks kube-proxy below 1.25 three minors above the kubelet beside it", Cluster{APIServers: at("1.24.0"), KubeProxies: at("1.24.0"), Kubelets: at("1.21.0")}, "R2 R3"},
		{"R3 allows kube-proxy three minors below the kubelet beside it", Cluster{APIServers: at("1.32.0"), KubeProxies: at("1.29.0"), Kubelets: at("1.32.0")}, ""},
		{"R3 leaves a kubelet on another node alone", Cluster{APIServers: at("1.32.0"), KubeProxies: at("1.32.0"), Kubelets: at("1.32.0 1.28.0")}, "R2"},
		{"R3 leaves a kubelet alone where the node is not known", Cluster{APIServers: at("1.32.0"), KubeProxies: []Component{{Version: v("1.32.0")}}, Kubelets: []Component{{Version: v("1.28.0")}}}, "R2"},
		{"R3 reports kube-proxy of unknown version once, though a kubelet is beside it", Cluster{APIServers: at("1.32.0"), KubeProxies: at("?"), Kubelets: at("1.32.0")}, "R3"},
		{"R3 leaves a kubelet of unknown version to R2", Cluster{APIServers: at("1.32.0"), KubeProxies: at("1.32.0"), Kubelets: at("?")}, "R2"},
		{"R3 blocks kube-proxy whose version is not known", Cluster{APIServers: at("1.32.0"), KubeProxies: at("?")}, "R3"},

		{"R4 allows a controller manager one minor older", Cluster{APIServers: at("1.32.0"), ControllerManagers: at("1.31.0")}, ""},
		{"R4 blocks a controller manager two minors older", Cluster{APIServers: at("1.32.0"), ControllerManagers: at("1.30.0")}, "R4"},
		{"R4 blocks a controller manager newer than an apiserver it may reach", Cluster{APIServers: at("1.31.0 1.32.0"), ControllerManagers: at("1.32.0")}, "R4"},
		{"R4 allows half a hop: the new ones beside the new apiserver, the old ones beside the old", Cluster{APIServers: at("1.32.0 1.31.4"), ControllerManagers: at("1.32.0 1.31.4"), Schedulers: at("1.32.0 1.31.4")}, ""},
		{"R4 blocks a controller manager newer than an apiserver where none is beside it", Cluster{APIServers: at("1.32.0 1.31.4"), ControllerManagers: []Component{{Version: v("1.32.0")}}}, "R4"},
		{"R4 measures from the apiserver beside, though another is older", Cluster{APIServers: at("1.32.0 1.31.4"), Schedulers: at("1.30.4")}, "R4"},
		{"R4 allows a scheduler one minor older", Cluster{APIServers: at("1.32.0"), Schedulers: at("1.31.0")}, ""},
		{"R4 blocks a scheduler two minors older", Cluster{APIServers: at("1.32.0"), Schedulers: at("1.30.0")}, "R4"},
		{"R4 blocks a scheduler newer than the apiserver", Cluster{APIServers: at("1.31.0"), Schedulers: at("1.32.0")}, "R4"},

		{"R5 allows kubectl a minor newer", Cluster{APIServers: at("1.31.0"), Kubectls: at("1.32.0")}, ""},
		{"R5 allows kubectl a minor older", Cluster{APIServers: at("1.32.0"), Kubectls: at("1.31.0")}, ""},
		{"R5 blocks kubectl two minors newer", Cluster{APIServers: at("1.30.0"), Kubectls: at("1.32.0")}, "R5"},
		{"R5 blocks kubectl two minors older", Cluster{APIServers: at("1.32.0"), Kubectls: at("1.30.0")}, "R5"},
		{"R5 blocks kubectl 1.32 beside apiservers 1.31 and 1.30", Cluster{APIServers: at("1.31.0 1.30.0"), Kubectls: at("1.32.0")}, "R5"},
		{"R5 blocks kubectl whose version is not known", Cluster{APIServers: at("1.31.0"), Kubectls: at("?")}, "R5"},
	} {
		t.Run(test.name, func(t *testing.T) {
			found := SkewViolations(test.cluster)
			if got := rules(found); got != test.want {
				t.Errorf("broken: %q, want %q\n%v", got, test.want, found)
			}
			for _, violation := range found {
				if violation.Component == "" || violation.Reason == "" {
					t.Errorf("a no without its reason: %#v", violation)
				}
			}
		})
	}
}

func TestAViolationReadsAsASentence(t *testing.T) {
	cluster := Cluster{
		APIServers:         []Component{{Node: "cp1", Version: v("1.32.6")}, {Node: "cp2", Version: v("1.31.4")}},
		Kubelets:           []Component{{Node: "w1", Version: v("1.28.3")}, {Node: "w2", Version: v("1.32.6")}, {Node: "w3"}},
		ControllerManagers: []Component{{Name: "cloud-controller-manager", Version: v("1.30.1")}},
		Kubectls:           []Component{{Node: "cp1", Version: v("1.33.0")}},
	}
	want := []string{
		"R2 kubelet on w1: it is at 1.28.3, 4 minors below an apiserver at 1.32.6: at most 3 allowed",
		"R2 kubelet on w2: it is at 1.32.6, newer than an apiserver at 1.31.4: apiservers are upgraded first",
		"R2 kubelet on w3: its version is not known, so its skew cannot be judged",
		"R4 cloud-controller-manager: it is at 1.30.1, 2 minors below an apiserver at 1.32.6: at most 1 allowed",
		"R5 kubectl on cp1: it is at 1.33.0 and an apiserver at 1.31.4: more than one minor apart",
	}
	var got []string
	for _, violation := range SkewViolations(cluster) {
		got = append(got, violation.String())
	}
	if !slices.Equal(got, want) {
		t.Errorf("\n got %s\nwant %s", strings.Join(got, "\n     "), strings.Join(want, "\n     "))
	}
}

// The table lists, for every apiserver minor, what the policy page allows beside it. Every
// minor around it is tried, so that the table answers both ways.
func TestSkewPolicyMinorByMinor(t *testing.T) {
	table, err := os.ReadFile("testdata/skew-by-minor.txt")
	if err != nil {
		t.Fatal(err)
	}
	judged := 0
	for line := range strings.Lines(string(table)) {
		words := strings.Fields(line)
		if words[0] == "#" {
			continue
		}
		server, component, allowed := v(words[0]+".0"), words[1], words[2:]
		for minor := 15; minor <= 42; minor++ {
			beside := Version{1, minor, 3, ""}
			want := slices.Contains(allowed, beside.MinorString())
			if component == "kubeadm-without-force" {
				want = minor >= v(allowed[0]+".0").Minor
			}
			if got := allowedBeside(server, component, beside); got != want {
				t.Errorf("apiserver %s beside %s %s: allowed %t, want %t", server, component, beside, got, want)
			}
			judged++
		}
	}
	if judged != 18*6*28 {
		t.Errorf("%d answers were judged", judged)
	}
}

func allowedBeside(server Version, component string, beside Version) bool {
	one := []Component{{Version: beside}}
	cluster := Cluster{APIServers: []Component{{Version: server}}}
	switch component {
	case "kubelet":
		cluster.Kubelets = one
	case "kube-proxy":
		cluster.KubeProxies = one
	case "kube-controller-manager":
		cluster.ControllerManagers = one
	case "kubectl":
		cluster.Kubectls = one
	case "kube-apiserver":
		cluster.APIServers = append(cluster.APIServers, one...)
	case "kubeadm-without-force":
		return KubeadmPolicy(server, server, server, one) == nil
	}
	return SkewViolations(cluster) == nil
}
