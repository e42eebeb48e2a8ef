package guard

import (
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rung/engine/diag"
	"rung/engine/kube"
)

func must(t testing.TB, source string, want Type) *Expr {
	t.Helper()
	e, found := Compile(source, diag.Pos{File: "t", Line: 1, Col: 1}, scene(), want)
	if found != nil {
		t.Fatalf("%s: %v", source, found)
	}
	return e
}

func v(text string) kube.Version {
	v, err := kube.Parse(text)
	if err != nil {
		panic(err)
	}
	return v
}

func known() Values {
	return Values{
		"inputs": map[string]any{"target": v("1.22.17"), "from": v("1.20.0"), "pause": 90 * time.Second, "backup": true, "count": 3, "who": "ann", "list": []any{"a", "b"}},
		"groups": map[string]any{"workers": []any{"w1"}},
		"host":   map[string]any{"name": "w1", "vars": map[string]any{"rack": "a"}},
		"hop":    v("1.21.14"),
		"steps": map[string]any{
			"facts": map[string]any{"swap": false, "kubelet": v("1.9.0"), "outcome": "ok"},
			"cluster": map[string]any{"version": v("1.20.0"), "versions": []any{v("1.21.14"), v("1.22.17")}, "nodes": []any{
				map[string]any{"name": "w1", "ready": true, "version": v("1.20.0")}, map[string]any{"name": "w2", "ready": false, "version": v("1.20.1")},
			}},
		},
	}
}

func TestWithEverythingKnown(t *testing.T) {
	for source, want := range map[string]Truth{
		`steps.facts.kubelet < version("1.10.0")`:                                                True, // 1.9 comes before 1.10
		`steps.facts.kubelet >= hop`:                                                             False,
		`hop == version("v1.21.14")`:                                                             True,
		`hop in steps.cluster.versions`:                                                          True,
		`minor(hop) - minor(inputs.from) in [0, 1]`:                                              True,
		`skew(hop, inputs.from) == 1`:                                                            True,
		`len(ladder(inputs.from, inputs.target, steps.cluster.versions)) == 2`:                   True,
		`len(without(inputs.list, ["a"])) == 1`:                                                  True,
		`len(filter(ladder(inputs.from, inputs.target), # >= inputs.target)) == 1`:               True,
		`any(steps.cluster.nodes, not .ready)`:                                                   True,
		`all(steps.cluster.nodes, .version < hop)`:                                               True,
		`find(steps.cluster.nodes, .name == "w2").ready`:                                         False,
		`host.name in groups.workers`:                                                            True,
		`host.vars.rack == "a"`:                                                                  True,
		`host.vars["rack"] == "a"`:                                                               True,
		`"row" in host.vars`:                                                                     False,
		`inputs.pause > duration("1m") and inputs.pause * 2 == duration("3m")`:                   True,
		`inputs.who startsWith "a" and inputs.who matches "^[a-z]+$"`:                            True,
		`join(inputs.list) == "ab" and join(steps.cluster.versions, ", ") == "1.21.14, 1.22.17"`: True,
		`join(map(filter(steps.cluster.nodes, .ready), .name), " ") == "w1"`:                     True,
		`(steps.facts.kubelet < hop ? inputs.from : hop) < hop`:                                  True,
		`steps?.facts?.outcome == "ok"`:                                                          True,
		`if inputs.count > 2 { inputs.backup } else { false }`:                                   True,
	} {
		got, missing, err := must(t, source, boolean).Decide(known())
		if got != want || missing != nil || err != nil {
			t.Errorf("%s = %v, missing %v, %v; want %v", source, got, missing, err, want)
		}
	}
}

