package facts

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// line is one line behind the header.
type line struct {
	Text    *string  `json:"text,omitempty"`
	Answer  *told    `json:"answer,omitempty"`
	Finding *Finding `json:"finding,omitempty"`
}

// read is a line as it is read: outputs that are the same are made once.
type read struct {
	Text    *string `json:"text"`
	Answer  *told   `json:"answer"`
	Finding *struct {
		Finding
		Outputs json.RawMessage `json:"outputs"` // in place of those of Finding
	} `json:"finding"`
}

// Encode writes f to w, as the package comment says.
func (f *File) Encode(w io.Writer) error {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	header := f.Header
	header.Facts, header.Answers, header.Findings = Version, len(f.Recorded), len(f.Found)
	if err := out.Encode(header); err != nil {
		return err
	}
	texts := numbers{}
	for _, a := range f.Recorded {
		answer, first := texts.shorten(a)
		for _, text := range first {
			if err := out.Encode(line{Text: &text}); err != nil {
				return err
			}
		}
		if err := out.Encode(line{Answer: &answer}); err != nil {
			return err
		}
	}
	for i := range f.Found {
		if err := out.Encode(line{Finding: &f.Found[i]}); err != nil {
			return err
		}
	}
	return nil
}

// Write makes the file path, which only its owner can read; it lies there whole, or not at all. One that lies there
// already is an fs.ErrExist, unless replace says that it may go.
func (f *File) Write(path string, replace bool) error {
	return Place(path, replace, func(w io.Writer) error {
		out := bufio.NewWriterSize(w, 1<<16)
		if !strings.HasSuffix(path, ".gz") {
			return errors.Join(f.Encode(out), out.Flush())
		}
		packed := gzip.NewWriter(out)
		return errors.Join(f.Encode(packed), packed.Close(), out.Flush())
	})
}

// Place makes a file of what write writes that only its owner can read: written aside, and then given its name. One of that
// name is an fs.ErrExist, unless replace says that it may go.
func Place(path string, replace bool, write func(io.Writer) error) error {
	aside, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*") // 0600
	if err != nil {
		return err
	}
	defer os.Remove(aside.Name()) // where it has its name, there is none
	err = write(aside)
	if err = errors.Join(err, aside.Sync(), aside.Close()); err != nil {
		return err
	}
	if replace {
		return os.Rename(aside.Name(), path)
	}
	// A link, unlike a rename, takes no name that is taken.
	err = os.Link(aside.Name(), path)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	if _, there := os.Lstat(path); there == nil { // a file system without links
		return &fs.PathError{Op: "create", Path: path, Err: fs.ErrExist}
	}
	return os.Rename(aside.Name(), path)
}

// Read reads a file of facts, whole or not at all.
func Read(path string) (*File, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close() // it was only read
	f, err := Decode(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

// Is says whether content is the beginning of a file of facts.
func Is(content []byte) bool { return bytes.HasPrefix(content, []byte(`{"facts":`)) }

// Decode reads what Encode wrote, or its compressed form.
func Decode(from io.Reader) (*File, error) {
	in := bufio.NewReader(from)
	if magic, _ := in.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		packed, err := gzip.NewReader(in)
		if err != nil {
			return nil, err
		}
		in = bufio.NewReader(packed)
	}
	return decode(in)
}

func decode(in *bufio.Reader) (*File, error) {
	first, err := in.ReadBytes('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("it cannot be read: %w", err)
	}
	var f File
	switch {
	case !Is(first) || json.Unmarshal(first, &f.Header) != nil:
		return nil, errors.New("this is no file of facts; rung facts makes one")
	case f.Facts > Version:
		return nil, fmt.Errorf("its format is version %d, and this rung reads up to %d: take a newer rung, or take the facts anew", f.Facts, Version)
	}
	lines, one := json.NewDecoder(in), newCommon()
	var texts []string
	for n := 2; ; n++ {
		var l read
		err := lines.Decode(&l)
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil && l.Finding != nil {
			err = one.finding(&l.Finding.Finding, l.Finding.Outputs)
		}
		switch {
		case err != nil:
			return nil, fmt.Errorf("line %d is not understood (%w): take the facts anew", n, err)
		case l.Text != nil:
			texts = append(texts, *l.Text)
		case l.Answer != nil:
			a, err := l.Answer.whole(texts)
			if err != nil {
				return nil, fmt.Errorf("line %d: %w: take the facts anew", n, err)
			}
			one.answer(&a)
			f.Recorded = append(f.Recorded, a)
		case l.Finding != nil:
			f.Found = append(f.Found, l.Finding.Finding)
		}
	}
	if len(f.Recorded) != f.Answers || len(f.Found) != f.Findings {
		return nil, fmt.Errorf("it has %d answers and %d findings, and should have %d and %d: it was cut short; take the facts anew", len(f.Recorded), len(f.Found), f.Answers, f.Findings)
	}
	return &f, nil
}
