package patch

import (
	"bytes"
	"context"
	"testing"
	"testing/fstest"

	"github.com/helmx-dev/helmx/manifest"
)

// The source of a replacement keeps its bytes and its tree, also where its value
// comes out of a <<.
func TestReplacementLeavesItsSource(t *testing.T) {
	source := "kind: ConfigMap\nmetadata: {name: a}\nbase: &base {level: {min: info}}\ndata:\n  <<: *base\n"
	stream := source + "---\nkind: ConfigMap\nmetadata: {name: b}\ndata: {min: x}\n"
	patches, found := patchesBeside(t, "patches:\n- kustomize: kustomization.yaml\n", fstest.MapFS{"kustomization.yaml": {Data: []byte(
		"replacements:\n- source: {kind: ConfigMap, name: a, fieldPath: data.level.min}\n  targets: [{select: {name: b}, fieldPaths: [data.min]}]\n")}})
	if len(found) > 0 {
		t.Fatal(describe(found))
	}
	docs, found, err := Apply(context.Background(), manifest.Read("x", []byte(stream)), Options{Patches: patches})
	if err != nil || len(found) > 0 {
		t.Fatal(err, describe(found))
	}
	root, err := docs[0].Root()
	if err != nil {
		t.Fatal(err)
	}
	if again, err := manifest.Parse([]byte(source)); err != nil || !manifest.Equal(root, again) || !bytes.Equal(docs[0].Raw(), []byte(source)) {
		t.Errorf("the source is another: %v\n%s", err, docs[0].Raw())
	}
	if !bytes.Contains(docs[1].Raw(), []byte("{min: info}")) {
		t.Errorf("got\n%s", docs[1].Raw())
	}
}
