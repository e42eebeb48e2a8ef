package step

import (
	"path"
	"regexp"
	"strings"

	"rung/engine/guard"
	"rung/engine/yamldoc"
)

// Pasted is an expression whose text becomes a part of what a shell reads.
type Pasted struct {
	*guard.Expr
	InWords bool // the script is a word of a command: [sh, -c, …]
}

// InScripts are the expressions that are pasted into scripts. A script that one expression hands over as a whole is meant
// as one.
func (d *Draft) InScripts() []Pasted {
	var all []Pasted
	for _, h := range d.holes {
		n := d.Node.Get(h.field.Name)
		switch {
		case n == nil:
		case h.field.Shell:
			all = append(all, pasted(n, h.slot, false)...)
		default:
			if i := scriptIn(n.Items); i > 0 {
				all = append(all, pasted(n.Items[i], h.items[i], true)...)
			}
		}
	}
	return all
}

// pasted are the expressions in s, which is what was made of the script n.
func pasted(n *yamldoc.Node, s slot, inWords bool) []Pasted {
	if _, _, whole := guard.Single(n.Text, n.Content()); whole {
		return nil
	}
	var all []Pasted
	for _, e := range s.read {
		if e.Type.Kind == guard.Text { // a number, a version and a duration have no say
			all = append(all, Pasted{e, inWords})
		}
	}
	return all
}

// shells are programs that read a script behind -c, which may stand among other letters: bash -euc.
var (
	shells  = regexp.MustCompile(`^(sh|bash|dash|ash|ksh|zsh)$`)
	scripts = regexp.MustCompile(`^-[a-z]*c[a-z]*$`)
)

// scriptIn is the index of the word that a shell reads as a script, where words call one, by themselves or behind another
// program, as sudo; else 0.
func scriptIn(words []*yamldoc.Node) int {
	shell, reads := false, false
	for i, w := range words {
		switch {
		case reads && !strings.HasPrefix(w.Text, "-"):
			return i
		case shell && scripts.MatchString(w.Text):
			reads = true
		case shells.MatchString(path.Base(w.Text)):
			shell = true
		}
	}
	return 0
}
