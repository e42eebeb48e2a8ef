package schema_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"

	"rung/engine/diag"
	"rung/engine/inventory"
	"rung/engine/playbook"
	"rung/engine/schema"
	"rung/engine/step"
	"rung/engine/trial"
	"rung/steps"
)

// judge is a schema, and the loading that it speaks for.
type judge struct {
	schema *jsonschema.Schema
	load   func(src []byte) diag.List
}

func judges(tb testing.TB) (playbooks, inventories, tests judge) {
	tb.Helper()
	types, err := step.NewSet(steps.All()...)
	if err != nil {
		tb.Fatal(err)
	}
	playbooks = judge{compiled(tb, schema.Playbook(types)), func(src []byte) diag.List {
		files := &playbook.Files{Folder: os.DirFS("../playbook/testdata/valid"), Bundled: os.DirFS("../../playbooks")}
		_, found := files.Check("p.yaml", src, types)
		return found
	}}
	inventories = judge{compiled(tb, schema.Inventory()), func(src []byte) diag.List {
		_, found := inventory.Load("i.yaml", src)
		return found
	}}
	pb, found := playbook.Load("p.yaml", []byte(tested), types)
	if found.Err() != nil {
		tb.Fatal(found)
	}
	tests = judge{compiled(tb, schema.Test()), func(src []byte) diag.List {
		_, found := trial.Load("p.test.yaml", src, pb)
		return found
	}}
	return playbooks, inventories, tests
}

// tested is a playbook for the files of tests.
const tested = "playbook: p\nabout: It is tested.\ninputs: {release: {type: string}, where: {default: all}, at_once: {type: count, default: 1}, times: {type: int, default: 1}}\nstages: [{stage: All, hosts: all, steps: [{host-facts: {}}]}]\n"

func compiled(tb testing.TB, s *schema.Schema) *jsonschema.Schema {
	tb.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(s.JSON()))
	if err != nil {
		tb.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("s.json", document); err != nil {
		tb.Fatal(err)
	}
	out, err := c.Compile("s.json")
	if err != nil {
		tb.Fatal(err) // it is not even a schema of its draft
	}
	return out
}

// asJSON reads YAML as an editor does: numbers and booleans are values.
func asJSON(src []byte) (any, error) {
	var value any
	if err := yaml.Unmarshal(src, &value); err != nil {
		return nil, err
	}
	return plain(value), nil
}

func plain(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for key := range v {
			v[key] = plain(v[key])
		}
	case map[any]any:
		m := map[string]any{}
		for key := range v {
			m[fmt.Sprint(key)] = plain(v[key])
		}
		return m
	case []any:
		for i := range v {
			v[i] = plain(v[i])
		}
	case time.Time:
		return v.String()
	}
	return value
}

func files(t *testing.T, patterns ...string) []string {
	t.Helper()
	var all []string
	for _, pattern := range patterns {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			t.Fatal(pattern, err)
		}
		all = append(all, found...)
	}
	return all
}

func isTest(file string) bool { return strings.HasSuffix(file, ".test.yaml") }

func isInventory(file string) bool { return strings.Contains(filepath.Base(file), "inventory") }

// TestEveryFileThatLoadsFitsItsSchema goes through the bundled playbooks, the
// examples and the whole language, and through the broken ones: what the
// schema refuses of them is broken.
func TestEveryFileThatLoadsFitsItsSchema(t *testing.T) {
	playbooks, inventories, tests := judges(t)
	good, refused, broken := 0, 0, 0
	for _, file := range files(t, "../../playbooks/*.yaml", "../../examples/*.yaml", "../playbook/testdata/*/*.yaml", "../playbook/testdata/*/parts/*.yaml") {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		j := playbooks
		switch {
		case isTest(file):
			j = tests
		case isInventory(file):
			j = inventories
		}
		value, err := asJSON(src)
		if err != nil {
			broken++
			continue // no YAML: no schema is asked
		}
		found, misfit := j.load(src), j.schema.Validate(value)
		switch {
		case misfit != nil && found.Err() == nil:
			t.Errorf("%s loads, and the schema refuses it: %v", file, misfit)
		case found.Err() == nil:
			good++
		case misfit != nil:
			refused++
		default:
			broken++
		}
	}
	if good < 15 || refused < 50 {
		t.Errorf("the schemas take %d good files and refuse %d broken ones of %d: they would say nothing", good, refused, refused+broken)
	}
	t.Logf("%d files fit, %d broken ones are refused by a schema, %d by loading alone", good, refused, broken)
}

