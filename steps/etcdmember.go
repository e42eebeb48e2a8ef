package steps

import (
	_ "embed"
	"errors"
	"fmt"
	"strings"

	"rung/engine/step"
)

// EtcdStop stops the etcd of a control plane, and keeps its data aside (S30).
type EtcdStop struct{}

// EtcdStopOutput is who it was.
type EtcdStopOutput struct {
	Name string `yaml:"name" doc:"Its name as a member."`
	Peer string `yaml:"peer" doc:"Where the other members reach it: https://192.0.2.11:2380."`
}

//go:embed scripts/etcd-stop.sh
var etcdStopScript string

func etcdStopType() step.Type {
	return step.DefineWith[EtcdStop, EtcdStopOutput](step.About{
		Name:    "etcd-stop",
		Summary: "Stops the stacked etcd of a control plane, and moves its data aside.",
		Doc: `Its manifest goes to /etc/kubernetes/tmp/rung-replaced-RUN, and once its process is gone its
data to /var/lib/etcd.replaced-RUN. Where an earlier run has stopped it already, its manifest is
found where that has kept it. The apiserver of this control plane has no etcd from then on.
`,
		Example: "etcd-stop: {}\n",
	})
}

// Plan returns the one action.
func (EtcdStop) Plan(scope step.Scope) ([]step.Action, error) {
	return []step.Action{{
		Title: "stop the etcd of " + scope.Host.Node + ", and keep its data aside",
		Do:    step.Command{Script: etcdAccessScript + "\n" + etcdHaltScript + "\n" + etcdStopScript, Argv: []string{replacedFolder(scope.Run), runID(scope.Run)}, Detach: true},
	}}, nil
}

// Collect reads who it was.
func (EtcdStop) Collect(results []step.Result) (EtcdStopOutput, []step.Note, error) {
	f := keyValues(string(results[0].Stdout))
	out := EtcdStopOutput{Name: f["name"], Peer: f["peer"]}
	if out.Name == "" || !strings.HasPrefix(out.Peer, "https://") {
		return out, nil, fmt.Errorf("etcd's manifest does not say its --name and --initial-advertise-peer-urls: %q and %q", out.Name, out.Peer)
	}
	return out, nil, nil
}

// EtcdMembers reads the members of a stacked etcd, on a control plane whose API answers (S30).
type EtcdMembers struct{}

// EtcdMembersOutput is who they are.
type EtcdMembersOutput struct {
	Members []string `yaml:"members" doc:"Names of the members; of one that has not started, its peer URL."`
}

//go:embed scripts/etcd-member-list.sh
var etcdMemberListScript string

func etcdMembersType() step.Type {
	return step.DefineWith[EtcdMembers, EtcdMembersOutput](step.About{
		Name:    "etcd-members",
		Summary: "Reads the members of a stacked etcd, from a control plane that works.",
		Doc: `That it answers at all means that there is a quorum: it is asked for that first. The list alone would not say
so, for below etcd 3.5 a member tells whom it knows.

Source: https://github.com/etcd-io/etcd/pull/11639
`,
		Example: "etcd-members: {}\n",
	})
}

// Plan returns the one question.
func (EtcdMembers) Plan(step.Scope) ([]step.Action, error) {
	return []step.Action{{
		Title:    "read the members of etcd",
		On:       step.AdminHost,
		Do:       step.Command{Script: etcdAccessScript + "\n" + etcdProgramScript + "\n" + etcdMemberListScript + "echo \"$list\"\n"},
		ReadOnly: true,
	}}, nil
}

// Collect reads the list.
func (EtcdMembers) Collect(results []step.Result) (EtcdMembersOutput, []step.Note, error) {
	var out EtcdMembersOutput
	for line := range strings.Lines(string(results[0].Stdout)) {
		words := strings.Split(strings.TrimSpace(line), ", ")
		switch {
		case strings.TrimSpace(line) == "":
		case len(words) < 4:
			return out, nil, fmt.Errorf("etcd's list of members is not understood: %q", strings.TrimSpace(line))
		case words[1] == "unstarted":
			out.Members = append(out.Members, words[3])
		default:
			out.Members = append(out.Members, words[2])
		}
	}
	if len(out.Members) == 0 {
		return out, nil, errors.New("etcd lists no members")
	}
	return out, nil, nil
}

// EtcdMemberAdd puts a new member in the place of one that is gone (S30).
type EtcdMemberAdd struct {
	Name string `yaml:"name,required" doc:"Name of the member."`
	Peer string `yaml:"peer,required" doc:"Where the other members will reach it."`
}

