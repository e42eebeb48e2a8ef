package step

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rung/engine/diag"
	"rung/engine/guard"
	"rung/engine/kube"
	"rung/engine/yamldoc"
)

// polish is a step type with a field of every kind.
type polish struct {
	Target  string            `yaml:"target,required" doc:"What to polish."`
	Finish  string            `yaml:"finish" default:"matt" enum:"matt,gloss" doc:"How."`
	Coats   int               `yaml:"coats" default:"2" doc:"How often."`
	Dry     time.Duration     `yaml:"dry" default:"10m" doc:"How long to wait."`
	Version kube.Version      `yaml:"version" doc:"Of the polish."`
	Deep    bool              `yaml:"deep" doc:"Below the surface too."`
	Tools   []string          `yaml:"tools" default:"[cloth]" doc:"With what."`
	Layers  []int             `yaml:"layers" doc:"How thick."`
	Labels  map[string]string `yaml:"labels" doc:"Names to put on it."`
}

func (p polish) Plan(Scope) ([]Action, error) {
	return []Action{{Title: "polish " + p.Target, Do: Command{Argv: []string{"polish", p.Target}}}}, nil
}

type shine struct {
	Shiny bool           `yaml:"shiny" doc:"It shines."`
	Took  time.Duration  `yaml:"took" doc:"How long it took."`
	With  kube.Version   `yaml:"with" doc:"The version of the polish."`
	Spots []spot         `yaml:"spots" doc:"What is left."`
	Count map[string]int `yaml:"count" doc:"Spots by colour."`
}

type spot struct {
	Name string `yaml:"name" doc:"Where."`
	Size int    `yaml:"size" doc:"How large, in mm."`
}

func (p polish) Collect([]Result) (shine, []Note, error) {
	return shine{Shiny: true, Took: time.Minute, With: kube.Version{Major: 1, Minor: 21, Patch: 14}, Spots: []spot{{"edge", 3}}, Count: map[string]int{"red": 1}}, []Note{{Text: "done"}}, nil
}

func polishType() Type {
	return DefineWith[polish, shine](About{Name: "polish", Summary: "Polishes.", Example: "polish: {target: floor}\n"})
}

func scene() guard.Names {
	text := guard.Type{Kind: guard.Text}
	return guard.Names{
		{Name: "host", Type: guard.RecordOf(guard.Name{Name: "name", Type: text})},
		{Name: "inputs", Type: guard.RecordOf(guard.Name{Name: "dry", Type: guard.Type{Kind: guard.Duration}}, guard.Name{Name: "coats", Type: guard.Type{Kind: guard.Int}},
			guard.Name{Name: "tools", Type: guard.ListOf(text)}, guard.Name{Name: "finish", Type: text}, guard.Name{Name: "version", Type: guard.Type{Kind: guard.Version}})},
	}
}

func known() guard.Values {
	return guard.Values{
		"host":   map[string]any{"name": "w1"},
		"inputs": map[string]any{"dry": time.Hour, "coats": 7, "tools": []any{"mop", "wax"}, "finish": "gloss", "version": kube.Version{Major: 1, Minor: 9}},
	}
}

func decode(t testing.TB, fields string) (*Draft, diag.List) {
	t.Helper()
	n, found := yamldoc.Parse("p.yaml", []byte(fields))
	if found != nil {
		t.Fatal(found)
	}
	polish := polishType()
	return polish.Decode(n, scene())
}