// Tables and lists are compared by what is in them; a thousand hosts with a thousand versions each are no work.
func TestWhatListsHaveInCommonAndWithout(t *testing.T) {
	table, list := map[string]any{"name": "w1"}, []any{"a"}
	for name, test := range map[string]struct {
		got  func(...any) (any, error)
		args []any
		want []any
	}{
		"versions, in the order of the first": {common, []any{[]any{[]any{v("1.21.1"), v("1.20.0"), v("1.22.0")}, []any{v("1.22.0"), v("1.21.1")}}}, []any{v("1.21.1"), v("1.22.0")}},
		"a version is no text":                {common, []any{[]any{[]any{v("1.21.1")}, []any{"1.21.1"}}}, []any{}},
		"tables and lists":                    {common, []any{[]any{[]any{table, list, "x"}, []any{[]any{"a"}, map[string]any{"name": "w1"}}}}, []any{table, list}},
		"in all three, and twice in one":      {common, []any{[]any{[]any{"a", "b", "a", "c"}, []any{"a", "a", "b"}, []any{"c", "a"}}}, []any{"a", "a"}},
		"one list":                            {common, []any{[]any{[]any{"a", "b"}}}, []any{"a", "b"}},
		"no list":                             {common, []any{[]any{}}, []any{}},
		"nothing is left of nothing":          {without, []any{[]any{}, []any{"a"}}, []any{}},
		"what is left":                        {without, []any{[]any{"a", "b", table, list, nil}, []any{"b", map[string]any{"name": "w1"}, nil}}, []any{"a", list}},
	} {
		if got, err := test.got(test.args...); err != nil || !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: %v, %v; want %v", name, got, err, test.want)
		}
	}
}

func BenchmarkCommon(b *testing.B) {
	var offers []any
	for range 1000 {
		var versions []any
		for minor := range 18 {
			for patch := range 16 {
				versions = append(versions, kube.Version{Major: 1, Minor: 20 + minor, Patch: patch})
			}
		}
		offers = append(offers, versions)
	}
	for b.Loop() {
		if _, err := common(offers); err != nil {
			b.Fatal(err)
		}
	}
}

// The names stand for what is not known (u), true (t) and false (f).
func TestThreeValues(t *testing.T) {
	names := Names{{Name: "t", Type: boolean}, {Name: "f", Type: boolean}, {Name: "u", Type: boolean}}
	values := Values{"t": true, "f": false}
	for source, want := range map[string]Truth{
		"t and u": Unknown, "f and u": False, "u and t": Unknown, "u and f": False, "u and u": Unknown, "u && f": False,
		"t or u": True, "f or u": Unknown, "u or t": True, "u or f": Unknown, "u or u": Unknown, "u || t": True,
		"not u": Unknown, "!u": Unknown, "not (u and f)": True, "not (u or t)": False,
		"u ?? t": True, "u ?? f": False, "u ?? u": Unknown, "f ?? u": False,
		"u ? t : t": Unknown, "t ? u : f": Unknown, "t ? t : u": True, "f ? u : f": False,
		"u == t": Unknown, "f and (t and u) or t": True,
		"t and (f or not u)": Unknown,
		"f and any([u], #)":  False,
	} {
		e, found := Compile(source, diag.Pos{}, names, boolean)
		if found != nil {
			t.Errorf("%s: %v", source, found)
			continue
		}
		got, missing, err := e.Decide(values)
		if got != want || err != nil || (got == Unknown) != (missing != nil) {
			t.Errorf("%s = %v, missing %v, %v; want %v", source, got, missing, err, want)
		}
	}
}

func TestALadderFromWhatIsNotKnownIsItsLastHop(t *testing.T) {
	tests := map[string]struct {
		source string
		leave  []string
		want   string
	}{
		"from":                   {`ladder(steps.cluster.version, inputs.target)`, []string{"steps"}, "1.22.17"},
		"from, or a given one":   {`ladder(steps.cluster.version ?? inputs.from, inputs.target)`, []string{"steps"}, "1.21.<newest>, 1.22.17"},
		"what is on offer":       {`ladder(inputs.from, inputs.target, steps.cluster.versions)`, []string{"steps"}, "1.21.<newest>, 1.22.17"},
		"from and what is there": {`ladder(steps.cluster.version ?? inputs.from, inputs.target, steps.cluster.versions)`, []string{"steps", "from"}, "1.22.17"},
		"nothing":                {`ladder(steps.cluster.version, inputs.target, steps.cluster.versions)`, nil, "1.21.14, 1.22.17"},
	}
	for name, test := range tests {
		t.Run(name+" is not known", func(t *testing.T) {
			values := known()
			for _, name := range test.leave {
				delete(values, name)
				delete(values["inputs"].(map[string]any), name)
			}
			got, unknown, err := must(t, test.source, ListOf(version)).Value(values)
			if Format(got) != test.want || unknown != nil || err != nil {
				t.Errorf("%s = %s, missing %v, %v; want %s", test.source, Format(got), unknown, err, test.want)
			}
		})
	}
	values := known()
	delete(values, "inputs")
	_, unknown, err := must(t, `ladder(steps.cluster.version, inputs.target)`, ListOf(version)).Value(values)
	if diff := cmp.Diff([]string{"inputs.target"}, unknown); diff != "" || err != nil {
		t.Errorf("a ladder without a target: missing %v, %v", unknown, err)
	}
}

