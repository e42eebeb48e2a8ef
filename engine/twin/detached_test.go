package twin

import (
	"context"
	"io"
	"testing"
	"time"

	"rung/engine/step"
)

// What has been started apart goes on: that the session which started it is cut off is nothing to it. A session is interpreted
// at once, so that it can be cut off in the middle of that.
func TestWhatIsStartedApartOutlivesItsSession(t *testing.T) {
	for _, apart := range []string{"systemd-run --unit=job", "setsid"} {
		c := newLab(t, Shape{ControlPlanes: 1, Version: version("1.31.4")})
		session, cut := context.WithCancel(t.Context())
		c.tools["cut"] = tool{run: func(*process) int { cut(); return 0 }}
		_, err := c.Exec(session, "cp1", step.Command{Script: apart + " sh -c 'cut; touch /tmp/job'\ntouch /tmp/session\n"}, nil)
		if err == nil {
			t.Errorf("%s: the session was not cut off", apart)
		}
		c.clock.Sleep(time.Second, nil)
		for file, want := range map[string]int{"/tmp/job": 0, "/tmp/session": 1} {
			if got := c.Shell(t.Context(), "cp1", "test -e "+file, nil, io.Discard, io.Discard); got != want {
				t.Errorf("%s: whether %s is there: exit %d, want %d", apart, file, got, want)
			}
		}
	}
}
