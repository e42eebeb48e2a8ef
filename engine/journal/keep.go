package journal

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"rung/engine/run"
)

// Digest returns what a Header says of a kept file: "sha256:" and its sum in
// hexadecimal.
func Digest(content []byte) string {
	sum := sha256.Sum256(content)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// Keep puts a copy of a document beside the journal: wholly, or not at all,
// and on disk when it returns. name is a file name such as playbook.yaml, or a
// path below a folder of the run's own, such as included/lib/restart.yaml.
func (j *Journal) Keep(name string, content []byte) error {
	top, _, _ := strings.Cut(name, "/")
	if err := sane(top); err != nil || !fs.ValidPath(name) {
		return fmt.Errorf("%q cannot be the name of a file of a run", name)
	}
	dir, err := j.folder(path.Dir(name))
	if err == nil {
		err = replace(dir, path.Base(name), content)
	}
	if err != nil {
		return fmt.Errorf("keep %s of run %s: %w", name, j.id, err)
	}
	return nil
}

// folder makes the folders of a path below the run's own, and puts their names on disk.
func (j *Journal) folder(below string) (string, error) {
	dir := j.dir
	if below == "." {
		return dir, nil
	}
	for _, name := range strings.Split(below, "/") {
		parent := dir
		dir = filepath.Join(dir, name)
		if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return "", err
		}
		if err := syncFolder(parent); err != nil {
			return "", err
		}
	}
	return dir, nil
}

// diagnosticsName is the folder of a run directory that holds what was found out about hosts that failed.
const diagnosticsName = "diagnostics"

// Put keeps content under a name in the folder of a host, beside what is there already, and says where: see run.Shelf.
func (j *Journal) Put(host, name string, content []byte) (string, error) {
	folder := plain(host)
	if err := errors.Join(sane(name), sane(folder)); err != nil {
		return "", err
	}
	dir := filepath.Join(j.dir, diagnosticsName, folder)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("keep %s of %s: %w", name, host, err)
	}
	base, ext := strings.TrimSuffix(name, filepath.Ext(name)), filepath.Ext(name)
	for n := 2; ; n++ {
		if _, err := os.Lstat(filepath.Join(dir, name)); errors.Is(err, os.ErrNotExist) {
			break
		}
		name = fmt.Sprintf("%s-%d%s", base, n, ext)
	}
	if err := replace(dir, name, content); err != nil {
		return "", fmt.Errorf("keep %s of %s: %w", name, host, err)
	}
	return filepath.Join(dir, name), nil
}

var _ run.Shelf = (*Journal)(nil)

// replace writes a new file under another name and then renames it: a reader
// sees the old content or the new, also after a crash.
func replace(dir, name string, content []byte) error {
	f, err := os.CreateTemp(dir, "."+name+".*") // 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // fails once it is renamed, as it should
	_, err = f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), filepath.Join(dir, name)); err != nil {
		return err
	}
	return syncFolder(dir)
}
