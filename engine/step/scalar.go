package step

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"rung/engine/guard"
	"rung/engine/kube"
	"rung/engine/yamldoc"
)

// wanted are the words for the scalar kinds in messages.
var wanted = map[guard.Kind]string{
	guard.Text: "a text", guard.Bool: "true or false", guard.Int: "a whole number",
	guard.Duration: "a duration such as 90s, 10m or 1h30m", guard.Version: "a version such as 1.21.14",
}

// ParseText reads the scalar n as a value of a scalar type t. The error says
// what n must be, to stand after the name of what it is for.
func ParseText(t guard.Type, n *yamldoc.Node) (any, error) {
	want := wanted[t.Kind]
	if want == "" {
		return nil, fmt.Errorf("must be a %s, not %s", t, n.Describe())
	}
	if n.Null && t.Kind == guard.Text {
		return nil, errors.New(`must be a text, not nothing; write "" for an empty one`)
	}
	value, ok := any(nil), false
	if n.Kind == yamldoc.Scalar && !n.Null {
		value, ok = parse(t.Kind, n.Text)
	}
	switch {
	case ok:
		return value, nil
	case n.Kind == yamldoc.Scalar && !n.Null && t.Kind == guard.Version:
		_, err := kube.Parse(n.Text)
		return nil, fmt.Errorf("must be an exact version: %w", err)
	}
	return nil, fmt.Errorf("must be %s, not %s", want, n.Describe())
}

func parse(k guard.Kind, text string) (value any, ok bool) {
	switch k {
	case guard.Bool:
		return text == "true", text == "true" || text == "false"
	case guard.Int:
		i, err := strconv.Atoi(text)
		return i, err == nil
	case guard.Duration:
		d, err := time.ParseDuration(text)
		return d, err == nil && d >= 0
	case guard.Version:
		v, err := kube.Parse(text)
		return v, err == nil
	}
	return text, true
}
