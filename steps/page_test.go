package steps

import (
	"flag"
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

var update = flag.Bool("update", false, "write what the steps do now into testdata/*.txtar; read the diff")

// TestPages holds every step type against its page, testdata/<type>.txtar. A page is a
// row of cases. Each gives
//
//	N/step.yaml  the step, as a playbook would
//	N/host       lines of key=value: name, node, run, and any other for a variable
//	N/results    for a type with outputs: a line per action, naming a file of
//	             testdata/fixtures or a section of the page; "checked" before it
//	             where the check found nothing to do
//
// and wants N/want (the actions, exactly), N/outputs and N/notes, or N/error.
// `go test ./steps -update` writes those.
func TestPages(t *testing.T) {
	set := allTypes(t)
	for _, name := range set.Names() {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join("testdata", name+".txtar")
			page := readPage(t, name)
			page.answer(t, set.Get(name))
			got := string(txtar.Format(page.answered()))
			if *update {
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

func allTypes(t *testing.T) *step.Set {
	t.Helper()
	set, err := step.NewSet(All()...)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// page is one txtar file, and what the steps make of its cases.
type page struct {
	archive *txtar.Archive
	answers []txtar.File
}

var answerNames = []string{"want", "outputs", "notes", "error"}

// cases are the numbers in the page, in its order.
func (p *page) cases() []string {
	var cases []string
	for _, f := range p.archive.Files {
		if number, name, _ := strings.Cut(f.Name, "/"); name == "step.yaml" {
			cases = append(cases, number)
		}
	}
	return cases
}

func (p *page) section(name string) (string, bool) {
	for _, f := range p.archive.Files {
		if f.Name == name {
			return string(f.Data), true
		}
	}
	return "", false
}

func (p *page) say(name, text string) {
	if text != "" {
		p.answers = append(p.answers, txtar.File{Name: name, Data: []byte(strings.TrimRight(text, "\n") + "\n")})
	}
}

func (p *page) answer(t *testing.T, typ *step.Type) {
	t.Helper()
	cases := p.cases()
	if len(cases) == 0 {
		t.Fatal("the page has no case: it needs a section 1/step.yaml")
	}
	for _, n := range cases {
		source, _ := p.section(n + "/step.yaml")
		s, found := decode(typ, n+"/step.yaml", source)
		if found != nil {
			p.say(n+"/error", found.Error())
			continue
		}
		host, _ := p.section(n + "/host")
		actions, err := s.Plan(scopeOf(host))
		if err != nil {
			p.say(n+"/error", err.Error())
			continue
		}
		p.say(n+"/want", rendered(actions))
		results, ok := p.section(n + "/results")
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
func (p *page) answered() *txtar.Archive {
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

func (p *page) results(t *testing.T, n, lines string, actions int) []step.Result {
	t.Helper()
	var results []step.Result
	for line := range strings.Lines(lines) {
		name := strings.TrimSpace(line)
		name, checked := strings.CutPrefix(name, "checked ")
		text, ok := p.section(n + "/" + name)
		if !ok {
			data, err := os.ReadFile(filepath.Join("testdata", "fixtures", name))
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

// decode reads a step of one type as a playbook would have it: the type's name, then its
// fields.
func decode(typ *step.Type, file, source string) (step.Step, diag.List) {
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

func scopeOf(host string) step.Scope {
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

func readPage(t *testing.T, name string) *page {
	t.Helper()
	archive, err := txtar.ParseFile(filepath.Join("testdata", name+".txtar"))
	if err != nil {
		t.Fatal(err)
	}
	return &page{archive: archive}
}
