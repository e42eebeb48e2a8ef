package journal

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Digest returns what a Header says of a kept file: "sha256:" and its sum in
// hexadecimal.
func Digest(content []byte) string {
	sum := sha256.Sum256(content)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// Keep puts a copy of a document beside the journal: wholly, or not at all,
// and on disk when it returns. name is a file name such as playbook.yaml.
func (j *Journal) Keep(name string, content []byte) error {
	if err := sane(name); err != nil {
		return err
	}
	if err := replace(j.dir, name, content); err != nil {
		return fmt.Errorf("keep %s of run %s: %w", name, j.id, err)
	}
	return nil
}

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
