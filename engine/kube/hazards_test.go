package kube

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func version(t *testing.T, text string) Version {
	t.Helper()
	v, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestEveryHazardIsWhole: an entry has a detection, or names what holds it; and a reason, an action and a source.
func TestEveryHazardIsWhole(t *testing.T) {
	questions, seen := map[string]bool{}, map[string]bool{}
	for _, q := range Questions() {
		if q.About == "" || !slices.Contains([]Place{OfCluster, OfControlPlane, OfHost}, q.Place) {
			t.Errorf("question %s: place %q, about %q", q.Name, q.Place, q.About)
		}
		questions[q.Name] = false
	}
	for _, h := range Hazards() {
		t.Run(h.ID, func(t *testing.T) {
			if seen[h.ID] || !regexp.MustCompile(`^[a-z0-9][a-z0-9.-]+$`).MatchString(h.ID) {
				t.Error("its id stands there twice, or is none")
			}
			seen[h.ID] = true
			if (len(h.Ask) == 0) == (h.HeldBy == "") {
				t.Errorf("it has %d detections, and is held by %q: want one of both", len(h.Ask), h.HeldBy)
			}
			if h.Why == "" || h.Action == "" || h.Source == "" || len(h.Targets) == 0 {
				t.Error("it lacks a reason, an action, a source or the hops that it is about")
			}
			if !slices.Contains([]Severity{Block, Warn, Inform}, h.Severity) || !slices.Contains([]Severity{"", silent, Inform}, h.Later) {
				t.Errorf("severity %q, later %q", h.Severity, h.Later)
			}
			if !slices.Contains([]string{"first control plane", "each control plane", "every node"}, h.Where) {
				t.Errorf("where is %q", h.Where)
			}
			for _, text := range []string{h.Why, h.Action} {
				if strings.HasSuffix(text, ".") || text != strings.TrimSpace(text) {
					t.Errorf("%q is part of a sentence: it ends without a full stop", text)
				}
			}
			for _, a := range h.Ask {
				if _, there := questions[a.Question]; !there {
					t.Errorf("nobody asks %q", a.Question)
				}
				questions[a.Question] = true
				wholeAsk(t, a)
			}
		})
	}
	for name, asked := range questions {
		if !asked {
			t.Errorf("no hazard asks %s", name)
		}
	}
	if len(seen) < 91 {
		t.Errorf("there are only %d hazards", len(seen))
	}
}

// wholeAsk holds a detection to what its rule needs.
func wholeAsk(t *testing.T, a Ask) {
	t.Helper()
	if hazardRules[a.Rule] == nil {
		t.Fatalf("there is no rule %q", a.Rule)
	}
	needs := map[string]string{ // p: a pattern, g: one with a group, v: a value, n: a number
		"always": "", "any line": "p", "any line in": "pv", "no line": "p", "version below": "gv", "number below": "gn", "number above": "gn",
		"newer than shipped": "g", "removed flag": "v", "removed gate": "v", "requested API": "v", "applied API": "",
	}[a.Rule]
	pattern, err := regexp.Compile(a.Pattern)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := regexp.Compile(a.But); err != nil {
		t.Error(err)
	}
	if strings.ContainsAny(needs, "pg") != (a.Pattern != "") || strings.Contains(needs, "g") && pattern.NumSubexp() < 1 {
		t.Errorf("rule %q with the pattern %q", a.Rule, a.Pattern)
	}
	if strings.ContainsAny(needs, "vn") != (a.Value != "") {
		t.Errorf("rule %q with the value %q", a.Rule, a.Value)
	}
	if strings.Contains(needs, "n") {
		if _, err := strconv.Atoi(a.Value); err != nil {
			t.Error(err)
		}
	}
}

func TestRulesReadAnswers(t *testing.T) {
	tests := []struct {
		name     string
		ask      Ask
		from, to string
		targets  string
		lines    string
		want     string // of what is found; "" for nothing
	}{
		{"a line that matches", Ask{Rule: "any line", Pattern: "^a"}, "1.20.0", "1.21.0", "1.21", "ab\nba\nac", "ab|ac"},
		{"but not this one", Ask{Rule: "any line", Pattern: "^a", But: "c$"}, "1.20.0", "1.21.0", "1.21", "ab\nba\nac", "ab"},
		{"no line matches", Ask{Rule: "any line", Pattern: "x"}, "1.20.0", "1.21.0", "1.21", "ab", ""},
		{"always", Ask{Rule: "always"}, "1.20.0", "1.21.0", "1.21", "", "."},
		{"below a key of the first level", Ask{Rule: "any line in", Value: "etcd", Pattern: "imageTag:"}, "1.20.0", "1.21.0", "1.21", "dns:\n  imageTag: 1\netcd:\n  local:\n    imageTag: 2\nkind: X", "    imageTag: 2"},
		{"the missing line is there", Ask{Rule: "no line", Pattern: "^cgroup2fs$"}, "1.20.0", "1.21.0", "1.21", "cgroup2fs", ""},
		{"the missing line, and what is there instead", Ask{Rule: "no line", Pattern: "^cgroup2fs$"}, "1.20.0", "1.21.0", "1.21", "tmpfs", "tmpfs"},
		{"the missing line of many", Ask{Rule: "no line", Pattern: "^x"}, "1.20.0", "1.21.0", "1.21", "a\nb", "nothing says so"},
		{"a version below", Ask{Rule: "version below", Pattern: `etcd:(3\.5\.\d+)`, Value: "3.5.20"}, "1.20.0", "1.21.0", "1.21", "etcd:3.5.9-0\netcd:3.5.20-0\netcd:3.5.21-0", "etcd:3.5.9-0"},
		{"versions by their numbers", Ask{Rule: "version below", Pattern: `^(\d+\.\d+)`, Value: "4.19"}, "1.20.0", "1.21.0", "1.21", "4.18.0\n4.19.0\n5.4.1\n10.1", "4.18.0"},
		{"a number below", Ask{Rule: "number below", Pattern: `(\d+)`, Value: "10"}, "1.20.0", "1.21.0", "1.21", "9 kB\n10 kB", "9 kB"},
		{"a number above", Ask{Rule: "number above", Pattern: `(\d+)`, Value: "10"}, "1.20.0", "1.21.0", "1.21", "10 folders\n11 folders", "11 folders"},
		{"a newer etcd than the target ships", Ask{Rule: "newer than shipped", Pattern: `etcd:(\S+)`}, "1.22.17", "1.23.1", "1.23", "etcd:3.5.6-0", "3.5.6-0, and 1.23.1 ships 3.5.1-0"},
		{"the same etcd", Ask{Rule: "newer than shipped", Pattern: `etcd:(\S+)`}, "1.22.17", "1.23.17", "1.23", "etcd:3.5.6-0", ""},
		{"a flag that goes on the way", Ask{Rule: "removed flag", Value: "kubelet"}, "1.23.0", "1.25.0", "1.24", "/f:--network-plugin=cni\n/f:--node-ip=1", "--network-plugin in /f, gone from 1.24"},
		{"a flag that went before", Ask{Rule: "removed flag", Value: "kubelet"}, "1.24.0", "1.25.0", "1.24", "/f:--network-plugin=cni", ""},
		{"a flag that kubeadm takes out on the way", Ask{Rule: "removed flag", Value: "kubelet"}, "1.25.0", "1.27.0", "1.27", "/var/lib/kubelet/kubeadm-flags.env:--container-runtime=remote\n/x:--container-runtime=remote", "--container-runtime in /x, gone from 1.27"},
		{"a flag that kubeadm would have taken out before", Ask{Rule: "removed flag", Value: "kubelet"}, "1.26.0", "1.27.0", "1.27", "/var/lib/kubelet/kubeadm-flags.env:--container-runtime=remote", "--container-runtime in /var/lib/kubelet/kubeadm-flags.env, gone from 1.27"},
		{"a flag among extraArgs, as a table", Ask{Rule: "removed flag", Value: "kube-apiserver"}, "1.24.0", "1.25.0", "1.25", "apiServer:\n  extraArgs:\n    service-account-api-audiences: x\nkind: y", "--service-account-api-audiences in apiServer.extraArgs, gone from 1.25"},
		{"a flag among extraArgs, as a list", Ask{Rule: "removed flag", Value: "kube-apiserver"}, "1.32.0", "1.33.0", "1.33", "apiServer:\n  extraArgs:\n  - name: cloud-provider\n    value: aws", "--cloud-provider in apiServer.extraArgs, gone from 1.33"},
		{"the flag of another component", Ask{Rule: "removed flag", Value: "kube-scheduler"}, "1.24.0", "1.25.0", "1.25", "apiServer:\n  extraArgs:\n    service-account-api-audiences: x", ""},
		{"a gate in a configuration", Ask{Rule: "removed gate", Value: "config", Question: "file"}, "1.26.0", "1.27.0", "1.27", "featureGates:\n  CSIMigration: true\n  NodeSwap: true", "CSIMigration in file, gone from 1.27"},
		{"a gate in a flag", Ask{Rule: "removed gate", Value: "flags", Question: "flags"}, "1.26.0", "1.27.0", "1.27", "/f:--feature-gates=NodeSwap=true,CSIMigration=true", "CSIMigration in flags, gone from 1.27"},
		{"a gate of kubeadm is not one of a component", Ask{Rule: "removed gate", Value: "flags", Question: "config"}, "1.26.0", "1.27.0", "1.27", "featureGates:\n  CSIMigration: true", ""},
		{"a gate of kubeadm", Ask{Rule: "removed gate", Value: "kubeadm", Question: "config"}, "1.32.0", "1.33.0", "1.33", "featureGates:\n  EtcdLearnerMode: true", "EtcdLearnerMode in config, gone from 1.33"},
		{"an API that was asked for", Ask{Rule: "requested API", Value: "1.25"}, "1.24.0", "1.25.0", "1.25", `x{group="batch",removed_release="1.25",resource="cronjobs",version="v1beta1"} 1` + "\n" + `x{group="policy",removed_release="1.25",resource="podsecuritypolicies",version="v1beta1"} 1` + "\n" + `x{group="autoscaling",removed_release="1.26",resource="horizontalpodautoscalers",version="v2beta2"} 1`, "cronjobs in batch/v1beta1, now batch/v1"},
		{"an object that was applied in it", Ask{Rule: "applied API"}, "1.24.0", "1.25.0", "1.25", "CronJob\tdefault/a\t\tbatch/v1beta1\nCronJob\tdefault/b\thelm=batch/v1beta1\t\nCronJob\tdefault/c\tkube-controller-manager=batch/v1beta1\tbatch/v1", "CronJob default/a in batch/v1beta1, gone from 1.25, now batch/v1|CronJob default/b in batch/v1beta1, gone from 1.25, now batch/v1"},
	}
	tried := map[string]bool{}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			tried[test.ask.Rule] = true
			h := Hazard{}
			if err := h.Targets.UnmarshalText([]byte(test.targets)); err != nil {
				t.Fatal(err)
			}
			var lines []string
			if test.lines != "" {
				lines = strings.Split(test.lines, "\n")
			}
			found := hazardRules[test.ask.Rule](ruling{test.ask, h, version(t, test.from), version(t, test.to)}, lines)
			got := strings.Join(found, "|")
			if test.want == "." { // found, and nothing to show for it
				got, test.want = strconv.Itoa(len(found)), "1"
			}
			if got != test.want {
				t.Errorf("found %q, want %q", got, test.want)
			}
		})
	}
	for _, rule := range Rules() {
		if !tried[rule] {
			t.Errorf("the rule %q is not tried here", rule)
		}
	}
}

