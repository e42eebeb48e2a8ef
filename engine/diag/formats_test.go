package diag

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var some = List{
	Errorf("tab", Pos{"a,b.yaml", 2, 1}, "100%% wrong").Over(3).WithHint("use: spaces"),
	Advicef("unused-input", Pos{"c.yaml", 7, 0}, "nothing reads it"),
	Errorf("tab", Pos{File: "c.yaml"}, "the whole file"),
}

func printed(t *testing.T, format string, l List) string {
	t.Helper()
	var b bytes.Buffer
	if err := WriteAs(&b, format, l, nil, Tool{"rung", "1.2"}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestFindingsForGitHub(t *testing.T) {
	want := "::error file=a%2Cb.yaml,line=2,col=1,endColumn=4,title=tab::100%25 wrong%0Ahint: use: spaces\n" +
		"::warning file=c.yaml,line=7,title=unused-input::nothing reads it\n" +
		"::error file=c.yaml,title=tab::the whole file\n"
	if diff := cmp.Diff(want, printed(t, "github", some)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestFindingsAsJSON(t *testing.T) {
	want := `{
  "format": 1,
  "diagnostics": [
    {
      "severity": "error",
      "code": "tab",
      "file": "a,b.yaml",
      "line": 2,
      "col": 1,
      "width": 3,
      "text": "100% wrong",
      "hint": "use: spaces"
    },
    {
      "severity": "advice",
      "code": "unused-input",
      "file": "c.yaml",
      "line": 7,
      "text": "nothing reads it"
    },
    {
      "severity": "error",
      "code": "tab",
      "file": "c.yaml",
      "text": "the whole file"
    }
  ]
}
`
	if diff := cmp.Diff(want, printed(t, "json", some)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := printed(t, "json", nil); !strings.Contains(got, `"diagnostics": []`) {
		t.Errorf("nothing is found: %s", got)
	}
}

// What a service needs: each result points at its rule, and has a level and a
// place that counts from 1.
func TestFindingsAsSARIF(t *testing.T) {
	var log sarifLog
	text := printed(t, "sarif", some)
	if err := json.Unmarshal([]byte(text), &log); err != nil {
		t.Fatal(err)
	}
	run := log.Runs[0]
	rules := run.Tool["driver"].Rules
	if log.Version != "2.1.0" || len(rules) != 2 || run.Tool["driver"].Version != "1.2" {
		t.Fatal(text)
	}
	var got []string
	for _, r := range run.Results {
		if rules[r.RuleIndex].ID != r.RuleID || rules[r.RuleIndex].Short.Text == "" {
			t.Errorf("%s is explained by %+v", r.RuleID, rules[r.RuleIndex])
		}
		at, _ := json.Marshal(r.Locations[0].Physical)
		got = append(got, r.Level+" "+r.RuleID+" "+string(at))
	}
	want := []string{
		`error tab {"artifactLocation":{"uri":"a,b.yaml"},"region":{"startLine":2,"startColumn":1,"endColumn":4}}`,
		`warning unused-input {"artifactLocation":{"uri":"c.yaml"},"region":{"startLine":7}}`,
		`error tab {"artifactLocation":{"uri":"c.yaml"}}`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if empty := printed(t, "sarif", nil); !strings.Contains(empty, `"results": []`) || !strings.Contains(empty, `"rules": []`) {
		t.Errorf("nothing is found: %s", empty)
	}
	if err := WriteAs(&bytes.Buffer{}, "xml", nil, nil, Tool{}); err == nil {
		t.Error("a format that there is not is written")
	}
}
