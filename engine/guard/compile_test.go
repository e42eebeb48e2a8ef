package guard

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rung/engine/diag"
)

var (
	text     = Type{Kind: Text}
	boolean  = Type{Kind: Bool}
	whole    = Type{Kind: Int}
	version  = Type{Kind: Version}
	duration = Type{Kind: Duration}
)

// scene is what an expression of a playbook may read.
func scene() Names {
	return Names{
		{Name: "inputs", Type: RecordOf(
			Name{Name: "target", Type: version}, Name{Name: "from", Type: version}, Name{Name: "pause", Type: duration},
			Name{Name: "backup", Type: boolean}, Name{Name: "count", Type: whole}, Name{Name: "who", Type: text}, Name{Name: "list", Type: ListOf(text)})},
		{Name: "groups", Type: TableOf(ListOf(text))},
		{Name: "host", Type: RecordOf(Name{Name: "name", Type: text}, Name{Name: "vars", Type: TableOf(text)})},
		{Name: "hop", Type: version},
		{Name: "steps", Type: RecordOf(
			Name{Name: "facts", Type: RecordOf(Name{Name: "swap", Type: boolean}, Name{Name: "kubelet", Type: version}, Name{Name: "outcome", Type: text})},
			Name{Name: "cluster", Type: RecordOf(
				Name{Name: "version", Type: version}, Name{Name: "versions", Type: ListOf(version)},
				Name{Name: "nodes", Type: ListOf(RecordOf(Name{Name: "name", Type: text}, Name{Name: "ready", Type: boolean}, Name{Name: "version", Type: version}))})},
		)},
	}
}

func said(source string, found diag.List) string {
	var b bytes.Buffer
	diag.Write(&b, found, func(string) []byte { return []byte("when: " + source + "\n") })
	return b.String()
}

const theFunctions = "the functions are all, any, common, concat, count, duration, filter, find, first, int, join, keys, ladder, last, len, lower, map, " +
	"max, min, minor, none, one, skew, trim, trimPrefix, trimSuffix, uniq, upper, values, version, without"

const knownHere = "known here are inputs, groups, host, hop, steps, and functions such as len, version and ladder"

