package inventory_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rung/engine/diag"
	"rung/engine/inventory"
)

const example = `
defaults: {user: root, port: 22, identity_file: ~/.ssh/id_ed25519, jump: bastion, sudo: false, known_hosts: ./known_hosts}
hosts:
  k8s-master-1: {address: 192.0.2.11}
  k8s-node-1: {address: 192.0.2.21, node: ip-192-0-2-21, vars: {rack: a, cpu: 1.30}, jump: none, sudo: true, port: 2222}
  bastion:
groups:
  control_plane: [k8s-master-1]
  workers: [k8s-node-1, k8s-master-1]
`

func TestTheExampleLoads(t *testing.T) {
	t.Setenv("HOME", "/home/op")
	t.Setenv("USERPROFILE", "/home/op")
	inv, found := inventory.Load("/etc/rung/inv.yaml", []byte(example))
	if len(found) > 0 {
		t.Fatal(found)
	}
	host := func(change func(*inventory.Host)) inventory.Host {
		h := inventory.Host{User: "root", Port: 22, IdentityFile: "/home/op/.ssh/id_ed25519", KnownHosts: "/etc/rung/known_hosts"}
		change(&h)
		return h
	}
	want := []inventory.Host{
		host(func(h *inventory.Host) {
			h.Name, h.Node, h.Address, h.Jump = "k8s-master-1", "k8s-master-1", "192.0.2.11", "bastion"
		}),
		host(func(h *inventory.Host) {
			h.Name, h.Node, h.Address, h.Jump, h.Sudo, h.Port = "k8s-node-1", "ip-192-0-2-21", "192.0.2.21", "none", true, 2222
			h.Vars = map[string]string{"rack": "a", "cpu": "1.30"}
		}),
		host(func(h *inventory.Host) { h.Name, h.Node, h.Address, h.Jump = "bastion", "bastion", "bastion", "none" }),
	}
	if diff := cmp.Diff(want, inv.Hosts, cmpopts.IgnoreFields(inventory.Host{}, "Pos")); diff != "" {
		t.Error(diff)
	}
	if got := inv.Group("workers").Hosts; !cmp.Equal(got, []string{"k8s-node-1", "k8s-master-1"}) {
		t.Errorf("workers are %v", got)
	}
	if inv.Group("none") != nil || inv.Host("none") != nil {
		t.Error("an unknown name has a group or host")
	}
}

func TestAJumpThatIsNoHostMayBeAnAlias(t *testing.T) {
	inv, found := inventory.Load("inv.yaml", []byte("defaults: {jump: bastion}\nhosts: {cp1: {address: 192.0.2.1}}"))
	if len(found) > 0 || inv.Hosts[0].Jump != "bastion" {
		t.Errorf("Load = %v, %v", inv, found)
	}
}

func TestVarsAndEnvAreMergedOverTheDefaults(t *testing.T) {
	inv, found := inventory.Load("inv.yaml", []byte(`
defaults: {vars: {rack: a, row: x}, env: {https_proxy: "http://proxy:3128"}}
hosts:
  w1: {vars: {rack: b}}
  w2: {env: {no_proxy: .local}}
`))
	if len(found) > 0 {
		t.Fatal(found)
	}
	want := []map[string]string{{"rack": "b", "row": "x"}, {"rack": "a", "row": "x"}}
	if got := []map[string]string{inv.Hosts[0].Vars, inv.Hosts[1].Vars}; !cmp.Equal(want, got) {
		t.Errorf("vars are %v", got)
	}
	if got := inv.Hosts[1].Env; !cmp.Equal(got, map[string]string{"https_proxy": "http://proxy:3128", "no_proxy": ".local"}) {
		t.Errorf("env of w2 is %v", got)
	}
}

