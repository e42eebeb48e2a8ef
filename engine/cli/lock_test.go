package cli

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rung/engine/detach"
	"rung/engine/inventory"
	"rung/engine/journal"
	"rung/engine/kube"
	"rung/engine/lock"
	"rung/engine/plan"
	"rung/engine/playbook"
	"rung/engine/run"
	"rung/engine/step"
	"rung/engine/twin"
)

const twoPlanes = `hosts: {cp1: {}, cp2: {}, w1: {}}
groups: {control_plane: [cp2, cp1], workers: [w1]}
`

// operator is somebody with a state directory of their own, and what rung says to them.
func operator(t *testing.T) (*execution, *bytes.Buffer) {
	t.Helper()
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	inv, found := inventory.Load("inventory.yaml", []byte(twoPlanes))
	if found.Err() != nil {
		t.Fatal(found)
	}
	said := &bytes.Buffer{}
	return &execution{app: &app{err: said}, plan: &plan.Plan{Playbook: &playbook.Playbook{Name: "toy"}, Inventory: inv}}, said
}

func twoPlaneTwin(t *testing.T) *twin.Cluster {
	t.Helper()
	v, err := kube.Parse("1.31.4")
	if err != nil {
		t.Fatal(err)
	}
	return twin.New(twin.Shape{ControlPlanes: 2, Workers: 1, Version: v}, run.Wall{})
}

// died is a run of ana's, on another machine, that holds the lock and gives no sign of life; what it has started on w1 works
// for that many seconds.
func died(t *testing.T, c *twin.Cluster, works string) {
	t.Helper()
	site := lock.Site{Exec: c, Hosts: []lock.Host{{Name: "cp1"}, {Name: "cp2"}}}
	who := lock.Record{Run: "20260314-150926-toy", Playbook: "toy", Owner: "ana@laptop", Process: 7}
	if _, err := site.Take(t.Context(), lock.NewKey(), who, nil, nil); err != nil {
		t.Fatal(err)
	}
	if works != "" {
		x := &detach.Exec{Raw: c, Run: who.Run, Clock: run.Wall{}}
		go func() { // ends with the command
			_, _ = x.Exec(t.Context(), "w1", step.Command{Argv: []string{"sleep", works}, Detach: true, Unit: "drain-1"}, nil)
		}()
		time.Sleep(time.Second)
	}
}

// claims wants the lock for e; "" says that it has it, and gives it back.
func (e *execution) claims(t *testing.T, c step.Exec) string {
	t.Helper()
	s := newStopper(t.Context(), nil)
	defer s.close()
	held, err := e.claim(s, c, "")
	var f *failure
	switch {
	case err == nil:
		held.release(t.Context())
		return ""
	case !errors.As(err, &f) || f.code != run.ExitRefused:
		t.Errorf("%v", err)
	}
	return err.Error() + "; hint: " + f.hint
}

func TestALockThatHasExpiredFallsOnceNothingOfItsRunWorks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := twoPlaneTwin(t)
		bob, _ := operator(t)
		died(t, c, "3600")
		if got := bob.claims(t, c); !strings.Contains(got, "run 20260314-150926-toy, by ana@laptop (process 7), since 2000-01-01") || strings.Contains(got, "expired") ||
			!strings.Contains(got, "as ana@laptop, rung show 20260314-150926-toy --follow tells how far it is; wait until it has ended; where its process is dead, rung unlock -i inventory.yaml") {
			t.Errorf("at once: %s", got)
		}
		time.Sleep(10 * time.Minute)
		if got := bob.claims(t, c); !strings.Contains(got, "it has expired, but of that run drain-1 on w1 still works; nothing was touched; hint: wait until that has ended") {
			t.Errorf("while it works: %s", got)
		}
		c.Down("w1")
		if got := bob.claims(t, c); !strings.Contains(got, "whether something of it still works cannot be told: w1: no contact") {
			t.Errorf("while nobody can tell whether it works: %s", got)
		}
		c.Up("w1")
		time.Sleep(time.Hour) // until it has ended
	})
	synctest.Test(t, func(t *testing.T) {
		c := twoPlaneTwin(t)
		bob, said := operator(t)
		died(t, c, "600")
		time.Sleep(11 * time.Minute)
		if got := bob.claims(t, c); got != "" || !strings.Contains(said.String(), "has expired, and is taken over from run 20260314-150926-toy, by ana@laptop") || strings.Count(said.String(), "\n") != 1 {
			t.Errorf("once it has ended: %s; said: %s", got, said)
		}
	})
}

