package transport

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/melbahja/goph"
	"golang.org/x/crypto/ssh"

	"rung/engine/step"
)

// connection is an SSH connection to a host, and who works on it.
type connection struct {
	link   *link
	client *goph.Client
	dead   chan struct{} // closed when the connection has ended

	slots     chan struct{} // a token for each session, and for each that the host refused
	ahead     chan *session // one opened for the next command
	preparing atomic.Bool
	commands  atomic.Int64 // started so far
	active    atomic.Int64 // sessions that are open

	sudoOnce sync.Once
	sudoDone chan struct{}
	sudoErr  error
}

// sessionsAtOnce is how many commands share a connection: OpenSSH's own
// MaxSessions is 10, and hosts are the operator's too.
const sessionsAtOnce = 8

var errNoAnswer = errors.New("no answer")

// dial connects to the host, through its jump host where it has one. The whole
// handshake is bounded: ssh.ClientConfig.Timeout bounds only TCP, and a server
// that accepts and then says nothing would hold a run for ever.
func (l *link) dial(ctx context.Context) (*connection, error) {
	var through *connection
	if l.via != nil {
		var err error
		if through, err = l.via.connect(ctx); err != nil {
			return nil, l.behind(err)
		}
	}
	// Before the clock starts: a passphrase may be asked for, and people type slowly.
	limit := l.handshakes()
	login := l.ssh.keys.login(ctx, l.host, limit)
	select {
	case l.ssh.dials <- struct{}{}:
		defer func() { <-l.ssh.dials }()
	case <-ctx.Done():
		return nil, l.unreachable(step.NoContact, context.Cause(ctx))
	}
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("%w within %s", errNoAnswer, limit))
	defer cancel()
	began := time.Now()
	raw, err := l.dialRaw(ctx, through)
	if err != nil {
		return nil, l.noContact(ctx, err)
	}
	client, err := l.handshake(ctx, raw, login)
	if err != nil {
		raw.Close()
		return nil, err
	}
	l.ssh.options.Log.Debug().Str("host", l.host.Name).Str("addr", l.addr()).Dur("took", time.Since(began)).Msg("connected")
	return l.adopt(&goph.Client{Client: client}), nil
}

// handshakes is how long one may take.
func (l *link) handshakes() time.Duration {
	return cmp.Or(l.host.Handshake, l.ssh.options.ConnectTimeout)
}

func (l *link) dialRaw(ctx context.Context, through *connection) (net.Conn, error) {
	if through != nil {
		return through.client.DialContext(ctx, "tcp", l.addr())
	}
	var d net.Dialer
	return d.DialContext(ctx, "tcp", l.addr())
}

func (l *link) handshake(ctx context.Context, raw net.Conn, login *login) (*ssh.Client, error) {
	// A connection through a jump host has no deadlines, so closing it is what
	// ends a handshake in both cases.
	stop := context.AfterFunc(ctx, func() { raw.Close() })
	defer stop()
	check, err := l.ssh.records.check(l.host)
	if err != nil {
		return nil, l.unreachable(step.BadKey, err)
	}
	var refused error // by us, because of its key
	config := &ssh.ClientConfig{
		User:              l.host.User,
		Auth:              []ssh.AuthMethod{ssh.PublicKeysCallback(login.signers)},
		HostKeyAlgorithms: check.algorithms(l.addr()),
		HostKeyCallback: func(addr string, remote net.Addr, key ssh.PublicKey) error {
			refused = check.key(addr, remote, key)
			return refused
		},
		ClientVersion: "SSH-2.0-rung",
	}
	conn, channels, requests, err := ssh.NewClientConn(raw, l.addr(), config)
	switch {
	case err == nil && stop():
		return ssh.NewClient(conn, channels, requests), nil
	case refused != nil:
		return nil, l.badKey(refused)
	case err != nil && ctx.Err() == nil && isLoginRefused(err):
		return nil, l.noLogin(login)
	case err == nil:
		err = context.Cause(ctx)
		conn.Close()
	}
	return nil, l.noContact(ctx, err)
}

// adopt takes charge of a client: it is closed with the transport, and when
// the host does not answer any more.
func (l *link) adopt(client *goph.Client) *connection {
	c := &connection{
		link: l, client: client, dead: make(chan struct{}), sudoDone: make(chan struct{}),
		slots: make(chan struct{}, sessionsAtOnce), ahead: make(chan *session, 1),
	}
	owned := l.ssh.own(func() {
		defer close(c.dead)
		_ = client.Wait()
	})
	if !owned {
		client.Close()
		_ = client.Wait()
		close(c.dead)
		return c
	}
	if !l.ssh.own(c.watch) {
		client.Close()
	}
	return c
}

// watch asks the host now and then whether it is there, and ends the
// connection when it is not, or when the transport closes.
func (c *connection) watch() {
	defer c.client.Close()
	every := cmp.Or(c.link.host.Keepalive, c.link.ssh.options.Keepalive)
	tick := time.NewTicker(every)
	defer tick.Stop()
	answer := make(chan error, 1)
	missed, asking := 0, false
	for {
		select {
		case <-c.dead:
			return
		case <-c.link.ssh.base.Done():
			return
		case err := <-answer:
			if err != nil {
				return
			}
			missed, asking = 0, false
		case <-tick.C:
			if asking {
				if missed++; missed == keepalives {
					c.link.ssh.options.Log.Warn().Str("host", c.link.host.Name).Dur("silent", time.Duration(missed)*every).Msg("contact lost")
					return
				}
				continue
			}
			asking = c.link.ssh.own(func() {
				_, _, err := c.client.SendRequest("keepalive@openssh.com", true, nil)
				answer <- err
			})
		}
	}
}

// keepalives is how many may be missed in a row.
const keepalives = 3

// lost says whether the connection has ended.
func (c *connection) lost() bool {
	select {
	case <-c.dead:
		return true
	default:
		return false
	}
}
