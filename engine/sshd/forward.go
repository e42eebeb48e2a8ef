package sshd

import (
	"io"
	"net"
	"strconv"
	"sync"

	"golang.org/x/crypto/ssh"
)

// forward connects a client to another address of loopback, as a jump host
// connects to what stands behind it. Other addresses are refused: a test's
// server is no way into a network.
func (d *Door) forward(open ssh.NewChannel) {
	var to struct {
		Host     string
		Port     uint32
		FromHost string
		FromPort uint32
	}
	if err := ssh.Unmarshal(open.ExtraData(), &to); err != nil {
		_ = open.Reject(ssh.ConnectionFailed, "the request cannot be read")
		return
	}
	if ip := net.ParseIP(to.Host); to.Host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		_ = open.Reject(ssh.Prohibited, "only loopback is forwarded to")
		return
	}
	var dialer net.Dialer
	target, err := dialer.DialContext(d.server.ctx, "tcp", net.JoinHostPort(to.Host, strconv.Itoa(int(to.Port))))
	if err != nil {
		_ = open.Reject(ssh.ConnectionFailed, err.Error())
		return
	}
	defer target.Close()
	ch, requests, err := open.Accept()
	if err != nil {
		return
	}
	defer ch.Close()
	var both sync.WaitGroup
	both.Go(func() { ssh.DiscardRequests(requests) })
	both.Go(func() {
		_, _ = io.Copy(ch, target)
		ch.Close()
	})
	both.Go(func() {
		_, _ = io.Copy(target, ch)
		target.Close()
	})
	both.Wait()
}
