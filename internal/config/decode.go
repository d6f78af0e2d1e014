package config

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// decoder fills the Config types from YAML nodes, strictly: what it does not
// know is a finding at the line where it was written. yaml.Decoder's
// KnownFields stops at the first problem, names no column and suggests nothing.
type decoder struct {
	file     string
	unknown  func(key string) string // a hint for an unknown key at the top; may be nil
	doc      *manifest.Document      // where the nodes are of a document in a stream
	findings diag.List
}

// shorthand is a struct that a single string may stand for.
type shorthand interface{ short(text string) }

// parse returns the root mapping of the file. There is none in a file that is
// empty or holds comments alone, which configures nothing: /dev/null is how to say
// "no configuration".
func (d *decoder) parse(data []byte) (*yaml.Node, bool) {
	root, err := manifest.Parse(data)
	if err != nil {
		d.syntax(data, err)
	}
	if err == nil && root == nil && !utf8.Valid(data) {
		d.syntax(data, errors.New("it is not UTF-8"))
	}
	return root, root != nil && err == nil
}

func (d *decoder) syntax(data []byte, err error) {
	f := diag.Diagnostic{
		Code: "CF001", Severity: diag.Error, Span: diag.Span{File: d.file},
		Message: "the file is not valid YAML: " + err.Error(),
	}
	var syntax *manifest.SyntaxError
	if errors.As(err, &syntax) {
		f.Message = "the file is not valid YAML: " + syntax.Message
		f.Span.Start = diag.Pos{Line: syntax.Line, Column: syntax.Column}
		lines := strings.Split(string(data), "\n")
		if syntax.Line <= len(lines) {
			f.Excerpt = &diag.Excerpt{Line: syntax.Line, Text: lines[syntax.Line-1], Column: max(1, syntax.Column), Width: 1}
		}
		if at, path, ok := unquotedPath(data, syntax); ok {
			f.Message = "the file is not valid YAML: a path with [ needs quotes inside { } or [ ], or a line of its own"
			f.Hint = "write '" + strings.ReplaceAll(path, "'", "''") + "', in single quotes"
			f.Span.Start = at
			f.Excerpt = &diag.Excerpt{Line: at.Line, Text: lines[at.Line-1], Column: at.Column, Width: utf8.RuneCountInString(path)}
		}
	}
	d.findings = append(d.findings, f)
}

func (d *decoder) span(n *yaml.Node) diag.Span {
	if d.doc != nil {
		span, _ := d.doc.SpanAt(n.Line, n.Column)
		return span
	}
	return diag.Span{File: d.file, Start: diag.Pos{Line: n.Line, Column: n.Column}}
}

func (d *decoder) add(n *yaml.Node, code, format string, args ...any) *diag.Diagnostic {
	f := diag.Diagnostic{Code: code, Severity: diag.Error, Span: d.span(n), Message: fmt.Sprintf(format, args...)}
	if d.doc != nil {
		_, f.Rendered = d.doc.SpanAt(n.Line, n.Column)
	}
	d.findings = append(d.findings, f)
	return &d.findings[len(d.findings)-1]
}

// constant demands one value of a key at the top of the file.
func (d *decoder) constant(root *yaml.Node, key, want, got string) {
	if got == want {
		return
	}
	d.add(cmp.Or(find(root, key), root), "CF004", "%s is %q, expected %q", key, got, want)
}

// decode fills *into from n.
func (d *decoder) decode(n *yaml.Node, into any) { d.value(n, reflect.ValueOf(into).Elem(), "", "") }

var (
	nodeType = reflect.TypeFor[*yaml.Node]()
	timeType = reflect.TypeFor[time.Time]()
)

// value fills v, the value of key path, from n; enum lists the strings allowed.
func (d *decoder) value(n *yaml.Node, v reflect.Value, path, enum string) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	switch {
	case v.Type() == nodeType:
		v.Set(reflect.ValueOf(n))
	case n.Tag == yaml.NodeTagNull: // an empty key means the default
	case v.Type() == timeType:
		d.date(n, v, path)
	case v.Kind() == reflect.Struct:
		if s, ok := v.Addr().Interface().(shorthand); ok && n.Kind == yaml.ScalarNode {
			s.short(n.Value)
			return
		}
		d.object(n, v, path)
	case v.Kind() == reflect.Map:
		d.table(n, v, path, enum)
	case v.Kind() == reflect.Slice:
		d.list(n, v, path)
	case v.Kind() == reflect.String:
		d.text(n, v, path, enum)
	case v.Kind() == reflect.Bool:
		d.scalar(n, v, path, "true or false")
	case v.Kind() == reflect.Int:
		d.scalar(n, v, path, "a whole number")
	}
}

