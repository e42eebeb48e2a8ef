package kube

import (
	"strings"
	"testing"
)

func TestHopPolicy(t *testing.T) {
	for _, test := range []struct {
		name    string
		cluster Cluster
		target  string
		want    string
	}{
		{"R6 allows a patch", Cluster{APIServers: at("1.20.1")}, "1.20.2", ""},
		{"R6 allows a minor", Cluster{APIServers: at("1.20.1")}, "1.21.1", ""},
		{"R6 allows the version that is there", Cluster{APIServers: at("1.21.1")}, "1.21.1", ""},
		{"R6 allows any patch of the next minor", Cluster{APIServers: at("1.20.1")}, "1.21.*", ""},
		{"R6 blocks two minors", Cluster{APIServers: at("1.20.1")}, "1.22.17", "R6"},
		{"R6 blocks two minors of every apiserver", Cluster{APIServers: at("1.20.1 1.20.1 1.20.1")}, "1.22.17", "R6 R6 R6"},
		{"R6 blocks a minor down", Cluster{APIServers: at("1.21.1")}, "1.20.15", "R6"},
		{"R6 blocks a patch down", Cluster{APIServers: at("1.21.14")}, "1.21.13", "R6"},
		{"R6 blocks another major", Cluster{APIServers: at("1.21.14")}, "2.21.14", "R6"},
		{"R6 blocks a hop to nowhere", Cluster{APIServers: at("1.21.14")}, "", "R6"},
		{"R6 blocks a hop of nothing", Cluster{}, "1.21.14", "R6"},
		{"R1 blocks a hop of an apiserver that is not known", Cluster{APIServers: at("1.20.1 ?")}, "1.21.1", "R1"},

		{"an interrupted hop may be finished", Cluster{APIServers: at("1.21.14 1.20.0 1.20.0")}, "1.21.14", ""},
		{"an interrupted hop may be finished by a higher patch", Cluster{APIServers: at("1.21.13 1.20.0 1.20.0")}, "1.21.14", ""},
		{"an interrupted hop may not be finished by a lower patch", Cluster{APIServers: at("1.21.14 1.20.0 1.20.0")}, "1.21.13", "R6"},
		{"an interrupted hop may not be taken back", Cluster{APIServers: at("1.21.14 1.20.0 1.20.0")}, "1.20.15", "R6"},
		{"an interrupted hop may not be left behind", Cluster{APIServers: at("1.21.14 1.20.0 1.20.0")}, "1.22.17", "R6 R6"},
		{
			"an interrupted hop with kube-proxy already above, as kubeadm before 1.28 does, may be finished",
			Cluster{APIServers: at("1.21.14 1.20.0"), KubeProxies: at("1.21.14 1.21.14"), ControllerManagers: at("1.21.14 1.20.0")},
			"1.21.14", "",
		},

		{"R2 allows kubelets that are within bounds of the target", Cluster{APIServers: at("1.31.0"), Kubelets: at("1.29.0")}, "1.32.0", ""},
		{"R2 blocks a hop that would leave a kubelet behind", Cluster{APIServers: at("1.31.0"), Kubelets: at("1.31.0 1.28.0")}, "1.32.0", "R2"},
		{"R2 blocks a hop that would leave a kubelet below 1.25 behind", Cluster{APIServers: at("1.26.0"), Kubelets: at("1.24.0")}, "1.27.0", "R2"},
		{"R2 blocks a hop to below a kubelet", Cluster{APIServers: at("1.20.0"), Kubelets: at("1.22.0")}, "1.21.0", "R2"},
		{"R3 blocks a hop that would leave kube-proxy behind", Cluster{APIServers: at("1.31.0"), KubeProxies: at("1.28.0")}, "1.32.0", "R3"},
		{"R4 allows a hop of apiservers before their controller managers", Cluster{APIServers: at("1.31.0"), ControllerManagers: at("1.31.0"), Schedulers: at("1.31.0")}, "1.32.0", ""},
		{"R4 blocks a hop that would leave a controller manager behind", Cluster{APIServers: at("1.31.0"), ControllerManagers: at("1.30.0")}, "1.32.0", "R4"},
		{"R4 blocks a hop that would leave a scheduler behind", Cluster{APIServers: at("1.31.0"), Schedulers: at("1.30.0")}, "1.32.0", "R4"},
		{"R5 holds no hop back", Cluster{APIServers: at("1.31.0"), Kubectls: at("1.29.0")}, "1.32.0", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			found := HopViolations(test.cluster, v(test.target))
			if got := rules(found); got != test.want {
				t.Errorf("broken: %q, want %q\n%v", got, test.want, found)
			}
		})
	}
}

func TestARefusedHopSaysWhereToGo(t *testing.T) {
	for _, test := range []struct{ servers, target, want string }{
		{"1.20.0", "1.22.17", "R6 kube-apiserver on n1: from 1.20.0 to 1.22.17 skips a minor: go to 1.21 first"},
		{"1.21.14", "1.20.15", "R6 kube-apiserver on n1: from 1.21.14 to 1.20.15 is a downgrade: etcd and the objects stored in it do not support it"},
		{"1.21.14 1.20.0", "1.20.15", "is a downgrade: etcd and the objects stored in it do not support it (a hop from 1.20 to 1.21 is unfinished: finish it first)"},
		{"1.21.14 1.20.0", "1.22.17", "R6 kube-apiserver on n2: from 1.20.0 to 1.22.17 skips a minor: go to 1.21 first (a hop from 1.20 to 1.21 is unfinished: finish it first)"},
	} {
		found := HopViolations(Cluster{APIServers: at(test.servers)}, v(test.target))
		if len(found) != 1 || !strings.HasSuffix(found[0].String(), test.want) {
			t.Errorf("from %s to %s: %v\nwant %s", test.servers, test.target, found, test.want)
		}
	}
}

// Every hop of every ladder is one that the hop policy allows, in a cluster that keeps up.
func TestEveryHopOfALadderIsAllowed(t *testing.T) {
	at := v("1.20.0")
	hops, err := Ladder(at, v("1.37.2"), nil)
	if err != nil || len(hops) != 17 {
		t.Fatalf("%v, %v", hops, err)
	}
	for _, hop := range hops {
		everything := []Component{{Node: "n1", Version: at}}
		cluster := Cluster{everything, everything, everything, everything, everything, everything}
		if found := append(SkewViolations(cluster), HopViolations(cluster, hop)...); found != nil {
			t.Errorf("from %s to %s: %v", at, hop, found)
		}
		at = hop
	}
}
