// Package seal makes files that only their recipients can read.
//
// What is written to one is encrypted with age before it reaches the disk, and the key that reads it is nowhere on this
// machine, unless the operator has put it there. Its invariant: a file that lies under its own name is complete and
// holds what it should; nothing is ever overwritten.
//
// It does not decrypt: `age --decrypt` does.
package seal

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"filippo.io/age"
)

// File is one that is being written. Keep or Discard ends it.
type File struct {
	path   string
	part   *os.File
	secret io.WriteCloser
	sum    hash.Hash
}

// Create begins a file for recipients of age (age1…). There must be none of this name, and one recipient at least.
func Create(path string, recipients []string) (*File, error) {
	if _, err := os.Lstat(path); err == nil {
		return nil, fmt.Errorf("%s is there already, and is not overwritten: %w", path, fs.ErrExist)
	}
	to, err := age.ParseRecipients(strings.NewReader(strings.Join(recipients, "\n")))
	if err != nil {
		return nil, fmt.Errorf("a recipient is not one of age, such as age1…: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	part, err := os.OpenFile(path+".part", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	f := &File{path: path, part: part, sum: sha256.New()}
	if f.secret, err = age.Encrypt(part, to...); err != nil {
		f.Discard()
		return nil, err
	}
	return f, nil
}

// Write takes the next piece of what the file is to hold.
func (f *File) Write(b []byte) (int, error) {
	f.sum.Write(b)
	return f.secret.Write(b)
}

// Keep ends the file and gives it its name, where it holds what has this SHA-256 digest. Else it is discarded.
func (f *File) Keep(sha256 string) error {
	if got := hex.EncodeToString(f.sum.Sum(nil)); got != sha256 {
		f.Discard()
		return fmt.Errorf("what came has the digest %s, and %s was expected: it was not kept", got, sha256)
	}
	if err := errors.Join(f.secret.Close(), f.part.Sync(), f.part.Close()); err != nil {
		f.Discard()
		return err
	}
	return os.Rename(f.path+".part", f.path)
}

// Discard leaves nothing of the file.
func (f *File) Discard() {
	_ = f.part.Close() // it may be closed already, and is removed anyway
	_ = os.Remove(f.path + ".part")
}
