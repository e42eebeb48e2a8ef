package steps

import (
	"os"
	"slices"
	"testing"
	"time"

	"rung/engine/step"
)

func TestS28CertificatesThatExpireSoonAreNamed(t *testing.T) {
	text, err := os.ReadFile("testdata/fixtures/certs-expiration.stdout")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, at string
		want     []string
		of       int // how many expire
	}{
		{"a year before", "2026-11-24T10:00:00Z", nil, 0},
		{"eight days before", "2027-11-15T10:00:00Z", nil, 0},
		{"five days before", "2027-11-18T10:00:00Z", []string{"admin.conf expires on 2027-11-23, in 5 days"}, 11},
		{"after", "2027-12-01T10:00:00Z", []string{"admin.conf expired on 2027-11-23"}, 11},
	} {
		at, err := time.Parse(time.RFC3339, test.at)
		if err != nil {
			t.Fatal(err)
		}
		out, _, err := Certs{Within: 168 * time.Hour}.Collect([]step.Result{{Stdout: text, At: at}})
		if err != nil || len(out.Expiring) != test.of || test.want != nil && out.Expiring[0] != test.want[0] {
			t.Errorf("%s: %q, %v", test.name, out.Expiring, err)
		}
	}
	before := []string{"admin.conf 2026-11-23T13:51Z", "apiserver 2027-11-23T13:51Z"}
	out, notes, err := Certs{Before: before}.Collect([]step.Result{{Stdout: text}})
	if err != nil || !slices.Equal(out.Renewed, []string{"admin.conf"}) || notes[0].Text != "certificates renewed: admin.conf" {
		t.Errorf("renewed %q, notes %v, %v", out.Renewed, notes, err)
	}
}
