//go:build linux

package cli

import (
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/crypto/ssh"

	"rung/engine/sshd"
)

// machine is a host behind the real OpenSSH server, with keys of its own. It is this machine: where the test is root, with
// a /var/lib and an account of its own, which nobody else sees (see rooms.sh).
type machine struct {
	folder  string // of all that is its own; each login may enter
	address string
	port    int
	login   string
	cable   *cable   // nil: it is on loopback
	enter   []string // goes into its namespaces, and runs what follows

	server *exec.Cmd // nil: none listens
	was    []string  // what it was when a snapshot was taken
}

const opensshServer = "/usr/sbin/sshd"

func setHost(ts *testscript.TestScript, neg bool, args []string) {
	f := flag.NewFlagSet("host", flag.ContinueOnError)
	f.SetOutput(ts.Stderr())
	wired := f.Bool("wired", false, "it is at the end of a cable, which can be cut")
	login := f.String("login", "", "who logs in, instead of who runs the test; the account is made for the host")
	sudo := f.Bool("sudo", false, "the login may become root, and does")
	plane := f.Bool("plane", false, "it is a control plane: where the lock of a cluster lies")
	ts.Check(f.Parse(args))
	arguments(ts, neg, f.Args(), 0, 0, "host [flags]")
	m, err := newMachine(*wired, *login, *sudo)
	if err == nil {
		ts.Defer(func() { ts.Check(m.close()) })
		ts.Check(m.start())
		err = m.admits()
	}
	var without *missing
	if errors.As(err, &without) {
		without.skip(ts)
	}
	ts.Check(err)
	group := "workers"
	if *plane {
		group = "control_plane"
	}
	inventory := fmt.Sprintf("hosts:\n  h1: {address: %s, port: %d, user: %s, sudo: %v, identity_file: ./id, known_hosts: ./known_hosts}\ngroups:\n  %s: [h1]\n", m.address, m.port, m.login, *sudo, group)
	ts.Check(os.Mkdir(m.file("work"), 0o777))
	ts.Check(os.Chmod(m.file("work"), 0o777))
	for file, text := range map[string]string{"inventory.yaml": inventory, "ssh_config": "Host *\n  ServerAliveInterval 1\n  ConnectTimeout 4\n"} {
		ts.Check(os.WriteFile(m.file(file), []byte(text), 0o600))
	}
	ts.Setenv("HOST", m.folder)
	ts.Setenv("TRACES", m.file("work"))
	ts.Setenv("INV", m.file("inventory.yaml"))
	ts.Setenv("SSH_CONFIG", m.file("ssh_config"))
	work, err := filepath.Abs(filepath.Join("testdata", "wire", "work.yaml"))
	ts.Check(err)
	ts.Setenv("PLAYBOOK", work)
	*ts.Value(place{}).(**machine) = m
}

func newMachine(wired bool, login string, sudo bool) (*machine, error) {
	if _, err := os.Stat(opensshServer); err != nil {
		return nil, lacks(opensshServer, "openssh-server")
	}
	folder, err := os.MkdirTemp("", "rung-wire-")
	if err != nil {
		return nil, err
	}
	m := &machine{folder: folder, address: "127.0.0.1"}
	if err := m.furnish(wired, login, sudo); err != nil {
		return nil, errors.Join(err, m.close())
	}
	return m, nil
}

func (m *machine) file(name string) string { return filepath.Join(m.folder, name) }

// read is what lies in one of its files; "" where there is none.
func (m *machine) read(name string) string {
	text, _ := os.ReadFile(m.file(name))
	return string(text)
}

// furnish makes its files, its account and its cable.
func (m *machine) furnish(wired bool, login string, sudo bool) error {
	if err := os.Chmod(m.folder, 0o755); err != nil {
		return err
	}
	var err error
	if m.login, m.enter, err = m.house(login, sudo); err != nil {
		return err
	}
	if wired {
		if m.cable, err = lay(); err != nil {
			return err
		}
		m.address, m.enter = m.cable.far, append(m.cable.enter(), m.enter...)
	}
	if m.port, err = freePort(m.cable != nil); err != nil {
		return err
	}
	return m.keys()
}

// keys writes those of the server and of the login, and the server's configuration.
func (m *machine) keys() error {
	host, err := sshd.NewKey()
	if err != nil {
		return err
	}
	me, err := sshd.NewKey()
	if err != nil {
		return err
	}
	lines := []string{
		"Port " + strconv.Itoa(m.port), "ListenAddress " + m.address, "HostKey " + m.file("host_key"), "PidFile none",
		"AuthorizedKeysFile " + m.file("authorized_keys"),
		"PermitRootLogin prohibit-password", "PasswordAuthentication no", "KbdInteractiveAuthentication no",
		"StrictModes no", "UsePAM no", "UseDNS no", "LogLevel VERBOSE",
		"SetEnv HOME=" + m.file("home"),
		"AuthenticationMethods publickey", "LoginGraceTime 10",
	}
	addr := &net.TCPAddr{IP: net.ParseIP(m.address), Port: m.port}
	return errors.Join(
		host.Write(m.file("host_key"), nil), me.Write(m.file("id"), nil),
		os.WriteFile(m.file("authorized_keys"), ssh.MarshalAuthorizedKey(me.PublicKey()), 0o644),
		os.WriteFile(m.file("known_hosts"), []byte(sshd.KnownHost(addr, host.PublicKey())), 0o600),
		os.WriteFile(m.file("sshd_config"), []byte(strings.Join(lines, "\n")+"\n"), 0o600),
	)
}