func TestMistakesAreReportedWithTheirPlace(t *testing.T) {
	tests := []struct {
		name, src string
		want      []string // each diagnostic with its hint
	}{
		{"an empty file", "", []string{"inv.yaml: error: the file is empty | "}},
		{"no hosts", "hosts: {}", []string{"inv.yaml:1:8: error: the inventory has no hosts | write at least one, such as  hosts: {cp1: {address: 192.0.2.11}}"}},
		{"a list of hosts", "hosts: [cp1]", []string{`inv.yaml:1:8: error: hosts must be a map, not a list | write each host as a key:  hosts: {cp1: {address: 192.0.2.11}}`}},
		{"not a map at all", "cp1", []string{`inv.yaml:1:1: error: an inventory must be a map, not "cp1" | it has the keys hosts, groups and defaults`}},
		{"another format", "format: 2\nhosts: {a: }", []string{`inv.yaml:1:9: error: format "2" is not known | this rung reads format 1`}},
		{
			"unknown keys, on every level", "host: {}\ndefaults: {usr: x, address: y}\nhosts:\n  a: {adress: b, zzz: 1}",
			[]string{
				`inv.yaml:1:1: error: unknown key "host" in an inventory | did you mean hosts?`,
				`inv.yaml:2:12: error: unknown key "usr" in the defaults | did you mean user?`,
				`inv.yaml:2:20: error: unknown key "address" in the defaults | it may have user, port, identity_file, jump, sudo, known_hosts, env, vars`,
				`inv.yaml:4:7: error: unknown key "adress" in host a | did you mean address?`,
				`inv.yaml:4:18: error: unknown key "zzz" in host a | it may have address, node, user, port, identity_file, jump, sudo, known_hosts, env, vars`,
			},
		},
		{"a host twice", "hosts:\n  a: {}\n  a: {}", []string{`inv.yaml:3:3: error: "a" stands here a second time | the first is on line 2; keep one`}},
		{
			"an unknown host in a group", "hosts: {web1: , web2: }\ngroups: {g: [web1, wbe2, other]}",
			[]string{
				`inv.yaml:2:20: error: group g names "wbe2", which is not a host | did you mean web2?`,
				`inv.yaml:2:26: error: group g names "other", which is not a host | add it under hosts`,
			},
		},
		{"a host twice in a group", "hosts: {a: }\ngroups: {g: [a, a]}", []string{`inv.yaml:2:17: error: a stands in group g a second time | keep one`}},
		{"a group that is no list", "hosts: {a: }\ngroups: {g: a}", []string{`inv.yaml:2:13: error: group g must be a list, not "a" | write its hosts as a list: g: [w1, w2]`}},
		{
			"reserved and bad names", "hosts: {all: , a b: , none: }\ngroups: {all: [], 'x:y': []}",
			[]string{
				`inv.yaml:1:9: error: "all" cannot name a host | all means every host, and is always there`,
				`inv.yaml:1:16: error: "a b" cannot name a host | use letters, digits, dots, dashes and underscores, and begin with a letter, a digit or an underscore`,
				`inv.yaml:1:23: error: "none" cannot name a host | none means no jump host`,
				`inv.yaml:2:10: error: "all" cannot name a group | all means every host, and is always there`,
				`inv.yaml:2:19: error: "x:y" cannot name a group | use letters, digits, dots, dashes and underscores, and begin with a letter, a digit or an underscore`,
			},
		},
		{"a name for a host and a group", "hosts: {a: }\ngroups: {a: [a]}", []string{`inv.yaml:2:10: error: a is a host and a group | a selector could not tell them apart; rename one`}},
		{
			"bad ports", "hosts: {a: {port: 0}, b: {port: ssh}, c: {port: 65536}, d: {port: [22]}}",
			[]string{
				`inv.yaml:1:19: error: port cannot be "0" | a port is a number from 1 to 65535`,
				`inv.yaml:1:33: error: port cannot be "ssh" | a port is a number from 1 to 65535`,
				`inv.yaml:1:49: error: port cannot be "65536" | a port is a number from 1 to 65535`,
				`inv.yaml:1:67: error: port cannot be a list | a port is a number from 1 to 65535`,
			},
		},
		{"a port in the address", "hosts: {a: {address: 'h:22'}}", []string{`inv.yaml:1:22: error: address "h:22" has a port in it | write  address: h, port: 22`}},
		{"sudo that is not a truth", "hosts: {a: {sudo: yes}}", []string{`inv.yaml:1:19: error: sudo must be true or false, not "yes" | `}},
		{
			"a misspelt jump, once for all hosts", "defaults: {jump: bastoin}\nhosts: {bastion: , a: , b: }",
			[]string{`inv.yaml:1:18: error: jump bastoin is not a host of the inventory | did you mean bastion? write user@bastoin for a host that does not stand here`},
		},
		{"a jump with a bad port", "hosts: {a: {jump: 'x@h:99999'}}", []string{`inv.yaml:1:19: error: the port of the jump "x@h:99999" is not a number from 1 to 65535 | write a host of the inventory, user@host:port, or none`}},
		{
			"jumps in a circle", "hosts: {a: {jump: b}, b: {jump: a}}",
			[]string{
				`inv.yaml:1:19: error: a is reached through b, and b through a | give one of them  jump: none`,
				`inv.yaml:1:33: error: b is reached through a, and a through b | give one of them  jump: none`,
			},
		},
		{"two hosts with one node", "hosts: {a: {node: n}, b: {node: n}}", []string{`inv.yaml:1:23: error: a and b are both the node n | give each host its own node`}},
		{"two hosts with one address", "hosts: {a: {address: h}, b: {address: h, port: 22}}", []string{`inv.yaml:1:26: error: a and b have the same address h | keep one, or correct its address or port`}},
		{
			"vars that are not text", "hosts: {a: {vars: {x: [1]}, env: {a-b: c}}}",
			[]string{
				`inv.yaml:1:23: error: x must be a text, not a list | values of vars are text`,
				`inv.yaml:1:35: error: "a-b" cannot name a variable | a variable has letters, digits and underscores`,
			},
		},
		{"the home of another", "hosts: {a: {identity_file: ~bob/key}}", []string{`inv.yaml:1:28: error: identity_file cannot be "~bob/key": that home is not known | write the whole path`}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inv, found := inventory.Load("inv.yaml", []byte(test.src))
			if inv != nil {
				t.Error("an inventory with mistakes was returned")
			}
			if diff := cmp.Diff(test.want, lines(found)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func lines(found diag.List) []string {
	var out []string
	for _, d := range found {
		out = append(out, d.Error()+" | "+d.Hint)
	}
	return out
}

func TestResolveFillsWhatTheInventoryLeavesOpen(t *testing.T) {
	t.Setenv("HOME", "/home/op")
	t.Setenv("USERPROFILE", "/home/op")
	file := filepath.Join(t.TempDir(), "config")
	const config = `
Host cp1
  HostName 192.0.2.11
  User admin
  Port 2200
  IdentityFile ~/.ssh/%h.key
  UserKnownHostsFile ~/.ssh/known_%h /etc/other
  ProxyJump bastion
  ConnectTimeout 1m
  ServerAliveInterval 0
Host *
  UserKnownHostsFile /dev/null
  User nobody
  ServerAliveInterval 5
`
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := inventory.ReadConfig(file)
	if err != nil {
		t.Fatal(err)
	}
	got := inventory.Resolve(inventory.Host{Name: "cp1", Address: "cp1"}, cfg)
	want := inventory.Host{Name: "cp1", Address: "192.0.2.11", User: "admin", Port: 2200, IdentityFile: "/home/op/.ssh/192.0.2.11.key", UserKnownHosts: "/home/op/.ssh/known_192.0.2.11", Jump: "bastion", Handshake: time.Minute}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	said := inventory.Host{Name: "cp1", Address: "198.51.100.1", User: "root", Port: 22, IdentityFile: "/k", Jump: "none", Handshake: time.Second, Keepalive: time.Second}
	if diff := cmp.Diff(said, inventory.Resolve(said, cfg)); diff != "" {
		t.Errorf("what the inventory says was overruled: %s", diff)
	}
	if other := inventory.Resolve(inventory.Host{Name: "w2", Address: "w2"}, cfg); other.Keepalive != 5*time.Second || other.UserKnownHosts != "" {
		t.Errorf("it is asked every %s whether it is there, want 5s; keys are in %q, want the usual file", other.Keepalive, other.UserKnownHosts)
	}
	if open := inventory.Resolve(inventory.Host{Name: "w1", Address: "w1"}, nil); open.Port != 22 || open.User == "" {
		t.Errorf("without a configuration: %+v", open)
	}
}

func TestAConfigThatIsNotThereIsFine(t *testing.T) {
	cfg, err := inventory.ReadConfig(filepath.Join(t.TempDir(), "config"))
	if cfg != nil || err != nil {
		t.Errorf("ReadConfig = %v, %v", cfg, err)
	}
}

func TestAConfigThatCannotBeReadNamesItsFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(file, []byte("Match exec true\n  User x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := inventory.ReadConfig(file); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("ReadConfig = %v", err)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(example)
	f.Add("hosts: {a: {jump: 'b,c'}, b: {jump: c}, c: {jump: a}}")
	files, _ := filepath.Glob("../playbook/testdata/broken/inventory-*.yaml")
	for _, file := range files {
		if src, err := os.ReadFile(file); err == nil {
			f.Add(string(src))
		}
	}
	f.Fuzz(func(t *testing.T, src string) {
		inv, found := inventory.Load("inv.yaml", []byte(src))
		if (inv == nil) != (found.Err() != nil) {
			t.Fatalf("inventory %v with %v", inv, found)
		}
		if inv == nil {
			return
		}
		for _, g := range inv.Groups {
			for _, name := range g.Hosts {
				if inv.Host(name) == nil {
					t.Fatalf("group %s names %s, which is no host", g.Name, name)
				}
			}
		}
		if got, found := inv.Select(inventory.All, diag.Pos{}); len(found) > 0 || len(got) != len(inv.Hosts) {
			t.Fatalf("all is %v, %v", got, found)
		}
	})
}