func TestEveryMistakeOfAStepAtOnce(t *testing.T) {
	src := `tagret: floor
finish: "shiny"
coats: many
dry: 10
version: 1.21
deep: yes
tools: mop
layers: [1, two, "${{ inputs.tools }}"]
labels: {a: [b], c: "${{ zebra }}"}
`
	d, found := decode(t, src)
	if d != nil {
		t.Error("there is a draft")
	}
	found.Sort()
	var got bytes.Buffer
	diag.Write(&got, found, func(string) []byte { return []byte(src) })
	want := `p.yaml:1:1: error: polish has no field "tagret" [unknown-field]
     1 | tagret: floor
       | ^^^^^^
  hint: did you mean target?

p.yaml:2:9: error: finish must be one of matt, gloss, not "shiny" [value]
     2 | finish: "shiny"
       |         ^^^^^^^

p.yaml:3:8: error: coats must be a whole number, not "many" [value]
     3 | coats: many
       |        ^^^^

p.yaml:4:6: error: dry must be a duration such as 90s, 10m or 1h30m, not "10" [value]
     4 | dry: 10
       |      ^^
  hint: a duration has its unit: 10s are seconds, 10m minutes

p.yaml:5:10: error: version must be an exact version: "1.21" names a minor, not a patch: say 1.21.N, such as 1.21.0 [value]
     5 | version: 1.21
       |          ^^^^

p.yaml:6:7: error: deep must be true or false, not "yes" [value]
     6 | deep: yes
       |       ^^^

p.yaml:7:8: error: tools must be a list, not "mop" [wrong-kind]
     7 | tools: mop
       |        ^^^
  hint: write  [mop]

p.yaml:8:13: error: item 2 of layers must be a whole number, not "two" [value]
     8 | layers: [1, two, "${{ inputs.tools }}"]
       |             ^^^

p.yaml:8:23: error: this must be an int, not a list of text [type]
     8 | layers: [1, two, "${{ inputs.tools }}"]
       |                       ^^^^^^^^^^^^

p.yaml:9:13: error: labels.a must be a text, not a list [value]
     9 | labels: {a: [b], c: "${{ zebra }}"}
       |             ^

p.yaml:9:26: error: "zebra" is not known here [unknown-name]
     9 | labels: {a: [b], c: "${{ zebra }}"}
       |                          ^^^^^
  hint: known here are host, inputs, and functions such as len, version and ladder
`
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestMissingFields(t *testing.T) {
	_, found := decode(t, "coats: 1\n")
	if len(found) != 1 || found[0].Error() != "p.yaml:1:1: error: polish needs target: What to polish." {
		t.Error(found)
	}
	_, found = decode(t, "[floor]\n")
	if len(found) != 1 || found[0].Error() != "p.yaml:1:1: error: the fields of polish must be a map, not a list" || !strings.Contains(found[0].Hint, "polish: {target: floor}") {
		t.Error(found)
	}
}

func TestFilledSteps(t *testing.T) {
	plain := polish{Target: "floor", Finish: "matt", Coats: 2, Dry: 10 * time.Minute, Tools: []string{"cloth"}}
	with := func(change func(*polish)) polish {
		p := plain
		change(&p)
		return p
	}
	tests := map[string]struct {
		fields string
		want   polish
	}{
		"defaults": {"target: floor", plain},
		"every field": {
			"{target: floor, finish: gloss, coats: 3, dry: 0s, version: v1.21.14, deep: true, tools: [], layers: [1, 2], labels: {a: b}}",
			polish{"floor", "gloss", 3, 0, kube.Version{Major: 1, Minor: 21, Patch: 14}, true, []string{}, []int{1, 2}, map[string]string{"a": "b"}},
		},
		"a text that looks like a number": {"target: 1.30", with(func(p *polish) { p.Target = "1.30" })},
		"expressions": {
			`{target: "the ${{ host.name }}", finish: "${{ inputs.finish }}", coats: "${{ inputs.coats }}", dry: "${{ inputs.dry }}", version: "${{ inputs.version }}", deep: "${{ inputs.coats > 2 }}", tools: "${{ inputs.tools }}"}`,
			with(func(p *polish) {
				p.Target, p.Finish, p.Coats, p.Dry, p.Version, p.Deep, p.Tools = "the w1", "gloss", 7, time.Hour, kube.Version{Major: 1, Minor: 9}, true, []string{"mop", "wax"}
			}),
		},
		"expressions inside lists and tables": {
			`{target: floor, tools: [a, "${{ host.name }}"], layers: [1, "${{ inputs.coats }}"], labels: {a: b, who: "${{ host.name }}"}}`,
			with(func(p *polish) {
				p.Tools, p.Layers, p.Labels = []string{"a", "w1"}, []int{1, 7}, map[string]string{"a": "b", "who": "w1"}
			}),
		},
		"an expression that reads nothing": {`{target: "${{ 1 + 1 }}", coats: "${{ 2 * 3 }}"}`, with(func(p *polish) { p.Target, p.Coats = "2", 6 })},
		"a hole that is written out":       {`target: "$${{ host.name }}"`, with(func(p *polish) { p.Target = "${{ host.name }}" })},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			d, found := decode(t, test.fields)
			if found != nil {
				t.Fatal(found)
			}
			for range 2 { // the second host must not see the first
				s, unknown, err := d.Fill(known())
				if diff := cmp.Diff(test.want, s); diff != "" || unknown != nil || err != nil {
					t.Errorf("unknown %v, %v (-want +got):\n%s", unknown, err, diff)
				}
			}
		})
	}
}

