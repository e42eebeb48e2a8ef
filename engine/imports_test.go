package engine_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A room is a folder with its own door policy. Packages below a room belong to it.
type room struct {
	may     string // the rooms it may import, separated by spaces
	because string // the reason, printed to whoever tries another
}

var rooms = map[string]room{
	"engine":           {"", "it is only the plan of the house, and holds no code"},
	"engine/diag":      {"", "everyone reports mistakes through it, so it can know nobody"},
	"engine/kube":      {"", "what is true of Kubernetes is true without rung; it stays pure data and functions"},
	"engine/yamldoc":   {"engine/diag", "it turns bytes into nodes for every kind of document, and must not learn what they mean"},
	"engine/guard":     {"engine/diag engine/kube engine/yamldoc", "expressions are evaluated over plain values, so that they can be checked before anything runs"},
	"engine/step":      {"engine/diag engine/yamldoc engine/guard engine/kube", "it is the contract of every step type; a contract does not know its playbooks or its runner"},
	"engine/inventory": {"engine/diag engine/yamldoc", "where a playbook runs is independent of what it does"},
	"engine/playbook":  {"engine/diag engine/yamldoc engine/guard engine/step engine/kube", "a playbook is checked without any inventory, so that `rung check FILE` needs nothing else"},
	"engine/ansible":   {"engine/diag engine/yamldoc engine/inventory", "it turns one kind of file into another, and knows nothing of what runs there"},
	"engine/schema":    {"engine/playbook engine/inventory engine/step engine/guard engine/trial", "a schema is made of the descriptions that loading goes by; it reads no file"},
	"engine/plan":      {"engine/playbook engine/inventory engine/step engine/guard engine/diag engine/kube", "a plan is arithmetic: playbook times inventory; it runs nothing"},
	"engine/run":       {"engine/plan engine/playbook engine/inventory engine/step engine/guard engine/diag engine/kube", "the loop knows performers, clocks and sinks only by the interfaces it declares, or there would soon be one loop for each"},
	"engine/journal":   {"engine/run engine/step", "it keeps events, whoever made them and however they are shown"},
	"engine/report":    {"engine/run engine/step engine/diag engine/plan engine/guard", "it shows events and actions; it neither reads files nor connects"},
	"engine/transport": {"engine/step engine/inventory", "it carries commands to a host, whatever they are for"},
	"engine/detach":    {"engine/step", "it decorates any raw exec: SSH, local and the twin alike"},
	"engine/lock":      {"engine/step", "a lock lies on hosts, and knows its run by a key: who may break it, and when, others decide"},
	"engine/seal":      {"", "it encrypts what it is given, whatever that is and wherever it comes from"},
	"engine/facts":     {"engine/run engine/step", "it records what commands said, and gives it back: it knows neither who asks nor how hosts are reached"},
	"engine/readonly":  {"engine/step", "it judges commands by their words, whoever gives them and wherever they go"},
	"engine/saved":     {"engine/report engine/facts engine/run engine/step", "it holds a run to a dry-run that people have read; it neither runs nor renders"},
	"engine/sshd":      {"engine/step", "it is a door in front of anything that can execute a command"},
	"engine/twin":      {"engine/step engine/kube engine/inventory", "it stands for real machines, and those do not know rung's loop"},
	"engine/rehearse":  {"engine/run engine/plan engine/inventory engine/step engine/kube engine/twin engine/facts", "it is where the loop meets a twin, in a time of their own; neither of them knows the other"},
	"engine/trial":     {"engine/rehearse engine/run engine/plan engine/playbook engine/inventory engine/step engine/kube engine/twin engine/yamldoc engine/diag", "a playbook's tests are rehearsals with an expectation; what they say of a playbook is in their file"},
	"engine/cli":       {"engine/*", "it is where everything meets, except step types and playbooks: main hands those over, so that another main can bring its own"},
	"steps":            {"engine/step engine/kube", "a step type is a pure function over the contract; one that needs more is a playbook, or a gap in the contract"},
	"playbooks":        {"", "they are files, embedded"},
	"main":             {"engine/cli steps playbooks", "main introduces the parts to each other and does nothing else"},
}

