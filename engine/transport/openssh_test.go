package transport_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/crypto/ssh/knownhosts"

	"rung/engine/inventory"
	"rung/engine/sshd"
	"rung/engine/step"
	"rung/engine/transport"
)

// server is the real OpenSSH server, on loopback; it plays every host. It has its own keys, no PAM, and lets only this test's key in.
type server struct {
	t      testing.TB
	folder string
	port   int
	login  string
	key    sshd.Key
}

const sshdFile = "/usr/sbin/sshd"

// openSSHIsHere says whether there is a real server to ask. In CI there must be.
func openSSHIsHere(t testing.TB) bool {
	t.Helper()
	_, err := os.Stat(sshdFile)
	if err != nil && os.Getenv("CI") != "" {
		t.Fatalf("%v: `.ci/run` installs the real OpenSSH server", err)
	}
	return err == nil
}

// openSSH starts a server with more lines of sshd_config.
func openSSH(t testing.TB, config ...string) *server {
	t.Helper()
	if !openSSHIsHere(t) {
		t.Skip("this test asks the real OpenSSH server, and it is not here: apt-get install openssh-server")
	}
	me, err := user.Current()
	must(t, err)
	s := &server{t: t, folder: t.TempDir(), port: closedPort(t), login: me.Username, key: newKey(t)}
	must(t, newKeyAt(t, s.file("host_key")))
	must(t, s.key.Write(s.file("id"), nil))
	must(t, os.WriteFile(s.file("authorized_keys"), sshAuthorized(s.key), 0o600))
	lines := append([]string{
		"Port " + strconv.Itoa(s.port),
		"ListenAddress 127.0.0.1", "HostKey " + s.file("host_key"), "PidFile none",
		"AuthorizedKeysFile " + s.file("authorized_keys"),
		"PermitRootLogin prohibit-password", "PasswordAuthentication no", "KbdInteractiveAuthentication no",
		"StrictModes no", "UsePAM no", "UseDNS no", "MaxStartups 1000", "LogLevel VERBOSE",
		"SetEnv HOME=" + s.folder, // whatever the login's own shell files do, they do not do it here
	}, config...)
	must(t, os.WriteFile(s.file("config"), []byte(strings.Join(lines, "\n")+"\n"), 0o600))
	s.start()
	return s
}

func (s *server) file(name string) string { return filepath.Join(s.folder, name) }

func (s *server) start() {
	if os.Getuid() == 0 {
		must(s.t, os.MkdirAll("/run/sshd", 0o755)) // sshd wants its empty folder
	}
	log, err := os.Create(s.file("log"))
	must(s.t, err)
	cmd := exec.Command(sshdFile, "-D", "-e", "-f", s.file("config"))
	cmd.Stderr = log
	must(s.t, cmd.Start())
	s.t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
		log.Close()
	})
	eventually(s.t, "sshd listens", func() bool {
		c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", s.port))
		if err == nil {
			c.Close()
		}
		return err == nil
	})
}

func (s *server) log() string {
	text, err := os.ReadFile(s.file("log"))
	must(s.t, err)
	return string(text)
}

// dial returns a transport to names, all played by the server.
func (s *server) dial(options transport.Options, names ...string) *transport.SSH {
	s.t.Helper()
	var hosts []inventory.Host
	var known strings.Builder
	key, err := os.ReadFile(s.file("host_key.pub"))
	must(s.t, err)
	for _, name := range names {
		hosts = append(hosts, inventory.Host{Name: name, Address: "127.0.0.1", Port: s.port, User: s.login, IdentityFile: s.file("id")})
	}
	fmt.Fprintf(&known, "%s %s", knownhosts.Normalize(net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port))), key)
	must(s.t, os.WriteFile(s.file("known_hosts"), []byte(known.String()), 0o600))
	if options.KnownHosts == "" {
		options.KnownHosts = s.file("known_hosts")
	}
	options.SSHConfig = os.DevNull
	s.t.Setenv("SSH_AUTH_SOCK", "")
	transport, err := transport.New(hosts, options)
	must(s.t, err)
	s.t.Cleanup(func() { transport.Close() })
	return transport
}

func TestOpenSSHOneHandshakeForManyCommands(t *testing.T) {
	server := openSSH(t)
	s := server.dial(transport.Options{}, "w1")
	var all sync.WaitGroup
	for range 40 {
		all.Go(func() {
			if r, err := s.Exec(t.Context(), "w1", argv("echo", "hi"), nil); err != nil || string(r.Stdout) != "hi\n" {
				t.Errorf("%q, %v", r.Stdout, err)
			}
		})
	}
	all.Wait()
	if n := strings.Count(server.log(), "Accepted publickey"); n != 1 {
		t.Errorf("%d logins, want 1", n)
	}
}

