package twin

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// jsonOf prints a value as kubectl does with -o json. A list of thousands of nodes is written in one go: encoding/json
// makes it first, and indents it then.
func jsonOf(value any) string { return string(append(appendJSON(nil, value, "\n"), '\n')) }

// appendJSON appends a value whose lines begin with newline.
func appendJSON(out []byte, value any, newline string) []byte {
	const indent = "    "
	inner := newline + indent
	switch value := value.(type) {
	case object:
		if len(value) == 0 {
			return append(out, "{}"...)
		}
		before := "{"
		for _, key := range sortedKeys(value) {
			out = append(append(out, before...), inner...)
			out = append(appendText(out, key), ": "...)
			out = appendJSON(out, value[key], inner)
			before = ","
		}
		return append(append(out, newline...), '}')
	case []any:
		if len(value) == 0 {
			return append(out, "[]"...)
		}
		if len(value) > fewThings {
			out = appendMany(out, value, inner)
		} else {
			out = appendItems(out, "[", value, inner)
		}
		return append(append(out, newline...), ']')
	case string:
		return appendText(out, value)
	case bool:
		return strconv.AppendBool(out, value)
	case int:
		return strconv.AppendInt(out, int64(value), 10)
	}
	return append(out, strings.ReplaceAll(encoded(value), "\n", newline)...)
}

// appendMany appends the items of a list of thousands.
func appendMany(out []byte, items []any, newline string) []byte {
	parts := make([][]byte, len(items)) // each by the number of its first item
	inParts(len(items), func(from, to int) {
		first := appendItems(nil, ",", items[from:from+1], newline)
		parts[from] = appendItems(slices.Grow(first, len(first)*(to-from)), ",", items[from+1:to], newline) // they are much alike
	})
	parts[0][0] = '['
	return append(out, bytes.Join(parts, nil)...)
}

// appendItems appends the items of a list, with what is before the first of them.
func appendItems(out []byte, before string, items []any, newline string) []byte {
	for _, item := range items {
		out = append(append(out, before...), newline...)
		out = appendJSON(out, item, newline)
		before = ","
	}
	return out
}

// appendText appends a string; most have nothing that has to be escaped.
func appendText(out []byte, text string) []byte {
	for i := range len(text) {
		if b := text[i]; b < ' ' || b > '~' || b == '"' || b == '\\' {
			return append(out, encoded(text)...)
		}
	}
	return append(append(append(out, '"'), text...), '"')
}

// encoded is what encoding/json makes of a value.
func encoded(value any) string {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "    ")
	if err := encoder.Encode(value); err != nil {
		panic(err) // maps, lists and text can always be encoded
	}
	return strings.TrimSuffix(out.String(), "\n")
}
