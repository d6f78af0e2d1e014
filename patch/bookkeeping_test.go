package patch

import (
	"context"
	"strings"
	"testing"

	"github.com/helmx-dev/helmx/manifest"
)

const orchestrated = `apiVersion: config.kubernetes.io/v1
kind: ResourceList
items:
- apiVersion: v1
  kind: ConfigMap
  metadata:
    name: a
    annotations:
      config.kubernetes.io/path: app/a.yaml
      internal.config.kubernetes.io/prefixes: web-
      internal.config.kubernetes.io/needsHashSuffix: enabled
      config.k8s.io/id: "1"
      kustomize.config.k8s.io/needs-hash: "true"
      config.kubernetes.io/local-config: "true"
      mine: "1"
`

// What an orchestrator notes about an object stays, whatever takes the
// annotations away; what people write in its name goes.
func TestBookkeepingStays(t *testing.T) {
	for _, change := range []string{
		`set: {metadata.annotations: {owner: me}}`,
		`remove: [metadata.annotations]`,
		`jq: 'del(.metadata.annotations)'`,
		`mergePatch: {metadata: {annotations: null}}`,
		`merge: {metadata: {annotations: {$patch: delete}}}`,
		`jsonPatch: [{op: remove, path: /metadata/annotations}]`,
		`jq: '.metadata.annotations["internal.config.kubernetes.io/prefixes"] = "x" | del(.metadata.annotations["mine", "config.kubernetes.io/local-config"])'`,
		`rename: {metadata.annotations: annots}`,
	} {
		text := applyToList(t, orchestrated, change)
		for line := range strings.Lines(orchestrated) {
			kept := strings.Contains(line, "onfig.k") && !strings.Contains(line, "local-config")
			if kept && strings.Count(text, strings.TrimSpace(line)) != 1 {
				t.Errorf("%s: %q is gone, or there twice:\n%s", change, line, text)
			}
		}
		if strings.Contains(text, "annots") {
			continue // mine went there
		}
		if strings.Contains(text, "mine") || strings.Contains(text, "local-config") {
			t.Errorf("%s: the user's annotations are still there:\n%s", change, text)
		}
	}
}

// A change that names one of these annotations means it, and outside of
// ResourceLists they are annotations like others.
func TestBookkeepingNamed(t *testing.T) {
	for change, line := range map[string]string{
		`remove: ['metadata.annotations["config.kubernetes.io/path"]']`:      "config.kubernetes.io/path: app/a.yaml",
		`set: {'metadata.annotations["config.kubernetes.io/path"]': b.yaml}`: "config.kubernetes.io/path: app/a.yaml",
	} {
		if text := applyToList(t, orchestrated, change); strings.Contains(text, line) {
			t.Errorf("%s: it is still there:\n%s", change, text)
		}
	}
	plain := strings.Replace(strings.Replace(orchestrated, "config.kubernetes.io/v1", "v1", 1), "ResourceList", "List", 1)
	if text := applyToList(t, plain, `remove: [metadata.annotations]`); strings.Contains(text, "annotations") {
		t.Errorf("of a plain List, they are still there:\n%s", text)
	}
}

// applyToList applies one change to the ConfigMaps of a list.
func applyToList(t *testing.T, list, change string) string {
	t.Helper()
	patches, findings := patchesOf(t, "patches:\n- name: p\n  target: {kind: ConfigMap}\n  "+change+"\n")
	l, err := manifest.OpenList(manifest.New([]byte(list), manifest.Origin{}))
	if err != nil || len(findings) > 0 {
		t.Fatal(err, findings)
	}
	docs, findings, err := Apply(context.Background(), l.Items, Options{Patches: patches})
	if err != nil || len(findings) > 0 {
		t.Fatalf("%s: %v %v", change, findings, err)
	}
	if err := l.Join(docs); err != nil {
		t.Fatal(err)
	}
	return string(l.Whole.Raw())
}
