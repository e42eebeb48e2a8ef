package transport

import (
	"errors"
	"testing"
	"time"

	"github.com/melbahja/goph"
	"golang.org/x/crypto/ssh"

	"rung/engine/inventory"
)

// forgetful is a connection that has ended, and forgets who asks it for a channel.
type forgetful struct {
	ssh.Conn
	asked, over chan struct{}
}

func (f *forgetful) OpenChannel(string, []byte) (ssh.Channel, <-chan *ssh.Request, error) {
	close(f.asked)
	<-f.over
	return nil, nil, errors.New("the test is over")
}

func TestASessionThatNobodyAnswersEndsWithItsConnection(t *testing.T) {
	f := &forgetful{asked: make(chan struct{}), over: make(chan struct{})}
	defer close(f.over)
	s, err := New([]inventory.Host{{Name: "w1", Address: "192.0.2.21"}}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	c := &connection{link: s.links["w1"], client: &goph.Client{Client: &ssh.Client{Conn: f}}, dead: make(chan struct{}), slots: make(chan struct{}, 1)}
	c.slots <- struct{}{}
	said := make(chan error, 1)
	go func() {
		_, err := c.open(t.Context())
		said <- err
	}()
	<-f.asked
	close(c.dead)
	if err := <-said; !errors.Is(err, errBroken) {
		t.Errorf("open says %v", err)
	}
	closed := make(chan error, 1)
	go func() { closed <- s.Close() }()
	select {
	case <-closed:
	case <-time.After(10 * time.Second):
		t.Error("Close waits for who is forgotten")
	}
	if len(c.slots) > 0 {
		t.Error("its place is not free again")
	}
}
