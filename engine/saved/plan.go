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
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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

// Encode writes p as a file: twice, the first time only for its digest, so that it takes no more memory than p.
func (p *Plan) Encode(w io.Writer) error {
	header, sum := p.Header, sha256.New()
	header.Plan = Version
	if err := header.begin(sum); err != nil {
		return err
	}
	if err := p.rest(sum); err != nil {
		return err
	}
	header.SHA256 = hex.EncodeToString(sum.Sum(nil))
	first, err := json.Marshal(header)
	if err != nil {
		return err
	}
	if _, err := w.Write(append(first, '\n')); err != nil {
		return err
	}
	return p.rest(w)
}

// rest writes what follows the first line.
func (p *Plan) rest(w io.Writer) error {
	out := bufio.NewWriterSize(w, 1<<16)
	texts, err := json.Marshal(p.Texts)
	if err != nil {
		return err
	}
	shown, err := json.Marshal(p.Shown)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, `{"texts":%s,"book":`, texts)
	if err := p.Book.WriteLine(out); err != nil {
		return err
	}
	fmt.Fprintf(out, `,"shown":%s}%s`, shown, "\n")
	return errors.Join(p.Facts.Encode(out), out.Flush())
}

// begin begins a digest with h.
func (h Header) begin(sum io.Writer) error {
	h.SHA256 = ""
	line, err := json.Marshal(h)
	if err == nil {
		_, err = sum.Write(append(line, '\n'))
	}
	return err
}

// Is says whether content is the beginning of a saved plan.
func Is(content []byte) bool { return bytes.HasPrefix(content, []byte(`{"rung_plan":`)) }

// Read reads a saved plan, whole or not at all.
func Read(path string) (*Plan, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close() // it was only read
	p, err := Decode(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return p, nil
}

// Decode reads what Encode wrote.
func Decode(from io.Reader) (*Plan, error) {
	in := bufio.NewReaderSize(from, 1<<16)
	first, err := in.ReadBytes('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	var p Plan
	switch {
	case !Is(first) || json.Unmarshal(first, &p.Header) != nil:
		return nil, errors.New("this is no saved plan; rung render --live -o NAME.plan makes one")
	case p.Plan > Version:
		return nil, fmt.Errorf("its format is version %d, and this rung reads up to %d: take the rung that made it, %s", p.Plan, Version, p.Rung)
	}
	sum := sha256.New()
	if err := p.begin(sum); err != nil {
		return nil, err
	}
	rest := io.TeeReader(in, sum)
	wrong := p.decode(rest)
	if _, err := io.Copy(io.Discard, rest); err != nil {
		return nil, err
	}
	switch { // what was edited may be understood or not
	case hex.EncodeToString(sum.Sum(nil)) != p.SHA256:
		return nil, errors.New("it is not what was saved: it was edited or cut short; make it anew")
	case wrong != nil:
		return nil, fmt.Errorf("it is not understood: %w", wrong)
	}
	return &p, nil
}

// decode reads what follows the first line.
func (p *Plan) decode(rest io.Reader) error {
	in := json.NewDecoder(rest)
	begin, err := in.Token()
	if err == nil && begin != json.Delim('{') {
		err = fmt.Errorf("its second line begins with %v", begin)
	}
	for err == nil && in.More() {
		var key json.Token
		if key, err = in.Token(); err != nil {
			break
		}
		switch key {
		case "texts":
			err = in.Decode(&p.Texts)
		case "shown":
			err = in.Decode(&p.Shown)
		case "book":
			p.Book, err = report.DecodeBook(in)
		default:
			var later json.RawMessage
			err = in.Decode(&later)
		}
	}
	if err == nil {
		_, err = in.Token()
	}
	switch {
	case err != nil:
		return err
	case p.Book == nil:
		return errors.New("it has no runbook")
	}
	behind := bufio.NewReader(io.MultiReader(in.Buffered(), rest))
	if _, err := behind.ReadBytes('\n'); err != nil {
		return err
	}
	p.Facts, err = facts.Decode(behind)
	return err
}

// Named says whether path is named as saved plans are.
func Named(path string) bool { return strings.HasSuffix(path, Suffix) }