// start lets the server listen.
func (m *machine) start() error {
	log, err := os.OpenFile(m.file("sshd.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer log.Close()
	argv := append(slices.Clone(m.enter), opensshServer, "-D", "-e", "-f", m.file("sshd_config"))
	m.server = exec.Command(argv[0], argv[1:]...)
	m.server.Stderr = log
	m.server.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} // a test that is killed leaves no server
	if err := m.server.Start(); err != nil {
		return err
	}
	listening := func() bool {
		return strings.Contains(m.read("sshd.log"), fmt.Sprintf("Server listening on %s port %d", m.address, m.port))
	}
	if err := eventually("sshd listens", listening); err != nil {
		return fmt.Errorf("%w: %s", err, m.read("sshd.log"))
	}
	return nil
}

// admits wants the login to get a shell there. Root's own server lets it in; a server of somebody else, or of root in a
// namespace of users, may not be able to.
func (m *machine) admits() error {
	key, err := os.ReadFile(m.file("id"))
	if err != nil {
		return err
	}
	signer, err := ssh.ParsePrivateKey(key)
	if err != nil {
		return err
	}
	config := &ssh.ClientConfig{User: m.login, Auth: []ssh.AuthMethod{ssh.PublicKeys(signer)}, HostKeyCallback: ssh.InsecureIgnoreHostKey(), Timeout: patience} // it is our own
	c, err := ssh.Dial("tcp", net.JoinHostPort(m.address, strconv.Itoa(m.port)), config)
	if err == nil {
		defer c.Close()
		var s *ssh.Session
		if s, err = c.NewSession(); err == nil {
			err = s.Run("true")
		}
	}
	users, _ := os.ReadFile("/proc/self/uid_map")
	if everybody := strings.Contains(string(users), "4294967295"); err == nil || everybody && os.Getuid() == 0 {
		return err
	}
	return &missing{why: fmt.Sprintf("sshd cannot let %s in where it is not root of the machine: %v", m.login, err)}
}

// killSessions kills the processes that serve connections.
func (m *machine) killSessions() error {
	killed := 0
	for _, pid := range offspring(m.server.Process.Pid) {
		if name, _ := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid)); strings.HasPrefix(string(name), "sshd") && kill(pid) == nil {
			killed++
		}
	}
	if killed == 0 {
		return errors.New("no connection is served")
	}
	return nil
}

// killServer kills the server, and all that serves its connections.
func (m *machine) killServer() error {
	sessions := offspring(m.server.Process.Pid)
	err := m.server.Process.Kill()
	_ = m.server.Wait() // it was killed
	m.server = nil
	for _, pid := range sessions {
		if name, _ := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid)); strings.HasPrefix(string(name), "sshd") {
			_ = kill(pid) // it may have ended with its parent
		}
	}
	return errors.Join(err, os.Truncate(m.file("sshd.log"), 0))
}

// close ends all that belongs to it, and removes it.
func (m *machine) close() error {
	var err error
	if m.server != nil {
		err = m.killServer()
	}
	if m.cable != nil {
		err = errors.Join(err, m.cable.remove())
	}
	_ = os.WriteFile(m.file("work/go"), nil, 0o644)                                                                    // what still works there may end
	return errors.Join(err, eventually("its folder is removed", func() bool { return os.RemoveAll(m.folder) == nil })) // and may write until then
}

func kill(pid int) error {
	p, err := os.FindProcess(pid)
	if err != nil {
		return err
	}
	return p.Kill()
}

// offspring are the processes that came of pid, and have not left it.
func offspring(pid int) []int {
	children := map[int][]int{}
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range stats {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended
		}
		id, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		rest := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
		if parent, err := strconv.Atoi(rest[1]); err == nil {
			children[parent] = append(children[parent], id)
		}
	}
	var all []int
	for todo := []int{pid}; len(todo) > 0; todo = todo[1:] {
		all = append(all, children[todo[0]]...)
		todo = append(todo, children[todo[0]]...)
	}
	return all
}

// freePort is one on which nothing listens. A host of its own has them all.
func freePort(own bool) (int, error) {
	if own {
		return 22, nil
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// eventually waits for something, with a limit.
func eventually(what string, is func() bool) error {
	for limit := time.Now().Add(patience); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(limit) {
			return fmt.Errorf("it never came to that: %s", what)
		}
	}
	return nil
}