func TestOpenSSHWithFewSessionsIsObeyed(t *testing.T) {
	s := openSSH(t, "MaxSessions 2").dial(transport.Options{}, "w1")
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if _, err := s.Exec(t.Context(), "w1", argv("true"), nil); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

func TestOpenSSHRefusesAnotherKey(t *testing.T) {
	server := openSSH(t)
	s := server.dial(transport.Options{}, "w1")
	must(t, newKey(t).Write(server.file("id"), nil))
	_, err := s.Exec(t.Context(), "w1", argv("true"), nil)
	wantBarrier(t, err, step.NoLogin, "takes none of the keys", "ssh-copy-id")
}

func TestOpenSSHWithoutItsKeyOnRecord(t *testing.T) {
	server := openSSH(t)
	file := server.file("new_known_hosts")
	_, err := server.dial(transport.Options{KnownHosts: file}, "w1").Exec(t.Context(), "w1", argv("true"), nil)
	wantBarrier(t, err, step.BadKey, "new_known_hosts has no key of it")
	_, err = server.dial(transport.Options{KnownHosts: file, AcceptNewHostKeys: true}, "w1").Exec(t.Context(), "w1", argv("true"), nil)
	must(t, err)
	_, err = server.dial(transport.Options{KnownHosts: file}, "w1").Exec(t.Context(), "w1", argv("true"), nil)
	must(t, err)
}

func TestOpenSSHSudo(t *testing.T) {
	server := openSSH(t)
	hosts := []inventory.Host{{Name: "w1", Address: "127.0.0.1", Port: server.port, User: server.login, IdentityFile: server.file("id"), Sudo: true}}
	server.dial(transport.Options{}, "w1") // writes known_hosts
	s, err := transport.New(hosts, transport.Options{KnownHosts: server.file("known_hosts"), SSHConfig: os.DevNull})
	must(t, err)
	defer s.Close()
	failed := s.Connect(t.Context(), []string{"w1"})["w1"]
	if exec.Command("sudo", "-n", "true").Run() == nil {
		must(t, failed)
		return
	}
	wantBarrier(t, failed, step.NoSudo, "cannot sudo -n")
}

// A command ends the server's own process for the connection, as a crash or a
// reboot would.
const killServer = `p=$$
until grep -q '^sshd' /proc/$p/comm; do p=$(sed -n 's/^PPid:[^0-9]*//p' /proc/$p/status); done
kill -9 $p
sleep 30`

func TestOpenSSHThatDiesLeavesTheCommandUnknown(t *testing.T) {
	s := openSSH(t).dial(transport.Options{}, "w1")
	_, err := s.Exec(t.Context(), "w1", script(killServer), nil)
	if !errors.Is(err, step.ErrLost) {
		t.Fatalf("error is %v, want ErrLost", err)
	}
	r, err := s.Exec(t.Context(), "w1", argv("echo", "again"), nil)
	if err != nil || string(r.Stdout) != "again\n" {
		t.Errorf("after that: %q, %v", r.Stdout, err)
	}
}

func TestOpenSSHCancelEndsACommandAndWaitsForADetachedOne(t *testing.T) {
	s := openSSH(t).dial(transport.Options{}, "w1")
	for _, detach := range []bool{false, true} {
		t.Run(fmt.Sprintf("detach %v", detach), func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			started := make(told, 1)
			go func() {
				<-started
				cancel()
			}()
			long := "300"
			if detach {
				long = "2"
			}
			r, err := s.Exec(ctx, "w1", step.Command{Script: `echo $$; sleep "$1"; echo whole`, Argv: []string{long}, Detach: detach}, started)
			said := strings.Fields(string(r.Stdout))
			if detach {
				if err != nil || len(said) != 2 {
					t.Errorf("it said %q, error %v; want it to have done its work", said, err)
				}
				return
			}
			if !errors.Is(err, context.Canceled) {
				t.Errorf("error is %v", err)
			}
			pid, err := strconv.Atoi(said[0])
			must(t, err)
			eventually(t, "the command has ended", func() bool { return !running(pid) })
		})
	}
}

// running says whether a process is there, and is no zombie.
func running(pid int) bool {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && !strings.Contains(string(text), ") Z ")
}

func TestOpenSSHBigOutputArrivesWhole(t *testing.T) {
	s := openSSH(t).dial(transport.Options{}, "w1")
	r, err := s.Exec(t.Context(), "w1", script("head -c 20000000 /dev/zero"), nil)
	if err != nil || len(r.Stdout) != 20_000_000 {
		t.Errorf("%d bytes, %v", len(r.Stdout), err)
	}
}
