package cli

import (
	"strings"
	"testing"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
	"github.com/helmx-dev/helmx/patch"
)

// TestExplainedChanges: what the scripts in cmd/helmx cannot bring about at will.
func TestExplainedChanges(t *testing.T) {
	path := func(text string) manifest.Path {
		p, err := manifest.ParsePath(text)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	var b strings.Builder
	explain := explainTo(&b, 4)
	explain(patch.Applied{
		Name: "anew", Kind: "merge", Span: diag.Span{File: "helmx.yaml", Start: diag.Pos{Line: 4, Column: 3}},
		Objects: []patch.AppliedObject{{
			Object: diag.Object{Kind: "ConfigMap", Namespace: "ns", Name: "a"}, Source: "app/templates/a.yaml", Hook: true, Did: patch.Changed,
			Changes: []patch.AppliedChange{{
				Changed: []manifest.Path{path("data.a"), nil}, Reencoded: []manifest.Path{path("data"), nil}, Lines: patch.Lines{Changed: 1, Removed: 2},
			}},
		}},
	})
	explain(patch.Applied{
		Name: "hidden", Kind: "set", Span: diag.Span{File: "helmx.yaml"},
		Objects: []patch.AppliedObject{{
			Object: diag.Object{Kind: "Secret", Name: "a"}, Secret: true, Did: patch.Changed,
			Changes: []patch.AppliedChange{{Path: path("data.list[hunter2].x"), Changed: []manifest.Path{path("data.list[password=hunter2]")}, Lines: patch.Lines{Added: 4}}},
		}},
	})
	explain(patch.Applied{
		Name: "many", Kind: "merge", Span: diag.Span{File: "helmx.yaml"}, Unmet: "matched 2 objects, expected 1: nothing was done",
	})
	explain(patch.Applied{
		Name: "whole", Kind: "merge", Span: diag.Span{File: "helmx.yaml"},
		Objects: []patch.AppliedObject{{
			Object: diag.Object{Kind: "Mesh", Name: "a"}, Did: patch.Changed,
			Changes: []patch.AppliedChange{{Changed: []manifest.Path{path("spec.list")}, Replaced: []manifest.Path{path("spec.list")}, Lines: patch.Lines{Added: 4}}},
		}},
	})
	want := `patch 1 of 4: anew (helmx.yaml:4:3)
  hook ConfigMap ns/a (app/templates/a.yaml): changed
    merge: 1 line changed, 2 lines removed
      data.a
      the whole object
      re-encoded: data, since no edit in place of its text gives the patched value; comments in it may have moved
      re-encoded: the whole object, since no edit in place of its text gives the patched value; comments in it may have moved
patch 2 of 4: hidden (helmx.yaml)
  Secret a: changed
    set data.list[...]: 4 lines added
patch 3 of 4: many (helmx.yaml)
  matched 2 objects, expected 1: nothing was done
patch 4 of 4: whole (helmx.yaml)
  Mesh a: changed
    merge: 4 lines added
      spec.list
      spec.list: replaced as a whole: the list has no merge keys
`
	if b.String() != want {
		t.Errorf("got:\n%s\nwant:\n%s", b.String(), want)
	}
}
