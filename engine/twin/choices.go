package twin

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/expand"
	globs "mvdan.cc/sh/v3/pattern"
	"mvdan.cc/sh/v3/syntax"
)

// The interpreter compiles the patterns of a case each time it comes to them, which takes longer than most of what stands
// behind one. So case W in P|Q) X ;; *) Y ;; esac becomes
//
//	if CHOICE NUMBER "W"; then X; else Y; fi
//
// in the tree of a script, where that says the same; the patterns of each choice are compiled once, with the script.
// Left as they are: patterns in which something is to be expanded; words that may say another thing when they are
// expanded again; a case in which the status of what was before it is asked for.

const choiceName = "\x00choice"

// choices are the compiled patterns of a script.
type choices []*regexp.Regexp

// unfold changes the tree of a straight script so.
func unfold(tree *syntax.File) (made choices) {
	own := functions(tree)
	if own["true"] != nil || own["false"] != nil {
		return nil // what a choice says would be another thing
	}
	syntax.Walk(tree, func(n syntax.Node) bool {
		if st, is := n.(*syntax.Stmt); is {
			if c, is := st.Cmd.(*syntax.CaseClause); is {
				if chain := made.chain(c, own); chain != nil {
					st.Cmd = chain
				}
			}
		}
		return true
	})
	return made
}

// chain is what a case of a script with these functions becomes, and nil where it stays. Its patterns are added to c.
func (c *choices) chain(clause *syntax.CaseClause, own declared) *syntax.IfClause {
	items := clause.Items
	var rest *syntax.IfClause
	if last := len(items) - 1; last > 0 && isAny(items[last]) {
		rest = &syntax.IfClause{Then: items[last].Stmts}
		items = items[:last]
	}
	value := inQuotes(clause.Word)
	if len(items) == 0 || value == nil || len(items) > 1 && !steady(clause.Word) || own.within(clause, map[string]bool{}, asksBefore) {
		return nil
	}
	compiled := make(choices, len(items))
	for i, item := range items {
		if compiled[i] = anyOf(item.Patterns); compiled[i] == nil || item.Op != syntax.Break && item.OpPos.IsValid() {
			return nil
		}
	}
	for i, item := range slices.Backward(items) {
		number := word(strconv.Itoa(len(*c) + i))
		rest = &syntax.IfClause{
			Cond: []*syntax.Stmt{{Cmd: &syntax.CallExpr{Args: []*syntax.Word{word(choiceName), number, value}}}},
			Then: item.Stmts,
			Else: rest,
		}
	}
	*c = append(*c, compiled...)
	return rest
}

// inQuotes is a word that is expanded to one argument of a command, as it is in a case; nil where it would say another thing.
func inQuotes(w *syntax.Word) *syntax.Word {
	for _, part := range w.Parts {
		if text, is := part.(*syntax.Lit); is && strings.ContainsAny(text.Value, `\~`) {
			return nil
		}
	}
	parts := append(slices.Clone(w.Parts), &syntax.SglQuoted{}) // which keeps "$@" in one
	return &syntax.Word{Parts: []syntax.WordPart{&syntax.DblQuoted{Parts: parts}}}
}

func isAny(item *syntax.CaseItem) bool {
	return len(item.Patterns) == 1 && item.Patterns[0].Lit() == "*"
}

// anyOf matches what one of the patterns matches, and nothing else; nil where that is not known beforehand.
func anyOf(patterns []*syntax.Word) *regexp.Regexp {
	var all []string
	for _, p := range patterns {
		if !fixed(p) || strings.HasPrefix(p.Lit(), "~") {
			return nil
		}
		text, err := expand.Pattern(&expand.Config{}, p)
		if err != nil {
			return nil
		}
		expr, err := globs.Regexp(text, globs.EntireString|globs.ExtendedOperators)
		if err != nil {
			return nil
		}
		all = append(all, "(?:"+expr+")")
	}
	r, err := regexp.Compile(strings.Join(all, "|"))
	if err != nil {
		return nil
	}
	return r
}

// fixed tells whether nothing in a word is left to be expanded.
func fixed(w *syntax.Word) bool {
	is := true
	syntax.Walk(w, func(n syntax.Node) bool {
		switch n.(type) {
		case nil, *syntax.Word, *syntax.Lit, *syntax.SglQuoted, *syntax.DblQuoted:
		default:
			is = false
		}
		return is
	})
	return is
}

// steady tells whether a word says the same each time it is expanded.
func steady(w *syntax.Word) bool {
	is := true
	syntax.Walk(w, func(n syntax.Node) bool {
		switch n := n.(type) {
		case nil, *syntax.Word, *syntax.Lit, *syntax.SglQuoted, *syntax.DblQuoted:
		case *syntax.ParamExp:
			is = is && n.Exp == nil && n.Param.Value != "RANDOM" && n.Param.Value != "SRANDOM"
		default:
			is = false
		}
		return is
	})
	return is
}

// asksBefore tells whether something in a case, or in a function that it calls, may ask for a status, which may be that of
// what was before the case.
func asksBefore(n syntax.Node) bool {
	switch n := n.(type) {
	case *syntax.ParamExp:
		return n.Param.Value == "?"
	case *syntax.CallExpr:
		if len(n.Args) == 0 {
			return false
		}
		name, plain := literal(n.Args[0])
		if !plain && n.Args[0].Lit() != "[" {
			return true // it may be exit, or such a function
		}
		if name == "exit" && len(n.Args) == 2 {
			_, plain = literal(n.Args[1]) // of what is expanded nothing may be left
			return !plain
		}
		return name == "exit"
	}
	return false
}

// choose answers a choice of a script: with the command that ends so.
func (c choices) choose(number, value string) []string {
	i, _ := strconv.Atoi(number) // unfold has written it
	if c[i].MatchString(value) {
		return []string{"true"}
	}
	return []string{"false"}
}
