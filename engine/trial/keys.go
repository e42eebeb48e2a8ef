package trial

import "rung/engine/run"

// Key describes a key of a file of tests. Loading knows no others, and editors offer these.
type Key struct {
	Name string
	Doc  string
}

// RootKeys are the keys of a file of tests. What the cases have in common stands here too: each takes it over what it
// does not say itself.
func RootKeys() []Key {
	return append([]Key{
		{"format", "The format of the file: 1. It may be left out."},
		{"cases", "The tests, in their order."},
	}, settingKeys()...)
}

// CaseKeys are the keys of a case.
func CaseKeys() []Key {
	keys := append([]Key{{"case", "What is shown, as a sentence."}}, settingKeys()...)
	return append(keys,
		Key{"expect", "How it ends: done (changed or unchanged), changed, unchanged, failed, refused, unreachable or unknown."},
		Key{"says", "Texts that a run would say: parts of its reasons, hints, notes and warnings."},
		Key{"never_says", "Texts that it must not say."},
		Key{"does", "Commands that must be among those that change something: a part of one, or {on: w1, command: …, times: 1}."},
		Key{"never_does", "Commands that must not: a part of one, or {on: w1, command: …}."},
		Key{"leaves", "What the cluster is like in the end."})
}

// settingKeys say on what and with what a case is rehearsed.
func settingKeys() []Key {
	return []Key{
		{"cluster", "A kubeadm cluster: control planes, workers and version, such as 3+2@1.33.4. Its hosts are cp1…, w1…, in the groups control_plane and workers."},
		{"hosts", "Machines without Kubernetes, instead of a cluster or beside it: how many (h1…), or a list of their names."},
		{"groups", "More groups of the inventory, a list of hosts each."},
		{"packages", "The package manager of the hosts: yum, apt or mixed. Default: yum."},
		{"external_etcd", "Etcd runs on machines of its own. Default: false."},
		{"faults", "What is wrong before it begins, as rung rehearse takes it: swap-on:w2."},
		{"inputs", "The inputs of the playbook. Those of a case stand over those of the file, one by one."},
		{"limit", "As --limit: change only these hosts."},
		{"stages", "As --stage: change only in these stages."},
	}
}

// DeedKeys are the keys of a command that must, or must not, be carried out.
func DeedKeys() []Key {
	return []Key{
		{"command", "A part of the command, as a dry-run prints it."},
		{"on", "The host that it runs on. Left out: any."},
		{"times", "How often. Left out: at least once."},
		{"reads", "true: commands that only read count too. Default: false."},
	}
}

// LeavesKeys are the keys of what is left.
func LeavesKeys() []Key {
	return []Key{
		{"version", "The version of every kubelet and every apiserver."},
		{"ready", "true: every node is Ready."},
		{"cordoned", "The nodes that are cordoned, and no others; [] where none is."},
	}
}

// ending is what expect may be.
type ending struct {
	word    string
	exit    int
	changed []bool // whether anything may have been changed
}

var either = []bool{false, true}

var endings = []ending{
	{"done", run.ExitDone, either},
	{"changed", run.ExitDone, []bool{true}},
	{"unchanged", run.ExitDone, []bool{false}},
	{"failed", run.ExitFailed, either},
	{"refused", run.ExitRefused, either},
	{"unreachable", run.ExitUnreachable, either},
	{"unknown", run.ExitUnknown, either},
}

// Endings are the words for how a case ends.
func Endings() []string {
	words := make([]string, len(endings))
	for i, e := range endings {
		words[i] = e.word
	}
	return words
}
