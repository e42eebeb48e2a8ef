package steps

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"rung/engine/step"
)

// Certs reads when the certificates of a control plane expire (S28).
type Certs struct {
	Within time.Duration `yaml:"within" default:"168h" doc:"What expires within this time is listed as expiring."`
	Before []string      `yaml:"before" doc:"expirations of an earlier look: what expires later now was renewed."`
}

// CertsOutput is when they expire.
type CertsOutput struct {
	Expirations []string `yaml:"expirations" doc:"Each certificate, and when it expires: apiserver 2027-11-23T13:51Z."`
	Expiring    []string `yaml:"expiring" doc:"What expires soon or has expired, or is missing, a sentence each."`
	Expired     []string `yaml:"expired" doc:"Certificates that have expired already."`
	KeylessCAs  []string `yaml:"keyless_cas" doc:"Certificate authorities whose key is not here: kubeadm renews nothing of theirs."`
	Renewed     []string `yaml:"renewed" doc:"Certificates that expire later than before."`
}

func certsType() step.Type {
	return step.DefineWith[Certs, CertsOutput](step.About{
		Name:    "certs",
		Summary: "Reads when the certificates of a control plane expire: kubeadm certs check-expiration.",
		Doc: `kubeadm renews the certificates of the components that an upgrade restarts, but only where the
key of their authority is on the host. A certificate that expires half-way through an upgrade
takes the API away (S28). Those of the kubelets are no matter of kubeadm's.

Source: cmd/kubeadm/app/cmd/certs.go, printCertsExpiration.
`,
		Example: "certs: {within: 168h}\n",
	})
}

// Plan returns the one question.
func (Certs) Plan(scope step.Scope) ([]step.Action, error) {
	return []step.Action{{
		Title:    "read when the certificates of " + scope.Host.Name + " expire",
		Do:       step.Command{Argv: []string{"kubeadm", "certs", "check-expiration"}},
		ReadOnly: true,
	}}, nil
}

// expires is how kubeadm writes a time.
const expires = "Jan 02, 2006 15:04 MST"

// superAdmin is listed since 1.29, and is there only where kubeadm init, or the apply to 1.29, was run: a control plane that
// joined lacks nothing without it (cmd/kubeadm/app/phases/kubeconfig, CreateJoinControlPlaneKubeConfigFiles).
const superAdmin = "super-admin.conf"

// Collect reads the two tables.
func (s Certs) Collect(results []step.Result) (CertsOutput, []step.Note, error) {
	var out CertsOutput
	text, now := string(results[0].Stdout), results[0].At
	rows := tableRows(text, "CERTIFICATE")
	for _, row := range rows {
		name := row["CERTIFICATE"]
		if missing, ok := strings.CutPrefix(name, "!MISSING!"); ok {
			if missing = strings.TrimSpace(missing); missing != superAdmin {
				out.Expiring = append(out.Expiring, missing+" is missing")
			}
			continue
		}
		at, err := time.Parse(expires, row["EXPIRES"])
		if err != nil {
			return out, nil, fmt.Errorf("kubeadm's list of certificates is not understood: %w", err)
		}
		out.Expirations = append(out.Expirations, name+" "+at.UTC().Format("2006-01-02T15:04Z"))
		if left := at.Sub(now); !now.IsZero() && left < s.Within {
			out.Expiring = append(out.Expiring, soon(name, at, left))
			if left < 0 {
				out.Expired = append(out.Expired, name)
			}
		}
	}
	if len(rows) == 0 {
		return out, nil, fmt.Errorf("kubeadm lists no certificates: is this a control plane?")
	}
	for _, row := range tableRows(text, "CERTIFICATE AUTHORITY") {
		if row["EXTERNALLY MANAGED"] == "yes" {
			out.KeylessCAs = append(out.KeylessCAs, row["CERTIFICATE AUTHORITY"])
		}
	}
	out.Renewed = s.renewed(out.Expirations)
	return out, s.notes(out), nil
}

func soon(name string, at time.Time, left time.Duration) string {
	if left < 0 {
		return fmt.Sprintf("%s expired on %s", name, at.UTC().Format(time.DateOnly))
	}
	days := int(left.Hours() / 24)
	return fmt.Sprintf("%s expires on %s, in %d %s", name, at.UTC().Format(time.DateOnly), days, map[bool]string{true: "day", false: "days"}[days == 1])
}

// renewed are the names of what expires later than before. The times are written so that they sort.
func (s Certs) renewed(now []string) []string {
	before := map[string]string{}
	for _, line := range s.Before {
		name, at, _ := strings.Cut(line, " ")
		before[name] = at
	}
	var names []string
	for _, line := range now {
		name, at, _ := strings.Cut(line, " ")
		if was, known := before[name]; known && was < at {
			names = append(names, name)
		}
	}
	return names
}

// notes tell what was renewed, and what expires first.
func (s Certs) notes(out CertsOutput) []step.Note {
	var notes []step.Note
	for _, text := range out.Expiring {
		notes = append(notes, step.Note{Warning: true, Text: "certificate " + text})
	}
	if len(s.Before) > 0 && len(out.Renewed) > 0 {
		notes = append(notes, step.Note{Text: "certificates renewed: " + strings.Join(out.Renewed, ", ")})
	}
	if len(out.Expirations) > 0 {
		first := slices.MinFunc(out.Expirations, func(a, b string) int {
			_, at, _ := strings.Cut(a, " ")
			_, other, _ := strings.Cut(b, " ")
			return strings.Compare(at, other)
		})
		name, at, _ := strings.Cut(first, " ")
		notes = append(notes, step.Note{Text: fmt.Sprintf("the first certificate to expire is %s, at %s", name, at)})
	}
	return notes
}
