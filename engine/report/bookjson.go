package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"slices"
	"strings"
)

// WriteJSON writes b as one JSON object, indented, page by page: it takes no more memory than b. The error is the writer's.
func (b *Book) WriteJSON(w io.Writer) error { return b.writeJSON(w, " ") }

// WriteLine is WriteJSON without a line break, for a file in which b is one thing among others.
func (b *Book) WriteLine(w io.Writer) error { return b.writeJSON(w, "") }

func (b *Book) writeJSON(w io.Writer, indent string) error {
	out := &bookWriter{Writer: bufio.NewWriterSize(w, 64<<10), indent: indent, cut: map[*stencil][]string{}}
	err := out.book(b)
	if err == nil && indent != "" {
		err = out.WriteByte('\n')
	}
	if err != nil {
		return err
	}
	return out.Flush()
}

// bookWriter writes a Book as encoding/json would: what holds a list is encoded without it, and opened where it stands.
type bookWriter struct {
	*bufio.Writer        // keeps its error for Flush
	indent        string // of each level; "": no line breaks
	cut           map[*stencil][]string
}

func (w *bookWriter) book(b *Book) error {
	cover := *b
	cover.Stages = []*Chapter{}
	text, err := w.text(cover, 0)
	if err != nil {
		return err
	}
	list := w.key("stages") + "["
	at := strings.Index(text, list+"]") + len(list) // in texts a quotation mark is escaped: it is the key
	_, _ = w.WriteString(text[:at])
	for i, c := range b.Stages {
		w.element(i, 2)
		if err := w.chapter(c); err != nil {
			return err
		}
	}
	if len(b.Stages) > 0 {
		w.line(1)
	}
	_, _ = w.WriteString(text[at:])
	return nil
}

func (w *bookWriter) chapter(c *Chapter) error {
	head := *c
	head.Pages = nil
	text, err := w.text(head, 2)
	if err != nil || len(c.Pages) == 0 {
		_, _ = w.WriteString(text)
		return err
	}
	w.opened(text, "on_hosts", 3)
	for i, p := range c.Pages {
		w.element(i, 4)
		if err := w.page(p); err != nil {
			return err
		}
	}
	w.closed(3)
	return nil
}

func (w *bookWriter) page(p *Page) error {
	text, err := w.text(p, 4)
	if err != nil || p.Len() == 0 {
		_, _ = w.WriteString(text)
		return err
	}
	w.opened(text, "steps", 5)
	steps := p.steps
	if p.open != nil {
		steps = append(slices.Clip(steps), &stencil{entry: p.open})
	}
	names := map[byte]string{hostMark: inQuotes(p.Host), nodeMark: inQuotes(p.Node)}
	for i, s := range steps {
		w.element(i, 6)
		pieces, err := w.pieces(s)
		if err != nil {
			return err
		}
		for _, piece := range pieces {
			if len(piece) == 1 && strings.Contains(marks, piece) {
				piece = names[piece[0]]
			}
			_, _ = w.WriteString(piece)
		}
	}
	w.closed(5)
	return nil
}

// pieces are the JSON of s, cut at its marks, which are pieces of their own.
func (w *bookWriter) pieces(s *stencil) ([]string, error) {
	if pieces, known := w.cut[s]; known {
		return pieces, nil
	}
	text, err := w.text(s.entry, 6)
	pieces := []string{text}
	if s.marked {
		pieces = cutAtMarks(text)
	}
	if s.shared {
		w.cut[s] = pieces
	}
	return pieces, err
}

func cutAtMarks(text string) []string {
	var pieces []string
	from := 0
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			continue
		}
		for _, mark := range marks {
			if strings.HasPrefix(text[i:], inQuotes(string(mark))) {
				pieces = append(pieces, text[from:i], string(mark))
				from = i + len(inQuotes(string(mark)))
			}
		}
		i++ // what it escapes
	}
	return append(pieces, text[from:])
}

// text is the JSON of what stands at a level.
func (w *bookWriter) text(of any, level int) (string, error) {
	var b bytes.Buffer
	out := json.NewEncoder(&b)
	out.SetEscapeHTML(false)
	if w.indent != "" {
		out.SetIndent(strings.Repeat(w.indent, level), w.indent)
	}
	err := out.Encode(of)
	return strings.TrimSuffix(b.String(), "\n"), err
}

// inQuotes is text as it stands between quotation marks.
func inQuotes(text string) string {
	quoted, _ := (&bookWriter{}).text(text, 0) // a text has a JSON
	return quoted[1 : len(quoted)-1]
}

// opened writes an object whose last key is a list, up to the first element; closed ends it.
func (w *bookWriter) opened(object, key string, level int) {
	end := 1
	if w.indent != "" {
		end += 1 + (level-1)*len(w.indent)
	}
	_, _ = w.WriteString(object[:len(object)-end])
	_ = w.WriteByte(',')
	w.line(level)
	_, _ = w.WriteString(w.key(key) + "[")
}

func (w *bookWriter) closed(level int) {
	w.line(level)
	_ = w.WriteByte(']')
	w.line(level - 1)
	_ = w.WriteByte('}')
}

func (w *bookWriter) element(i, level int) {
	if i > 0 {
		_ = w.WriteByte(',')
	}
	w.line(level)
}

// line begins a line.
func (w *bookWriter) line(level int) {
	if w.indent == "" {
		return
	}
	_ = w.WriteByte('\n')
	for range level {
		_, _ = w.WriteString(w.indent)
	}
}

func (w *bookWriter) key(name string) string {
	if w.indent == "" {
		return `"` + name + `":`
	}
	return `"` + name + `": `
}
