package lint

import (
	"slices"
	"testing"
)

// TestCatalogueIsComplete: each code is a rule, or has a reason why not.
func TestCatalogueIsComplete(t *testing.T) {
	known := make(map[string]bool)
	for _, n := range catalogue() {
		known[n.Code] = true
		isRule := slices.ContainsFunc(Rules(), func(r *Rule) bool { return r.ID == n.Code })
		switch {
		case isRule && n.Reason != "":
			t.Errorf("%s is a rule, and catalogue.tsv says why it is none", n.Code)
		case !isRule && (n.Reason == "" || n.Title == ""):
			t.Errorf("%s is no rule, and catalogue.tsv does not say why", n.Code)
		}
	}
	for _, r := range Rules() {
		if !known[r.ID] {
			t.Errorf("%s is missing in catalogue.tsv", r.ID)
		}
	}
	if len(known) < 173 {
		t.Errorf("only %d codes", len(known))
	}
}

// TestAnalysesAreDecided: each message of istioctl is decided by a rule, or the
// table says who decides it or why nobody can.
func TestAnalysesAreDecided(t *testing.T) {
	known := make(map[string]bool)
	for _, a := range Analyses() {
		known[a.Code] = true
		if len(a.Rules) == 0 && a.Elsewhere == "" {
			t.Errorf("%s %s: no rule names it in Also, and istioctl.tsv gives no reason", a.Code, a.Name)
		}
	}
	for _, r := range Rules() {
		for _, code := range r.Also {
			if !known[code] {
				t.Errorf("%s names %s, which istioctl.tsv does not list", r.ID, code)
			}
		}
	}
}

// TestStarred counts the rules that matter most.
func TestStarred(t *testing.T) {
	n := 0
	for _, r := range Rules() {
		if r.Starred {
			n++
		}
	}
	if n != 40 {
		t.Errorf("%d starred rules, there are to be 40", n)
	}
}
