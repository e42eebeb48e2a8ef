package facts

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"rung/engine/run"
	"rung/engine/step"
)

// parrot answers with what its command is, or with an error.
type parrot struct {
	says map[string]string
	err  error
}

func (p *parrot) Exec(_ context.Context, _ string, c step.Command, _ io.Writer) (step.Result, error) {
	return step.Result{Exit: len(c.Argv) - 1, Stdout: []byte(p.says[c.Argv[0]]), Took: time.Second}, p.err
}

func recorderOf(p *parrot) *Recorder {
	return &Recorder{Of: p, Clock: run.NewScaled(time.Date(2026, 3, 14, 15, 0, 0, 0, time.UTC), 1)}
}

func TestWhatWasRecordedIsAnsweredAgainAndNothingElse(t *testing.T) {
	p := &parrot{says: map[string]string{"hostname": "first", "blob": "\xff\x00"}}
	r := recorderOf(p)
	ask := func(e step.Exec, host string, argv ...string) (step.Result, error) {
		return e.Exec(t.Context(), host, step.Command{Argv: argv}, nil)
	}
	for _, argv := range [][]string{{"hostname"}, {"blob", "x"}} {
		if _, err := ask(r, "w1", argv...); err != nil {
			t.Fatal(err)
		}
	}
	p.says["hostname"] = "last"
	if _, err := ask(r, "w1", "hostname"); err != nil {
		t.Fatal(err)
	}
	p.err = step.ErrLost
	if _, err := ask(r, "w1", "lost"); !errors.Is(err, step.ErrLost) {
		t.Errorf("the recorder swallowed %v", err)
	}
	p.err = nil
	_, _ = ask(r, step.ThisMachine, "hostname")
	_, _ = r.Exec(t.Context(), "w1", step.Command{Argv: []string{"login"}, Stdin: []byte("hunter2"), Secret: true}, nil)

	again := NewReplay(r.File(Header{}))
	got, err := ask(again, "w1", "hostname")
	if err != nil || string(got.Stdout) != "last" || got.Took != time.Second || got.At.IsZero() {
		t.Errorf("got %+v, %v; want the last answer, with its time", got, err)
	}
	got, err = ask(again, "w1", "blob", "x")
	if err != nil || string(got.Stdout) != "\xff\x00" || got.Exit != 1 {
		t.Errorf("got %+v, %v; want the bytes and exit 1", got, err)
	}
	for what, unknown := range map[string]func() (step.Result, error){
		"another host":    func() (step.Result, error) { return ask(again, "w2", "hostname") },
		"another command": func() (step.Result, error) { return ask(again, "w1", "hostname", "-f") },
		"a lost one":      func() (step.Result, error) { return ask(again, "w1", "lost") },
		"a secret one":    func() (step.Result, error) { return ask(again, "w1", "login") },
		"one from here":   func() (step.Result, error) { return ask(again, step.ThisMachine, "hostname") },
	} {
		var away *step.Unreachable
		if got, err := unknown(); !errors.As(err, &away) {
			t.Errorf("%s: got %+v, %v; want that it is not known", what, got, err)
		}
	}
}