func TestWhatGoesWrongIsSaidInWords(t *testing.T) {
	for source, want := range map[string]string{
		`len(ladder(inputs.target, inputs.from)) > 0`:                         "1.22.17 to 1.20.0 is a downgrade",
		`hop < version(inputs.who)`:                                           `"ann" is not a version`,
		`minor(first(filter(steps.cluster.versions, # > inputs.target))) > 1`: "is not there",
		`find(steps.cluster.nodes, .name == "w9").ready`:                      "is not there",
		`steps.cluster.nodes[7].ready`:                                        "is not there",
		`inputs.count % (inputs.count - 3) == 0`:                              "divides by zero",
	} {
		_, _, err := must(t, source, boolean).Decide(known())
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), source+": ") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v; want the source, and %q", source, err, want)
		}
	}
	values := known()
	delete(values, "steps")
	if _, _, err := must(t, `ladder(inputs.target, inputs.from, steps.cluster.versions)`, ListOf(version)).Value(values); err == nil || !strings.Contains(err.Error(), "is a downgrade") {
		t.Errorf("a downgrade of a ladder over unknown packages: %v", err)
	}
}

func TestWhatFailsBehindAnUnknownSideIsUnknown(t *testing.T) {
	e := must(t, `steps.facts.swap and hop < version(inputs.who)`, boolean)
	values := known()
	delete(values, "steps")
	got, missing, err := e.Decide(values)
	if got != Unknown || err != nil || len(missing) != 1 {
		t.Errorf("= %v, missing %v, %v", got, missing, err)
	}
}

func TestRefsAndSeen(t *testing.T) {
	e := must(t, `steps.facts.kubelet < hop and (host.vars.rack == "a" or len(steps.cluster.nodes) > 1) and hop > hop and len(inputs.list) > 1`, boolean)
	if diff := cmp.Diff([]string{"steps.facts.kubelet", "hop", "host.vars.rack", "steps.cluster.nodes", "inputs.list"}, e.Refs); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"steps.facts.kubelet = 1.9.0", "hop = 1.21.14", "host.vars.rack = a", "inputs.list = a, b"}, e.Seen(known(), "")); diff != "" {
		t.Error(diff)
	}
	what := must(t, `len(inputs.list) == 0 and len(steps.cluster.versions) > 0 and inputs.who == "" and host.name == "x"`, boolean)
	values := Values{"inputs": map[string]any{"who": "", "list": []any{"the clock of w1 is wrong"}}, "steps": map[string]any{"cluster": map[string]any{"versions": []any{}}}, "host": map[string]any{"name": "a text of more than twenty"}}
	if diff := cmp.Diff([]string{"steps.cluster.versions = none", `inputs.who = ""`}, what.Seen(values, "the clock of w1 is wrong; a text of more than twenty")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"hop", "inputs.list"}, e.Missing(Values{"steps": known()["steps"], "host": known()["host"]})); diff != "" {
		t.Error(diff)
	}
}

// Hosts of a stage evaluate one expression at the same time, and the first
// that lacks something cuts it.
func TestHostsShareAnExpression(t *testing.T) {
	e := must(t, `steps.facts.swap or len(ladder(steps.cluster.version, inputs.target)) == 1`, boolean)
	var hosts sync.WaitGroup
	for range 16 {
		hosts.Go(func() {
			values := known()
			delete(values, "steps")
			if got, _, err := e.Decide(values); got != Unknown || err != nil {
				t.Errorf("without steps: %v, %v", got, err)
			}
			if got, _, err := e.Decide(known()); got != False || err != nil {
				t.Errorf("with all: %v, %v", got, err)
			}
			Compile(`steps.facts.kubelet < hop`, diag.Pos{}, scene(), boolean)
		})
	}
	hosts.Wait()
}

func BenchmarkDecide(b *testing.B) {
	e := must(b, `steps.facts.kubelet < hop and not steps.facts.swap`, boolean)
	values := known()
	for b.Loop() {
		if got, _, _ := e.Decide(values); got != True {
			b.Fatal(got)
		}
	}
}
