package strategicmerge

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	"sigs.k8s.io/yaml"

	"github.com/helmx-dev/helmx/manifest"
	"github.com/helmx-dev/helmx/patch"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// sortedKinds returns every kind in a fixed order.
func sortedKinds() []schema.GroupVersionKind {
	return slices.SortedFunc(maps.Keys(kinds()), func(a, b schema.GroupVersionKind) int { return cmp.Compare(a.String(), b.String()) })
}

// pair makes an object and a patch for it.
func pair(g generator, gvk schema.GroupVersionKind, typ reflect.Type) (object, change map[string]any) {
	object, _ = g.value(typ, 0).(map[string]any)
	change = g.patch(typ, object, 0)
	for _, key := range []string{"apiVersion", "kind", "$retainKeys", "$patch"} {
		delete(change, key)
	}
	object["apiVersion"], object["kind"] = gvk.GroupVersion().String(), gvk.Kind
	if meta, ok := change["metadata"].(map[string]any); !ok || meta["$patch"] != nil || meta["$retainKeys"] != nil {
		delete(change, "metadata")
	} else {
		delete(meta, "name")
		delete(meta, "namespace")
	}
	meta, ok := object["metadata"].(map[string]any)
	if !ok {
		meta = map[string]any{}
		object["metadata"] = meta
	}
	meta["name"], meta["namespace"] = "x", "y"
	return object, change
}

func TestEqualsTheMergeOfTheAPIServer(t *testing.T) {
	types, all := kinds(), sortedKinds()
	const rounds = 30
	for i, gvk := range all {
		for round := range rounds {
			compareMerges(t, newGenerator(uint64(i*rounds+round)), gvk, types[gvk])
		}
		if t.Failed() {
			t.FailNow()
		}
	}
	t.Logf("%d pairs of %d kinds", rounds*len(all), len(all))
	if rounds*len(all) < 2000 {
		t.Errorf("only %d pairs", rounds*len(all))
	}
}

func FuzzStrategicMerge(f *testing.F) {
	types, all := kinds(), sortedKinds()
	f.Add(uint64(1), 5)
	f.Fuzz(func(t *testing.T, seed uint64, kind int) {
		gvk := all[uint(kind)%uint(len(all))]
		compareMerges(t, newGenerator(seed), gvk, types[gvk])
	})
}

// compareMerges merges a generated patch both ways.
func compareMerges(t *testing.T, g generator, gvk schema.GroupVersionKind, typ reflect.Type) {
	t.Helper()
	object, change := pair(g, gvk, typ)
	objectJSON, changeJSON := mustJSON(t, object), mustJSON(t, change)
	wantJSON, err := strategicpatch.StrategicMergePatch(objectJSON, changeJSON, reflect.New(typ).Interface())
	if err != nil {
		t.Fatalf("%s: the generator made a patch that apimachinery refuses: %v\n%s\n%s", gvk, err, objectJSON, changeJSON)
	}
	got, refused := merged(t, objectJSON, gvk.Kind, changeJSON)
	if refused != "" {
		t.Fatalf("%s: %s\n%s\n%s", gvk, refused, objectJSON, changeJSON)
	}
	if diff := gocmp.Diff(withoutNulls(decode(t, wantJSON)), withoutNulls(decode(t, got))); diff != "" {
		t.Errorf("%s (-apimachinery +helmx):\n%s\nobject: %s\npatch: %s", gvk, diff, objectJSON, changeJSON)
	}
}

// merged returns what helmx makes of an object, as JSON, or what it has against it.
func merged(t *testing.T, object []byte, kind string, change []byte) (result []byte, refused string) {
	t.Helper()
	if string(change) == "{}" {
		return object, ""
	}
	text, err := yaml.JSONToYAML(object)
	if err != nil {
		t.Fatal(err)
	}
	out, refused := applied(t, string(text), `[{"name": "p", "literal": true, "target": {"kind": "`+kind+`"}, "merge": `+string(change)+`}]`)
	if refused != "" {
		return nil, refused
	}
	result, err = yaml.YAMLToJSON([]byte(out))
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return result, ""
}

// applied runs patches over a stream.
func applied(t *testing.T, stream, patches string) (out, refused string) {
	t.Helper()
	root, err := manifest.Parse([]byte(patches))
	if err != nil {
		t.Fatal(err)
	}
	list, found := patch.Parse(root, "helmx.yaml")
	docs, more, err := patch.Apply(context.Background(), manifest.Read("in.yaml", []byte(stream)), patch.Options{Patches: list, AllowNoop: true})
	if err != nil {
		t.Fatal(err)
	}
	var messages []string
	for _, d := range append(found, more...) {
		messages = append(messages, d.Code+": "+d.Message)
	}
	var b strings.Builder
	if err := manifest.Write(&b, docs); err != nil {
		t.Fatal(err)
	}
	return b.String(), strings.Join(messages, "\n")
}

func mustJSON(t *testing.T, v any) []byte {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func decode(t *testing.T, text []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// withoutNulls drops null, which means to Kubernetes that the field is not
// there: apimachinery leaves it in list items that are new.
func withoutNulls(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for key, value := range v {
			if value != nil {
				out[key] = withoutNulls(value)
			}
		}
		return out
	case []any:
		out := []any{}
		for _, item := range v {
			out = append(out, withoutNulls(item))
		}
		return out
	}
	return v
}
