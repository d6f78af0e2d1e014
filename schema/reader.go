package schema

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
	"go.yaml.in/yaml/v3"
)

// syntaxFinding reports a document that is not YAML.
func syntaxFinding(doc *manifest.Document, err error) diag.Diagnostic {
	line, column := 1, 0
	var syntax *manifest.SyntaxError
	message := err.Error()
	if errors.As(err, &syntax) {
		line, column, message = syntax.Line, syntax.Column, syntax.Message
	}
	d := doc.FindingAt(line, column)
	d.Code, d.Severity = "SC001", diag.Error
	d.Message = "broken YAML: " + message
	return d
}

// duplicateKeys reports keys that stand twice in one mapping. Helm and kubectl
// let the last one win without a word.
func duplicateKeys(doc *manifest.Document, root *manifest.Node) diag.List {
	duplicates := manifest.Duplicates(root)
	if merged, ok := missingSeparator(doc, duplicates); ok {
		return diag.List{merged}
	}
	var found diag.List
	for _, dup := range duplicates {
		d := doc.Finding(dup.Second, dup.Path)
		d.Code, d.Severity = "SC002", diag.Error
		d.Message = fmt.Sprintf("key %q stands twice, and only the second one counts", manifest.KeyText(dup.Second))
		d.Hint = "merge the two, or remove one"
		span, _ := doc.SpanAt(dup.First.Line, dup.First.Column)
		d.Related = []diag.Related{{Span: span, Message: "the first one"}}
		found = append(found, d)
	}
	return found
}

// missingSeparator recognises two objects without "---" between them, which
// otherwise would be reported key by key.
func missingSeparator(doc *manifest.Document, duplicates []manifest.Duplicate) (diag.Diagnostic, bool) {
	i := slices.IndexFunc(duplicates, func(d manifest.Duplicate) bool {
		return len(d.Path) == 1 && d.Path[0].Key == "apiVersion"
	})
	hasKind := slices.ContainsFunc(duplicates, func(d manifest.Duplicate) bool {
		return len(d.Path) == 1 && d.Path[0].Key == "kind"
	})
	if i < 0 || !hasKind {
		return diag.Diagnostic{}, false
	}
	d := doc.Finding(duplicates[i].Second, duplicates[i].Path)
	d.Code, d.Severity = "SC002", diag.Error
	d.Message = "a second object begins here, and its keys overwrite those of the first"
	d.Hint = `put a line with "---" between the two`
	note(&d)
	return d, true
}

// notAnObject reports a document or an item that is no mapping.
func notAnObject(doc *manifest.Document, n *manifest.Node, p manifest.Path) diag.Diagnostic {
	d := doc.Finding(n, p)
	d.Code, d.Severity = "SC003", diag.Error
	if len(p) == 0 {
		d.Object = nil
	}
	d.Message = "expected a Kubernetes object, found " + describe(manifest.Value(n))
	if n.Kind == yaml.ScalarNode && strings.Contains(n.Value, "\n") {
		d.Message = "expected a Kubernetes object, found text"
	}
	if doc.IsSecret() {
		d.Message = "expected a Kubernetes object"
	}
	return d
}

// expand returns the objects of a List, of lists in it too, and any other
// object as it is. kubectl takes a List apart in the same way.
func expand(o *object, found *diag.List) []*object {
	kind, _ := o.value["kind"].(string)
	apiVersion, _ := o.value["apiVersion"].(string)
	items, isList := o.value["items"].([]any)
	if !isList || !strings.HasSuffix(kind, "List") || apiVersion == "" {
		return []*object{o}
	}
	list := manifest.Keys("items").Get(o.node)
	var out []*object
	for i, item := range items {
		path := slices.Concat(o.path, manifest.Keys("items"), manifest.Path{{Kind: manifest.Index, Index: i}})
		node := manifest.Resolve(manifest.Resolve(list).Content[i])
		value, ok := item.(map[string]any)
		if !ok {
			*found = append(*found, notAnObject(o.doc, node, path))
			continue
		}
		// The items of a typed list need not repeat their kind.
		if kind != "List" && value["kind"] == nil && value["apiVersion"] == nil {
			value["apiVersion"], value["kind"] = apiVersion, strings.TrimSuffix(kind, "List")
		}
		out = append(out, expand(&object{doc: o.doc, node: node, path: path, value: value}, found)...)
	}
	return out
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
