package report

import "strings"

// folding is one page that stands for several: hosts that do the same, but for their names.
type folding struct {
	page  *Page
	alike []string // the other hosts
}

// foldings are the pages of c, which is open, in the order of the stage; of those that are alike only the first.
func (b *Binder) foldings(c *Chapter) []*folding {
	var all []*folding
	of := map[*Page]*folding{}
	for _, p := range c.Pages {
		kept := p
		for b.like[kept] != nil {
			kept = b.like[kept]
		}
		if f := of[kept]; f != nil {
			f.alike = append(f.alike, p.Host)
			continue
		}
		f := &folding{page: kept}
		of[kept] = f
		all = append(all, f)
	}
	return all
}

// others names the hosts that are alike.
func (s *folding) others(c *Chapter) string {
	if n := len(s.alike); n > 3 && n == len(c.Pages)-1 {
		return "all the others"
	}
	return strings.Join(s.alike, ", ")
}

// imprint is what stands on p, without the names of its host: two hosts of one imprint do the same, if each has its own
// name where the other has its.
func (p *Page) imprint() string {
	var b imprint
	b.host, b.node = p.Host, p.Node
	for _, e := range p.Steps {
		b.words(e.Step, e.ID, e.Type, e.Name, string(e.Outcome), e.If, e.Text, e.Hint, e.Confirm)
		b.list(e.Depends)
		if e.Require != nil {
			b.words("require", e.Require.If, e.Require.Expr, e.Require.Else)
		}
		b.flag(e.Read)
		for _, a := range e.Actions {
			b.act(a)
		}
		for _, n := range e.Notes {
			b.flag(n.Warning)
			b.words("note", n.Text)
		}
	}
	return string(b.text)
}

type imprint struct {
	host, node string
	text       []byte
}

func (b *imprint) act(a Act) {
	b.words("act", a.Title, a.On, a.Keep)
	b.flag(a.Mutates)
	b.order(&a.Do)
	if a.Check != nil {
		b.words("check")
		b.order(a.Check)
	}
	if a.Until != nil {
		b.words("until", a.Until.String())
	}
	if a.Save != nil {
		b.words("save", a.Save.To, a.Save.SHA256)
		b.list(a.Save.Recipients)
	}
}

func (b *imprint) order(o *Order) {
	b.words(o.Called, o.Stdin)
	b.list(o.Argv)
	b.list(o.Env)
	b.list(o.Host)
	b.flag(o.Secret, o.Sudo, o.Detach)
}

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

// words adds words, with marks in place of the host's names.
func (b *imprint) words(words ...string) {
	for _, w := range words {
		b.word(w)
		b.text = append(b.text, 0)
	}
}

func (b *imprint) word(w string) {
	for w != "" {
		i, n, mark := next(w, b.host), len(b.host), byte(2)
		if b.node != "" {
			if j := next(w, b.node); j >= 0 && (i < 0 || j < i || j == i && len(b.node) > n) {
				i, n, mark = j, len(b.node), 3
			}
		}
		if i < 0 {
			break
		}
		b.text = append(append(b.text, w[:i]...), mark)
		w = w[i+n:]
	}
	b.text = append(b.text, w...)
}

// next finds name in text as a word: w1 is not in w10.
func next(text, name string) int {
	for from := 0; ; {
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
}

// folded compares a page that is complete with those of its chapter before it. Of two that are alike the one that the
// stage names first is kept, whichever host was done first.
func (b *Binder) folded(p *Page) {
	if len(p.Steps) == 0 {
		return
	}
	text := p.imprint()
	other := b.prints[text]
	if other == nil || b.place[p] < b.place[other] {
		b.prints[text] = p
		p, other = other, p
	}
	if p != nil {
		b.like[p], p.Steps = other, nil
	}
}
