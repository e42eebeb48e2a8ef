package steps

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mvdan.cc/sh/v3/syntax"

	"rung/engine/step"
)

// planned returns the actions of a type's example.
func planned(t *testing.T, typ *step.Type) []step.Action {
	t.Helper()
	s, found := decode(typ, typ.Name, typ.Example)
	if found != nil {
		t.Fatalf("the example of %s is wrong: %s", typ.Name, found.Error())
	}
	actions, err := s.Plan(scopeOf("name=w3"))
	if err != nil {
		t.Fatalf("the example of %s plans nothing: %v", typ.Name, err)
	}
	return actions
}

func TestEveryTypeDescribesItself(t *testing.T) {
	set := allTypes(t)
	for _, name := range set.Names() {
		typ := set.Get(name)
		if !strings.HasSuffix(typ.Summary, ".") || typ.Doc == "" || typ.Example == "" {
			t.Errorf("%s lacks a summary that is a sentence, a doc or an example", name)
		}
		actions := planned(t, typ)
		if len(actions) == 0 || len(actions) > 5 {
			t.Errorf("%s plans %d actions; 1 to 5 are a step, more are a playbook sequence", name, len(actions))
		}
		for _, a := range actions {
			if a.Title == "" || (a.Do.Script == "" && len(a.Do.Argv) == 0) {
				t.Errorf("%s has an action without a title or a command: %+v", name, a)
			}
		}
	}
}

// What changes a host must survive a lost link, or be told by its check whether it was done.
// For command the author of the playbook decides.
func TestEveryMutatingActionIsDetachedOrChecked(t *testing.T) {
	mutating := 0
	set := allTypes(t)
	for _, name := range set.Names() {
		for _, source := range samplesOf(t, set.Get(name)) {
			s, found := decode(set.Get(name), name, source)
			if found != nil || name == "command" {
				continue
			}
			actions, err := s.Plan(scopeOf(""))
			if err != nil {
				continue
			}
			for _, a := range actions {
				if a.ReadOnly {
					if a.Do.Detach || a.Check != nil {
						t.Errorf("%s: %q is read-only: it needs neither check nor detach", name, a.Title)
					}
					continue
				}
				mutating++
				if !a.Do.Detach && a.Check == nil && a.Save == nil { // which changes nothing on its host
					t.Errorf("%s: %q changes something, and is neither detached nor has a check:\n%s", name, a.Title, source)
				}
			}
		}
	}
	if mutating < 20 {
		t.Errorf("only %d mutating actions were seen: the samples show little", mutating)
	}
}

// samplesOf are all steps on the type's page, and its example.
func samplesOf(t *testing.T, typ *step.Type) []string {
	t.Helper()
	p := readPage(t, typ.Name)
	samples := []string{typ.Example}
	for _, n := range p.Cases() {
		source, _ := p.Section(n + "/step.yaml")
		samples = append(samples, source)
	}
	return samples
}

// TestScriptsAreShell asks each shell of this machine to parse every file of scripts/, and
// looks in what the steps make of them for tools that a host may lack.
func TestScriptsAreShell(t *testing.T) {
	scripts := map[string]string{}
	files, err := fs.Glob(os.DirFS("scripts"), "*.sh")
	if err != nil || len(files) == 0 {
		t.Fatal("no scripts", err)
	}
	for _, name := range files {
		text, err := os.ReadFile(filepath.Join("scripts", name))
		if err != nil {
			t.Fatal(err)
		}
		scripts[name] = string(text)
	}
	composed := map[string]string{} // by its text, because steps share scripts
	set := allTypes(t)
	for _, name := range set.Names() {
		for _, source := range samplesOf(t, set.Get(name)) {
			if s, found := decode(set.Get(name), name, source); found == nil {
				actions, _ := s.Plan(scopeOf(""))
				for _, a := range actions {
					composed[a.Do.Script] = name + ": " + a.Title
					if a.Check != nil {
						composed[a.Check.Script] = name + ": the check of " + a.Title
					}
					if a.Explain != nil {
						composed[a.Explain.Script] = name + ": the explanation of " + a.Title
					}
				}
			}
		}
	}
	for _, shell := range []string{"sh", "dash", "bash"} {
		if _, err := exec.LookPath(shell); err != nil {
			t.Logf("there is no %s here: not asked", shell)
			continue
		}
		for name, text := range scripts {
			if out, err := exec.Command(shell, "-n", "-c", text).CombinedOutput(); err != nil {
				t.Errorf("%s does not parse %s: %v\n%s", shell, name, err, out)
			}
		}
	}
	for text, name := range composed {
		for _, complaint := range foreignTools(text) {
			t.Errorf("%s: %s", name, complaint)
		}
	}
}

// hostTools are the programs that a script may call, beside plainTools, the shell's
// builtins and its own functions.
var hostTools = strings.Fields("ctr killall pkill timeout swapon swapoff systemctl systemd-run needs-restarting journalctl yum rpm apt-get apt-cache apt-mark dpkg dpkg-query crictl etcdctl kubeadm kubelet kubectl sleep " +
	"echo read printf test command exit return break continue shift cd set trap : umask true false openssl")

// foreignTools parses text as strict POSIX shell, which `sh -n` of most systems does not,
// and names what it calls that a host may lack.
func foreignTools(text string) []string {
	file, err := syntax.NewParser(syntax.Variant(syntax.LangPOSIX)).Parse(strings.NewReader(text), "")
	if err != nil {
		return []string{"this is not POSIX shell: " + err.Error()}
	}
	known := append(slices.Clone(hostTools), plainTools...)
	syntax.Walk(file, func(n syntax.Node) bool {
		if f, ok := n.(*syntax.FuncDecl); ok {
			known = append(known, f.Name.Value)
		}
		return true
	})
	var complaints []string
	syntax.Walk(file, func(n syntax.Node) bool {
		if call, ok := n.(*syntax.CallExpr); ok && len(call.Args) > 0 {
			if word := call.Args[0].Lit(); word != "" && !slices.Contains(known, word) {
				complaints = append(complaints, word+" is a tool that a host may lack")
			}
		}
		return true
	})
	return complaints
}

func TestForeignToolsAreNamed(t *testing.T) {
	for text, want := range map[string]string{
		"echo a | awk '{print}'":     "awk is a tool that a host may lack",
		"f() { jq .; }; f":           "jq is a tool that a host may lack",
		"[[ a == b ]]":               "[[ is a tool",
		"a=(b c)":                    "not POSIX shell",
		"if grep -q a b; then :; fi": "",
	} {
		if got := strings.Join(foreignTools(text), "; "); !strings.Contains(got, want) || (want == "") != (got == "") {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

// A resumed run finds out by itself whether a bundled step has done its work, or does it once more. The exceptions besides
// command are those that mend a broken etcd, where a second time may lose what was written since the first.
func TestNoBundledStepNeedsAPersonWhenItIsResumed(t *testing.T) {
	set := allTypes(t)
	for _, name := range set.Names() {
		if slices.Contains([]string{"command", "etcd-restore", "etcd-stop", "etcd-member-add"}, name) {
			continue
		}
		for _, source := range samplesOf(t, set.Get(name)) {
			s, found := decode(set.Get(name), name, source)
			if found != nil {
				continue
			}
			actions, err := s.Plan(scopeOf(""))
			if err != nil {
				continue
			}
			for _, a := range actions {
				if !a.ReadOnly && a.Check == nil && !a.Again && a.Save == nil {
					t.Errorf("%s: of %q nobody knows what became of it, once its host was restarted:\n%s", name, a.Title, source)
				}
			}
		}
	}
}
