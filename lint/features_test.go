package lint

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/helmx-dev/helmx/manifest"
)

func TestFeaturesAreComplete(t *testing.T) {
	list, err := parseFeatures(featuresFile)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, f := range Features() {
		if names[f.Name] {
			t.Errorf("%s is there twice", f.Name)
		}
		names[f.Name] = true
		if (f.Stage == "") != (f.Maturity == "") {
			t.Errorf("%s: stage %q is %q", f.Name, f.Stage, f.Maturity)
		}
		if f.Maturity != "" && !slices.Contains([]string{"Experimental", "Alpha", "Beta", "Stable"}, f.Maturity) {
			t.Errorf("%s: unknown maturity %q", f.Name, f.Maturity)
		}
		if f.Rating != "" && f.Level == "" {
			t.Errorf("%s: no rating %q", f.Name, f.Rating)
		}
		if f.Source.Title == "" || f.Source.URL == "" {
			t.Errorf("%s: no source", f.Name)
		}
		if _, err := parseVersion(f.Since.Version); f.Since != (Since{}) && (err != nil || f.Since.Source.URL == "") {
			t.Errorf("%s: since %+v", f.Name, f.Since)
		}
		if _, err := time.Parse(time.DateOnly, f.Verified); err != nil {
			t.Errorf("%s: verified: %v", f.Name, err)
		}
	}
	if len(list) != len(names) {
		t.Errorf("%d features, %d names", len(list), len(names))
	}
}

func TestSignsCanBeFound(t *testing.T) {
	for _, f := range Features() {
		for _, s := range f.Signs {
			if s.In != "" && !slices.Contains([]string{"env", "pod", "meshConfig", "proxyConfig", "trafficPolicy"}, s.In) {
				t.Errorf("%s: in %q", f.Name, s.In)
			}
			if s.In == "" && len(s.Kinds) == 0 {
				t.Errorf("%s: a sign in any object", f.Name)
			}
			path := s.Path
			if s.In == "env" {
				path = "env[name=" + s.Path + "].value"
			}
			if _, err := manifest.ParsePath(path); path != "" && err != nil {
				t.Errorf("%s: %s: %v", f.Name, path, err)
			}
		}
	}
}

// TestInventory demands every feature where testdata/features/used.yaml says so
// in a comment, "# uses: NAME", on the line of the sign or above the object, and
// nowhere else. Every feature has to be there.
func TestInventory(t *testing.T) {
	docs, lines := readTestdata(t, "testdata/features/used.yaml")
	want := map[string][]int{}
	for i, line := range lines {
		if _, names, ok := strings.Cut(line, "# uses: "); ok {
			for name := range strings.SplitSeq(names, "; ") {
				want[name] = append(want[name], i+1)
			}
		}
	}
	used, err := Inventory(context.Background(), docs, Options{})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][]int{}
	for _, u := range used {
		for _, use := range u.Uses {
			got[u.Name] = append(got[u.Name], use.Span.Start.Line)
		}
	}
	for _, f := range Features() {
		if !slices.Equal(got[f.Name], want[f.Name]) || len(want[f.Name]) == 0 {
			t.Errorf("%s: found in lines %v, want %v", f.Name, got[f.Name], want[f.Name])
		}
		delete(want, f.Name)
	}
	for name := range want {
		t.Errorf("there is no feature %q", name)
	}
}

func readTestdata(t *testing.T, file string) ([]*manifest.Document, []string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return manifest.Read(file, data), strings.Split(string(data), "\n")
}
