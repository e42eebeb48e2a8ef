package report

import (
	"fmt"
	"strings"
)

// region is the part at the bottom of a terminal that is drawn again and again.
// The cursor rests on the empty line below it.
type region struct {
	lines []string // as they are on the screen, without colours
	width int      // of the terminal, when they were drawn
	shown string
}

// mostLive bounds the hosts in the live region.
const mostLive = 12

// draw writes the lines that wait, and below them the live region, or, where
// keep is false, nothing. It writes once, and only where something changed.
func (t *Terminal) draw(keep bool) {
	width, height := t.o.Size()
	if width < 20 {
		width = 80
	}
	var lines, plain []string
	if keep {
		lines, plain = t.frame(width-1, height)
	}
	shown := strings.Join(lines, "\n")
	if len(t.text) == 0 && shown == t.live.shown && width == t.live.width {
		return
	}
	var b strings.Builder
	if up := t.live.rows(width); up > 0 {
		fmt.Fprintf(&b, "\r\x1b[%dA", up)
	}
	// Each line clears the rest of its row, and the last all below: what was
	// there is painted over, which flickers less than clearing first.
	for _, line := range strings.SplitAfter(string(t.text), "\n") {
		if line != "" {
			b.WriteString(strings.TrimSuffix(line, "\n") + "\x1b[K\n")
		}
	}
	for _, line := range lines {
		b.WriteString(line + "\x1b[K\n")
	}
	b.WriteString("\x1b[J")
	t.live = region{lines: plain, width: width, shown: shown}
	t.text = append(t.text[:0], b.String()...)
	t.flush()
}

// rows is how many rows the region takes on a terminal that is now that wide:
// one that was made narrower has wrapped its lines.
func (r region) rows(width int) int {
	rows := 0
	for _, line := range r.lines {
		rows += max(1, (columns(line)+width-1)/width)
	}
	return rows
}

// frame is the live region: the stage, and the hosts at work. plain is the
// same without colours.
func (t *Terminal) frame(width, height int) (lines, plain []string) {
	now := t.o.Now() // once: the clock of a demo runs fast
	add := func(text, styled string) {
		lines, plain = append(lines, styled), append(plain, text)
	}
	if s := t.l.now; s != nil {
		status := fmt.Sprintf("%s  %d of %s · %s", clean(s.path), s.done, Many(s.hosts, "host"), length(now.Sub(s.began)))
		if left := t.l.outlook(now); left != "" {
			status += " · " + left
		}
		status = clip(status, width)
		add(status, t.ink.on(bold, status))
	}
	most := mostLive
	if height > 0 {
		most = max(1, min(most, height-4))
	}
	queue := t.l.queue
	more := 0
	if len(queue) > most {
		more = len(queue) - (most - 1)
		queue = queue[:most-1]
	}
	host, title := 0, 0
	for _, w := range queue {
		host, title = max(host, columns(w.host)), max(title, columns(w.title))
	}
	host, title = min(host, width/3), min(title, width/2)
	for _, w := range queue {
		head := "  " + pad(clip(clean(w.host), host), host) + "  " + pad(clip(w.title, title), title)
		if w.title != "" { // else it is between two steps
			head = clip(fmt.Sprintf("%s  %6s", head, length(now.Sub(w.since))), width)
		}
		last := ""
		if room := width - columns(head); w.last != "" && room >= 8 {
			last = clip("  "+w.last, room)
		}
		add(head+last, head+t.ink.on(dim, last))
	}
	if more > 0 {
		text := clip(fmt.Sprintf("  … and %s", Many(more, "more host")), width)
		add(text, t.ink.on(dim, text))
	}
	return lines, plain
}