func TestWhatIsNotKnown(t *testing.T) {
	d, found := decode(t, `{target: "floor of ${{ host.name }}", tools: [a, "${{ host.name }}"], finish: "${{ inputs.finish }}"}`)
	if found != nil {
		t.Fatal(found)
	}
	s, unknown, err := d.Fill(guard.Values{})
	if s == nil || err != nil {
		t.Fatalf("text that is not known can be shown: %v, %v", s, err)
	}
	if p := s.(polish); p.Target != "floor of <host.name>" || p.Tools[1] != "<host.name>" || p.Finish != "<inputs.finish>" {
		t.Errorf("%+v", p)
	}
	if diff := cmp.Diff([]string{"host.name", "host.name", "inputs.finish"}, unknown); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"host.name", "host.name", "inputs.finish"}, d.Refs()); diff != "" {
		t.Error(diff)
	}
	for _, fields := range []string{`{target: a, coats: "${{ inputs.coats }}"}`, `{target: a, layers: ["${{ inputs.coats }}"]}`, `{target: a, tools: "${{ inputs.tools }}"}`} {
		d, found := decode(t, fields)
		if found != nil {
			t.Fatal(found)
		}
		if s, unknown, err := d.Fill(guard.Values{}); s != nil || len(unknown) != 1 || err != nil {
			t.Errorf("%s: %v, unknown %v, %v", fields, s, unknown, err)
		}
	}
}

func TestAFilledFieldKeepsItsRules(t *testing.T) {
	d, found := decode(t, `{target: a, finish: "${{ host.name }}"}`)
	if found != nil {
		t.Fatal(found)
	}
	_, _, err := d.Fill(known())
	if err == nil || err.Error() != `finish: must be one of matt, gloss, not "w1"` {
		t.Error(err)
	}
}

func TestWhyAFieldHasNoValueIsFoundInTheError(t *testing.T) {
	d, found := decode(t, `{target: "${{ host.name }}"}`)
	if found != nil {
		t.Fatal(found)
	}
	why := errors.New("nobody knows it")
	d.holes[0].fill = func(guard.Values, reflect.Value) (gap, error) { return gap{}, fmt.Errorf("host.name: %w", why) }
	_, _, err := d.Fill(known())
	if !errors.Is(err, why) || err.Error() != "target: host.name: nobody knows it" {
		t.Error(err)
	}
}

func TestARefusalWrapsWhatItIsMadeOf(t *testing.T) {
	for _, err := range []error{Refuse("target", "target is not there: %w", fs.ErrNotExist), RefuseItem("tools", 1, "tools: %w", fs.ErrNotExist)} {
		if of, ok := errors.AsType[*FieldError](err); !ok || !errors.Is(err, fs.ErrNotExist) || !strings.HasSuffix(of.Text, ": file does not exist") {
			t.Errorf("%#v", err)
		}
	}
	if err := (&FieldError{Field: "target", Text: "too long"}); errors.Unwrap(err) != nil {
		t.Error(errors.Unwrap(err))
	}
}

