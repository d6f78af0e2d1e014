package charts

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	yamlv2 "go.yaml.in/yaml/v2"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"
	"sigs.k8s.io/yaml"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// parseValues reads a values file as Helm does: YAML 1.1 through JSON, so that
// every number is a float64, and only the first document. Keys that stand twice
// are reported with the severity given; Helm takes the last one in silence.
//
// The strict parser costs nothing more and is right for nearly every file. It
// objects to keys that a merge ("<<") brings in as well, so that its word is
// taken as a reason to look again, and no more.
func parseValues(file string, data []byte, duplicates diag.Severity) (map[string]any, diag.List) {
	var values map[string]any
	err := yaml.UnmarshalStrict(data, &values)
	if err == nil && !mayHoldMore(data) {
		return values, nil
	}
	var twice *yamlv2.TypeError
	if errors.As(err, &twice) {
		values = nil
		err = yaml.Unmarshal(data, &values)
	}
	if err != nil {
		return nil, diag.List{brokenValues(file, data, err)}
	}
	return values, append(duplicateKeys(file, data, duplicates), ignoredDocuments(file, data)...)
}

// mayHoldMore reports whether a line begins as the end of a document does.
func mayHoldMore(data []byte) bool {
	return bytes.Contains(data, []byte("\n---")) || bytes.Contains(data, []byte("\n..."))
}

// firstTree returns the first document with its positions, or nil.
func firstTree(data []byte) *manifest.Node {
	var doc manifest.Node
	if kyaml.NewDecoder(bytes.NewReader(data)).Decode(&doc) != nil || len(doc.Content) == 0 {
		return nil
	}
	return doc.Content[0]
}

func duplicateKeys(file string, data []byte, severity diag.Severity) diag.List {
	root := firstTree(data)
	if root == nil {
		return nil
	}
	return duplicatesIn(file, root, severity)
}

func duplicatesIn(file string, root *manifest.Node, severity diag.Severity) diag.List {
	var found diag.List
	for _, d := range manifest.Duplicates(root) {
		p := refuse("CH104", "key %q is given twice; the last one counts", manifest.KeyText(d.Second)).at(file, d.Second.Line, d.Second.Column)
		p.Severity, p.Path = severity, d.Path.String()
		p.Related = []diag.Related{{Span: spanOf(file, d.First), Message: "given first here"}}
		found = append(found, p.Diagnostic)
	}
	return found
}

func ignoredDocuments(file string, data []byte) diag.List {
	decoder := kyaml.NewDecoder(bytes.NewReader(data))
	var doc manifest.Node
	if decoder.Decode(&doc) != nil {
		return nil
	}
	doc = manifest.Node{}
	err := decoder.Decode(&doc)
	if errors.Is(err, io.EOF) {
		return nil
	}
	d := warning("CH105", file, "only the first document of a values file counts, and there is a second one")
	d.Hint = "put everything into one document, or use -f once for each file"
	if err == nil && len(doc.Content) > 0 {
		d.Span = spanOf(file, doc.Content[0])
	}
	return diag.List{d}
}

// spanOf returns where a node begins.
func spanOf(file string, n *manifest.Node) diag.Span {
	return diag.Span{File: file, Start: diag.Pos{Line: n.Line, Column: n.Column}}
}

// brokenValues says why Helm cannot read a values file. err is what Helm's
// parser says; the place and better words are looked for elsewhere, since that
// parser knows lines only, and not always the right one.
func brokenValues(file string, data []byte, err error) diag.Diagnostic {
	if p := notText(data); p != nil {
		return p.in(file).Diagnostic
	}
	if syntax := (*manifest.SyntaxError)(nil); errors.As(parseError(data), &syntax) {
		p := refuse("CH102", "not YAML: %s", syntax.Message).at(file, syntax.Line, syntax.Column)
		return p.shown(data).Diagnostic
	}
	root := firstTree(data)
	if kind := (*json.UnmarshalTypeError)(nil); errors.As(err, &kind) && root != nil {
		p := refuse("CH103", "values are a map of keys, but this file is %s", manifest.KindName(root)).at(file, root.Line, root.Column)
		p.try("begin each line with a key: `replicas: 2`")
		if manifest.Resolve(root).Kind == kyaml.ScalarNode {
			return p.Diagnostic // the line is not shown: the file may be the secret itself
		}
		return p.shown(data).Diagnostic
	}
	p := refuse("CH102", "not YAML that Helm reads: %v", err).in(file)
	if n, what := unreadable(root); n != nil {
		p = refuse("CH102", "%s", what).at(file, n.Line, n.Column)
	} else if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
		p.Span.Start.Line, _ = strconv.Atoi(m[1])
	}
	return p.shown(data).Diagnostic
}

func parseError(data []byte) error {
	_, err := manifest.Parse(data)
	return err
}

// notText finds the first byte that YAML does not allow anywhere. The line is
// not shown: a terminal should not see it.
func notText(data []byte) *problem {
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		what := ""
		switch {
		case r == utf8.RuneError && size <= 1:
			what = fmt.Sprintf("byte 0x%02X, which is not UTF-8", data[i])
		case r < 0x20 && r != '\t' && r != '\n' && r != '\r', r == 0x7f:
			what = fmt.Sprintf("control character U+%04X", r)
		}
		if what != "" {
			line, column := position(data, i)
			return refuse("CH102", "not a text file: found %s", what).at("", line, column).try("values files are YAML in UTF-8")
		}
		i += size
	}
	return nil
}

// position turns an offset into line and column.
func position(data []byte, offset int) (line, column int) {
	before := data[:offset]
	start := bytes.LastIndexByte(before, '\n') + 1
	return bytes.Count(before, []byte("\n")) + 1, utf8.RuneCount(before[start:]) + 1
}

// unreadable finds what is YAML but cannot become JSON, on which all values
// rest: infinities and keys that are no scalars.
func unreadable(root *manifest.Node) (at *manifest.Node, what string) {
	manifest.Walk(root, func(_ manifest.Path, n *manifest.Node) bool {
		switch {
		case at != nil:
		case n.Kind == kyaml.MappingNode:
			at, what = badKey(n)
		case n.Kind == kyaml.ScalarNode && strings.EqualFold(strings.TrimLeft(n.Value, "+-"), ".inf"),
			n.Kind == kyaml.ScalarNode && strings.EqualFold(n.Value, ".nan"):
			at, what = n, n.Value+" is not a number that Helm can hold"
		}
		return at == nil
	})
	return at, what
}

func badKey(n *manifest.Node) (at *manifest.Node, what string) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := manifest.Resolve(n.Content[i])
		if key.Kind != kyaml.ScalarNode || manifest.Value(key) == nil && key.Style == 0 {
			return n.Content[i], fmt.Sprintf("a key must be text, a number or a boolean, but this is %s", manifest.KindName(key))
		}
	}
	return nil, ""
}
