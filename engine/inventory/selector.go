package inventory

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"rung/engine/diag"
)

// Select returns the hosts that expr picks (see the package comment), in the
// order of the inventory. at is where the first rune of expr stands. The
// result may be empty: whether that is a mistake is for the caller to say.
func (inv *Inventory) Select(expr string, at diag.Pos) ([]string, diag.List) {
	terms, found := parseSelector(expr, at)
	if len(found) > 0 {
		return nil, found
	}
	picked := map[string]bool{}
	if len(terms) > 0 && terms[0].not {
		inv.mark(picked, inv.Names(), true)
	}
	for _, t := range terms {
		hosts, d := inv.hostsOf(t)
		if d != nil {
			found = append(found, *d)
			continue
		}
		inv.mark(picked, hosts, !t.not)
	}
	if len(found) > 0 {
		return nil, found
	}
	return inv.InOrder(picked), nil
}

// CheckSelector reports what is wrong with expr whatever the inventory.
func CheckSelector(expr string, at diag.Pos) diag.List {
	_, found := parseSelector(expr, at)
	return found
}

func (inv *Inventory) mark(picked map[string]bool, hosts []string, in bool) {
	for _, name := range hosts {
		picked[name] = in
	}
}

func (inv *Inventory) hostsOf(t term) ([]string, *diag.Diagnostic) {
	g := inv.Group(t.name)
	switch {
	case g == nil && inv.Host(t.name) == nil:
		d := t.mistake("unknown-selector", "%s is neither a group nor a host", t.name).WithHint("%s", inv.nearest(t.name))
		return nil, &d
	case g == nil && t.sliced:
		d := t.mistake("bad-selector", "%s is a host; only groups have %s", t.name, t.text[strings.IndexByte(t.text, '['):]).WithHint("write %s alone", t.name)
		return nil, &d
	case g == nil:
		return []string{t.name}, nil
	case !t.sliced:
		return g.Hosts, nil
	case t.single:
		i := t.from
		if i < 0 {
			i += len(g.Hosts)
		}
		if i < 0 || i >= len(g.Hosts) {
			d := t.mistake("bad-selector", "%s has %s; there is no %s", t.name, counted(len(g.Hosts)), strings.TrimPrefix(t.text, "!")).WithHint("%s", indexHint(t.name, len(g.Hosts)))
			return nil, &d
		}
		return g.Hosts[i : i+1], nil
	}
	from, to := clamp(t.from, len(g.Hosts)), len(g.Hosts)
	if !t.open {
		to = clamp(t.to, len(g.Hosts))
	}
	return g.Hosts[from:max(from, to)], nil
}

// clamp turns an index of a slice, which may count from the end, into one that
// lies in a list of n.
func clamp(i, n int) int {
	if i < 0 {
		i += n
	}
	return min(max(i, 0), n)
}

func (inv *Inventory) nearest(name string) string {
	known := []string{All}
	for _, g := range inv.Groups {
		known = append(known, g.Name)
	}
	groups := "the groups are " + strings.Join(known, ", ") + "; a group without hosts is written as " + name + ": []"
	return didYouMeanOr(name, append(known, inv.Names()...), groups)
}

func counted(n int) string {
	if n == 1 {
		return "1 host"
	}
	return strconv.Itoa(n) + " hosts"
}

func indexHint(group string, n int) string {
	if n == 0 {
		return "add a host to " + group + " in the inventory"
	}
	return "the last is " + group + "[" + strconv.Itoa(n-1) + "]; counting starts at 0"
}

// term is one part of a selector.
type term struct {
	text           string // as written
	at             diag.Pos
	not            bool
	name           string
	sliced, single bool
	from, to       int
	open           bool // the slice has no end
}

func (t term) mistake(code, format string, args ...any) diag.Diagnostic {
	return diag.Errorf(code, t.at, format, args...).Over(len([]rune(t.text)))
}

func parseSelector(expr string, at diag.Pos) ([]term, diag.List) {
	var terms []term
	var found diag.List
	col := 0
	for _, text := range splitTerms(expr) {
		t := term{at: at}
		t.text = strings.TrimSpace(text)
		if lead, _, ok := strings.Cut(text, t.text); ok && at.Line > 0 && at.Col > 0 {
			t.at.Col += col + utf8.RuneCountInString(lead)
		}
		col += utf8.RuneCountInString(text) + 1
		if d, ok := t.parse(expr); !ok {
			found = append(found, d)
			continue
		}
		terms = append(terms, t)
	}
	return terms, found
}

// splitTerms cuts at commas and colons, except the colon of a slice.
func splitTerms(expr string) []string {
	var terms []string
	start, inside := 0, false
	for i := range len(expr) {
		switch c := expr[i]; {
		case c == '[':
			inside = true
		case c == ']':
			inside = false
		case c == ',' || (c == ':' && !inside):
			terms = append(terms, expr[start:i])
			start, inside = i+1, false
		}
	}
	return append(terms, expr[start:])
}

func (t *term) parse(whole string) (diag.Diagnostic, bool) {
	const example = "such as  workers:!w3  or  control_plane[0]"
	if t.text == "" {
		if strings.TrimSpace(whole) == "" {
			return t.mistake("bad-selector", "the selector is empty").WithHint("name a group or a host, %s", example), false
		}
		return t.mistake("bad-selector", "a name is missing in %q", whole).WithHint("write names between the commas and colons, %s", example), false
	}
	rest, not := strings.CutPrefix(t.text, "!")
	name, slice, sliced := strings.Cut(rest, "[")
	t.not, t.name, t.sliced = not, strings.TrimSpace(name), sliced
	if !goodName.MatchString(t.name) {
		return t.mistake("bad-selector", "%q names no host and no group", t.text).WithHint("write names, %s", example), false
	}
	if sliced && !t.parseSlice(slice) {
		return t.mistake("bad-selector", "%q is not a slice", "["+slice).WithHint("write %s[0], %s[1:3] or %s[1:]", t.name, t.name, t.name), false
	}
	return diag.Diagnostic{}, true
}

// parseSlice reads what stands after the opening bracket.
func (t *term) parseSlice(text string) bool {
	inner, closed := strings.CutSuffix(text, "]")
	from, to, isRange := strings.Cut(inner, ":")
	t.single, t.open = !isRange, isRange && to == ""
	var ok [2]bool
	t.from, ok[0] = index(from, isRange)
	t.to, ok[1] = index(to, true)
	return closed && !slices.Contains(ok[:], false)
}

func index(text string, mayBeEmpty bool) (int, bool) {
	if text == "" {
		return 0, mayBeEmpty
	}
	if len(text) > 7 || strings.HasPrefix(text, "+") {
		return 0, false
	}
	n, err := strconv.Atoi(text)
	return n, err == nil
}