// A door is a library that only the rooms at it may import.
type door struct {
	rooms   string
	because string
}

var doors = map[string]door{
	"filippo.io/age":                {"engine/seal", "what leaves a control plane with keys in it is encrypted in one place"},
	"gopkg.in/yaml.v3":              {"engine/yamldoc", "one strict reader refuses aliases and duplicate keys for every document; a second one would not"},
	"github.com/expr-lang/expr":     {"engine/guard", "unknown values and version comparison hold only where guard compiled the expression"},
	"github.com/melbahja/goph":      {"engine/transport", "host keys, deadlines and cancellation are built around it there, and nowhere else"},
	"github.com/spf13/cobra":        {"engine/cli", "flags are read in one place and handed on as values"},
	"github.com/rs/zerolog":         {"engine/cli engine/transport", "it is for people who debug connections; what the user reads goes through report"},
	"github.com/pmezard/go-difflib": {"engine/twin engine/saved", "kubeadm shows differences as that library does, and so does a plan that a run strays from"},
	"mvdan.cc/sh":                   {"engine/twin engine/readonly steps", "only a simulated host interprets shell, real hosts have one; command tells an author what sh would not read, and readonly what would change something"},
}

// TestImportsFlowOneWay reads the import clauses of every file of the module, for every platform, and
// also of files that do not compile today.
//
// It reads the files itself instead of asking `go list`: `go test` remembers which files a test opened,
// so a cached pass is never older than the code it judges.
func TestImportsFlowOneWay(t *testing.T) {
	const root = ".."
	files := 0
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if foreign(root, name) {
				return fs.SkipDir
			}
			return nil
		}
		if !judged(entry.Name()) {
			return nil
		}
		files++
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		here := roomOf(path.Dir(filepath.ToSlash(rel)))
		if complaint := unknown(here); complaint != "" {
			t.Errorf("%s: %s", filepath.ToSlash(rel), complaint)
			return nil
		}
		positions := token.NewFileSet()
		file, err := parser.ParseFile(positions, name, nil, parser.ImportsOnly)
		if file == nil {
			return err
		}
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				continue // the compiler says it better
			}
			if complaint := judge(here, imported); complaint != "" {
				t.Errorf("%s:%d: %s", filepath.ToSlash(rel), positions.Position(spec.Pos()).Line, complaint)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files == 0 {
		t.Fatal("no Go file found above engine/: this test looks in the wrong place")
	}
}

// foreign reports whether a directory is no part of the module, by the go command's own rules.
func foreign(root, dir string) bool {
	if dir == root {
		return false
	}
	base := filepath.Base(dir)
	if base == "testdata" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") {
		return true
	}
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err == nil
}

// judged reports whether a file is Go code of the module; tests may import what they like.
func judged(base string) bool {
	return strings.HasSuffix(base, ".go") && !strings.HasSuffix(base, "_test.go") &&
		!strings.HasPrefix(base, ".") && !strings.HasPrefix(base, "_")
}

// roomOf names the room of a package, given by its folder in the module (main's is ".", or nothing).
func roomOf(folder string) string {
	first, rest, below := strings.Cut(folder, "/")
	switch {
	case first == "." || first == "":
		return "main"
	case first == "engine" && below:
		second, _, _ := strings.Cut(rest, "/")
		return "engine/" + second
	}
	return first
}

// unknown complains about a room that is not on the plan; "" if it is.
func unknown(name string) string {
	if _, known := rooms[name]; known {
		return ""
	}
	return name + " is not a room of the house; give it a row in engine/imports_test.go, with the reason " +
		"for what it may import, and a line in engine/doc.go"
}

