package cli

import (
	"bytes"
	"io/fs"
	"path"
	"time"

	"rung/engine/playbook"
)

// keptName is where a run keeps an included file, below its folder.
func keptName(i playbook.Included) string {
	if i.Bundled {
		return path.Join(bundledKept, i.Path)
	}
	return path.Join(includedKept, i.Path)
}

// keptFolder is one folder of the files that a run, or a saved plan, keeps, as a playbook reads it.
type keptFolder struct {
	files map[string][]byte
	below string
}

// Open opens a file.
func (k keptFolder) Open(name string) (fs.File, error) {
	content, there := k.files[path.Join(k.below, name)]
	if !fs.ValidPath(name) || !there {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return keptFile{bytes.NewReader(content), path.Base(name)}, nil
}

// keptFile is an open file of one: also what is known of it.
type keptFile struct {
	*bytes.Reader
	name string
}

// Stat returns what is known of the file.
func (f keptFile) Stat() (fs.FileInfo, error) { return f, nil }

// Close does nothing.
func (keptFile) Close() error { return nil }

// Name is the file's, without its folder.
func (f keptFile) Name() string { return f.name }

// Mode says that only its owner may read it.
func (keptFile) Mode() fs.FileMode { return 0o600 }

// ModTime is not known.
func (keptFile) ModTime() time.Time { return time.Time{} }

// IsDir says that it is none.
func (keptFile) IsDir() bool { return false }

// Sys returns nothing.
func (keptFile) Sys() any { return nil }
