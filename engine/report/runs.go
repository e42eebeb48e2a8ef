package report

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
)

// PastRun is a row of the table of runs.
type PastRun struct {
	ID       string
	Playbook string
	Outcome  string // in a word
	Started  time.Time
	Ended    time.Time // zero where it did not end
	Hosts    int
	// Resumable says that it can be gone on with.
	Resumable bool
	// Superseded is a later run that came to the end which this one did not reach; "" where there is none.
	Superseded string
}

func outcomeOf(r PastRun) string {
	switch {
	case r.Superseded != "":
		return clean(r.Outcome) + ", and done by " + clean(r.Superseded)
	case r.Resumable:
		return clean(r.Outcome) + ", resumable"
	}
	return clean(r.Outcome)
}

// Runs prints a table of runs in the order given, the id in the first column
// so that it can be cut out.
func Runs(w io.Writer, runs []PastRun) error {
	if len(runs) == 0 {
		_, err := fmt.Fprintln(w, "no run yet")
		return err
	}
	var b strings.Builder
	table := tabwriter.NewWriter(&b, 0, 8, 2, ' ', 0)
	fmt.Fprintln(table, "RUN\tPLAYBOOK\tSTARTED\tTOOK\tHOSTS\tOUTCOME")
	for _, r := range runs {
		started, took := "–", "–"
		if !r.Started.IsZero() {
			started = r.Started.Format("2006-01-02 15:04")
		}
		if !r.Started.IsZero() && !r.Ended.IsZero() {
			took = length(r.Ended.Sub(r.Started))
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%d\t%s\n", clean(r.ID), clean(r.Playbook), started, took, r.Hosts, outcomeOf(r))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	_, err := io.WriteString(w, b.String())
	return err
}
