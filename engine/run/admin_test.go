package run_test

import (
	"strings"
	"testing"
	"time"

	"rung/engine/run"
)

const threePlanes = `
hosts: {cp1: {}, cp2: {}, cp3: {}, w1: {}, w2: {}}
groups: {control_plane: [cp1, cp2, cp3], workers: [w1, w2]}
`

const readyz = " kubectl --kubeconfig /etc/kubernetes/admin.conf --request-timeout=10s get --raw /readyz"

func TestTheAdminHost(t *testing.T) {
	on := func(hosts, rest string) string {
		return "\n  - stage: S\n    hosts: " + hosts + "\n    at_once: 1\n" + rest
	}
	const admin = "    steps: [{do: {run: act, admin: true}}]\n"
	const beside = "\n  - stage: S\n    hosts: cp1,w1\n    steps:\n      - do: {run: \"own ${{ host.name }}\"}\n      - do: {run: act, admin: true}\n"
	later := reply{exit: 1, out: "no", takes: time.Millisecond} // a control plane that fails lets nobody begin: w1 has begun by then
	tests := []struct {
		name    string
		hosts   string
		stages  string
		replies map[string][]reply
		sent    []string
		exit    int
	}{
		{name: "the first control plane, for a worker", stages: on("w1", admin), sent: []string{"cp1 act"}},
		{name: "not the host that is worked on", stages: on("control_plane", admin), sent: []string{"cp2 act", "cp1 act", "cp1 act"}},
		{name: "the only control plane itself", hosts: fourHosts, stages: on("control_plane", admin), sent: []string{"cp1 act"}},
		{
			name: "the next one where the first is away", stages: on("w1", admin), replies: map[string][]reply{"cp1 act": {away("cp1")}},
			sent: []string{"cp1 act", "cp2 act"},
		},
		{
			name: "the next one where the first does not answer", stages: on("w1", admin), replies: map[string][]reply{"cp1" + readyz: {no}},
			sent: []string{"cp2 act"},
		},
		{
			name: "the first where none answers: the step says why", stages: on("w1", admin), exit: run.ExitFailed,
			replies: map[string][]reply{readyz[1:]: {no}, "act": {no}}, sent: []string{"cp1 act"},
		},
		{
			name: "all away", stages: on("w1", admin), exit: run.ExitUnreachable,
			replies: map[string][]reply{"cp1 act": {away("cp1")}, "cp2 act": {away("cp2")}, "cp3 act": {away("cp3")}}, sent: []string{"cp1 act", "cp2 act", "cp3 act"},
		},
		{
			name: "one that said no is not asked elsewhere", stages: on("w1", admin), exit: run.ExitFailed,
			replies: map[string][]reply{"act": {no}}, sent: []string{"cp1 act"},
		},
		{
			name: "one whose answer was lost is not asked elsewhere", stages: on("w1", admin), exit: run.ExitUnknown,
			replies: map[string][]reply{"act": {lost}}, sent: []string{"cp1 act"},
		},
		{
			name: "not one that has failed", exit: run.ExitFailed,
			stages:  beside,
			replies: map[string][]reply{"own cp1": {later}, "own w1": {{takes: time.Second}}}, sent: []string{"cp2 act"},
		},
		{
			name: "none is left", exit: run.ExitFailed, hosts: fourHosts,
			stages:  beside,
			replies: map[string][]reply{"own cp1": {later}, "own w1": {{takes: time.Second}}},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if test.hosts == "" {
				test.hosts = threePlanes
			}
			p := scene{hosts: test.hosts, stages: test.stages, replies: test.replies, probe: true}.play(t)
			same(t, "commands", matching(p.hosts.sent(), "act"), test.sent)
			if p.Exit != test.exit {
				t.Errorf("exit %d (%s), want %d", p.Exit, p.Text, test.exit)
			}
		})
	}
}

func TestAnAdminHostIsNotOneThatIsBeingWorkedOn(t *testing.T) {
	p := scene{hosts: threePlanes, probe: true, stages: `
  - stage: S
    hosts: control_plane
    at_once: 2
    steps:
      - do: {run: "own ${{ host.name }}"}
      - do: {run: "admin ${{ host.name }}", admin: true}
`, replies: map[string][]reply{"own cp1": {{takes: time.Minute}}, "own cp2": {{takes: time.Second}}, "own cp3": {{takes: time.Hour}}}}.play(t)
	same(t, "commands of admin hosts", matching(p.hosts.sent(), "admin"), []string{"cp3 admin cp2", "cp2 admin cp1", "cp1 admin cp3"})
}

func TestAProbeIsKeptUntilTheHostIsChanged(t *testing.T) {
	p := scene{hosts: threePlanes, probe: true, stages: `
  - stage: S
    hosts: w1
    steps:
      - look: {run: one, admin: true}
      - look: {run: two, admin: true}
      - on: cp1
        look: {run: three}
      - look: {run: four, admin: true}
      - on: cp1
        do: {run: change}
      - look: {run: five, admin: true}
`}.play(t)
	var log []string
	for _, line := range p.hosts.log {
		log = append(log, strings.Replace(line, readyz, " ready?", 1))
	}
	same(t, "commands", log, []string{"cp1 ready?", "cp1 one", "cp1 two", "cp1 three", "cp1 four", "cp1 change", "cp1 ready?", "cp1 five"})
}

func matching(list []string, part string) []string {
	var kept []string
	for _, s := range list {
		if strings.Contains(s, part) {
			kept = append(kept, s)
		}
	}
	return kept
}