// judge says what is wrong with a room importing a package, and why; "" if nothing is.
func judge(from, imported string) string {
	house := rooms[from]
	for library, door := range doors {
		if within(imported, library) && !slices.Contains(strings.Fields(door.rooms), from) {
			return from + " imports " + imported + ", whose only door is " + door.rooms + ": " + door.because
		}
	}
	if !within(imported, "rung") {
		return ""
	}
	to := roomOf(strings.TrimPrefix(strings.TrimPrefix(imported, "rung"), "/"))
	if to == from {
		return ""
	}
	may := strings.Fields(house.may)
	if slices.Contains(may, to) || slices.Contains(may, path.Dir(to)+"/*") {
		return ""
	}
	allowed := "nothing of ours"
	if len(may) > 0 {
		allowed = "only " + strings.Join(may, ", ")
	}
	return from + " imports " + to + ", but may import " + allowed + ": " + house.because
}

// within reports whether a package is the module or lies in it.
func within(pkg, module string) bool {
	return pkg == module || strings.HasPrefix(pkg, module+"/")
}

func TestTheHouseRules(t *testing.T) {
	tests := []struct {
		name, from, imported string
		wants                string // a part of the complaint; "" for none
	}{
		{"the standard library is open to all", "engine/kube", "strings", ""},
		{"a listed room is welcome", "engine/run", "rung/engine/plan", ""},
		{"a room is at home in its own folders", "engine/twin", "rung/engine/twin/shell", ""},
		{"a folder of a listed room is welcome too", "steps", "rung/engine/step/steptest", ""},
		{"against the flow is refused with the reason", "engine/step", "rung/engine/run", "a contract does not know"},
		{"kube imports nothing of ours", "engine/kube", "rung/engine/diag", "nothing of ours"},
		{"cli imports every room of the engine", "engine/cli", "rung/engine/twin", ""},
		{"cli does not import step types", "engine/cli", "rung/steps", "main hands those over"},
		{"steps know only the contract and kube", "steps", "rung/engine/transport", "engine/step, engine/kube"},
		{"nobody imports main", "engine/cli", "rung", "imports main"},
		{"yaml.v3 has one door", "engine/playbook", "gopkg.in/yaml.v3", "only door is engine/yamldoc"},
		{"yamldoc stands at it", "engine/yamldoc", "gopkg.in/yaml.v3", ""},
		{"a package inside a guarded library is guarded too", "engine/step", "github.com/expr-lang/expr/vm", "only door is engine/guard"},
		{"zerolog has two doors", "engine/transport", "github.com/rs/zerolog", ""},
		{"a library of a similar name is another library", "steps", "rungs/diag", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := judge(test.from, test.imported)
			if test.wants == "" && got != "" || !strings.Contains(got, test.wants) {
				t.Errorf("judge(%q, %q) = %q, want %q in it", test.from, test.imported, got, test.wants)
			}
		})
	}
}

func TestARoomThatIsNotOnThePlanIsRefused(t *testing.T) {
	if got := unknown("engine/attic"); !strings.Contains(got, "not a room of the house") {
		t.Errorf("unknown(engine/attic) = %q", got)
	}
	for name := range rooms {
		if got := unknown(name); got != "" {
			t.Errorf("unknown(%s) = %q", name, got)
		}
	}
}

// TestThePlanFits guards the table itself: a misspelt room in it would allow nothing, or everything.
func TestThePlanFits(t *testing.T) {
	for name, room := range rooms {
		for _, may := range strings.Fields(room.may) {
			if may != "engine/*" && unknown(may) != "" {
				t.Errorf("rooms[%q] may import %q, which has no row of its own", name, may)
			}
		}
		if room.because == "" {
			t.Errorf("rooms[%q] gives no reason", name)
		}
	}
	for library, door := range doors {
		for _, at := range strings.Fields(door.rooms) {
			if unknown(at) != "" {
				t.Errorf("doors[%q] is at %q, which has no row", library, at)
			}
		}
	}
}
