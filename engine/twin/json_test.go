package twin

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"
)

// repeated is a list of so many.
func repeated(n int) []any {
	all := make([]any, n)
	for i := range all {
		all[i] = object{"number": i, "list": []any{"a", i}}
	}
	return all
}

func TestJSONIsAsEncodingJSONHasIt(t *testing.T) {
	for _, value := range []any{
		object{},
		[]any{},
		object{"a": object{}, "b": []any{}},
		nil, true, 5, -3, 1.5, int64(7), "", "plain",
		`a "quoted" \ line` + "\n\t\x01", "<html> & ü 日本 \u2028 \xff",
		object{"z": 1, "a": []any{object{"b": "c"}, "d", nil, false, []any{1, 2}}, `k"ey`: object{"x": []string{"y", "z"}, "m": map[string]string{"a": "b"}}},
		object{"at": time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), "list": []object{{"a": 1}}, "none": []object(nil)},
		object{"items": repeated(fewThings), "more": repeated(fewThings + 1), "most": repeated(2*fewThings + 7)},
		repeated(1001),
	} {
		var want bytes.Buffer
		encoder := json.NewEncoder(&want)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "    ")
		if err := encoder.Encode(value); err != nil {
			t.Fatal(err)
		}
		if got := jsonOf(value); got != want.String() {
			t.Errorf("got  %s\nwant %s", got, want.String())
		}
	}
}
