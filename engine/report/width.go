package report

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// clean returns text as one line that cannot steer a terminal: tabs and line
// breaks become spaces, other control characters vanish, and so does what is
// no UTF-8.
func clean(text string) string {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c >= 0x7f {
			return strings.TrimRight(strings.Map(tame, stripEscapes(text)), " ")
		}
	}
	return text
}

func tame(r rune) rune {
	switch {
	case r == '\t' || r == '\n' || r == '\r':
		return ' '
	case unicode.IsControl(r) || r == utf8.RuneError || unicode.Is(unicode.Bidi_Control, r):
		return -1
	}
	return r
}

// stripEscapes leaves out escape sequences (colours and cursor moves), which
// would otherwise leave their letters behind.
func stripEscapes(text string) string {
	const esc = '\x1b'
	if strings.IndexByte(text, esc) < 0 {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != esc {
			b.WriteByte(text[i])
			continue
		}
		switch i++; {
		case i < len(text) && text[i] == '[': // CSI ends at a byte from @ to ~
			for i++; i < len(text) && (text[i] < '@' || text[i] > '~'); i++ {
			}
		case i < len(text) && text[i] == ']': // OSC ends at BEL, or before the next ESC
			for i++; i < len(text) && text[i] != '\a' && text[i] != esc; i++ {
			}
			if i < len(text) && text[i] == esc {
				i--
			}
		}
	}
	return b.String()
}

// wide holds the ranges of runes that take two columns: East Asian scripts
// and emoji, after Unicode's East_Asian_Width W and F, coarsely.
var wide = &unicode.RangeTable{
	R16: []unicode.Range16{{0x1100, 0x115f, 1}, {0x2e80, 0x303e, 1}, {0x3041, 0xa4cf, 1}, {0xac00, 0xd7a3, 1}, {0xf900, 0xfaff, 1}, {0xfe30, 0xfe6f, 1}, {0xff00, 0xff60, 1}, {0xffe0, 0xffe6, 1}},
	R32: []unicode.Range32{{0x1f300, 0x1f64f, 1}, {0x1f900, 0x1f9ff, 1}, {0x20000, 0x3fffd, 1}},
}

func columnsOf(r rune) int {
	switch {
	case r < 0x300:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	case unicode.Is(wide, r):
		return 2
	}
	return 1
}

// columns is how many columns of a terminal text takes; it has no colours in it.
func columns(text string) int {
	n := 0
	for _, r := range text {
		n += columnsOf(r)
	}
	return n
}

// clip returns the beginning of text that fits into width columns; where
// something is cut off, it ends in "…".
func clip(text string, width int) string {
	if len(text) <= width || columns(text) <= width {
		return text
	}
	if width < 1 {
		return ""
	}
	used := 0
	for i, r := range text {
		if used += columnsOf(r); used > width-1 {
			return text[:i] + "…"
		}
	}
	return text
}

// pad returns text with spaces up to width columns.
func pad(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-columns(text)))
}

// length says d as people do: 0.4s, 6s, 2m10s, 1h05m.
func length(d time.Duration) string {
	switch {
	case d < 0:
		return "0s"
	case d < time.Second:
		return fmt.Sprintf("%.1fs", d.Seconds())
	case d < time.Minute:
		return fmt.Sprintf("%ds", d/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%dm%02ds", d/time.Minute, d%time.Minute/time.Second)
	}
	return fmt.Sprintf("%dh%02dm", d/time.Hour, d%time.Hour/time.Minute)
}

// Many says n things: "1 host", "3 hosts".
func Many(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