func TestOutputsAreGuardValues(t *testing.T) {
	polish := polishType()
	var names []string
	for _, o := range polish.Outputs {
		names = append(names, o.Name+" "+o.Type.String())
	}
	if diff := cmp.Diff([]string{"shiny bool", "took duration", "with version", "spots list of record (name, size)", "count table"}, names); diff != "" {
		t.Error(diff)
	}
	d, _ := decode(t, "target: floor")
	s, _, _ := d.Fill(nil)
	values, notes, err := polish.Collect(s, nil)
	want := map[string]any{
		"shiny": true, "took": time.Minute, "with": kube.Version{Major: 1, Minor: 21, Patch: 14},
		"spots": []any{map[string]any{"name": "edge", "size": 3}}, "count": map[string]any{"red": 1},
	}
	if diff := cmp.Diff(want, values); diff != "" || len(notes) != 1 || err != nil {
		t.Errorf("%v, %v\n%s", notes, err, diff)
	}
	e, found := guard.Compile(`all(steps.x.spots, .size < 4) and steps.x.with < version("1.22.0")`, diag.Pos{},
		guard.Names{{Name: "steps", Type: guard.RecordOf(guard.Name{Name: "x", Type: guard.RecordOf(polish.Outputs...)})}}, guard.Type{Kind: guard.Bool})
	if found != nil {
		t.Fatal(found)
	}
	if truth, _, err := e.Decide(guard.Values{"steps": map[string]any{"x": values}}); truth != guard.True || err != nil {
		t.Error(truth, err)
	}
}

type (
	untagged    struct{ A string }
	undescribed struct {
		A string `yaml:"a"`
	}
	unreadable struct {
		A chan int `yaml:"a" doc:"A."`
	}
	private struct {
		a string `yaml:"a" doc:"A."` //nolint:unused // that nothing can set it is the mistake
	}
	twice struct {
		A string `yaml:"a" doc:"A."`
		B string `yaml:"a" doc:"B."`
	}
	baddefault struct {
		A int `yaml:"a" default:"one" doc:"A."`
	}
	badenum struct {
		A string `yaml:"a" default:"x" enum:"y,z" doc:"A."`
	}
)

func (untagged) Plan(Scope) ([]Action, error)    { return nil, nil }
func (undescribed) Plan(Scope) ([]Action, error) { return nil, nil }
func (unreadable) Plan(Scope) ([]Action, error)  { return nil, nil }
func (p private) Plan(Scope) ([]Action, error)   { return nil, nil }
func (twice) Plan(Scope) ([]Action, error)       { return nil, nil }
func (baddefault) Plan(Scope) ([]Action, error)  { return nil, nil }
func (badenum) Plan(Scope) ([]Action, error)     { return nil, nil }

func TestABadDescriptionStopsTheProgramAtOnce(t *testing.T) {
	about := About{Name: "x"}
	for want, define := range map[string]func(){
		"has no yaml tag":        func() { Define[untagged](about) },
		"has no doc tag":         func() { Define[undescribed](about) },
		"cannot be described":    func() { Define[unreadable](about) },
		"is not exported":        func() { Define[private](about) },
		"stands there twice":     func() { Define[twice](about) },
		"must be a whole number": func() { Define[baddefault](about) },
		"must be one of y, z":    func() { Define[badenum](about) },
	} {
		func() {
			defer func() {
				if said, ok := recover().(string); !ok || !strings.Contains(said, want) {
					t.Errorf("said %q, want %q", said, want)
				}
			}()
			define()
		}()
	}
	if _, err := NewSet(polishType(), polishType()); err == nil || err.Error() != "two step types are called polish" {
		t.Error(err)
	}
	if reflect.TypeFor[private]().Field(0).Name != "a" {
		t.Error("the field is there to be refused")
	}
}

func TestASetKnowsItsTypes(t *testing.T) {
	other := polishType()
	other.Name = "buff"
	set, err := NewSet(polishType(), other)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"buff", "polish"}, set.Names()); diff != "" || set.Get("buff").Name != "buff" || set.Get("paint") != nil {
		t.Error(diff, set.Get("paint"))
	}
}
