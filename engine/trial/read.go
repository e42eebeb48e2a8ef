package trial

import (
	"strconv"
	"strings"

	"rung/engine/diag"
	"rung/engine/yamldoc"
)

// is says whether n is of that kind, and reports where it is not.
func (r *reader) is(n *yamldoc.Node, kind yamldoc.Kind, what, hint string) bool {
	d, ok := yamldoc.WantKind(n, kind, what)
	if !ok {
		r.report(d.WithHint("%s", hint))
	}
	return ok
}

// must says whether there is a value, and reports where there is none.
func (r *reader) must(at, n *yamldoc.Node, key, hint string) bool {
	if n != nil && !n.Null {
		return true
	}
	r.report(diag.Errorf("missing-key", at.Pos, "%s is missing", key).WithHint("%s", hint))
	return false
}

// known reports the keys of n that mean nothing there.
func (r *reader) known(n *yamldoc.Node, what string, keys []Key) {
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = k.Name
	}
	for _, f := range n.Fields {
		found := false
		for _, name := range names {
			found = found || name == f.Key
		}
		if !found {
			r.report(diag.Errorf("unknown-key", f.Pos, "unknown key %q in %s", f.Key, what).Over(len([]rune(f.Key))).
				WithHint("%s", or(diag.DidYouMean(f.Key, names), "it may have "+strings.Join(names, ", "))))
		}
	}
}

func or(hint, other string) string {
	if hint == "" {
		return other
	}
	return hint
}

func (r *reader) text(n *yamldoc.Node, what string) placed {
	if r.is(n, yamldoc.Scalar, what, "write one text") && (n.Null || n.Text == "") {
		r.report(diag.Errorf("value", n.Pos, "%s is empty", what).WithHint("write what is meant, or leave it out"))
	}
	return placed{n.Text, n.Pos}
}

// items are those of a list, or a single one.
func (r *reader) items(n *yamldoc.Node, what string) []*yamldoc.Node {
	switch {
	case n == nil || n.Null:
		return nil
	case n.Kind == yamldoc.Scalar:
		return []*yamldoc.Node{n}
	case r.is(n, yamldoc.List, what, "begin each with a dash"):
		return n.Items
	}
	return nil
}

func (r *reader) texts(n *yamldoc.Node, what string) (all []placed) {
	for _, item := range r.items(n, what) {
		all = append(all, r.text(item, what))
	}
	return all
}

func (r *reader) yes(n *yamldoc.Node, what string) bool {
	if n.Kind != yamldoc.Scalar || n.Text != "true" && n.Text != "false" {
		r.report(diag.Errorf("value", n.Pos, "%s is true or false, not %s", what, n.Describe()).Over(n.Width()))
	}
	return n.Text == "true"
}

func (r *reader) count(n *yamldoc.Node, what string, least int) int {
	i, err := strconv.Atoi(n.Text)
	if n.Kind != yamldoc.Scalar || err != nil || i < least {
		r.report(diag.Errorf("value", n.Pos, "%s is a number from %d, not %s", what, least, n.Describe()).Over(n.Width()))
	}
	return i
}