func TestWhatDoesNotCompileSaysWhereAndWhatToDo(t *testing.T) {
	tests := map[string]struct {
		source string
		want   Type
		at     string
		text   string
		hint   string
	}{
		"an unknown name, nearly right":        {`input.backup`, boolean, "1:7", `"input" is not known here`, "did you mean inputs?"},
		"an unknown field, nearly right":       {`steps.facts.swapp`, boolean, "1:19", `"swapp" is not known here`, "did you mean swap?"},
		"an unknown field, nothing near":       {`not steps.facts.memory`, boolean, "1:23", `"memory" is not known here`, "steps.facts has swap, kubelet, outcome"},
		"a later step":                         {`steps.release.x == 1`, boolean, "1:13", `"release" is not known here`, "no earlier step in scope has the id release"},
		"an undeclared input":                  {`inputs.targt > hop`, boolean, "1:14", `"targt" is not known here`, "did you mean target?"},
		"an unknown function":                  {`lader(hop, hop) == []`, boolean, "1:7", `"lader" is not known here`, "did you mean ladder?"},
		"a guard that is a text":               {`inputs.who`, boolean, "1:7", "this must be true or false, not a text", "compare it with something, such as x == y, x >= y or len(x) > 0"},
		"a guard that is nothing":              {`nil`, boolean, "1:7", "this must be true or false, not nothing", "compare it with something, such as x == y, x >= y or len(x) > 0"},
		"a version where a duration is wanted": {`hop`, duration, "1:7", "this must be a duration, not a version", ""},
		"a list of another kind":               {`steps.cluster.versions`, ListOf(text), "1:7", "this must be a list of text, not a list of version", ""},
		"a version against text":               {`steps.facts.kubelet < "1.21.14"`, boolean, "1:27", "< does not go between a version and a text", `compare versions with versions: version("1.21.14")`},
		"a version equal to text":              {`hop == "1.21.14"`, boolean, "1:11", "== does not go between a version and a text", `compare versions with versions: version("1.21.14")`},
		"a version against a number":           {`hop > 1.21`, boolean, "1:11", "> does not go between a version and a number", `compare versions with versions: version("1.21.14")`},
		"a version in a list of text":          {`hop in inputs.list`, boolean, "1:11", "cannot use version as type text in array", ""},
		"a field of a version":                 {`hop.Minor == 21`, boolean, "1:11", "a version has no fields", "of a version there are minor(v) and skew(a, b), and it compares with others"},
		"a method of a version":                {`hop.String() == "1"`, boolean, "1:11", "values have no functions of their own", theFunctions},
		"a mistake inside a version":           {`(steps.nope ? hop : hop) < hop`, boolean, "1:14", `"nope" is not known here`, "no earlier step in scope has the id nope"},
		"a record as a value":                  {`steps.facts == nil`, boolean, "1:13", "steps.facts is a record, not a value", "read one of its fields: steps.facts.swap, .kubelet, .outcome"},
		"a field by a computed name":           {`steps.facts[inputs.who] == true`, boolean, "1:13", "steps.facts is a record, not a value", "read one of its fields: steps.facts.swap, .kubelet, .outcome"},
		"a ladder of text":                     {`len(ladder("1.20", hop)) > 1`, boolean, "1:11", "ladder wants a version here, not a text", ""},
		"a ladder of nothing":                  {`len(ladder()) > 1`, boolean, "1:11", "ladder wants the version to start from, the target and, if you like, the versions on offer and those to go by, as texts", ""},
		"without lists of two kinds":           {`len(without(steps.cluster.versions, inputs.list)) == 0`, boolean, "1:11", "without wants two lists of one kind, not a list of version and a list of text", ""},
		"without something that is no list":    {`len(without(hop, inputs.list)) == 0`, boolean, "1:11", "without wants two lists: what there is, and what to leave out", ""},
		"join of no list":                      {`join(hop, ", ") == ""`, boolean, "1:7", `join wants a list and what stands between its items: join(list, ", ")`, ""},
		"a bare version":                       {`steps.cluster.version >= 1.20.0`, boolean, "1:36", "a version cannot be written bare", `write version("1.21.14")`},
		"one equals sign":                      {`inputs.at_once = 2`, boolean, "1:22", "= compares nothing", "write == for equal, and >= or <= for the others"},
		"a bracket that stays open":            {`(inputs.at_once == 2`, boolean, "1:26", "a ( is not closed", "close it with )"},
		"cut off by a comment of YAML":         {`any(steps.cluster.nodes,`, boolean, "1:30", "the expression ends too early", "a # after a space starts a comment in YAML: quote the whole expression, or use without(a, b)"},
		"a version that is none":               {`hop < version("1.21.x")`, boolean, "1:21", `"1.21.x" is not a version: want three numbers, such as 1.21.14`, ""},
		"a duration that is none":              {`inputs.pause < duration("5")`, boolean, "1:31", `"5" is not a duration: want 90s, 10m or 1h30m`, ""},
		"empty":                                {"  ", boolean, "1:7", "the expression is empty", ""},
		"too long":                             {strings.Repeat("a", MaxExpression+1), boolean, "1:7", "the expression is longer than 4096 bytes", ""},
		"a clock":                              {`now().Year() > 1`, boolean, "1:13", "values have no functions of their own", theFunctions},
		"a clock without a method":             {`now() == nil`, boolean, "1:7", `"now" is not known here`, knownHere},
		"a version made text":                  {`string(hop) < "1.9"`, boolean, "1:7", `"string" is not known here`, knownHere},
		"a range":                              {`len(1..1e8) > 0`, boolean, "1:12", "ranges (1..9) are not part of the language", "loop over a list"},
		"text that repeats":                    {`repeat("a", 100000000) == ""`, boolean, "1:7", `"repeat" is not known here`, knownHere},
		"text that doubles":                    {`reduce(inputs.list, #acc + #acc, "x") == ""`, boolean, "1:7", `"reduce" is not known here`, ""},
		"let":                                  {`let x = 1; x == 1`, boolean, "1:11", "let is not part of the language", "write the value where it is read"},
		"all names at once":                    {`$env.inputs.backup`, boolean, "1:7", `"$env" is not known here`, ""},
		"loops three deep":                     {`all(inputs.list, all(inputs.list, all(inputs.list, true)))`, boolean, "1:58", "loops stand more than 2 deep inside each other", "split it into several guards, or make a step that computes it"},
		"positions count runes":                {`"größe" == inputs.grösse`, boolean, "1:25", `"grösse" is not known here`, "inputs has target, from, pause, backup, count, who, list"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, found := Compile(test.source, diag.Pos{File: "p.yaml", Line: 1, Col: 7}, scene(), test.want)
			if len(found) != 1 {
				t.Fatalf("Compile(%q) found %d mistakes:\n%s", test.source, len(found), said(test.source, found))
			}
			got := []string{found[0].Pos.String(), found[0].Text, found[0].Hint}
			if diff := cmp.Diff([]string{"p.yaml:" + test.at, test.text, test.hint}, got); diff != "" {
				t.Errorf("Compile(%q) says (-want +got):\n%s\n%s", test.source, diff, said(test.source, found))
			}
		})
	}
}

func TestAMistakeInABlockIsFoundByItsLine(t *testing.T) {
	_, found := Compile("steps.facts.swap and\n  nope", diag.Pos{File: "p.yaml", Line: 4}, scene(), boolean)
	if len(found) != 1 || found[0].Pos.String() != "p.yaml:5" {
		t.Errorf("found %v, want one on p.yaml:5", found)
	}
}

