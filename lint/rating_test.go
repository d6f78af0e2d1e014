package lint

import (
	"slices"
	"testing"
	"time"

	"github.com/helmx-dev/helmx/diag"
)

func TestRatingsAreComplete(t *testing.T) {
	list, err := parseRatings(ratingsFile)
	if err != nil {
		t.Fatal(err)
	}
	used := make(map[string]bool)
	for _, r := range Rules() {
		used[r.Feature] = true
	}
	for _, f := range Features() {
		used[f.Rating] = true
	}
	for _, r := range list {
		if !slices.Contains([]Level{Adopt, Caution, Avoid, Never}, r.Level) {
			t.Errorf("%s: unknown level %q", r.Feature, r.Level)
		}
		if r.Basis != "author" && r.Basis != "helmx" {
			t.Errorf("%s: unknown basis %q", r.Feature, r.Basis)
		}
		if r.Source.Title == "" || r.Source.URL == "" {
			t.Errorf("%s: no source", r.Feature)
		}
		if _, err := time.Parse(time.DateOnly, r.Verified); err != nil {
			t.Errorf("%s: verified: %v", r.Feature, err)
		}
		if !used[r.Feature] {
			t.Errorf("%s: no rule and no inventory reports it", r.Feature)
		}
	}
	if len(ratings()) != len(list) {
		t.Error("a feature is rated twice")
	}
}

func TestLevelsMakeSeverities(t *testing.T) {
	for level, want := range map[Level]diag.Severity{Adopt: diag.Info, Caution: diag.Info, Avoid: diag.Warning, Never: diag.Error} {
		r := &Rule{Feature: "f"}
		if r.rate(Rating{Level: level}); r.Severity != want || r.Level != level {
			t.Errorf("%s: got %s", level, r.Severity)
		}
	}
	r := &Rule{Feature: "f", Severity: diag.Warning}
	if r.rate(Rating{Level: Caution}); r.Severity != diag.Warning {
		t.Errorf("the rule's own severity became %s", r.Severity)
	}
}
