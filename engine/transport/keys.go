package transport

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"

	"rung/engine/inventory"
)

// keys are the operator's keys: each file is read once, and the agent is
// asked once, for the whole run.
type keys struct {
	passphrase func(file string) ([]byte, error)

	mu    sync.Mutex
	files map[string]*identity

	agentOnce sync.Once
	agentConn net.Conn
	agentKeys []ssh.Signer
	agentErr  error
}

// identity is a private key file.
type identity struct {
	signer ssh.Signer // nil where it cannot be used
	err    error
}

// defaultIdentities are tried where a host names none, as ssh does.
var defaultIdentities = []string{"id_ed25519", "id_rsa", "id_ecdsa"}

// login is what a host is offered: it remembers it, for the error.
type login struct {
	keys    []ssh.Signer
	tried   []string // "~/.ssh/id_ed25519 (SHA256:…)"
	skipped []string // with the reason
}

func (l *login) signers() ([]ssh.Signer, error) { return l.keys, nil }

// login collects the keys for h: its own first, because a server counts
// attempts, then those of the agent, which is given up after patience.
func (k *keys) login(ctx context.Context, h inventory.Host, patience time.Duration) *login {
	l := &login{}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	inAgent := k.fromAgent(ctx)
	if k.agentErr != nil {
		l.skipped = append(l.skipped, fmt.Sprintf("the agent (%v)", k.agentErr))
	}
	files := []string{h.IdentityFile}
	if h.IdentityFile == "" {
		files = files[:0]
		for _, name := range defaultIdentities {
			if file := inHome(".ssh", name); file != "" {
				files = append(files, file)
			}
		}
	}
	for _, file := range files {
		id := k.identity(file, inAgent)
		switch {
		case id.signer != nil:
			l.offer(id.signer, file)
		case errors.Is(id.err, fs.ErrNotExist) && h.IdentityFile == "":
		default:
			l.skipped = append(l.skipped, fmt.Sprintf("%s (%v)", file, id.err))
		}
	}
	for _, signer := range inAgent {
		l.offer(signer, "the agent's key")
	}
	return l
}

func (l *login) offer(signer ssh.Signer, from string) {
	for _, have := range l.keys {
		if same(have.PublicKey(), signer.PublicKey()) {
			return
		}
	}
	l.keys = append(l.keys, signer)
	l.tried = append(l.tried, fmt.Sprintf("%s (%s)", from, ssh.FingerprintSHA256(signer.PublicKey())))
}

func same(a, b ssh.PublicKey) bool { return bytes.Equal(a.Marshal(), b.Marshal()) }

var errEncrypted = errors.New("it is encrypted, and there is nobody to ask for its passphrase; add it to the agent with ssh-add")

// identity reads a key file. For an encrypted one whose public half is in the
// agent, the agent signs, and nobody is asked.
func (k *keys) identity(file string, inAgent []ssh.Signer) *identity {
	k.mu.Lock()
	defer k.mu.Unlock()
	if id := k.files[file]; id != nil {
		return id
	}
	id := &identity{}
	k.files[file] = id
	src, err := os.ReadFile(file)
	if err != nil {
		var path *fs.PathError
		if errors.As(err, &path) {
			err = path.Err // the file is named by whoever reports it
		}
		id.err = err
		return id
	}
	id.signer, id.err = ssh.ParsePrivateKey(src)
	var missing *ssh.PassphraseMissingError
	if !errors.As(id.err, &missing) {
		return id
	}
	for _, signer := range inAgent {
		if missing.PublicKey != nil && same(signer.PublicKey(), missing.PublicKey) {
			id.signer, id.err = signer, nil
			return id
		}
	}
	if k.passphrase == nil {
		id.err = errEncrypted
		return id
	}
	secret, err := k.passphrase(file)
	if err != nil {
		id.err = err
		return id
	}
	if id.signer, id.err = ssh.ParsePrivateKeyWithPassphrase(src, secret); id.err != nil {
		id.err = errors.New("the passphrase is not the right one")
	}
	return id
}

// fromAgent returns the agent's keys; none where there is no agent.
func (k *keys) fromAgent(ctx context.Context) []ssh.Signer {
	k.agentOnce.Do(func() {
		socket := os.Getenv("SSH_AUTH_SOCK")
		if socket == "" {
			return
		}
		var d net.Dialer
		if k.agentConn, k.agentErr = d.DialContext(ctx, "unix", filepath.Clean(socket)); k.agentErr != nil {
			return
		}
		// An agent that hangs must not hang the run.
		stop := context.AfterFunc(ctx, func() { k.agentConn.Close() })
		defer stop()
		k.agentKeys, k.agentErr = agent.NewClient(k.agentConn).Signers()
	})
	return k.agentKeys
}

func (k *keys) close() {
	k.agentOnce.Do(func() {})
	if k.agentConn != nil {
		k.agentConn.Close()
	}
}
