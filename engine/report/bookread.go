package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// ReadBook reads what WriteJSON wrote, page by page. A book of a later format is an error, and so is what is none.
func ReadBook(r io.Reader) (*Book, error) { return DecodeBook(json.NewDecoder(r)) }

// DecodeBook is ReadBook for the next value of a file in which a book is one thing among others.
func DecodeBook(in *json.Decoder) (*Book, error) {
	r := bookReader{in, stencils{}}
	b, err := r.book()
	switch {
	case err != nil:
		return nil, fmt.Errorf("this is no runbook in JSON: %w", err)
	case b.Format == 0:
		return nil, fmt.Errorf("this is no runbook: it has no rung_runbook; rung render --format json writes one")
	case b.Format > BookFormat:
		return nil, fmt.Errorf("this runbook has format %d, and this rung reads up to %d: use the rung that wrote it", b.Format, BookFormat)
	}
	return b, b.resolve()
}

type bookReader struct {
	*json.Decoder
	known stencils
}

func (r *bookReader) book() (*Book, error) {
	b, stages := &Book{}, []*Chapter(nil)
	err := r.object(b, "stages", func() error {
		stages = []*Chapter{}
		return r.list(func() error {
			c, err := r.chapter()
			stages = append(stages, c)
			return err
		})
	})
	b.Stages = stages
	return b, err
}

func (r *bookReader) chapter() (*Chapter, error) {
	c, pages := &Chapter{}, []*Page(nil)
	err := r.object(c, "on_hosts", func() error {
		return r.list(func() error {
			p, err := r.page()
			pages = append(pages, p)
			return err
		})
	})
	c.Pages = pages
	return c, err
}

func (r *bookReader) page() (*Page, error) {
	var text struct {
		Host, Node string
		Steps      []*Entry
	}
	if err := r.Decode(&text); err != nil {
		return nil, err
	}
	p := &Page{Host: text.Host, Node: text.Node}
	for _, e := range text.Steps {
		if e == nil {
			return nil, errors.New("a step is null")
		}
		p.open = e
		p.seal(r.known)
	}
	return p, nil
}

// object reads an object into to, but for the value of one key, which each reads.
func (r *bookReader) object(to any, key string, each func() error) error {
	if err := r.expect('{'); err != nil {
		return err
	}
	rest := map[string]json.RawMessage{}
	for r.More() {
		name, err := r.Token()
		if err != nil {
			return err
		}
		if name == key {
			err = each()
		} else {
			var value json.RawMessage
			err = r.Decode(&value)
			rest[name.(string)] = value // a decoder refuses other keys
		}
		if err != nil {
			return err
		}
	}
	if err := r.expect('}'); err != nil {
		return err
	}
	text, err := json.Marshal(rest)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, to)
}

func (r *bookReader) list(element func() error) error {
	if err := r.expect('['); err != nil {
		return err
	}
	for r.More() {
		if err := element(); err != nil {
			return err
		}
	}
	return r.expect(']')
}

func (r *bookReader) expect(want json.Delim) error {
	switch got, err := r.Token(); {
	case err != nil:
		return err
	case got != want:
		return fmt.Errorf("at byte %d there is %v, and not %s", r.InputOffset(), got, want)
	}
	return nil
}

// resolve gives every order the text of its script.
func (b *Book) resolve() error {
	done := map[*stencil]bool{}
	for _, c := range b.Stages {
		for _, p := range c.Pages {
			for _, s := range p.steps {
				if done[s] {
					continue
				}
				done[s] = true
				if missing := b.scripted(s.entry); missing != "" {
					return fmt.Errorf("this runbook is not whole: %s on %s calls the script %s, which is not in it", c.Stage, p.Host, missing)
				}
			}
		}
	}
	return nil
}

// scripted gives the orders of e the texts of their scripts; one that b does not have is returned.
func (b *Book) scripted(e *Entry) (missing string) {
	for i := range e.Actions {
		a := &e.Actions[i]
		for _, o := range []*Order{&a.Do, a.Check} {
			if o == nil || o.Called == "" {
				continue
			}
			text, known := b.Scripts[o.Called]
			if !known {
				return o.Called
			}
			o.Script = text
		}
	}
	return ""
}
