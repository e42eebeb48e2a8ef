package steps

import (
	"errors"
	"fmt"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"rung/engine/step"
)

// unreadable advises where sh cannot read the script that a field holds. It is advice, and no mistake: the shell
// of a host has the last word.
func unreadable(field, script string) []step.Advice {
	_, err := syntax.NewParser(syntax.Variant(syntax.LangPOSIX)).Parse(strings.NewReader(script), "")
	if err == nil {
		return nil
	}
	where, what := uint(0), err.Error()
	var wrong syntax.ParseError
	var foreign syntax.LangError
	switch {
	case errors.As(err, &wrong):
		where, what = wrong.Pos.Line(), wrong.Text
	case errors.As(err, &foreign):
		where, what = foreign.Pos.Line(), "a plain sh has no "+foreign.Feature
	}
	return []step.Advice{{
		Code:  "shell-syntax",
		Text:  fmt.Sprintf("sh cannot read line %d of this %s: %s", where, field, what),
		Field: field, Line: int(where),
		Hint: "it is run by sh -eu, which is no bash on every host; try it with sh -n",
	}}
}
