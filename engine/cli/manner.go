package cli

import (
	"context"
	"strings"

	"github.com/spf13/pflag"
)

// manner is how a plan is carried out, as the operator says for a run and for each later life of it.
type manner struct {
	contact contact
	early   restraint
	unasked bool
	json    bool
	secrets []string // files of secrets, name=FILE
}

func (m *manner) flags(f *pflag.FlagSet) {
	m.contact.flags(f)
	m.early.flags(f)
	f.BoolVarP(&m.unasked, "yes", "y", false, "do not ask, and answer every question of the playbook with yes")
	f.StringArrayVar(&m.secrets, "secret-file", nil, "where a secret of the playbook stands, as name=FILE; may be given several times")
	f.BoolVar(&m.json, "json", false, "print one event a line, as JSON")
}

// begins makes what the operator names lie where he is now: a run goes to a folder of its own, where the paths of its texts
// begin.
func (m *manner) begins() {
	if m.contact.config != "" {
		m.contact.config = absolute(m.contact.config)
	}
	for i, word := range m.secrets {
		if name, file, ok := strings.Cut(word, "="); ok && file != "" {
			m.secrets[i] = name + "=" + absolute(file)
		}
	}
}

// carry carries e out in this manner.
func (m manner) carry(ctx context.Context, e execution) (err error) {
	if err := settled(ctx, e.plan, e.life != nil); err != nil {
		return err
	}
	e.contact, e.clock, e.json, e.confirm = m.contact, e.Clock, m.json, yes
	if e.pauses, e.notAfter, err = m.early.of(e.app, e.plan, e.Clock.Now()); err != nil {
		return err
	}
	if err := e.disclose(e.plan, m.secrets); err != nil {
		return err
	}
	if !m.unasked {
		e.ask, e.confirm = e.app.confirm, e.app.asked
	}
	return e.run(ctx)
}
