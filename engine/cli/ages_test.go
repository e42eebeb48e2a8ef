package cli

import (
	"strings"
	"testing"
	"time"

	"rung/engine/lock"
)

func TestALockIsNotSilentForLongerThanItIsHeld(t *testing.T) {
	now := time.Date(2026, 3, 14, 15, 9, 26, 0, time.UTC)
	for silent, want := range map[time.Duration]string{16 * time.Second: "15s ago; last sign of life 15s ago", 2 * time.Second: "15s ago; last sign of life 2s ago"} {
		if said := whose(lock.Found{Host: "cp1", Since: now.Add(-15 * time.Second), Now: now, Silent: silent}); !strings.HasSuffix(said, want) {
			t.Errorf("silent for %s: %s, want %s", silent, said, want)
		}
	}
}

func TestAYoungPlanHasAnAgeInSeconds(t *testing.T) {
	for age, want := range map[time.Duration]time.Duration{24*time.Second + 1: 24 * time.Second, 100 * time.Second: 2 * time.Minute} {
		if got := ageOf(age); got != want {
			t.Errorf("%s is told as %s, want %s", age, got, want)
		}
	}
}
