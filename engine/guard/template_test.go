package guard

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rung/engine/diag"
)

func TestTemplates(t *testing.T) {
	tests := map[string]struct{ text, want string }{
		"plain text":               {"yum install", "yum install"},
		"nothing":                  {"", ""},
		"one expression":           {"${{ host.name }}", "w1"},
		"among text":               {"kubeadm-${{ hop }}-0 at ${{host.name}}", "kubeadm-1.21.14-0 at w1"},
		"a duration":               {"${{ inputs.pause }}", "1m30s"},
		"true, and a number":       {"${{ inputs.backup }} ${{ inputs.count }}", "true 3"},
		"a list, joined":           {"${{ join(inputs.list, \", \") }}", "a, b"},
		"the characters $ { {":     {"$${{ hop }} ${{ hop }}", "${{ hop }} 1.21.14"},
		"the characters, unclosed": {"a $${{ b", "a ${{ b"},
		"shell that is no hole":    {"${HOME} $(x) $$ }}", "${HOME} $(x) $$ }}"},
		"braces within text":       {`${{ "}" + host.name }}`, "}w1"},
		"several lines":            {"a\n${{ hop }}\n", "a\n1.21.14\n"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			tpl, found := CompileTemplate(test.text, diag.Pos{}, scene())
			if found != nil {
				t.Fatal(found)
			}
			got, unknown, err := tpl.Text(known())
			if got != test.want || unknown != nil || err != nil {
				t.Errorf("= %q, %v, %v; want %q", got, unknown, err, test.want)
			}
		})
	}
}

func TestWhatIsNotKnownStandsAsItsName(t *testing.T) {
	tpl, found := CompileTemplate("kubeadm-${{ steps.facts.outcome }} on ${{ host.name }} (${{ host.vars.row ?? \"no row\" }})", diag.Pos{}, scene())
	if found != nil {
		t.Fatal(found)
	}
	values := known()
	delete(values, "steps")
	got, unknown, err := tpl.Text(values)
	if got != "kubeadm-<steps.facts.outcome> on w1 (no row)" || err != nil {
		t.Errorf("= %q, %v", got, err)
	}
	if diff := cmp.Diff([]string{"steps.facts.outcome"}, unknown); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"steps.facts.outcome", "host.name", "host.vars.row"}, tpl.Refs()); diff != "" {
		t.Error(diff)
	}
}

func TestMistakesOfATemplateHaveTheirPlaces(t *testing.T) {
	tests := map[string]struct {
		text string
		want []string
	}{
		"two at once":           {"a ${{ nope }} ü ${{ host.nam }}", []string{`f:3:11: error: "nope" is not known here`, `f:3:30: error: "nam" is not known here`}},
		"not closed":            {"a ${{ hop", []string{"f:3:7: error: ${{ is not closed"}},
		"not closed, after one": {"${{ nope }} ${{ hop", []string{`f:3:9: error: "nope" is not known here`, "f:3:17: error: ${{ is not closed"}},
		"empty":                 {"${{ }}", []string{"f:3:8: error: the expression is empty"}},
		"a list":                {"${{ inputs.list }}", []string{"f:3:9: error: this must be a text, int, version, bool or duration, not a list of text"}},
		"a record":              {"${{ steps.facts }}", []string{"f:3:15: error: steps.facts is a record, not a value"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, found := CompileTemplate(test.text, diag.Pos{File: "f", Line: 3, Col: 5}, scene())
			var got []string
			for _, d := range found {
				got = append(got, d.Error())
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("%q (-want +got):\n%s", test.text, diff)
			}
		})
	}
}

func TestSingle(t *testing.T) {
	for text, want := range map[string]string{
		"${{ inputs.count }}": "inputs.count", "  ${{hop}}  ": "hop", "${{ a }} ${{ b }}": "", "x ${{ a }}": "", "hop": "", "$${{ a }}": "", "${{}}": "", "${{ a": "",
	} {
		source, _, ok := Single(text, diag.Pos{})
		if source != want || ok != (want != "" || text == "${{}}") {
			t.Errorf("Single(%q) = %q, %v; want %q", text, source, ok, want)
		}
	}
	if _, at, _ := Single("  ${{  hop }}", diag.Pos{Line: 2, Col: 4}); at.Col != 11 {
		t.Errorf("hop stands at column %d, want 11", at.Col)
	}
}

func TestFormatDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		10 * time.Minute: "10m", 2 * time.Hour: "2h", 90 * time.Second: "1m30s", 0: "0s", 200 * time.Millisecond: "200ms", time.Hour + 30*time.Minute: "1h30m", time.Hour + time.Second: "1h0m1s", 20 * time.Second: "20s",
	} {
		if got := FormatDuration(d); got != want {
			t.Errorf("FormatDuration(%v) = %q, want %q", d, got, want)
		}
	}
}
