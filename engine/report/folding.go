package report

import (
	"fmt"
	"strings"
)

// folding is one page that stands for several: hosts that do the same, but for their names.
type folding struct {
	page  *Page
	alike []string // the other hosts
}

// foldings are the pages of c, in the order of the stage; of those that are alike only the first.
func (c *Chapter) foldings() []*folding {
	var all []*folding
	of := map[string]*folding{}
	var key []byte
	for _, p := range c.Pages {
		key = key[:0]
		for _, s := range p.steps {
			key = fmt.Appendf(key, "%p", s)
		}
		if f := of[string(key)]; f != nil && len(key) > 0 && p.open == nil {
			f.alike = append(f.alike, p.Host)
			continue
		}
		f := &folding{page: p}
		if p.open == nil {
			of[string(key)] = f
		}
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