func TestWhatIsAskedOnAWay(t *testing.T) {
	tests := []struct {
		name, from, to string
		id             string
		want           Severity // "": not asked
	}{
		{"the hop that meets it", "1.23.17", "1.24.17", "dockershim", Block},
		{"a ladder that meets it later", "1.20.0", "1.25.16", "dockershim", Block},
		{"past it", "1.24.0", "1.25.0", "dockershim", ""},
		{"a patch of that minor", "1.24.0", "1.24.17", "dockershim", ""},
		{"a patch, for what any hop meets", "1.24.0", "1.24.17", "legacy-package-repo", Block},
		{"nothing to do", "1.24.17", "1.24.17", "legacy-package-repo", ""},
		{"what hops before change is only known at its hop", "1.20.0", "1.27.16", "kubeadm-config-v1beta2", ""},
		{"and is asked there", "1.26.15", "1.27.16", "kubeadm-config-v1beta2", Block},
		{"an API that goes later is told early", "1.20.0", "1.25.16", "removed-apis-1.25", Inform},
		{"and blocks at its hop", "1.24.17", "1.25.16", "removed-apis-1.25", Block},
		{"what other steps hold is not asked", "1.24.17", "1.25.16", "swap-on", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got Severity
			for _, d := range dueOn(version(t, test.from), version(t, test.to)) {
				if d.ID == test.id {
					got = d.severity
				}
			}
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// TestEveryRemovedKubeletFlagHasItsHazard: whatever minor drops a flag, one hazard asks for it there.
func TestEveryRemovedKubeletFlagHasItsHazard(t *testing.T) {
	for minor := OldestMinor + 1; minor <= NewestMinor; minor++ {
		from, to := OfMinor(1, minor-1), OfMinor(1, minor)
		for _, flag := range RemovedKubeletFlags(from, to) {
			lines := map[string][]string{"kubelet-flags": {"/etc/sysconfig/kubelet:" + flag + "=x"}}
			if found := Judge(from, to, lines); len(found) != 1 || found[0].Severity != Block {
				t.Errorf("%s at 1.%d: %v", flag, minor, found)
			}
		}
	}
}

// A new minor is a row of minors.go, and takes the first place from what is not known.
func TestTheMinorsThatNobodyKnowsBeginAfterTheNewest(t *testing.T) {
	h, there := HazardOf("unknown-minor")
	if !there || h.Severity != Block || !h.Targets.Has(NewestMinor+1) || h.Targets.Has(NewestMinor) {
		t.Errorf("unknown-minor is about %s; the newest that is known is 1.%d", h.Targets, NewestMinor)
	}
}

func TestNearestHazard(t *testing.T) {
	if got := NearestHazard("dockershimm"); got != "dockershim" {
		t.Errorf("got %s", got)
	}
}

func TestMinorsAreReadAndWritten(t *testing.T) {
	var m Minors
	if err := m.UnmarshalText([]byte("1.21-1.37,1.40")); err != nil || m.String() != "1.21-1.37, 1.40" || m.Has(38) || !m.Has(40) || !m.Has(21) {
		t.Errorf("%v %v", m, err)
	}
	if err := new(Minors).UnmarshalText([]byte("21")); err == nil {
		t.Error("21 is no minor")
	}
}
