// Package saved keeps a dry-run that people have read, and holds a run to it.
//
// A saved plan is what `rung render --live -o upgrade.plan` makes: the texts that were rendered (playbook, inventory,
// inputs), the facts that they met, and every action that would be done (a report.Book). `rung run --plan upgrade.plan`
// runs these texts, and no others. Before anything is changed the hosts are looked at again, and what would be done now is
// compared with what was planned (Compare). While it runs, each change is held against the plan before it leaves (Hold):
// run.Execute asks, after the check of an action and before its start is recorded.
//
// The invariant: in a run that is held to a plan, no command that changes something is started that nobody has read, but
// for those that the plan says it cannot know: a step that "depends on" something, a text with <name> in it, a round of a
// loop whose list was not known. The steps of rescue are no part of a dry-run and are let through: nobody plans a failure.
//
// # The file
//
// The first line is the Header, JSON, with the version of the format, and the digest of all else of it and of all that
// follows: a plan that was edited is refused. The second line is JSON, too: the texts, the Book (docs/render-json.md) and the runbook as it was
// shown. Then come the facts, as package facts writes them. A file whose name ends with .plan is one.
package saved

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"rung/engine/facts"
	"rung/engine/report"
)

// Version is the version of the format that is written, and the newest that is read.
const Version = 1

// Suffix ends the names of saved plans.
const Suffix = ".plan"

// Header is the first line: whose plan it is.
type Header struct {
	Plan     int               `json:"rung_plan"` // the version of the format
	Rung     string            `json:"rung"`      // that of the program
	Made     time.Time         `json:"made"`
	Playbook string            `json:"playbook"`
	From     string            `json:"from"`              // what it was made from, for people: "the hosts", "facts of …"
	Folder   string            `json:"folder"`            // where the program was called: relative paths begin there
	Sources  map[string]string `json:"sources,omitempty"` // where its texts were read, by name
	Limit    string            `json:"limit,omitempty"`   // what it was narrowed to
	Stages   []string          `json:"stages,omitempty"`
	SHA256   string            `json:"sha256"` // of this line without it, and all that follows, in hexadecimal
}

// Plan is a saved plan.
type Plan struct {
	Header
	Texts map[string]string // by name, as a run keeps them beside its journal
	Book  *report.Book      // what would be done
	Shown string            // the runbook as it was shown
	Facts *facts.File       // what it was made from
}

type body struct {
	Texts map[string]string `json:"texts"`
	Book  json.RawMessage   `json:"book"`
	Shown string            `json:"shown"`
}

// Encode returns p as a file.
func (p *Plan) Encode() ([]byte, error) {
	var book, rest bytes.Buffer
	if err := p.Book.WriteJSON(&book); err != nil {
		return nil, err
	}
	line, err := json.Marshal(body{p.Texts, book.Bytes(), p.Shown})
	if err != nil {
		return nil, err
	}
	rest.Write(append(line, '\n'))
	if err := p.Facts.Encode(&rest); err != nil {
		return nil, err
	}
	header := p.Header
	header.Plan = Version
	if header.SHA256, err = header.digest(rest.Bytes()); err != nil {
		return nil, err
	}
	first, err := json.Marshal(header)
	if err != nil {
		return nil, err
	}
	return append(append(first, '\n'), rest.Bytes()...), nil
}

// digest is that of h and what follows it.
func (h Header) digest(rest []byte) (string, error) {
	h.SHA256 = ""
	line, err := json.Marshal(h)
	sum := sha256.Sum256(append(append(line, '\n'), rest...))
	return hex.EncodeToString(sum[:]), err
}

// Is says whether content is the beginning of a saved plan.
func Is(content []byte) bool { return bytes.HasPrefix(content, []byte(`{"rung_plan":`)) }

// Read reads a saved plan, whole or not at all.
func Read(path string) (*Plan, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	p, err := Decode(content)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return p, nil
}

// Decode reads what Encode returned.
func Decode(content []byte) (*Plan, error) {
	first, rest, _ := bytes.Cut(content, []byte("\n"))
	var p Plan
	switch {
	case !Is(first) || json.Unmarshal(first, &p.Header) != nil:
		return nil, errors.New("this is no saved plan; rung render --live -o NAME.plan makes one")
	case p.Plan > Version:
		return nil, fmt.Errorf("its format is version %d, and this rung reads up to %d: take the rung that made it, %s", p.Plan, Version, p.Rung)
	}
	if sum, err := p.digest(rest); err != nil || sum != p.SHA256 {
		return nil, errors.New("it is not what was saved: it was edited or cut short; make it anew")
	}
	line, recorded, _ := bytes.Cut(rest, []byte("\n"))
	var b body
	err := json.Unmarshal(line, &b)
	if err == nil {
		p.Texts, p.Shown = b.Texts, b.Shown
		p.Book, err = report.ReadBook(bytes.NewReader(b.Book))
	}
	if err == nil {
		p.Facts, err = facts.Decode(bytes.NewReader(recorded))
	}
	if err != nil {
		return nil, fmt.Errorf("it is not understood: %w", err)
	}
	return &p, nil
}

// Named says whether path is named as saved plans are.
func Named(path string) bool { return strings.HasSuffix(path, Suffix) }