// TestWhatASchemaRefusesLoadingRefuses changes one value after the other of
// files that load, to values of every kind, and removes and misspells keys:
// no change that the schema refuses may load.
func TestWhatASchemaRefusesLoadingRefuses(t *testing.T) {
	playbooks, inventories, tests := judges(t)
	refused, both := 0, 0
	for _, file := range files(t, "../playbook/testdata/valid/*.yaml", "../playbook/testdata/valid/parts/restart.yaml", "../../examples/*.yaml", "testdata/*.yaml") {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		j := playbooks
		switch {
		case isTest(file):
			j = tests
		case isInventory(file):
			j = inventories
		}
		if found := j.load(src); found.Err() != nil {
			t.Fatalf("%s: %v", file, found)
		}
		for i := 0; ; i++ {
			changed, what := mutant(t, src, i)
			if changed == nil {
				break
			}
			value, err := asJSON(changed)
			if err != nil || j.schema.Validate(value) == nil {
				continue
			}
			refused++
			if j.load(changed).Err() == nil {
				t.Errorf("%s: the schema refuses what loads: %s", file, what)
			} else {
				both++
			}
		}
	}
	if refused < 500 {
		t.Errorf("only %d changes are refused: this shows nothing", refused)
	}
}

// replacements are values of every kind that a key may get.
var replacements = []string{
	"null", "true", "1", "text", `"2"`, "[]", "{}", "[a, b]", "{a: b}", "1.5", "0", "-1", "10%", "5m", `"true"`, "1.21.14", "v1.30.0", "'${{ 1 }}'", "+3", ".5h", "2001-01-01", `""`,
}

// mutant is the i-th change of src, or nil after the last.
func mutant(t *testing.T, src []byte, i int) (changed []byte, what string) {
	t.Helper()
	var root yaml.Node
	if err := yaml.Unmarshal(src, &root); err != nil {
		t.Fatal(err)
	}
	var nodes, maps []*yaml.Node
	walk(root.Content[0], func(n *yaml.Node) {
		nodes = append(nodes, n)
		if n.Kind == yaml.MappingNode && len(n.Content) > 0 {
			maps = append(maps, n)
		}
	})
	const each = 5 // replacements of one value; the next value gets others
	switch {
	case i < each*len(nodes):
		n := nodes[i/each]
		text := replacements[(i/each*each+i%each)%len(replacements)]
		what = fmt.Sprintf("line %d: %s", n.Line, text)
		var other yaml.Node
		if err := yaml.Unmarshal([]byte(text), &other); err != nil {
			t.Fatal(err)
		}
		*n = *other.Content[0]
	case i < each*len(nodes)+len(maps):
		m := maps[i-each*len(nodes)]
		what = fmt.Sprintf("line %d: without %s", m.Line, m.Content[0].Value)
		m.Content = m.Content[2:]
	case i < each*len(nodes)+2*len(maps):
		m := maps[i-each*len(nodes)-len(maps)]
		what = fmt.Sprintf("line %d: %sx", m.Line, m.Content[0].Value)
		m.Content[0].Value += "x"
	default:
		return nil, ""
	}
	changed, err := yaml.Marshal(&root)
	if err != nil {
		t.Fatal(err)
	}
	return changed, what
}

func walk(n *yaml.Node, visit func(*yaml.Node)) {
	visit(n)
	for i, child := range n.Content {
		if n.Kind != yaml.MappingNode || i%2 == 1 {
			walk(child, visit)
		}
	}
}
