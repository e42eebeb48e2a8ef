package ansible

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rung/engine/diag"
	"rung/engine/inventory"
)

var update = flag.Bool("update", false, "write what is made of testdata/* into *.want; read the diff")

// TestInventoriesOfAnsible holds what is made of each file of testdata, and
// what is said of it, against the page beside it. What is made loads.
func TestInventoriesOfAnsible(t *testing.T) {
	files, err := filepath.Glob("testdata/*.[iy]*[il]")
	if err != nil || len(files) < 5 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !Is(src) {
				t.Error("it is not taken for an inventory of Ansible")
			}
			text, found := Convert(filepath.Base(file), src)
			if (text == nil) != (found.Err() != nil) {
				t.Errorf("text %q, found %v", text, found)
			}
			if text != nil {
				if _, bad := inventory.Load("made.yaml", text); bad != nil {
					t.Errorf("what is made does not load: %v", bad)
				}
				if Is(text) {
					t.Error("what is made is taken for one of Ansible")
				}
			}
			page := bytes.NewBuffer(text)
			page.WriteString("\n")
			diag.Write(page, found, func(string) []byte { return Masked(src) })
			if *update {
				if err := os.WriteFile(file+".want", page.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file + ".want")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), page.String()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestOtherFilesAreNotTakenForAnsible(t *testing.T) {
	for _, src := range []string{
		"", "hosts: {w1: {}}\n", "hosts:\n  all: {hosts: {}}\n", "playbook: x\nstages: []\n", "defaults: {user: root}\nhosts: {w1: }\n", "- hosts: all\n", "text\n",
		"hosts: {w1: {}}\ngroups: {hosts: [w1]}\n", "a: b\n", "groups:\n  workers: [w1]\n", "format: 1\n", "a: [\n",
	} {
		if Is([]byte(src)) {
			t.Errorf("%q is taken for an inventory of Ansible", src)
		}
	}
	for _, pattern := range []string{"../../examples/inventory.yaml", "../../playbooks/*.yaml", "../playbook/testdata/broken/inventory-*.yaml"} {
		files, _ := filepath.Glob(pattern)
		for _, file := range files {
			if src, err := os.ReadFile(file); err != nil || Is(src) {
				t.Errorf("%s is taken for an inventory of Ansible (%v)", file, err)
			}
		}
	}
}

func TestNoPasswordIsQuoted(t *testing.T) {
	src := "w1 ansible_ssh_pass=hunter2 ansible_become_password='hunter2 b' api_token=\"hunter2\" x=y\n  ansible_password: hunter2\n{db_secret: hunter2, z: y}\n\"vault-pass\": hunter2"
	if got := string(Masked([]byte(src))); strings.Contains(got, "hunter2") || !strings.Contains(got, "x=y") || !strings.Contains(got, "z: y") {
		t.Error(got)
	}
}

func TestRanges(t *testing.T) {
	for pattern, want := range map[string]string{
		"w1": "w1", "w[1:3]": "w1 w2 w3", "w[01:03].x": "w01.x w02.x w03.x", "w[1:10:4]": "w1 w5 w9", "db-[a:c]": "db-a db-b db-c", "r[1:2]n[a:b]": "r1na r1nb r2na r2nb",
		"w[3:1]": "!", "w[a:1]": "!", "w[1:2:0]": "!", "w[1:99999999]": "!", "w[1:2": "w[1:2", "w[098:101]": "w098 w099 w100 w101", "w[1:9999]x[1:9999]": "!",
	} {
		names, err := expand(pattern)
		got := strings.Join(names, " ")
		if err != nil {
			got = "!"
		}
		if got != want {
			t.Errorf("%s is %s, want %s", pattern, got, want)
		}
	}
}

func TestJumpsInArgumentsOfSSH(t *testing.T) {
	for arguments, want := range map[string]string{
		"-J ops@bastion": "ops@bastion", "-o ProxyJump=a,b -o X=y": "a,b", `-o ProxyCommand="ssh -W %h:%p -q ops@192.0.2.1"`: "ops@192.0.2.1",
		`-o ProxyCommand="ssh -o X=y -p 2222 -W %h:%p bastion"`: "bastion:2222", "-o StrictHostKeyChecking=no": "",
	} {
		if got := jumpOf(arguments); got != want {
			t.Errorf("%s jumps by %q, want %q", arguments, got, want)
		}
	}
}

// What only the whole inventory shows is told of the host, where its own line is.
func TestTwoHostsOfOneAddressAreToldWhereTheyStand(t *testing.T) {
	for src, want := range map[string]string{
		"[web]\nx ansible_host=10.0.0.9\n  w[1:2] ansible_host=10.0.0.1 ansible_ssh_pass=hunter2\n": "f:3:3: error: w1 and w2 have the same address 10.0.0.1",
		"web:\n  hosts:\n    a: {ansible_host: b}\n    b:\n":                                        "f:4:5: error: a and b have the same address b",
	} {
		inv, text, found := Load("f", []byte(src))
		if inv != nil || text == nil || len(found) == 0 || !strings.Contains(found.Error(), want) {
			t.Errorf("%v, want %s", found, want)
		}
	}
}

func TestATemplateIsNoMap(t *testing.T) {
	for src, want := range map[string]string{"foo={{ bar }}": "foo is not taken over: it is an expression of Ansible", "foo={'a': 1}": "it is a list or a map", "foo=[1]": "it is a list or a map"} {
		if _, found := Convert("f", []byte("[web]\nw1\n[web:vars]\n"+src+"\n")); len(found) != 1 || !strings.Contains(found[0].Text, want) {
			t.Errorf("%s: %v, want %q", src, found, want)
		}
	}
}

// FuzzConvert: no bytes make the reader panic; what it makes is an inventory,
// or names what is wrong with it.
func FuzzConvert(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.[iy]*[il]")
	for _, file := range files {
		if src, err := os.ReadFile(file); err == nil {
			f.Add(src)
		}
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		text, found := Convert("f", src)
		if (text == nil) != (found.Err() != nil) {
			t.Fatalf("text %q, found %v", text, found)
		}
		if text == nil {
			return
		}
		for _, d := range func() diag.List { _, bad := inventory.Load("made.yaml", text); return bad }() {
			if d.Code == "yaml" || d.Code == "unknown-key" || d.Code == "wrong-kind" || d.Code == "duplicate-key" {
				t.Errorf("%v in\n%s", d, text)
			}
		}
	})
}
