package diag

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWrite(t *testing.T) {
	long := strings.Repeat("x", 300)
	files := map[string]string{
		"a.yaml":    "stages:\n  - stage: Look\n    host: all\n",
		"tabs":      "a\tb\tnope\n",
		"wide":      "größe: 日本 nope\n",
		"long":      long + "\n",
		"binary":    "a\x00\x1b[31mb\n",
		"crlf":      "one\r\ntwo\r\n",
		"unclosed":  "last line",
		"emptyline": "\n\n",
	}
	tests := map[string]struct {
		found List
		want  string
	}{
		"a place, a caret and a hint": {
			List{Errorf("", Pos{"a.yaml", 3, 5}, "a stage has no key %q", "host").Over(4).WithHint("did you mean hosts?")},
			"a.yaml:3:5: error: a stage has no key \"host\"\n     3 |     host: all\n       |     ^^^^\n  hint: did you mean hosts?\n",
		},
		"several, an empty line between them": {
			List{Errorf("", Pos{"a.yaml", 1, 1}, "one"), {Severity: Advice, Pos: Pos{"a.yaml", 2, 0}, Text: "two"}},
			"a.yaml:1:1: error: one\n     1 | stages:\n       | ^\n\na.yaml:2: advice: two\n     2 |   - stage: Look\n",
		},
		"a tab is as wide above as below": {
			List{Errorf("", Pos{"tabs", 1, 5}, "here").Over(4)},
			"tabs:1:5: error: here\n     1 | a\tb\tnope\n       |  \t \t^^^^\n",
		},
		"columns count runes": {
			List{Errorf("", Pos{"wide", 1, 11}, "here").Over(4)},
			"wide:1:11: error: here\n     1 | größe: 日本 nope\n       |             ^^^^\n",
		},
		"a caret does not leave its line": {
			List{Errorf("", Pos{"a.yaml", 1, 7}, "here").Over(50)},
			"a.yaml:1:7: error: here\n     1 | stages:\n       |       ^\n",
		},
		"a line too long is cut": {
			List{Errorf("", Pos{"long", 1, 2}, "here")},
			"long:1:2: error: here\n     1 | " + long[:160] + " …\n       |  ^\n",
		},
		"a place behind the cut has no caret": {
			List{Errorf("", Pos{"long", 1, 200}, "here")},
			"long:1:200: error: here\n     1 | " + long[:160] + " …\n",
		},
		"a terminal is not commanded": {
			List{Errorf("", Pos{"binary", 1, 3}, "here")},
			"binary:1:3: error: here\n     1 | a··[31mb\n       |   ^\n",
		},
		"ends of lines of Windows":     {List{Errorf("", Pos{"crlf", 2, 1}, "here").Over(9)}, "crlf:2:1: error: here\n     2 | two\n       | ^^^\n"},
		"the last line has no newline": {List{Errorf("", Pos{"unclosed", 1, 6}, "here")}, "unclosed:1:6: error: here\n     1 | last line\n       |      ^\n"},
		"the end of the file":          {List{Errorf("", Pos{"emptyline", 3, 1}, "here")}, "emptyline:3:1: error: here\n"},
		"behind the file":              {List{Errorf("", Pos{"a.yaml", 99, 1}, "here")}, "a.yaml:99:1: error: here\n"},
		"the whole file":               {List{Errorf("", Pos{File: "a.yaml"}, "the file is empty")}, "a.yaml: error: the file is empty\n"},
		"no file at all":               {List{Errorf("", Pos{}, "no inventory").WithHint("name one")}, "error: no inventory\n  hint: name one\n"},
		"a code, to look it up":        {List{Errorf("tab", Pos{"gone", 1, 1}, "here")}, "gone:1:1: error: here [tab]\n"},
		"a file that is gone":          {List{Errorf("", Pos{"gone", 1, 1}, "here")}, "gone:1:1: error: here\n"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var got bytes.Buffer
			Write(&got, test.found, func(file string) []byte { return []byte(files[file]) })
			if diff := cmp.Diff(test.want, got.String()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	var got bytes.Buffer
	Write(&got, List{Errorf("", Pos{"a.yaml", 1, 1}, "here")}, nil)
	if got.String() != "a.yaml:1:1: error: here\n" {
		t.Errorf("without sources: %q", got.String())
	}
}

func TestAListIsAnErrorWhereItHoldsOne(t *testing.T) {
	advice := Diagnostic{Severity: Advice, Text: "b"}
	if err := (List{advice}).Err(); err != nil || (List{}).Err() != nil || List(nil).Err() != nil {
		t.Error("advice alone is no error: ", err)
	}
	err := List{advice, Errorf("", Pos{"f", 2, 3}, "c")}.Err()
	if err == nil || err.Error() != "advice: b\nf:2:3: error: c" {
		t.Error(err)
	}
	var list List
	if !errors.As(err, &list) || len(list) != 2 {
		t.Error("the list is lost")
	}
}

func TestSort(t *testing.T) {
	l := List{{Pos: Pos{"b", 1, 1}, Text: "5"}, {Pos: Pos{"a", 2, 1}, Text: "4"}, {Pos: Pos{"a", 1, 9}, Text: "2"}, {Pos: Pos{"a", 1, 9}, Text: "3"}, {Pos: Pos{"a", 1, 2}, Text: "1"}}
	l.Sort()
	var order string
	for _, d := range l {
		order += d.Text
	}
	if order != "12345" {
		t.Error(order)
	}
}

func TestSuggest(t *testing.T) {
	keys := []string{"hosts", "at_once", "max_failures", "when", "steps", "stages", "hop", "yum-install", "drain", "größe"}
	for word, want := range map[string]string{
		"host": "hosts", "hsots": "hosts", "at_onec": "at_once", "max_failure": "max_failures", "maxfailures": "max_failures", "wehn": "when", "hp": "hop", "yum-instal": "yum-install",
		"drian": "drain", "grösse": "größe", "stage": "stages", "step": "steps",
		"now": "", "colour": "", "": "", "x": "", "frobnicate": "", "HOSTS": "",
	} {
		if got := Suggest(word, keys); got != want {
			t.Errorf("Suggest(%q) = %q, want %q", word, got, want)
		}
	}
	if got := Suggest("steps", []string{"stops", "steps"}); got != "steps" {
		t.Errorf("the nearest is %q", got)
	}
	if got := DidYouMean("host", keys) + DidYouMean("zzz", keys); got != "did you mean hosts?" {
		t.Error(got)
	}
}

func FuzzWrite(f *testing.F) {
	f.Add("a\tb\nc", 1, 2, 3)
	f.Fuzz(func(t *testing.T, src string, line, col, width int) {
		Write(&bytes.Buffer{}, List{{Pos: Pos{"f", line, col}, Width: width}}, func(string) []byte { return []byte(src) })
	})
}
