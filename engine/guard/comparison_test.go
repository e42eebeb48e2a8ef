package guard

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rung/engine/diag"
)

func TestWhatAnExpressionHoldsAgainstTexts(t *testing.T) {
	names := Names{{Name: "mode", Type: Type{Kind: Text}}, {Name: "list", Type: ListOf(Type{Kind: Text})}, {Name: "n", Type: Type{Kind: Int}}}
	tests := map[string][]string{
		`mode == "a"`:                         {`mode == a at f:1:9`},
		`"a" != mode`:                         {`mode != a at f:1:1`},
		`"1.9" < mode`:                        {`mode > 1.9 at f:1:1`},
		`mode in ["a", "ö"]`:                  {`mode in a at f:1:10`, `mode in ö at f:1:15`},
		`not (n > 1 and trim(mode) <= "1.9")`: {` <= 1.9 at f:1:30`},
		`any(list, # == "a")`:                 {` == a at f:1:16`},
		`n == 1 or mode == mode`:              nil,
	}
	for source, want := range tests {
		e, found := Compile(source, diag.Pos{File: "f", Line: 1, Col: 1}, names, Type{Kind: Bool})
		if found != nil {
			t.Fatal(source, found)
		}
		var got []string
		for _, c := range e.Comparisons() {
			got = append(got, fmt.Sprintf("%s %s %s at %s", c.Left, c.Op, c.Right, c.Pos))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", source, diff)
		}
	}
}
