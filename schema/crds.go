package schema

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
	"github.com/helmx-dev/helmx/schema/internal/pack"
)

const (
	crdGroup = "apiextensions.k8s.io"
	crdKind  = "CustomResourceDefinition"
)

// addDefinitions takes the kinds of all CustomResourceDefinitions. Of two
// definitions of one kind the last wins, as it would in a cluster.
func (v *validator) addDefinitions(docs []*manifest.Document) {
	for _, doc := range docs {
		if id := doc.ID(); id.Kind != crdKind && !isList(id.Kind) || !bytes.Contains(doc.Raw(), []byte(crdKind)) {
			continue
		}
		if _, known := v.knownSpec(doc); known {
			continue
		}
		root, err := doc.Root()
		if err != nil || root == nil {
			continue // reported when the document itself is validated
		}
		value, _ := manifest.Value(root).(map[string]any)
		for _, o := range expand(&object{doc: doc, node: root, value: value}, &diag.List{}) {
			if o.value["kind"] == crdKind {
				v.addDefinition(o)
			}
		}
	}
}

func isList(kind string) bool { return len(kind) >= 4 && kind[len(kind)-4:] == "List" }

// definitionSpec is what matters of a CustomResourceDefinition.
type definitionSpec struct {
	Group    string
	Scope    string
	Names    struct{ Kind, Plural string }
	Versions []struct {
		Name   string
		Served *bool
		Schema struct{ OpenAPIV3Schema *pack.Node }
	}
}

func (v *validator) addDefinition(o *object) {
	spec, err := readSpec(o)
	if err != nil {
		return // its own validation says what is wrong
	}
	for _, version := range spec.Versions {
		if version.Served != nil && !*version.Served {
			continue
		}
		k := &kind{lib: v.lib, root: version.Schema.OpenAPIV3Schema, Kind: &pack.Kind{
			Group: spec.Group, Version: version.Name, Kind: spec.Names.Kind, Plural: spec.Names.Plural,
			Namespaced: spec.Scope != "Cluster", Origin: "CustomResourceDefinition " + o.id().Name, Defs: map[int]int{0: 0},
		}}
		if k.root == nil {
			k.root = &pack.Node{Type: "object", Preserve: true}
		}
		v.custom[k.GVK()] = k
	}
}

// readSpec decodes the spec of a definition. The value goes through JSON, which
// is what the API server reads it from.
func readSpec(o *object) (*definitionSpec, error) {
	text, err := json.Marshal(o.value["spec"])
	if err != nil {
		return nil, err
	}
	var spec definitionSpec
	return &spec, pack.Decode(text, &spec)
}

// knownSpec reports whether the document is a definition that the pack holds,
// word for word below spec, and where that begins.
func (v *validator) knownSpec(doc *manifest.Document) (specStart int, known bool) {
	raw := doc.Raw()
	if doc.ID().Kind != crdKind || doc.ID().APIVersion != crdGroup+"/v1" {
		return 0, false
	}
	hash, start := pack.HashSpec(raw)
	name, ok := v.lib.pack.KnownCRDs[hash]
	return start, ok && name == doc.ID().Name
}

// knownDefinition validates a well-known definition by its head alone: the 15
// CRDs of Istio are a megabyte that would take longer to parse than everything
// else to validate.
func (v *validator) knownDefinition(doc *manifest.Document) (diag.List, bool) {
	start, known := v.knownSpec(doc)
	if !known {
		return nil, false
	}
	head := manifest.New(doc.Raw()[:start:start], doc.Origin)
	root, err := head.Root()
	if err != nil || root == nil {
		return nil, false
	}
	value, ok := manifest.Value(root).(map[string]any)
	if !ok || !plainHead(value) {
		return nil, false
	}
	return duplicateKeys(head, root), true
}

// plainHead reports whether a definition's metadata holds labels and
// annotations that are surely valid; anything else takes the long way, which
// also finds the right place for what it reports.
func plainHead(value map[string]any) bool {
	meta, ok := value["metadata"].(map[string]any)
	if !ok || len(value) != 3 {
		return false
	}
	for key, v := range meta {
		switch key {
		case "name":
		case "labels":
			if !plainStrings(v, plainValue()) {
				return false
			}
		case "annotations":
			if !plainStrings(v, anyText()) {
				return false
			}
		default:
			return false
		}
	}
	return true
}

var (
	plainKey   = lazily(`^([a-z0-9]([a-z0-9.-]{0,60}[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,60}[A-Za-z0-9])?$`)
	plainValue = lazily(`^([A-Za-z0-9]([A-Za-z0-9._-]{0,60}[A-Za-z0-9])?)?$`)
	anyText    = lazily(``)
)

func plainStrings(v any, form *regexp.Regexp) bool {
	m, ok := v.(map[string]any)
	for key, value := range m {
		text, isString := value.(string)
		if !isString || !plainKey().MatchString(key) || !form.MatchString(text) {
			return false
		}
	}
	return ok
}

// checkDefinition reports what makes a definition useless as a schema, beyond
// what the schema of CustomResourceDefinition itself says.
func (v *validator) checkDefinition(o *object) diag.List {
	spec, err := readSpec(o)
	if err != nil {
		return nil
	}
	var found diag.List
	if want := spec.Names.Plural + "." + spec.Group; spec.Names.Plural != "" && spec.Group != "" && o.id().Name != want {
		d := o.finding("SC019", diag.Error, "metadata", "name")
		d.Message = fmt.Sprintf("the name of a CustomResourceDefinition is plural.group: expected %s", show(want))
		found = append(found, d)
	}
	for i, version := range spec.Versions {
		if version.Schema.OpenAPIV3Schema == nil {
			continue
		}
		at := append(manifest.Keys("spec", "versions"), manifest.Step{Kind: manifest.Index, Index: i})
		at = append(at, manifest.Keys("schema", "openAPIV3Schema")...)
		found = append(found, v.structural(o, version.Schema.OpenAPIV3Schema, at)...)
	}
	return found
}

// structural reports parts of a schema that have no type, patterns that do not
// compile and defaults that break their own schema: the API server refuses them.
// https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
func (v *validator) structural(o *object, n *pack.Node, at manifest.Path) diag.List {
	var found diag.List
	add := func(field, message string) {
		d := o.at(at.Child(field), false)
		d.Code, d.Severity, d.Message = "SC020", diag.Error, message
		found = append(found, d)
	}
	if n.Type == "" && !n.IntOrString && !n.Preserve {
		add("type", "a schema without type: every field of a CustomResourceDefinition needs one")
	}
	if _, err := regexp.Compile(n.Pattern); err != nil {
		add("pattern", err.Error())
	}
	if n.Default != nil && validateSafely(v.lib.compile(n, custom, true), documentValue(n.Default)) != nil {
		add("default", fmt.Sprintf("the default, %s, is not allowed by its own schema", describe(n.Default)))
	}
	for _, name := range sortedKeys(n.Properties) {
		found = append(found, v.structural(o, n.Properties[name], at.Child("properties").Child(name))...)
	}
	if n.Items != nil {
		found = append(found, v.structural(o, n.Items, at.Child("items"))...)
	}
	if n.Additional != nil && n.Additional.Schema != nil {
		found = append(found, v.structural(o, n.Additional.Schema, at.Child("additionalProperties"))...)
	}
	return found
}