// An expression may be anything that a file holds: whatever it is, the answer
// comes soon, and it is no panic.
func TestHostileExpressionsEnd(t *testing.T) {
	nest := func(open, core, end string, n int) string {
		return strings.Repeat(open, n) + core + strings.Repeat(end, n)
	}
	for name, source := range map[string]string{
		"brackets":          nest("(", "true", ")", 2000),
		"not":               strings.Repeat("not ", 1000) + "true",
		"choices":           nest("(true ? ", "true", " : false)", 200),
		"choices in guards": nest("(", "true", " ? true : false)", 200),
		"ladders":           "len(" + nest("ladder(hop, hop, ", "[]", ")", 200) + ") == 0",
		"differences":       "len(" + nest("without(", "inputs.list", ", inputs.list)", 150) + ") == 0",
		"lists":             "len(" + nest("[", "1", "]", 1500) + ") == 0",
		"comparisons":       nest("(hop < hop) == (", "true", ")", 200),
		"sums":              strings.Repeat("1 + ", 1000) + "1 == 2",
		"joins":             "join(" + nest("concat(", "inputs.list", ", inputs.list, inputs.list)", 90) + ") == ''",
	} {
		t.Run(name, func(t *testing.T) {
			e, found := Compile(source, diag.Pos{}, scene(), boolean)
			if found != nil {
				t.Log(found)
				return
			}
			for _, values := range []Values{{}, known()} {
				value, unknown, err := e.Value(values)
				t.Log(value, unknown, err)
			}
		})
	}
}

func TestJoinIsBounded(t *testing.T) {
	e := must(t, `join(inputs.list, inputs.who)`, text)
	list := make([]any, 100)
	for i := range list {
		list[i] = "x"
	}
	_, _, err := e.Value(Values{"inputs": map[string]any{"list": list, "who": strings.Repeat("y", 1<<16)}})
	if err == nil || !strings.Contains(err.Error(), "join makes a text of more than 1048576 bytes") {
		t.Errorf("err = %v", err)
	}
}

func TestTheFirstTypeThatFitsIsTaken(t *testing.T) {
	lists := []Type{ListOf(text), ListOf(version), ListOf(whole)}
	for source, want := range map[string]string{
		`inputs.list`:                                 "list of text",
		`without(inputs.list, ["a"])`:                 "list of text",
		`ladder(hop, inputs.target)`:                  "list of version",
		`without(ladder(hop, hop), [hop])`:            "list of version",
		`filter(ladder(hop, inputs.target), # > hop)`: "list of version",
		`map(steps.cluster.nodes, .version)`:          "list of version",
		`map(steps.cluster.nodes, .name)`:             "list of text",
		`steps.cluster.versions`:                      "list of version",
		`[1, 2]`:                                      "list of int",
		`groups.workers`:                              "list of text",
		`filter(groups["workers"], # != "w1")`:        "list of text",
	} {
		e, found := CompileOneOf(source, diag.Pos{}, scene(), lists...)
		if found != nil {
			t.Errorf("%s: %v", source, found)
		} else if got := e.Type.String(); got != want {
			t.Errorf("%s is a %s, want a %s", source, got, want)
		}
	}
}

// What has much in scope must not cost more than what it reads.
func BenchmarkCompile(b *testing.B) {
	for _, size := range []int{1, 100, 1000} {
		names := scene()
		var others []Name
		for i := range size {
			others = append(others, Name{Name: fmt.Sprintf("s%d", i), Type: names[0].Type})
		}
		names = append(names, Name{Name: "others", Type: RecordOf(others...)})
		b.Run(fmt.Sprintf("among %d steps", size), func(b *testing.B) {
			for b.Loop() {
				if _, found := Compile(`steps.facts.kubelet < inputs.target and not steps.facts.swap`, diag.Pos{}, names, boolean); found != nil {
					b.Fatal(found)
				}
			}
		})
	}
}

// FuzzCompile: no source makes the compiler or an evaluation panic, and what
// compiles can also be cut and answered when nothing is known.
func FuzzCompile(f *testing.F) {
	for _, seed := range []string{
		`steps.facts.kubelet < hop and not steps.facts.swap`, `len(filter(steps.cluster.nodes, not .ready)) == 0`, `hop.Minor`,
		`ladder(steps.cluster.version ?? inputs.from, inputs.target)[0] == hop`, `any(inputs.list, # in groups.workers)`, `host.vars["a"] == "b" ? true : nil`,
		`1..3`, `let a = 1; a`, `{"a": 1}.a`, `"x" matches "[" `, `steps?.facts?.swap`, `inputs.list | len() > 2`, "a /* b */ // c", `if hop > hop { true } else { false }`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, source string) {
		e, found := CompileOneOf(source, diag.Pos{File: "f", Line: 1, Col: 1}, scene(), append([]Type{boolean}, scalars...)...)
		if found != nil {
			if e != nil || found[0].Text == "" || found[0].Pos.Line < 1 {
				t.Fatalf("%q: %+v", source, found)
			}
			return
		}
		if _, err := e.cut(); err != nil {
			t.Fatalf("%q compiles and cannot be cut: %v", source, err)
		}
		for _, values := range []Values{{}, known()} {
			_, _, _ = e.Value(values)
			if e.Type.Kind == Bool {
				_, _, _ = e.Decide(values)
			}
		}
	})
}
