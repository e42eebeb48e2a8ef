package cli

import (
	"testing"
	"time"
)

func TestTheNextTimeThatAClockShowsIt(t *testing.T) {
	zone := time.FixedZone("here", 2*60*60)
	for now, want := range map[string]string{"22:10": "03-15 06:00", "05:59": "03-14 06:00", "06:00": "03-15 06:00"} {
		clock, err := time.ParseInLocation("2006-01-02 15:04", "2026-03-14 "+now, zone)
		if err != nil {
			t.Fatal(err)
		}
		got, err := nextAt(clock, "06:00")
		if err != nil || got.Format("01-02 15:04") != want {
			t.Errorf("06:00 after %s is %s (%v), want %s", now, got, err, want)
		}
	}
	for _, text := range []string{"6", "24:00", "06:60", "6am", ""} {
		if got, err := nextAt(time.Now(), text); err == nil {
			t.Errorf("%q is %s, want a refusal", text, got)
		}
	}
}
