package schema

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
	"go.yaml.in/yaml/v3"
)

// validator is one run: what to validate against, and the definitions that the
// stream brings. It is not changed while documents are validated.
type validator struct {
	lib     *library
	options Options
	target  target
	custom  map[string]*kind // by GVK
}

func newValidator(lib *library, o Options, docs []*manifest.Document) (*validator, diag.List) {
	t, finding := parseTarget(o.KubeVersion, lib.pack.Releases)
	v := &validator{lib: lib, options: o, target: t, custom: map[string]*kind{}}
	v.addDefinitions(o.CRDs)
	v.addDefinitions(docs)
	if finding == nil {
		return v, nil
	}
	return v, diag.List{*finding}
}

// document validates one document, and notes what it says about others.
func (v *validator) document(doc *manifest.Document, facts *facts) (diag.List, error) {
	if found, known := v.knownDefinition(doc); known {
		return found, nil
	}
	root, err := doc.Root()
	if err != nil {
		return diag.List{syntaxFinding(doc, err)}, nil
	}
	if root == nil {
		return nil, nil
	}
	found := duplicateKeys(doc, root)
	if root = manifest.Resolve(root); root.Kind != yaml.MappingNode {
		return append(found, notAnObject(doc, root, nil)), nil
	}
	value, _ := manifest.Value(root).(map[string]any)
	for _, o := range expand(&object{doc: doc, node: root, value: value}, &found) {
		found = append(found, v.object(o)...)
		facts.note(v, o)
	}
	return found, nil
}

// object is one object of a document: the document itself, or an item of a List.
type object struct {
	doc   *manifest.Document
	node  *manifest.Node
	path  manifest.Path // of the object in its document
	value map[string]any

	apiVersion, kind string
}

// finding begins a finding about a field of the object; the value is marked.
func (o *object) finding(code string, severity diag.Severity, keys ...string) diag.Diagnostic {
	d := o.at(manifest.Keys(keys...), false)
	d.Code, d.Severity = code, severity
	return d
}

// at begins a finding about a place below the object. Where the path ends in
// nothing, the place is the mapping that lacks it.
func (o *object) at(p manifest.Path, key bool) diag.Diagnostic {
	node, named := locate(o.node, p, key)
	d := o.doc.Finding(node, slices.Concat(o.path, named))
	if len(o.path) > 0 {
		id := o.id()
		d.Object = &id
	}
	if *d.Object == (diag.Object{}) {
		d.Object = nil
	}
	return d
}

func (o *object) id() diag.Object {
	meta, _ := o.value["metadata"].(map[string]any)
	namespace, _ := meta["namespace"].(string)
	name, _ := meta["name"].(string)
	return diag.Object{APIVersion: o.apiVersion, Kind: o.kind, Namespace: namespace, Name: name}
}

// object validates one object: its kind, and what its schema demands.
func (v *validator) object(o *object) diag.List {
	if missing := o.readKind(); len(missing) > 0 {
		return missing
	}
	k := v.find(o.apiVersion, o.kind)
	if k == nil {
		return v.unknownKind(o)
	}
	found := v.deprecated(o)
	if d, ok := namespaceFinding(o, k); ok {
		found = append(found, d)
	}
	found = append(found, unusableNumbers(o)...)
	schema, node := k.load(v.target.release)
	var nulls []entry
	if !k.Custom() {
		nulls = v.lib.nullEntries(node, o.value)
		if v.options.Apply == ApplyServer {
			found = append(found, v.wrapped(o, node, k.schemaName(v.target.release))...)
		}
	}
	v.lib.prepare(node, o.value, dialect(!k.Custom()))
	if err := validateSafely(schema, o.value); err != nil {
		e := explainer{object: o, kind: k, schema: schema, validator: v}
		found = append(found, e.explain(err)...)
	}
	found = append(found, nameFindings(o, k)...)
	found = append(found, disagreements(o, k.schemaName(v.target.release))...)
	if k.Group == crdGroup && o.kind == crdKind {
		found = append(found, v.checkDefinition(o)...)
	}
	for _, e := range nulls {
		e.of[e.key] = nil
	}
	found = append(found, v.server(o, k, found)...)
	return append(found, v.istio(o, found)...)
}

// readKind fills in apiVersion and kind, or says which of them is missing.
func (o *object) readKind() diag.List {
	var found diag.List
	for _, f := range []struct {
		name string
		into *string
	}{{"apiVersion", &o.apiVersion}, {"kind", &o.kind}} {
		text, isString := o.value[f.name].(string)
		*f.into = text
		switch raw, set := o.value[f.name]; {
		case text != "":
		case set && raw != nil && !isString:
			d := o.finding("SC011", diag.Error, f.name)
			d.Message = fmt.Sprintf("%s is %s, expected a string", f.name, describe(raw))
			found = append(found, d)
		default:
			d := o.finding("SC004", diag.Error, f.name)
			d.Message = f.name + " is missing"
			found = append(found, d)
		}
	}
	return found
}

// namespaceFinding reports a namespace on an object that has none. The server
// drops it silently, so it cannot be what the author meant.
func namespaceFinding(o *object, k *kind) (diag.Diagnostic, bool) {
	meta, _ := o.value["metadata"].(map[string]any)
	if ns, _ := meta["namespace"].(string); ns == "" || k.Namespaced {
		return diag.Diagnostic{}, false
	}
	d := o.finding("SC009", diag.Warning, "metadata", "namespace")
	d.Message = fmt.Sprintf("%s is cluster-scoped and has no namespace", o.kind)
	d.Hint = "remove metadata.namespace"
	d.Fix = o.mend("remove metadata.namespace", diag.Change{Kind: diag.Remove, Path: "metadata.namespace"})
	note(&d)
	return d, true
}

// unusableNumbers finds .inf and .nan, which no JSON can hold, and numbers so
// large that comparing them exactly would take all memory, and removes them
// from the value, so that the schema never sees them.
func unusableNumbers(o *object) diag.List {
	var found diag.List
	var walk func(v any, p manifest.Path) any
	walk = func(v any, p manifest.Path) any {
		switch v := v.(type) {
		case map[string]any:
			for _, key := range sortedKeys(v) {
				v[key] = walk(v[key], append(p, manifest.Step{Kind: manifest.Key, Key: key}))
			}
		case []any:
			for i := range v {
				v[i] = walk(v[i], append(p, manifest.Step{Kind: manifest.Index, Index: i}))
			}
		case float64:
			if math.IsInf(v, 0) || math.IsNaN(v) {
				d := o.at(slices.Clone(p), false)
				d.Code, d.Severity = "SC016", diag.Error
				d.Message = "not a number that JSON can hold"
				found = append(found, d)
				return nil
			}
		}
		return v
	}
	walk(o.value, make(manifest.Path, 0, 16))
	return found
}

func isContainer(v any) bool {
	switch v.(type) {
	case map[string]any, []any:
		return true
	}
	return false
}

// isSecretValue reports whether a path of the object may lead to something that
// must not be shown.
func (o *object) isSecretValue(p manifest.Path) bool {
	switch {
	case o.kind != "Secret" && !o.doc.IsSecret() || len(p) == 0:
		return false
	case o.doc.CopiesSecret():
		return true
	}
	switch p[0].Key {
	case "apiVersion", "kind", "type", "immutable":
		return false
	case "metadata":
		return len(p) > 1 && strings.HasPrefix(p[1].Key, "annotations")
	}
	return true
}
