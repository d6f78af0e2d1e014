package patch

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/helmx-dev/helmx/manifest"
)

// Whoever explains patches hears of every one, in order, and of every object.
func TestExplainTellsWhatPatchesDid(t *testing.T) {
	patches, findings := patchesOf(t, `patches:
- name: two
  description: why
  target: {kind: ConfigMap}
  set: {data.a: "1", data.b: "2"}
- name: skipped
  when: false
  target: {kind: ConfigMap}
  set: {data.a: "2"}
- name: made
  target: {kind: ConfigMap, name: a}
  create: {apiVersion: v1, kind: Secret, metadata: {name: s}}
- name: gone
  target: {kind: ConfigMap, name: b}
  ensure: absent
- name: none
  target: {kind: Pod}
  expect: 0+
  remove: spec
`)
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	in := "# Source: x/templates/a.yaml\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: \"1\"}\n---\nkind: ConfigMap\nmetadata: {name: b, annotations: {helm.sh/hook: test}}\n---\nkind: ConfigMap\nmetadata: {name: b}\ndata: {a: \"1\", b: \"2\"}\n"
	var told strings.Builder
	_, findings, err := Apply(context.Background(), manifest.Read("in.yaml", []byte(in)), Options{Patches: patches, Explain: func(a Applied) {
		fmt.Fprintf(&told, "%s %q %s %s %q\n", a.Name, a.Description, a.Span, a.Kind, a.Skipped)
		for _, o := range a.Objects {
			fmt.Fprintf(&told, "  %s %q %s hook=%v secret=%v %s\n", o.Object, o.Source, o.Place, o.Hook, o.Secret, o.Did)
			for _, c := range o.Changes {
				fmt.Fprintf(&told, "    %s %s %v %v %+v\n", c.Span, c.Path, c.Changed, c.Reencoded, c.Lines)
			}
		}
	}})
	if err != nil || findings.HasErrors() {
		t.Fatal(findings, err)
	}
	want := `two "why" helmx.yaml:2:3 set ""
  ConfigMap a "x/templates/a.yaml" in.yaml:2 hook=false secret=false changed
    helmx.yaml:5:9 data.a [] [] {Changed:0 Added:0 Removed:0}
    helmx.yaml:5:22 data.b [data.b] [] {Changed:1 Added:0 Removed:0}
  ConfigMap b "" in.yaml:9 hook=false secret=false unchanged
    helmx.yaml:5:9 data.a [] [] {Changed:0 Added:0 Removed:0}
    helmx.yaml:5:22 data.b [] [] {Changed:0 Added:0 Removed:0}
skipped "" helmx.yaml:6:3 set "its condition false does not hold"
made "" helmx.yaml:10:3 create ""
  Secret s "x/templates/a.yaml" helmx.yaml:12:12 hook=false secret=true created
gone "" helmx.yaml:13:3  ""
  ConfigMap b "" in.yaml:6 hook=true secret=false deleted
  ConfigMap b "" in.yaml:9 hook=false secret=false deleted
none "" helmx.yaml:16:3 remove ""
`
	if told.String() != want {
		t.Errorf("got:\n%s\nwant:\n%s", told.String(), want)
	}
}
