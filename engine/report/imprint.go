package report

import (
	"math"
	"strconv"
	"strings"
)

// imprint is all that stands in a step, with marks in place of the names of its host: two hosts whose steps have one imprint
// do the same, if each has its own name where the other has its.
type imprint struct {
	host, node string
	text       []byte
	odd        bool // there are letters in it that mean something here: nobody can tell what is alike
}

// odd are the letters that mean something in an imprint: the ends of words and lists, and the marks.
const odd = "\x00\x01" + marks

func (b *imprint) entry(e *Entry) {
	b.is(string(e.Outcome))
	b.words(e.Step, e.ID, e.Type, e.Name, e.If, e.Text, e.Hint, e.Confirm)
	b.list(e.Depends)
	if d := e.Require; d != nil {
		b.is("require")
		b.words(d.If, d.Expr, d.Else)
	}
	b.flag(e.Read)
	for i := range e.Actions {
		b.act(&e.Actions[i])
	}
	for _, n := range e.Notes {
		b.is("note")
		b.words(n.Text)
		b.flag(n.Warning)
		b.list(n.Depends)
	}
}

func (b *imprint) act(a *Act) {
	b.is("act", strconv.Itoa(a.Number))
	b.words(a.Title, a.On, a.Keep)
	b.flag(a.Mutates)
	b.list(a.Unknown)
	b.order(&a.Do)
	if a.Check != nil {
		b.is("check")
		b.order(a.Check)
	}
	if u := a.Until; u != nil {
		b.is("until", bits(u.Every), bits(u.For))
		b.words(u.What)
	}
	if s := a.Save; s != nil {
		b.is("save")
		b.words(s.To, s.SHA256)
		b.list(s.Recipients)
	}
}

// order has the script by its key, which is made of its text.
func (b *imprint) order(o *Order) {
	b.is(o.Called)
	b.words(o.Stdin)
	for _, p := range o.Reads {
		b.words(p.Text, p.Input)
	}
	b.list(nil)
	b.list(o.Argv)
	b.list(o.Env)
	b.list(o.Host)
	b.flag(o.Secret, o.Sudo, o.Detach)
}

func bits(f float64) string { return strconv.FormatUint(math.Float64bits(f), 16) }

func (b *imprint) flag(flags ...bool) {
	for _, f := range flags {
		b.text = append(b.text, '0')
		if f {
			b.text[len(b.text)-1] = '1'
		}
	}
}

func (b *imprint) list(words []string) {
	b.words(words...)
	b.text = append(b.text, 1)
}

// is adds what is no text of the step, and is never the name of a host.
func (b *imprint) is(words ...string) {
	for _, w := range words {
		b.odd = b.odd || strings.ContainsAny(w, odd)
		b.text = append(append(b.text, w...), 0)
	}
}

// words adds words, with marks in place of the host's names.
func (b *imprint) words(words ...string) {
	for _, w := range words {
		b.odd = b.odd || strings.ContainsAny(w, odd)
		b.text = append(b.put(b.text, w), 0)
	}
}

// marked is w with the marks.
func (b *imprint) marked(w string) string {
	text := string(b.put(nil, w))
	if text == w {
		return w
	}
	return text
}

func (b *imprint) put(to []byte, w string) []byte {
	for w != "" {
		i, n, mark := next(w, b.host), len(b.host), byte(hostMark)
		if b.node != "" {
			if j := next(w, b.node); j >= 0 && (i < 0 || j < i || j == i && len(b.node) > n) {
				i, n, mark = j, len(b.node), nodeMark
			}
		}
		if i < 0 {
			break
		}
		to = append(append(to, w[:i]...), mark)
		w = w[i+n:]
	}
	return append(to, w...)
}

// next finds name in text as a word: w1 is not in w10.
func next(text, name string) int {
	for from := 0; name != ""; {
		i := strings.Index(text[from:], name)
		if i < 0 {
			return -1
		}
		i += from
		end := i + len(name)
		if (i == 0 || !isLetter(text[i-1])) && (end == len(text) || !isLetter(text[end])) {
			return i
		}
		from = i + 1
	}
	return -1
}
