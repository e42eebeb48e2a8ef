package twin

import (
	"cmp"
	"errors"
	"strings"
)

// jsonpath is a template that was parsed.
type jsonpath struct {
	nodes []pathNode
	alone *question // it printed with an object
	each  *question // it printed with an object of a list; nil where a list is printed as a whole
}

// template parses a text, or takes what was made of it before.
func (c *Cluster) template(text string) (*jsonpath, error) {
	if t, known := c.templates[text]; known {
		return t, nil
	}
	nodes, rest, err := parsePath(text, false)
	if err == nil && rest != "" {
		err = errors.New("not in range, nothing to end")
	}
	if err != nil {
		return nil, err
	}
	once := len(c.templates) >= mostTemplates
	t := &jsonpath{nodes: nodes, alone: printedWith(nodes, once)}
	// What is printed of an object of a list depends on nothing else, unless it speaks of the whole, which is called $, or of
	// a list in another way than by one range over it.
	if len(nodes) == 1 && nodes[0].isFor && nodes[0].path == ".items[*]" && !strings.Contains(text, "$") {
		t.each = printedWith(nodes[0].body, once)
	}
	if !once {
		c.templates[text] = t
	}
	return t, nil
}

func printedWith(nodes []pathNode, once bool) *question {
	return &question{once: once, ask: func(o object) (string, error) {
		var out strings.Builder
		err := writePath(&out, nodes, o, o)
		return out.String(), err
	}}
}

// templated prints objects by a template: one of them, or a list.
func (k *kubectlCall) templated(text string, objects []*shown, single bool) (string, error) {
	t, err := k.cluster.template(text)
	switch {
	case err != nil:
		return "", err
	case single:
		return objects[0].answer(t.alone)
	case t.each == nil:
		var out strings.Builder
		whole := listOf(objects)
		err := writePath(&out, t.nodes, whole, whole)
		return out.String(), err
	}
	texts, errs := make([]string, len(objects)), make([]error, len(objects))
	inParts(len(objects), func(from, to int) {
		for i := from; i < to; i++ {
			texts[i], errs[i] = objects[i].answer(t.each)
		}
	})
	return strings.Join(texts, ""), cmp.Or(errs...)
}
