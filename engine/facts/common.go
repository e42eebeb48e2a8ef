package facts

import "encoding/json"

// common keeps once what many hosts say: of thousands, most are asked the same, and answer the same.
type common struct {
	texts   map[string]string
	outputs map[string]map[string]any // by their JSON
}

func newCommon() *common {
	return &common{map[string]string{}, map[string]map[string]any{}}
}

// text makes each of texts one with those before it that are the same.
func (c *common) text(texts ...*string) {
	for _, t := range texts {
		one, known := c.texts[*t]
		if !known {
			one = *t
			c.texts[one] = one
		}
		*t = one
	}
}

func (c *common) answer(a *Answer) {
	c.text(&a.Host, &a.Key, &a.Command, &a.Stdout, &a.Stderr)
}

// finding gives f the outputs that are written in text. Nobody changes them: they may be those of other findings, too.
func (c *common) finding(f *Finding, text []byte) error {
	c.text(&f.Stage, &f.Host, &f.Step, &f.Type, &f.Title, &f.Text)
	if len(text) == 0 {
		return nil
	}
	outputs, known := c.outputs[string(text)]
	if !known {
		if err := json.Unmarshal(text, &outputs); err != nil {
			return err
		}
		c.outputs[string(text)] = outputs
	}
	f.Outputs = outputs
	return nil
}
