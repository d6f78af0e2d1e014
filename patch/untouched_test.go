package patch

import (
	"bytes"
	"context"
	"testing"

	"github.com/helmx-dev/helmx/manifest"
)

// A document that no target can mean is not parsed, so that it may be broken,
// and costs next to nothing: to parse one of these takes 200 allocations.
func TestDocumentsThatNoPatchTouchesAreNotParsed(t *testing.T) {
	broken := "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: broken\ndata:\n  a: [\n"
	data := append(objects(1000), broken...)
	patches, findings := patchesOf(t, "patches:\n- name: one\n  target: {kind: Deployment, name: object-10}\n  set: {spec.replicas: 2}\n- name: all\n  target: {kind: Deployment, labels: app=mesh}\n  set: {spec.paused: true}\n- name: pattern\n  target: {name: 'object-2?0'}\n  set: {spec.replicas: 3}\n")
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	var docs []*manifest.Document
	allocations := testing.AllocsPerRun(1, func() {
		var err error
		docs, findings, err = Apply(context.Background(), manifest.Read("x", data), Options{Patches: patches[:1]})
		if err != nil || len(findings) > 0 {
			t.Fatal(findings, err)
		}
	})
	if perDocument := allocations / 1000; perDocument > 20 {
		t.Errorf("%.0f allocations for each of 1,000 documents, of which one is patched", perDocument)
	}
	docs, findings, err := Apply(context.Background(), docs, Options{Patches: patches[1:]})
	if err != nil || len(findings) > 0 {
		t.Fatal(findings, err)
	}
	last := docs[len(docs)-1]
	if last.Changed() || !bytes.Equal(last.Raw(), []byte(broken)) {
		t.Errorf("the broken document became %s", last.Raw())
	}
	if _, err := last.Root(); err == nil {
		t.Error("the document is not broken")
	}
}
