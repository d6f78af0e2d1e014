package main

import (
	"bytes"
	"os"
	"testing"

	"github.com/helmx-dev/helmx/schema/internal/pack"
)

// TestPackIsFresh writes the pack anew and compares it with the committed one.
// It needs the modules that the pack is made of, from the module cache or the
// module proxy.
func TestPackIsFresh(t *testing.T) {
	index, definitions, err := generate()
	if err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string][]byte{"index.txt": index, "definitions.gz": definitions} {
		want, err := os.ReadFile("../pack/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("schema/pack/%s is stale: run go generate ./schema", name)
		}
	}
}

// TestInternSharesAcrossReleases stores what two releases have in common once,
// also where definitions refer to themselves, and tells apart what differs only
// further down.
func TestInternSharesAcrossReleases(t *testing.T) {
	ref := func(name string) map[string]any { return map[string]any{"$ref": name} }
	make := func(minor int, leafType string) *release {
		return &release{
			Release: pack.Release{Minor: minor},
			definitions: map[string]map[string]any{
				"tree":   {"properties": map[string]any{"child": ref("tree"), "name": map[string]any{"type": "string"}}},
				"parent": {"properties": map[string]any{"leaf": ref("leaf")}},
				"leaf":   {"type": leafType},
				"unused": {"type": "string"},
			},
			kinds: map[gvk]served{
				{Version: "v1", Kind: "Tree"}:   {definition: "tree"},
				{Version: "v1", Kind: "Parent"}: {definition: "parent"},
			},
		}
	}
	for _, c := range []struct {
		older       string
		definitions int
		shared      bool
	}{{"string", 3, true}, {"integer", 5, false}} {
		p := &pack.Pack{}
		texts := intern(p, []*release{make(37, "string"), make(36, c.older)})
		if len(texts) != c.definitions {
			t.Errorf("%s: %d definitions, want %d", c.older, len(texts), c.definitions)
		}
		for _, k := range p.Kinds {
			if want := c.shared || k.Kind == "Tree"; (k.Defs[36] == k.Defs[37]) != want {
				t.Errorf("%s: %s has definitions %v", c.older, k.Kind, k.Defs)
			}
		}
	}
}
