package report

import (
	"encoding/json"
	"fmt"
	"io"
)

// WriteJSON writes b as one JSON object, indented. The error is the writer's.
func (b *Book) WriteJSON(w io.Writer) error {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	out.SetIndent("", " ")
	return out.Encode(b)
}

// ReadBook reads what WriteJSON wrote. A book of a later format is an error, and so is what is none.
func ReadBook(r io.Reader) (*Book, error) {
	var b Book
	if err := json.NewDecoder(r).Decode(&b); err != nil {
		return nil, fmt.Errorf("this is no runbook in JSON: %w", err)
	}
	switch {
	case b.Format == 0:
		return nil, fmt.Errorf("this is no runbook: it has no rung_runbook; rung render --format json writes one")
	case b.Format > BookFormat:
		return nil, fmt.Errorf("this runbook has format %d, and this rung reads up to %d: use the rung that wrote it", b.Format, BookFormat)
	}
	return &b, b.resolve()
}

// resolve gives every order the text of its script.
func (b *Book) resolve() error {
	for _, c := range b.Stages {
		for _, p := range c.Pages {
			for i := range p.Steps {
				for j := range p.Steps[i].Actions {
					a := &p.Steps[i].Actions[j]
					for _, o := range []*Order{&a.Do, a.Check} {
						if o == nil || o.Called == "" {
							continue
						}
						text, known := b.Scripts[o.Called]
						if !known {
							return fmt.Errorf("this runbook is not whole: %s on %s calls the script %s, which is not in it", c.Stage, p.Host, o.Called)
						}
						o.Script = text
					}
				}
			}
		}
	}
	return nil
}
