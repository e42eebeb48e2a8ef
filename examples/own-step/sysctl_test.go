package main

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"rung/engine/cli"
	"rung/engine/step"
	"rung/engine/step/steptest"
	"rung/playbooks"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write what the step does now into its page; read the diff")

func TestPages(t *testing.T) { steptest.Pages(t, "testdata", *update, sysctlType()) }

// The scripts really run, against a sysctl that keeps its parameters in a file.
func TestTheScriptsSetWhatIsNotSet(t *testing.T) {
	bin, etc := t.TempDir(), t.TempDir()
	fake := "#!/bin/sh\nvalue=" + etc + "/value\ncase $1 in -n) cat $value ;; -q) echo \"${3#*=}\" >$value ;; esac\n"
	if err := os.WriteFile(filepath.Join(bin, "sysctl"), []byte(fake), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(etc, "value"), []byte("65530\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	run := func(script string) (string, error) {
		c := exec.Command("sh", "-euc", strings.ReplaceAll(script, "/etc/sysctl.d", etc), "sh", "vm.max_map_count", "262144")
		c.Env = []string{"PATH=" + bin + ":" + os.Getenv("PATH")}
		out, err := c.Output()
		return string(out), err
	}
	if _, err := run(isSet); err == nil {
		t.Error("before, there is nothing to do")
	}
	if out, err := run(set); err != nil || out != "65530\n262144\n" {
		t.Errorf("it printed %q: %v", out, err)
	}
	if out, err := run(isSet); err != nil || out != "262144\n" {
		t.Errorf("afterwards, there is something to do: %q, %v", out, err)
	}
}

func TestTheKernelMayTakeAnotherValue(t *testing.T) {
	_, _, err := Sysctl{Name: "vm.x", Value: "3"}.Collect([]step.Result{{Stdout: []byte("1\n2\n")}})
	if err == nil || !strings.Contains(err.Error(), "vm.x is 2") {
		t.Errorf("err = %v", err)
	}
}

// The playbook is checked by a rung that knows the type; without it, the type is unknown.
func TestThePlaybookIsRight(t *testing.T) {
	check := func(types []step.Type) int {
		return cli.Main([]string{"check", "tune.yaml", "-i", "inventory.yaml"}, cli.Program{Version: "test", Types: types, Playbooks: playbooks.FS})
	}
	if exit := check(types()); exit != 0 {
		t.Errorf("check ends with %d", exit)
	}
	if exit := check(types()[:1]); exit != 2 {
		t.Errorf("check ends with %d where nobody knows the type", exit)
	}
}
