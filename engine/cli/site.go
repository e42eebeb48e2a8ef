package cli

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"golang.org/x/crypto/ssh"

	"rung/engine/sshd"
)

// site is a twin behind SSH on loopback: a listener for each host, and the
// files with which to reach them, in a folder of its own.
type site struct {
	folder    string
	inventory string // the path
	sshConfig string // for ssh -F
	server    *sshd.Server
	known     strings.Builder
	config    strings.Builder
	hosts     strings.Builder
}

// machines are what stands behind a site; a [twin.Cluster] is.
type machines interface {
	Hosts() []string // control planes first
	ControlPlanes() []string
	IsDown(host string) bool
	Shell(ctx context.Context, host, line string, stdin io.Reader, stdout, stderr io.Writer) int
}

// openSite starts to listen. The site must be closed.
func openSite(c machines) (*site, error) {
	folder, err := os.MkdirTemp("", "rung-demo-")
	if err != nil {
		return nil, err
	}
	s := &site{folder: folder, inventory: filepath.Join(folder, "inventory.yaml"), sshConfig: filepath.Join(folder, "ssh_config"), server: sshd.New()}
	if err := s.open(c); err != nil {
		_ = s.close()
		return nil, err
	}
	return s, nil
}

func (s *site) open(c machines) error {
	login, err := sshd.NewKey()
	if err != nil {
		return err
	}
	if err := login.Write(filepath.Join(s.folder, "id_ed25519"), nil); err != nil {
		return err
	}
	for _, name := range c.Hosts() {
		if err := s.serve(c, name, login.PublicKey()); err != nil {
			return err
		}
	}
	for file, text := range map[string]string{
		"known_hosts":    s.known.String(),
		"ssh_config":     s.config.String(),
		"inventory.yaml": s.inventoryText(c),
	} {
		if err := os.WriteFile(filepath.Join(s.folder, file), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// gone is the exit status of a shell whose host is off the network, or went off it: its connections break then.
const gone = 255

func (s *site) serve(c machines, name string, login ssh.PublicKey) error {
	key, err := sshd.NewKey()
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	var door atomic.Pointer[sshd.Door]
	shell := func(ctx context.Context, _, line string, stdin io.Reader, stdout, stderr io.Writer) int {
		out, errs := &hearing{Writer: stdout}, &hearing{Writer: stderr}
		exit := c.Shell(ctx, name, line, stdin, out, errs)
		client := ctx.Err() == nil && !out.deaf.Load() && !errs.deaf.Load() // it is there: its host is not
		if d := door.Load(); exit == gone && d != nil && client {
			d.Drop()
		}
		return exit
	}
	host := sshd.Host{Key: key, Authorized: []ssh.PublicKey{login}, Shell: shell, Faults: sshd.Faults{Down: func() bool { return c.IsDown(name) }}}
	d, err := s.server.Serve(l, host)
	if err != nil {
		return err
	}
	door.Store(d)
	port := l.Addr().(*net.TCPAddr).Port
	s.known.WriteString(sshd.KnownHost(l.Addr(), key.PublicKey()))
	fmt.Fprintf(&s.config, "Host %s\n  HostName 127.0.0.1\n  Port %d\n  User root\n  IdentityFile %s/id_ed25519\n  IdentitiesOnly yes\n  UserKnownHostsFile %s/known_hosts\n", name, port, s.folder, s.folder)
	fmt.Fprintf(&s.hosts, "  %s: {address: 127.0.0.1, port: %d}\n", name, port)
	return nil
}

// hearing is a writer to a client that may go away.
type hearing struct {
	io.Writer
	deaf atomic.Bool // it went
}

func (h *hearing) Write(b []byte) (int, error) {
	n, err := h.Writer.Write(b)
	if err != nil {
		h.deaf.Store(true)
	}
	return n, err
}

func (s *site) inventoryText(c machines) string {
	planes := c.ControlPlanes()
	workers := c.Hosts()[len(planes):]
	return fmt.Sprintf("defaults: {user: root, identity_file: ./id_ed25519, known_hosts: ./known_hosts}\nhosts:\n%sgroups:\n  control_plane: [%s]\n  workers: [%s]\n",
		s.hosts.String(), strings.Join(planes, ", "), strings.Join(workers, ", "))
}

// close stops listening, waits for what runs, and removes the folder.
func (s *site) close() error {
	err := s.server.Close()
	if e := os.RemoveAll(s.folder); err == nil {
		err = e
	}
	return err
}