func (d *decoder) object(n *yaml.Node, v reflect.Value, path string) {
	if !d.is(n, yaml.MappingNode, path) {
		return
	}
	fields := map[string]reflect.StructField{}
	var keys []string
	for f := range v.Type().Fields() {
		if name := f.Tag.Get("yaml"); name != "" {
			fields[name] = f
			keys = append(keys, name)
		}
	}
	for key, child := range d.entries(n, path) {
		f, known := fields[key.Value]
		if !known {
			f := d.add(key, "CF002", "unknown key %q%s, expected one of %s", key.Value, in(path), strings.Join(keys, ", "))
			f.Hint = d.unknownHint(key.Value, keys, path)
			continue
		}
		if child = manifest.Resolve(child); f.Tag.Get("must") == "map" && child.Tag != yaml.NodeTagNull && !d.is(child, yaml.MappingNode, join(path, key.Value)) {
			continue
		}
		d.value(child, v.FieldByIndex(f.Index), join(path, key.Value), f.Tag.Get("enum"))
	}
}

func (d *decoder) unknownHint(key string, known []string, path string) string {
	if path == "" && d.unknown != nil {
		if hint := d.unknown(key); hint != "" {
			return hint
		}
	}
	hint := diag.DidYouMean(key, known)
	if hint == "" && len(known) == 1 {
		hint = "put it below " + known[0] + ":"
	}
	return hint
}

func (d *decoder) table(n *yaml.Node, v reflect.Value, path, enum string) {
	if !d.is(n, yaml.MappingNode, path) {
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for key, child := range d.entries(n, path) {
		e := reflect.New(v.Type().Elem()).Elem()
		d.value(child, e, join(path, key.Value), enum)
		v.SetMapIndex(reflect.ValueOf(key.Value), e)
	}
}

func (d *decoder) list(n *yaml.Node, v reflect.Value, path string) {
	if !d.is(n, yaml.SequenceNode, path) {
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
	for i, child := range n.Content {
		d.value(child, v.Index(i), fmt.Sprintf("%s[%d]", path, i), "")
	}
}

func (d *decoder) text(n *yaml.Node, v reflect.Value, path, enum string) {
	if !d.is(n, yaml.ScalarNode, path) {
		return
	}
	allowed := strings.Split(enum, ",")
	if enum != "" && !slices.Contains(allowed, n.Value) {
		d.add(n, "CF003", "%s is %q, expected one of %s", path, n.Value, strings.Join(allowed, ", ")).
			Hint = diag.DidYouMean(n.Value, allowed)
		return
	}
	v.SetString(n.Value) // 1.30 is a version here, whether quoted or not
}

func (d *decoder) date(n *yaml.Node, v reflect.Value, path string) {
	if !d.is(n, yaml.ScalarNode, path) {
		return
	}
	t, err := time.Parse(time.DateOnly, n.Value)
	if err != nil {
		d.add(n, "CF003", "%s is %q, expected a date such as 2027-01-31", path, n.Value)
		return
	}
	v.Set(reflect.ValueOf(t))
}

func (d *decoder) scalar(n *yaml.Node, v reflect.Value, path, expected string) {
	fraction := v.Kind() == reflect.Int && n.Tag == yaml.NodeTagFloat // which Decode cuts off
	if err := n.Decode(v.Addr().Interface()); err != nil || fraction || n.Kind != yaml.ScalarNode {
		d.add(n, "CF003", "%s is %s, expected %s", path, describe(n), expected)
	}
}

// is demands a node kind.
func (d *decoder) is(n *yaml.Node, kind yaml.Kind, path string) bool {
	if n.Kind == kind {
		return true
	}
	d.add(n, "CF003", "%s is %s, expected %s", cmp.Or(path, "the file"), describe(n), kindNames[kind])
	return false
}

// entries yields keys and values of a mapping and reports keys given twice.
func (d *decoder) entries(n *yaml.Node, path string) func(yield func(k, v *yaml.Node) bool) {
	return func(yield func(k, v *yaml.Node) bool) {
		seen := map[string]int{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i]
			if line, twice := seen[key.Value]; twice {
				d.add(key, "CF002", "key %q%s is given twice, first on line %d", key.Value, in(path), line)
				continue
			}
			seen[key.Value] = key.Line
			if !yield(key, n.Content[i+1]) {
				return
			}
		}
	}
}

var kindNames = map[yaml.Kind]string{
	yaml.MappingNode: "a map", yaml.SequenceNode: "a list", yaml.ScalarNode: "a single value", yaml.AliasNode: "an alias",
}

func describe(n *yaml.Node) string {
	if n.Kind == yaml.ScalarNode {
		return strconv.Quote(n.Value)
	}
	return kindNames[n.Kind]
}

// find returns the value of a key, or nil; it takes nil for n. Like the decoder
// it follows aliases, and takes the first of keys given twice.
func find(n *yaml.Node, key string) *yaml.Node {
	if n == nil {
		return nil
	}
	n = manifest.Resolve(n)
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return manifest.Resolve(n.Content[i+1])
		}
	}
	return nil
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func in(path string) string {
	if path == "" {
		return ""
	}
	return " in " + path
}
