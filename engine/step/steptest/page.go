// Package steptest holds step types to their pages: a test for whoever writes one, in this repository or another.
//
//	var update = flag.Bool("update", false, "write what the steps do now into their pages; read the diff")
//
//	func TestPages(t *testing.T) { steptest.Pages(t, "testdata", *update, myType()) }
//
// A page is a file NAME.txtar, and a row of cases. Each gives
//
//	N/step.yaml  the step, as a playbook would
//	N/host       lines of key=value: name, node, run, and any other for a variable
//	N/results    for a type with outputs: a line per action, naming a file of the folder fixtures, or a
//	             section of the page; "checked" before it where the check found nothing to do
//
// and wants N/want (the actions, exactly), N/outputs and N/notes, or N/error. Who updates has those written.
//
// It runs nothing: that a script does what it should is for a test that runs it.
package steptest

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"rung/engine/diag"
	"rung/engine/guard"
	"rung/engine/step"
	"rung/engine/yamldoc"
)

// Pages compares what steps of each type do with the type's page in the folder dir; with update it writes the page.
func Pages(t *testing.T, dir string, update bool, types ...step.Type) {
	for i := range types {
		typ := &types[i]
		t.Run(typ.Name, func(t *testing.T) {
			file := filepath.Join(dir, typ.Name+".txtar")
			p := Read(t, file)
			p.answer(t, typ)
			got := string(txtar.Format(p.answered()))
			if update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("%s says something else (-page +step):\n%s", file, diff)
			}
		})
	}
}

// Page is one file of cases, and what the steps make of them.
type Page struct {
	dir     string
	archive *txtar.Archive
	answers []txtar.File
}

var answerNames = []string{"want", "outputs", "notes", "error"}

// Cases are the numbers in the page, in its order.
func (p *Page) Cases() []string {
	var cases []string
	for _, f := range p.archive.Files {
		if number, name, _ := strings.Cut(f.Name, "/"); name == "step.yaml" {
			cases = append(cases, number)
		}
	}
	return cases
}

// Section is a file of the page, and whether it has it.
func (p *Page) Section(name string) (string, bool) {
	for _, f := range p.archive.Files {
		if f.Name == name {
			return string(f.Data), true
		}
	}
	return "", false
}

func (p *Page) say(name, text string) {
	if text != "" {
		p.answers = append(p.answers, txtar.File{Name: name, Data: []byte(strings.TrimRight(text, "\n") + "\n")})
	}
}

func (p *Page) answer(t *testing.T, typ *step.Type) {
	t.Helper()
	cases := p.Cases()
	if len(cases) == 0 {
		t.Fatal("the page has no case: it needs a section 1/step.yaml")
	}
	for _, n := range cases {
		source, _ := p.Section(n + "/step.yaml")
		s, found := Decode(typ, n+"/step.yaml", source)
		if found != nil {
			p.say(n+"/error", found.Error())
			continue
		}
		host, _ := p.Section(n + "/host")
		actions, err := s.Plan(Scope(host))
		if err != nil {
			p.say(n+"/error", err.Error())
			continue
		}
		p.say(n+"/want", Rendered(actions))
		results, ok := p.Section(n + "/results")
		if !ok || !typ.HasOutputs() {
			continue
		}
		outputs, notes, err := typ.Collect(s, p.results(t, n, results, len(actions)))
		p.say(n+"/notes", renderedNotes(notes))
		if err != nil {
			p.say(n+"/error", err.Error())
			continue
		}
		p.say(n+"/outputs", renderedOutputs(outputs))
	}
}

// answered is the page with the answers of now, each case's after what it gives.
func (p *Page) answered() *txtar.Archive {
	out := &txtar.Archive{Comment: p.archive.Comment}
	pending := ""
	flush := func() {
		for _, a := range p.answers {
			if strings.HasPrefix(a.Name, pending+"/") {
				out.Files = append(out.Files, a)
			}
		}
	}
	for _, f := range p.archive.Files {
		number, name, _ := strings.Cut(f.Name, "/")
		if slices.Contains(answerNames, name) {
			continue
		}
		if number != pending && pending != "" {
			flush()
		}
		pending = number
		out.Files = append(out.Files, f)
	}
	flush()
	return out
}

func (p *Page) results(t *testing.T, n, lines string, actions int) []step.Result {
	t.Helper()
	var results []step.Result
	for line := range strings.Lines(lines) {
		name := strings.TrimSpace(line)
		name, checked := strings.CutPrefix(name, "checked ")
		text, ok := p.Section(n + "/" + name)
		if !ok {
			data, err := os.ReadFile(filepath.Join(p.dir, "fixtures", name))
			if err != nil {
				t.Fatalf("case %s: %s is neither a section of the page nor a fixture: %v", n, name, err)
			}
			text = string(data)
		}
		results = append(results, step.Result{Stdout: []byte(text), Checked: checked})
	}
	if len(results) != actions {
		t.Fatalf("case %s gives %d results for %d actions", n, len(results), actions)
	}
	return results
}

// Decode reads a step of one type as a playbook would have it: the type's name, then its
// fields.
func Decode(typ *step.Type, file, source string) (step.Step, diag.List) {
	doc, found := yamldoc.Parse(file, []byte(source))
	if found != nil {
		return nil, found
	}
	fields := doc.Get(typ.Name)
	if fields == nil {
		return nil, diag.List{diag.Errorf("test", doc.Pos, "this is no %s step", typ.Name)}
	}
	draft, found := typ.Decode(fields, nil)
	if found != nil {
		return nil, found
	}
	s, unknown, err := draft.Fill(guard.Values{})
	if err != nil || unknown != nil {
		return nil, diag.List{diag.Errorf("test", doc.Pos, "%v %v", unknown, err)}
	}
	return s, nil
}

// Scope is what a step knows on a host that lines of key=value describe: w3, in the run r7, where they do not say.
func Scope(host string) step.Scope {
	scope := step.Scope{Host: step.Host{Name: "w3", Vars: map[string]string{}}, Run: "r7"}
	for line := range strings.Lines(host) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		switch key {
		case "name":
			scope.Host.Name = value
		case "node":
			scope.Host.Node = value
		case "run":
			scope.Run = value
		default:
			scope.Host.Vars[key] = value
		}
	}
	if scope.Host.Node == "" {
		scope.Host.Node = scope.Host.Name
	}
	return scope
}

// Read reads a page.
func Read(t *testing.T, file string) *Page {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return &Page{dir: filepath.Dir(file), archive: archive}
}
