package sshd

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"fmt"
	"net"
	"os"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

// Key is a fresh key pair, for a host or for someone who logs in.
type Key struct {
	ssh.Signer
	private ed25519.PrivateKey
}

// NewKey makes an ed25519 key.
func NewKey() (Key, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return Key{}, err
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		return Key{}, err
	}
	return Key{signer, private}, nil
}

// Write writes the private key to file as an OpenSSH identity that only its
// owner may read, encrypted where there is a passphrase.
func (k Key) Write(file string, passphrase []byte) error {
	var block *pem.Block
	var err error
	if len(passphrase) == 0 {
		block, err = ssh.MarshalPrivateKey(k.private, "rung")
	} else {
		block, err = ssh.MarshalPrivateKeyWithPassphrase(k.private, "rung", passphrase)
	}
	if err != nil {
		return fmt.Errorf("key for %s: %w", file, err)
	}
	return os.WriteFile(file, pem.EncodeToMemory(block), 0o600)
}

// KnownHost returns the line of known_hosts, with its newline, that says that
// key is the host key at addr.
func KnownHost(addr net.Addr, key ssh.PublicKey) string {
	return knownhosts.Line([]string{knownhosts.Normalize(addr.String())}, key) + "\n"
}

// Private returns the private half, for an agent.
func (k Key) Private() ed25519.PrivateKey { return k.private }
