package trial

import (
	"slices"
	"strings"

	"rung/engine/diag"
	"rung/engine/playbook"
	"rung/engine/yamldoc"
)

// Load reads src, the content of file, as tests of pb. It reports every mistake at once; on any, the suite is nil.
func Load(file string, src []byte, pb *playbook.Playbook) (*Suite, diag.List) {
	root, found := yamldoc.Parse(file, src)
	if root == nil {
		return nil, found
	}
	r := &reader{suite: &Suite{File: file, Playbook: pb}}
	r.document(root)
	r.found.Sort()
	if r.found.Err() != nil {
		return nil, r.found
	}
	return r.suite, r.found
}

type reader struct {
	suite *Suite
	found diag.List
	hosts int // of the cases so far
}

func (r *reader) report(d diag.Diagnostic) { r.found = append(r.found, d) }

func (r *reader) document(root *yamldoc.Node) {
	if !r.is(root, yamldoc.Map, "a file of tests", "it has the key cases, and what they have in common") {
		return
	}
	r.known(root, "a file of tests", RootKeys())
	if n := root.Get("format"); n != nil && n.Text != "1" {
		r.report(diag.Errorf("format", n.Pos, "format %s is not known", n.Describe()).WithHint("this rung reads format 1"))
	}
	list := root.Get("cases")
	if list == nil || list.Null || list.Kind == yamldoc.List && len(list.Items) == 0 {
		r.report(diag.Errorf("empty", root.Pos, "there are no cases").WithHint("write at least one:  cases: [{case: It is upgraded, expect: changed}]"))
		return
	}
	if !r.is(list, yamldoc.List, "cases", "begin each with a dash:  - case: It is upgraded") {
		return
	}
	names := map[string]bool{}
	for _, n := range list.Items {
		c := r.oneCase(root, n)
		if c == nil {
			continue
		}
		if names[c.Name] {
			r.report(diag.Errorf("duplicate-case", c.Pos, "there is a case called %q already", c.Name).Over(len([]rune(c.Name))).WithHint("say what is different about this one"))
		}
		names[c.Name] = true
		r.suite.Cases = append(r.suite.Cases, c)
	}
}

// oneCase reads n; nil where it cannot be told what it is.
func (r *reader) oneCase(root, n *yamldoc.Node) *Case {
	if !r.is(n, yamldoc.Map, "a case", "it has the keys case and expect, and others") {
		return nil
	}
	r.known(n, "a case", CaseKeys())
	c := &Case{Pos: n.Pos}
	if name := n.Get("case"); r.must(n, name, "case", "say what is shown, as a sentence") {
		c.Name, c.Pos = r.text(name, "case").text, name.Pos
	}
	before := len(r.found)
	r.setting(c, root, n)
	r.expectation(c, n)
	if len(r.found) == before && r.hosts <= mostTogether {
		r.prepare(c, root, n)
	}
	return c
}

// expectation reads what is to come of it.
func (r *reader) expectation(c *Case, n *yamldoc.Node) {
	if e := n.Get("expect"); r.must(n, e, "expect", "say how it ends: "+strings.Join(Endings(), ", ")) {
		c.expect = r.text(e, "expect")
		if e.Kind == yamldoc.Scalar && !slices.Contains(Endings(), c.expect.text) {
			r.report(diag.Errorf("value", e.Pos, "expect cannot be %s", e.Describe()).Over(e.Width()).WithHint("%s", or(diag.DidYouMean(e.Text, Endings()), "it is one of "+strings.Join(Endings(), ", "))))
		}
	}
	c.says, c.never = r.texts(n.Get("says"), "says"), r.texts(n.Get("never_says"), "never_says")
	c.does, c.doesNo = r.deeds(n.Get("does"), "does"), r.deeds(n.Get("never_does"), "never_does")
	r.leaves(c, n.Get("leaves"))
}

func (r *reader) deeds(n *yamldoc.Node, what string) (all []deed) {
	items := []*yamldoc.Node{n}
	if n == nil || n.Kind != yamldoc.Map {
		items = r.items(n, what)
	}
	for _, item := range items {
		if item.Kind == yamldoc.Scalar {
			all = append(all, deed{command: r.text(item, what)})
			continue
		}
		if !r.is(item, yamldoc.Map, "a command of "+what, "write a part of the command, or {on: w1, command: …}") {
			continue
		}
		r.known(item, "a command of "+what, DeedKeys())
		d := deed{}
		if command := item.Get("command"); r.must(item, command, "command", "write a part of it") {
			d.command = r.text(command, "command")
		}
		if on := item.Get("on"); on != nil {
			d.host = r.text(on, "on").text
		}
		if times := item.Get("times"); times != nil {
			d.times = r.count(times, "times", 1)
		}
		if reads := item.Get("reads"); reads != nil {
			d.reads = r.yes(reads, "reads")
		}
		all = append(all, d)
	}
	return all
}

func (r *reader) leaves(c *Case, n *yamldoc.Node) {
	if n == nil || n.Null || !r.is(n, yamldoc.Map, "leaves", "it has the keys version, ready and cordoned") {
		return
	}
	r.known(n, "leaves", LeavesKeys())
	if v := n.Get("version"); v != nil {
		c.leaves.version = r.text(v, "version")
	}
	if v := n.Get("ready"); v != nil {
		c.leaves.ready = r.yes(v, "ready")
	}
	if v := n.Get("cordoned"); v != nil {
		c.leaves.closed = &placed{pos: v.Pos}
		for _, t := range r.texts(v, "cordoned") {
			c.leaves.cordoned = append(c.leaves.cordoned, t.text)
		}
	}
}
