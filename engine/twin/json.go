package twin

import (
	"bytes"
	"encoding/json"
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
		before := "["
		for _, item := range value {
			out = append(append(out, before...), inner...)
			out = appendJSON(out, item, inner)
			before = ","
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
