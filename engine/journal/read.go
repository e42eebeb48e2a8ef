package journal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"rung/engine/run"
)

// Read returns the journal of a run directory. The last line may be torn by a
// crash: it is left out, and Header.Torn says so. Anything else that is not an
// event is an error that names the line; what was read before it is returned
// too. Numbers in Data come back as float64, and times with their zone's
// offset.
func Read(dir string) (Header, []run.Event, error) {
	path := filepath.Join(dir, journalName)
	content, err := os.ReadFile(path)
	if err != nil {
		return Header{}, nil, fmt.Errorf("read the journal: %w", err)
	}
	header, events, err := parse(content)
	if err != nil {
		err = fmt.Errorf("%s:%w", path, err)
	}
	return header, events, err
}

// parse reads a journal; its errors begin with the number of the line.
func parse(content []byte) (Header, []run.Event, error) {
	lines, torn := split(content)
	if len(lines) == 0 {
		return Header{}, nil, fmt.Errorf("1: the journal is empty: its run ended before it began")
	}
	header, err := parseHeader(lines[0])
	if err != nil {
		return Header{}, nil, fmt.Errorf("1: %w", err)
	}
	header.Torn = torn
	events := make([]run.Event, 0, len(lines)-1)
	for i, line := range lines[1:] {
		e, err := parseEvent(line)
		if err == nil {
			events = append(events, e)
			continue
		}
		if i == len(lines)-2 && !torn {
			// Whole in length, but not in content: the file grew before its
			// last block was written.
			header.Torn = true
			break
		}
		return header, events, fmt.Errorf("%d: this is no event: %w", i+2, err)
	}
	return header, events, nil
}

// split returns the lines of a journal, and whether there was a piece of one
// at the end. A file system may leave zeros there after a power failure.
func split(content []byte) (lines [][]byte, torn bool) {
	whole := bytes.TrimRight(content, "\x00")
	end := bytes.LastIndexByte(whole, '\n') + 1
	torn = end < len(content)
	if end == 0 {
		return nil, torn
	}
	return bytes.Split(whole[:end-1], []byte{'\n'}), torn
}

func parseHeader(line []byte) (Header, error) {
	var h Header
	if err := json.Unmarshal(line, &h); err != nil {
		return h, fmt.Errorf("this is no journal of a run: %w", err)
	}
	switch {
	case h.Journal < 1 || h.Run == "":
		return h, fmt.Errorf("this is no journal of a run: its first line names no format and run")
	case h.Journal > Version:
		return h, fmt.Errorf("the journal has format %d, and this rung reads up to %d; use rung %s or newer", h.Journal, Version, h.Rung)
	}
	return h, nil
}

func parseEvent(line []byte) (run.Event, error) {
	var e run.Event
	if err := json.Unmarshal(line, &e); err != nil {
		return e, err
	}
	if e.Kind == "" || e.Seq < 1 {
		return e, fmt.Errorf("it has no kind, or no number")
	}
	return e, nil
}
