package schema

import (
	"strings"
	"testing"

	"github.com/helmx-dev/helmx/manifest"
)

const shelfDefinition = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: shelves.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Shelf, plural: shelves}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            properties:
              books:
                type: array
                x-kubernetes-list-type: map
                x-kubernetes-list-map-keys: [title, edition]
                items:
                  type: object
                  properties:
                    title: {type: string}
                    edition: {type: integer}
                    tags: {type: array, x-kubernetes-list-type: set, items: {type: string}}
              rooms:
                type: object
                additionalProperties:
                  type: array
                  x-kubernetes-list-type: map
                  x-kubernetes-list-map-keys: [name]
                  items: {type: object, properties: {name: {type: string}}}
              plain: {type: array, items: {type: object, properties: {name: {type: string}}}}
`

func TestListKeys(t *testing.T) {
	stream := manifest.Read("crd.yaml", []byte(shelfDefinition))
	for _, tt := range []struct{ kind, path, keys string }{
		{"example.com/v1 Shelf", "spec.books", "title edition"},
		{"example.com/v1 Shelf", "spec.books.tags", "set"},
		{"example.com/v1 Shelf", "spec.rooms.cellar", "name"},
		{"example.com/v1 Shelf", "spec.plain", ""},
		{"example.com/v1 Shelf", "spec.nothing.there", ""},
		{"example.com/v2 Shelf", "spec.books", ""},
		{"networking.istio.io/v1 ServiceEntry", "spec.ports", "name"},
		{"extensions.istio.io/v1alpha1 WasmPlugin", "spec.match.ports", "number"},
		{"networking.istio.io/v1 VirtualService", "spec.http", ""},
		{"networking.istio.io/v1 Gateway", "spec.servers", ""},
		{"gateway.networking.k8s.io/v1 Gateway", "spec.listeners", "name"},
		{"gateway.networking.k8s.io/v1 HTTPRoute", "spec.rules", ""},
		{"apps/v1 Deployment", "spec.template.spec.containers", ""}, // the patch layer's own business
		{"example.com/v1 Nothing", "spec", ""},
	} {
		apiVersion, kind, _ := strings.Cut(tt.kind, " ")
		for name, l := range map[string]*Lists{
			"stream": NewLists(stream, Options{}),
			"CRDs":   NewLists(nil, Options{CRDs: stream}),
		} {
			keys, set := l.ListKeys(apiVersion, kind, strings.Split(tt.path, "."))
			got := strings.Join(keys, " ")
			if set {
				got = "set"
			}
			if got != tt.keys {
				t.Errorf("%s %s by %s: got %q, want %q", tt.kind, tt.path, name, got, tt.keys)
			}
		}
	}
}

// TestListsAreLazy proves that asking for nothing reads nothing.
func TestListsAreLazy(t *testing.T) {
	l := NewLists(manifest.Read("x", []byte("a: [")), Options{})
	if l.v != nil {
		t.Error("definitions were read without a question")
	}
	if keys, set := l.ListKeys("a/v1", "B", []string{"c"}); keys != nil || set {
		t.Errorf("got %v %v", keys, set)
	}
}
