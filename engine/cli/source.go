package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"rung/engine/diag"
	"rung/engine/playbook"
	"rung/engine/run"
)

// source is the text of a playbook, and where it finds what it includes.
type source struct {
	file  string
	src   []byte
	files *playbook.Files
}

// folder is a folder as the playbook in it sees it: no path in it leads out, also through no link.
type folder string

// Open opens a plain file, or a folder.
func (f folder) Open(name string) (fs.File, error) {
	root, err := os.OpenRoot(string(f))
	if err != nil {
		return nil, err
	}
	defer root.Close()
	info, err := root.Stat(name)
	switch {
	case err != nil:
		return nil, err
	case !info.IsDir() && !info.Mode().IsRegular(): // opening a pipe would wait for who writes into it
		return nil, &fs.PathError{Op: "open", Path: name, Err: errors.New("it is no plain file")}
	}
	return root.Open(name)
}

// source finds the playbook called name: a file, or a bundled one.
func (a *app) source(name string) (source, error) {
	src, err := os.ReadFile(name)
	if err == nil {
		return source{name, src, &playbook.Files{Folder: folder(filepath.Dir(name)), Bundled: a.Playbooks}}, nil
	}
	if bundled, e := fs.ReadFile(a.Playbooks, name+".yaml"); e == nil {
		return source{name + ".yaml", bundled, &playbook.Files{Folder: a.Playbooks, Bundled: a.Playbooks}}, nil
	}
	if !errors.Is(err, fs.ErrNotExist) || strings.ContainsRune(name, filepath.Separator) || strings.HasSuffix(name, ".yaml") {
		return source{}, unread("the playbook", name, err)
	}
	names := a.bundled()
	hint := diag.DidYouMean(name, names)
	if hint == "" {
		hint = "the bundled playbooks are " + strings.Join(names, ", ")
	}
	return source{}, &failure{run.ExitUsage, errors.New("there is no file and no bundled playbook called " + name), hint}
}

// loadSource reads s, and what it includes.
func (a *app) loadSource(s source) (*playbook.Playbook, diag.List) {
	pb, found := s.files.Load(s.file, s.src, a.types)
	if pb != nil {
		found = append(found, playbook.Plannable(pb)...)
	}
	return pb, found
}