func TestARunOfThisMachineWhoseProcessIsGoneLeavesTheLockToTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := twoPlaneTwin(t)
		ana, said := operator(t)
		for _, alive := range []bool{true, false} {
			s := newStopper(t.Context(), nil)
			held, err := ana.claim(s, c, "")
			if err != nil {
				t.Fatal(err)
			}
			root, err := journal.Root()
			if err != nil {
				t.Fatal(err)
			}
			j, err := journal.Create(root, "20260314-150926-toy", journal.Header{})
			if err != nil {
				t.Fatal(err)
			}
			if err := held.begun(j); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second) // and its name lies on the hosts
			if !alive {
				_ = j.Close()
			}
			got := ana.claims(t, c)
			if alive != strings.Contains(got, "hint: watch it: rung show 20260314-150926-toy --follow") || alive != (got != "") {
				t.Errorf("alive %v: %s; said: %s", alive, got, said)
			}
			held.release(t.Context())
			_ = j.Close()
			s.close()
			if _, err := readLockFile(j.Dir()); err == nil {
				t.Error("its key still lies there")
			}
		}
	})
}

// A lock that is lost stops the run as the first Ctrl-C does, and the run says why.
func TestARunWhoseLockIsTakenAwayStopsGently(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := twoPlaneTwin(t)
		ana, _ := operator(t)
		s := newStopper(t.Context(), nil)
		defer s.close()
		held, err := ana.claim(s, c, "")
		if err != nil {
			t.Fatal(err)
		}
		defer held.release(t.Context())
		time.Sleep(time.Hour)
		select {
		case <-s.gentle:
			t.Fatal("it stopped by itself")
		default:
		}
		site := lock.Site{Exec: c, Hosts: []lock.Host{{Name: "cp2"}}}
		found, err := site.Look(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := site.Break(t.Context(), found[0], lock.Record{Owner: "cid@desk"}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		select {
		case <-s.gentle:
		default:
			t.Error("it goes on")
		}
		if got, want := held.why(), "the lock of the cluster was taken away by cid@desk with rung unlock"; got != want {
			t.Errorf("why: %q", got)
		}
		if s.hard.Err() != nil {
			t.Error("what runs was cut off")
		}
	})
}

// Who leaves at Go on? has touched nothing, and leaves no lock behind.
func TestWhoLeavesAQuestionGivesTheLockBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := twoPlaneTwin(t)
		ana, said := operator(t)
		s := newStopper(t.Context(), nil)
		defer s.close()
		held, err := ana.claim(s, c, "")
		if err != nil {
			t.Fatal(err)
		}
		ana.parting()
		bob, _ := operator(t)
		if got := bob.claims(t, c); got != "" {
			t.Error(got)
		}
		if held.release(t.Context()); said.Len() > 0 {
			t.Errorf("said: %s", said)
		}
	})
}

// The run that a lock belongs to is let in again, by its id alone.
func TestAResumedRunIsLetInAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := twoPlaneTwin(t)
		ana, _ := operator(t)
		s := newStopper(t.Context(), nil)
		defer s.close()
		held, err := ana.claim(s, c, "")
		if err != nil {
			t.Fatal(err)
		}
		root, err := journal.Root()
		if err != nil {
			t.Fatal(err)
		}
		j, err := journal.Create(root, "20260314-150926-toy", journal.Header{})
		if err != nil {
			t.Fatal(err)
		}
		defer j.Close()
		if err := held.begun(j); err != nil {
			t.Fatal(err)
		}
		again, err := ana.claim(s, c, j.ID())
		if err != nil || again.key != held.key {
			t.Fatalf("%v", err)
		}
		again.release(t.Context())
		held.release(t.Context())
	})
}

func TestTheLockLiesWhereTwoInventoriesMeet(t *testing.T) {
	const head = "hosts: {b: {node: n1}, a: {node: n3}, c: {node: n2}, d: {}}\n"
	for _, test := range []struct{ groups, away, want string }{
		{"groups: {control_plane: [a, b, c]}\n", "", "b c a"},
		{"groups: {control_plane: [c, a, b]}\n", "", "b c a"},
		{"groups: {control_plane: [c, a, b]}\n", "b c", "a"}, // S30: who is said to be away cannot keep a lock
		{"groups: {workers: [a, b, c]}\n", "", "d"},
	} {
		inv, found := inventory.Load("inventory.yaml", []byte(head+test.groups))
		if found.Err() != nil {
			t.Fatal(found)
		}
		var names []string
		for _, h := range lockHosts(inv, []string{"d", "a"}, strings.Fields(test.away)) {
			names = append(names, h.Name)
		}
		if got := strings.Join(names, " "); got != test.want {
			t.Errorf("%s: %s, want %s", test.groups, got, test.want)
		}
	}
}