// EtcdMemberAddOutput is what it has to be started with.
type EtcdMemberAddOutput struct {
	InitialCluster string `yaml:"initial_cluster" doc:"All members, for its --initial-cluster."`
}

//go:embed scripts/etcd-member-add.sh
var etcdMemberAddScript string

func etcdMemberAddType() step.Type {
	return step.DefineWith[EtcdMemberAdd, EtcdMemberAddOutput](step.About{
		Name:    "etcd-member-add",
		Summary: "Removes a member of etcd that is gone for good, and adds it again as a new one.",
		Doc: `Runs on a control plane whose etcd is a healthy member. The old member must have been stopped, and its
data moved away: with it, it would not start again. One that was added already and has not started stays.

It is added as a voting member at once. As a learner it could not cost the quorum while it catches up, but
etcd 3.5 up to 3.5.19 forgets that a learner was promoted, and 3.6 then does not start (etcd#19557).

Source: https://etcd.io/docs/v3.6/op-guide/runtime-configuration/
`,
		Example: "etcd-member-add: {name: cp2, peer: https://192.0.2.12:2380}\n",
	})
}

// Plan returns the one action.
func (s EtcdMemberAdd) Plan(step.Scope) ([]step.Action, error) {
	switch {
	case !isOpen(s.Name) && (s.Name == "" || strings.ContainsAny(s.Name, "=, \t\n")):
		return nil, step.Refuse("name", "name must be that of a member, such as cp2, without spaces, commas and =, not %q", s.Name)
	case !isOpen(s.Peer) && (!strings.HasPrefix(s.Peer, "https://") || strings.ContainsAny(s.Peer, ", \t\n")):
		return nil, step.Refuse("peer", "peer must be one URL such as https://192.0.2.12:2380, not %q", s.Peer)
	}
	return []step.Action{{
		Title: fmt.Sprintf("replace the member %s of etcd, at %s", s.Name, s.Peer),
		Do:    step.Command{Script: etcdAccessScript + "\n" + etcdProgramScript + "\n" + etcdMemberListScript + "\n" + etcdMemberAddScript, Argv: []string{s.Name, s.Peer}, Detach: true},
	}}, nil
}

// Collect reads what it has to be started with.
func (EtcdMemberAdd) Collect(results []step.Result) (EtcdMemberAddOutput, []step.Note, error) {
	out := EtcdMemberAddOutput{InitialCluster: keyValues(string(results[0].Stdout))["initial_cluster"]}
	if out.InitialCluster == "" {
		return out, nil, errors.New("nobody said with which members it is to start")
	}
	return out, nil, nil
}

// EtcdStart starts the etcd of a control plane as a new member of a cluster (S30).
type EtcdStart struct {
	InitialCluster string `yaml:"initial_cluster,required" doc:"All members, as etcd-member-add puts it out."`
}

//go:embed scripts/etcd-start.sh
var etcdStartScript string

//go:embed scripts/etcd-start-check.sh
var etcdStartCheck string

func etcdStartType() step.Type {
	return step.Define[EtcdStart](step.About{
		Name:    "etcd-start",
		Summary: "Starts an etcd that etcd-stop has stopped, as a new member of a cluster.",
		Doc: `Puts its manifest back, with --initial-cluster as given and --initial-cluster-state=existing.
With an empty data folder it fetches everything from the other members.
`,
		Example: "etcd-start: {initial_cluster: \"cp2=https://192.0.2.12:2380,cp1=https://192.0.2.11:2380\"}\n",
	})
}

// Plan returns the one action.
func (s EtcdStart) Plan(scope step.Scope) ([]step.Action, error) {
	if !isOpen(s.InitialCluster) && (strings.ContainsAny(s.InitialCluster, " \n") || !strings.Contains(s.InitialCluster, "=https://")) {
		return nil, step.Refuse("initial_cluster", "initial_cluster must be NAME=https://… for each member, with commas between them, not %q", s.InitialCluster)
	}
	return []step.Action{{
		Title: "start the etcd of " + scope.Host.Node + " as a new member",
		Check: &step.Command{Script: etcdStartCheck, Argv: []string{s.InitialCluster}},
		Do:    step.Command{Script: etcdAccessScript + "\n" + etcdHaltScript + "\n" + etcdStartScript, Argv: []string{replacedFolder(scope.Run), s.InitialCluster}, Detach: true},
	}}, nil
}
