package transport

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/skeema/knownhosts"
	"golang.org/x/crypto/ssh"

	"rung/engine/inventory"
)

// records are the host keys on record: the known_hosts files in use.
type records struct {
	options Options
	mu      sync.Mutex
	files   map[string]*record // by the names of all its files
}

// record is one known_hosts file (or the operator's and the machine's), and
// what this run has added to it.
type record struct {
	file   string // new keys are written there
	db     *knownhosts.HostKeyDB
	accept bool

	mu    sync.Mutex
	added map[string]ssh.PublicKey // by address
}

// globalRecord is the machine's own known_hosts, which OpenSSH reads as well.
const globalRecord = "/etc/ssh/ssh_known_hosts"

// check returns what is on record for h. A file that is not there is empty.
func (r *records) check(h inventory.Host) (*record, error) {
	named := cmp.Or(h.KnownHosts, r.options.KnownHosts)
	file := cmp.Or(named, h.UserKnownHosts, inHome(".ssh", "known_hosts"))
	sources := []string{file}
	if named == "" {
		sources = append(sources, globalRecord)
	}
	key := strings.Join(sources, "\n")
	r.mu.Lock()
	defer r.mu.Unlock()
	if known := r.files[key]; known != nil {
		return known, nil
	}
	var there []string
	for _, source := range sources {
		if _, err := os.Stat(source); err == nil {
			there = append(there, source)
		} else if !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	db, err := knownhosts.NewDB(there...)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", strings.Join(there, ", "), err)
	}
	r.files[key] = &record{file: file, db: db, accept: r.options.AcceptNewHostKeys, added: map[string]ssh.PublicKey{}}
	return r.files[key], nil
}

// algorithms are those of the keys on record for addr, so that a host with
// several keys shows the one that is known; nil where none is.
func (r *record) algorithms(addr string) []string {
	return r.db.HostKeyAlgorithms(addr)
}

// keyRefused is why a host key was refused.
type keyRefused struct {
	key     ssh.PublicKey
	file    string
	changed bool
	line    int // of the key on record, where it changed
}

func (k *keyRefused) Error() string {
	shown := fmt.Sprintf("it shows the %s key %s", k.key.Type(), ssh.FingerprintSHA256(k.key))
	if k.changed {
		return fmt.Sprintf("%s, which is not the one on record (%s:%d)", shown, k.file, k.line)
	}
	return fmt.Sprintf("%s, and %s has no key of it", shown, k.file)
}

// key is an ssh.HostKeyCallback.
func (r *record) key(addr string, remote net.Addr, key ssh.PublicKey) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if mine := r.added[addr]; mine != nil {
		if bytes.Equal(mine.Marshal(), key.Marshal()) {
			return nil
		}
		return &keyRefused{key: key, file: r.file, changed: true}
	}
	err := r.db.HostKeyCallback()(addr, remote, key)
	var mismatch *knownhostsKeyError
	switch {
	case err == nil:
		return nil
	case knownhosts.IsHostUnknown(err) && r.accept:
		if err := r.append(addr, key); err != nil {
			return fmt.Errorf("the new host key cannot be recorded: %w", err)
		}
		r.added[addr] = key
		return nil
	case knownhosts.IsHostUnknown(err):
		return &keyRefused{key: key, file: r.file}
	case errors.As(err, &mismatch) && len(mismatch.Want) > 0:
		return &keyRefused{key: key, changed: true, file: mismatch.Want[0].Filename, line: mismatch.Want[0].Line}
	}
	return err // revoked, or a certificate that does not hold: the text says which
}

// append adds a line to the file in one write, so that a run beside this one
// cannot tear it.
func (r *record) append(addr string, key ssh.PublicKey) error {
	if err := os.MkdirAll(filepath.Dir(r.file), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(r.file, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	line := knownhosts.Line([]string{addr}, key) + "\n"
	if info, err := f.Stat(); err == nil && info.Size() > 0 {
		last := make([]byte, 1)
		if _, err := f.ReadAt(last, info.Size()-1); err == nil && last[0] != '\n' {
			line = "\n" + line
		}
	}
	_, err = f.WriteString(line)
	return errors.Join(err, f.Close())
}
