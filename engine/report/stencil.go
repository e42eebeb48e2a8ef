package report

import (
	"crypto/sha256"
	"slices"
	"strings"

	"rung/engine/step"
)

// stencil is a step as all hosts do it that do the same: where each has its own name, there is a mark. So a book of thousands
// of hosts is as small as what they do differently.
type stencil struct {
	entry  *Entry // nobody changes it
	marked bool   // there are marks in it; else it is what is done, to the letter
	shared bool   // it was found on more than one page
}

// The marks, which stand for the name of the host, and for that of its node.
const (
	hostMark = '\x02'
	nodeMark = '\x03'
	marks    = "\x02\x03"
)

// on is the step as the host of p does it. It may be that of other pages, too: nobody changes it.
func (s *stencil) on(p *Page) *Entry {
	if !s.marked {
		return s.entry
	}
	return s.entry.rewritten(p.filled)
}

// filled is text with the names of p in place of the marks.
func (p *Page) filled(text string) string {
	i := strings.IndexAny(text, marks)
	if i < 0 {
		return text
	}
	var b strings.Builder
	for ; i >= 0; i = strings.IndexAny(text, marks) {
		b.WriteString(text[:i])
		b.WriteString(p.name(text[i]))
		text = text[i+1:]
	}
	b.WriteString(text)
	return b.String()
}

// name is what stands for a mark.
func (p *Page) name(mark byte) string {
	if mark == nodeMark {
		return p.Node
	}
	return p.Host
}

// stencils are those of a book, by a digest of their imprints.
type stencils map[[sha256.Size]byte]*stencil

// of is the stencil of e, which stands on p.
func (all stencils) of(p *Page, e *Entry) *stencil {
	b := imprint{host: p.Host, node: p.Node}
	b.entry(e)
	if b.odd {
		return &stencil{entry: e}
	}
	key := sha256.Sum256(b.text)
	if s := all[key]; s != nil {
		s.shared = true
		return s
	}
	s := &stencil{entry: e}
	if s.marked = strings.ContainsAny(string(b.text), marks); s.marked {
		s.entry = e.rewritten(b.marked)
	}
	all[key] = s
	return s
}

// rewritten is a copy of e with another text for each of its own; but for its scripts, in which nothing is put.
func (e *Entry) rewritten(text func(string) string) *Entry {
	c := *e
	for _, s := range []*string{&c.Step, &c.ID, &c.Type, &c.Name, &c.If, &c.Text, &c.Hint, &c.Confirm} {
		*s = text(*s)
	}
	c.Depends = rewritten(c.Depends, text)
	if d := c.Require; d != nil {
		c.Require = &Demand{text(d.If), text(d.Expr), text(d.Else)}
	}
	c.Actions = slices.Clone(c.Actions)
	for i := range c.Actions {
		c.Actions[i].rewrite(text)
	}
	c.Notes = slices.Clone(c.Notes)
	for i, n := range c.Notes {
		c.Notes[i] = Remark{n.Warning, text(n.Text), rewritten(n.Depends, text)}
	}
	return &c
}

func (a *Act) rewrite(text func(string) string) {
	a.Title, a.On, a.Keep, a.Unknown = text(a.Title), text(a.On), text(a.Keep), rewritten(a.Unknown, text)
	a.Do.rewrite(text)
	if a.Check != nil {
		check := *a.Check
		check.rewrite(text)
		a.Check = &check
	}
	if u := a.Until; u != nil {
		a.Until = &Wait{text(u.What), u.Every, u.For}
	}
	if s := a.Save; s != nil {
		a.Save = &Saving{text(s.To), rewritten(s.Recipients, text), text(s.SHA256)}
	}
}

func (o *Order) rewrite(text func(string) string) {
	o.Stdin = text(o.Stdin)
	o.Reads = slices.Clone(o.Reads)
	for i, p := range o.Reads {
		o.Reads[i] = step.SecretPart{Text: text(p.Text), Input: text(p.Input)}
	}
	o.Argv, o.Env, o.Host = rewritten(o.Argv, text), rewritten(o.Env, text), rewritten(o.Host, text)
}

// rewritten is list with other texts; where none is another, it is list itself.
func rewritten(list []string, text func(string) string) []string {
	for i, was := range list {
		now := text(was)
		if now == was {
			continue
		}
		list = slices.Clone(list)
		list[i] = now
		for k := range list[i+1:] {
			list[i+1+k] = text(list[i+1+k])
		}
		break
	}
	return list
}