func TestNoSecretIsKept(t *testing.T) {
	for what, text := range map[string]string{
		"a private key":              "x\n-----BEGIN RSA PRIVATE KEY-----\nHUNTER2\n-----END RSA PRIVATE KEY-----\ny",
		"a key that is cut":          "-----BEGIN EC PRIVATE KEY-----\nHUNTER2",
		"a web token":                "token is eyJhbGciOi.HUNTER2HUNTER2.HUNTER2",
		"a header":                   "Authorization: Bearer HUNTER2",
		"a bootstrap token":          "kubeadm join --discovery abcdef.0hunter2hunter2x",
		"a proxy's password":         "https_proxy=http://me:HUNTER2@proxy:3128",
		"a password":                 "etcd --password=HUNTER2 --other",
		"a password in JSON":         `{"db_password": "HUNTER2", "x": 1}`,
		"a password in JSON in JSON": `{"x": "{\\"password\\": \\"HUNTER2\\"}"}`,
		"a password in quotes":       `{"x": "password=\\"HUNTER2\\" y"}`,
		"a number":                   `{"x": {"password": 40815, "passphrase": ["HUNTER2"], "admin_password": "HUNTER2"}}`,
		"a key that is cut in JSON":  `{"x": "-----BEGIN EC PRIVATE KEY-----\nHUNTER2"}`,
		"a kubeconfig's key":         "client-key-data: HUNTER2HUNTER2=",
		"a kubeconfig's word":        "    token: HUNTER2HUNTER2",
		"an environment":             `{"kind":"Pod","spec":{"containers":[{"name":"a","env":[{"name":"P","value":"HUNTER2"}]}]}}`,
		"of a deployment":            `{"kind":"List","items":[{"kind":"Deployment","spec":{"template":{"spec":{"initContainers":[{"env":[{"value":"HUNTER2"}]}]}}}}]}`,
		"a Secret":                   `{"kind":"Secret","data":{"x":"HUNTER2"},"metadata":{"annotations":{"kubectl.kubernetes.io/last-applied-configuration":"HUNTER2"}}}`,
	} {
		a := &Answer{}
		a.hold(trim([]byte(text)), []byte(text))
		if what == "an environment" || what == "of a deployment" || what == "a Secret" {
			a.Stderr = ""
		}
		if strings.Contains(strings.ToLower(a.Stdout+a.Stderr), "hunter2") {
			t.Errorf("%s is kept: %s", what, a.Stdout)
		}
		if json.Valid([]byte(text)) && !json.Valid([]byte(a.Stdout)) {
			t.Errorf("%s is no JSON any more: %s", what, a.Stdout)
		}
	}
	for _, text := range []string{
		"kubeadm-1.33.4-150500.1.1.x86_64", "registry.k8s.io/kube-apiserver:v1.33.4@sha256:0123456789abcdef0123456789abcdef", "kernel=4.18.0-553.el8_10.x86_64",
		`{"automountServiceAccountToken":false}`, "--token-auth-file=/etc/tokens", "boot_id=4b1e4b9e-ee4b-4c3e-8a52-000000000000", "passwords: none", `{"n":12345678901234567890,"password":null,"passwordRef":{"name":"x"}}` + "\n", `{"password":{"name":"a <b>"}}` + "\n",
	} {
		if got := Hide(text); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}

func TestAnOutputWithAPasswordInQuotesIsKeptWithoutIt(t *testing.T) {
	r := recorderOf(&parrot{})
	e := run.Event{Kind: run.StepEnded, Type: "command", Outcome: step.OK, Data: map[string]any{"stdout": `password="HUNTER2" and more`, "password": 4711}}
	if err := r.Record(e); err != nil {
		t.Fatal(err)
	}
	if got := r.File(Header{}).Found[0].Outputs["stdout"]; got != `password="(hidden)" and more` && got != hidden {
		t.Errorf("kept %q", got)
	}
}

func TestWhatIsLargeAndAskedByNobodyIsLeftOut(t *testing.T) {
	const nodes = `{"apiVersion":"v1","items":[{"kind":"Node","metadata":{"name":"w1","uid":"u","managedFields":[1],"labels":{"a":"<b>"}},"spec":{"podCIDR":"10.0.0.0/24"},` +
		`"status":{"allocatable":{"cpu":"2"},"images":[{"sizeBytes":12345678901234567890}],"conditions":[{"lastHeartbeatTime":"t","status":"True","type":"Ready"}]}}],"kind":"List"}`
	const kept = `{"apiVersion":"v1","items":[{"kind":"Node","metadata":{"labels":{"a":"<b>"},"name":"w1"},"spec":{"podCIDR":"10.0.0.0/24"},` +
		`"status":{"allocatable":{"cpu":"2"},"conditions":[{"status":"True","type":"Ready"}]}}],"kind":"List"}` + "\n"
	if got := string(trim([]byte(nodes))); got != kept {
		t.Errorf("got  %s\nwant %s", got, kept)
	}
	for _, text := range []string{"", "os=rocky\n", "{not json", `{"clientVersion":{"gitVersion":"v1.33.4"}}`, `{"kind":"List"} {"kind":"List"}`} {
		if got := string(trim([]byte(text))); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}

func TestInventoriesAreComparedByWhatFactsDependOn(t *testing.T) {
	then := Inventory{Hosts: []Host{{Name: "a", Node: "a", Address: "192.0.2.1"}, {Name: "b", Node: "b"}}, Groups: map[string][]string{"workers": {"a", "b"}}}
	if got := then.Differs(then); got != nil {
		t.Errorf("the same differ: %q", got)
	}
	now := Inventory{Hosts: []Host{{Name: "a", Node: "a", Address: "192.0.2.9"}, {Name: "c", Node: "c"}}, Groups: map[string][]string{"workers": {"a", "c"}, "new": {"c"}}}
	want := []string{
		"a: its address was 192.0.2.1, and is 192.0.2.9",
		"b: facts were taken of it, and the inventory has it no more",
		"c: it is in the inventory, and no facts were taken of it",
		"the group new was empty, and is c",
		"the group workers was a, b, and is a, c",
	}
	if got := then.Differs(now); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
