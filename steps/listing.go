package steps

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"rung/engine/step"
)

// listing asks kubectl for some fields of every object of a kind, a line for each object and
// its fields apart by tabs. Whole objects of a large cluster would be too much: a pod is ten
// thousand bytes as JSON, and a few hundred here. What is text in an object stands there as it
// is, and what is more than text as JSON; a field that is missing is empty. (kubectl 1.19 and
// later print JSON there.)
type listing struct {
	what   string // pods, for people
	get    []string
	fields []string // as jsonpath has them: .metadata.name
}

func (l listing) action(title string, more ...string) step.Action {
	template := "{range .items[*]}{" + strings.Join(l.fields, `}{"\t"}{`) + `}{"\n"}{end}`
	args := append(append([]string{"get"}, l.get...), more...)
	return step.Action{Title: title, On: step.AdminHost, Do: step.Command{Argv: kubectl(append(args, "-o", "jsonpath="+template)...)}, ReadOnly: true}
}

// rows reads the answer: for each object its fields, by their jsonpath.
func (l listing) rows(stdout []byte) ([]row, error) {
	var rows []row
	for line := range strings.Lines(string(stdout)) {
		r, err := l.row(line, len(rows)+1)
		if err != nil {
			return nil, err
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// row reads the nth line.
func (l listing) row(line string, n int) (row, error) {
	cells := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
	if len(cells) != len(l.fields) {
		return row{}, fmt.Errorf("kubectl's list of %s is not understood: line %d has %d fields and not %d: %.80q", l.what, n, len(cells), len(l.fields), line)
	}
	r := row{what: l.what, cells: make(map[string]string, len(cells))}
	for i, field := range l.fields {
		r.cells[field] = cells[i]
	}
	return r, nil
}

// row is one object of a listing. It remembers the first field that it could not read.
type row struct {
	what  string
	cells map[string]string
	err   error
}

func (r *row) text(field string) string { return r.cells[field] }

// decode reads a field of JSON, which may be missing, into target.
func (r *row) decode(field string, target any) {
	if text := r.cells[field]; text != "" && r.err == nil {
		if err := json.Unmarshal([]byte(text), target); err != nil {
			r.err = fmt.Errorf("kubectl's list of %s is not understood: %s: %w: %.80q", r.what, field, err, text)
		}
	}
}

// each reads a field of any number of JSON values, one after the other.
func each[T any](r *row, field string) []T {
	var all []T
	for values := json.NewDecoder(strings.NewReader(r.cells[field])); r.err == nil; {
		var one T
		err := values.Decode(&one)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			r.err = fmt.Errorf("kubectl's list of %s is not understood: %s: %w: %.80q", r.what, field, err, r.cells[field])
			break
		}
		all = append(all, one)
	}
	return all
}
