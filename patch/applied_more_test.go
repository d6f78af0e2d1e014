package patch

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/helmx-dev/helmx/manifest"
)

// Explanations tell of a number that was not met, of an object that was there
// already, and of a list that a merge replaced for want of merge keys.
func TestExplainTellsWhatIsEasilyMissed(t *testing.T) {
	patches, findings := patchesOf(t, `patches:
- name: made
  create: {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}
- name: many
  target: {kind: Mesh}
  expect: 1
  set: {spec.x: 1}
- name: whole
  target: {kind: Mesh, name: a}
  merge: {spec: {named: [{name: y}], plain: [1], set: {$patch: replace}, other: [{$patch: replace}, {name: z}]}}
`)
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	in := `apiVersion: v1
kind: ConfigMap
metadata: {name: a}
---
apiVersion: example.org/v1
kind: Mesh
metadata: {name: a}
spec: {named: [{name: x}], plain: [2], other: [{name: x}]}
---
apiVersion: example.org/v1
kind: Mesh
metadata: {name: b}
`
	var told strings.Builder
	_, _, err := Apply(context.Background(), manifest.Read("in.yaml", []byte(in)), Options{Patches: patches, AllowNoop: true, Explain: func(a Applied) {
		fmt.Fprintf(&told, "%s %q\n", a.Name, a.Unmet)
		for _, o := range a.Objects {
			fmt.Fprintf(&told, "  %s %s", o.Object, o.Did)
			for _, c := range o.Changes {
				fmt.Fprintf(&told, " replaced %v", c.Replaced)
			}
			fmt.Fprintln(&told)
		}
	}})
	want := `made ""
  ConfigMap a unchanged
many "matched 2 objects, expected 1: nothing was done"
whole ""
  Mesh a changed replaced [spec.named]
`
	if err != nil || told.String() != want {
		t.Errorf("%v, got:\n%s\nwant:\n%s", err, told.String(), want)
	}
}
