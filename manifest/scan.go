package manifest

import (
	"bytes"
	"strings"
)

// head is what the identity of an object is made of.
type head struct {
	apiVersion, kind, name, namespace, source string
	hook                                      bool
}

func (h head) id() ID {
	return ID{APIVersion: h.apiVersion, Kind: h.kind, Namespace: h.namespace, Name: h.name, Hook: h.hook, Source: h.source}
}

// scanHead reads the identity from the lines of a document without parsing it:
// a stream of 1 MB takes a millisecond instead of a hundred. It knows only the
// plain block layout that templates have; sure is false when it met anything
// else, and then the tree must be asked.
func scanHead(body []byte) (h head, sure bool) {
	s := headScanner{}
	for len(body) > 0 && !s.unsure && !s.ended {
		line := body
		if i := bytes.IndexByte(body, '\n'); i >= 0 {
			line, body = body[:i], body[i+1:]
		} else {
			body = nil
		}
		s.line(line)
	}
	return s.head, !s.unsure
}

// headScanner walks the lines; section is the top-level key it is below, and
// field the key below metadata.
type headScanner struct {
	head          head
	seen          headField
	section       string
	field         string
	fieldIndent   int // of the keys of metadata, once known
	labelIndent   int // of the keys of metadata.annotations, once known
	closed        bool
	ended, unsure bool
}

// headField is a bit for each key that must stand only once.
type headField uint8

const (
	seenVersion headField = 1 << iota
	seenKind
	seenMetadata
	seenName
	seenNamespace
	seenAnnotations
)

// once notes that a key stands here; the second time is a reason for doubt.
func (s *headScanner) once(f headField) {
	s.unsure = s.unsure || s.seen&f != 0
	s.seen |= f
}

func (s *headScanner) line(line []byte) {
	if len(line) > 0 && line[0] == ' ' {
		if s.section == "metadata" || s.closed || s.section == "" {
			s.indented(line)
		}
		return
	}
	line = bytes.TrimRight(bytes.TrimPrefix(line, bom), " \t\r")
	switch {
	case len(line) == 0 || line[0] == '#':
	case line[0] == '-' && s.section != "" && s.section != "metadata" && (len(line) == 1 || line[1] == ' '):
	case bytes.HasPrefix(line, []byte("...")):
		s.ended = true
	default:
		s.topKey(line)
	}
}

func (s *headScanner) topKey(line []byte) {
	key, value, ok := splitEntry(line)
	if !ok || line[0] == '"' || line[0] == '\'' {
		s.unsure = true
		return
	}
	s.field, s.closed = "", false
	switch string(key) {
	case "apiVersion":
		s.take(&s.head.apiVersion, seenVersion, value)
	case "kind":
		s.take(&s.head.kind, seenKind, value)
	case "metadata":
		s.section = "metadata"
		s.once(seenMetadata)
		s.unsure = s.unsure || len(value) > 0
		return
	}
	s.section = "other"
}

// take stores a scalar that stands on one line. A deeper line right behind it
// would continue it, which closed makes a reason for doubt.
func (s *headScanner) take(into *string, f headField, value []byte) {
	text, ok := plainScalar(value)
	s.once(f)
	s.unsure = s.unsure || !ok
	*into, s.closed = string(text), true
}

// indented reads a line below metadata, or below nothing that can have one.
func (s *headScanner) indented(line []byte) {
	text := bytes.TrimLeft(line, " ")
	indent := len(line) - len(text)
	text = bytes.TrimRight(text, " \t\r")
	switch {
	case len(text) == 0 || text[0] == '#':
	case s.section != "metadata" || text[0] == '\t':
		s.unsure = true
	case s.fieldIndent == 0 || indent == s.fieldIndent:
		s.fieldIndent = indent
		s.metadataKey(text)
	case indent < s.fieldIndent || s.closed:
		s.unsure = true
	case s.field == "annotations":
		s.annotation(text, indent)
	}
}

func (s *headScanner) metadataKey(text []byte) {
	if text[0] == '-' && s.field != "" && !s.closed {
		return
	}
	key, value, ok := splitEntry(text)
	if !ok || text[0] == '"' || text[0] == '\'' {
		s.unsure = true
		return
	}
	s.field, s.closed = "other", false
	switch string(key) {
	case "name":
		s.take(&s.head.name, seenName, value)
	case "namespace":
		s.take(&s.head.namespace, seenNamespace, value)
	case "annotations":
		s.field = "annotations"
		s.once(seenAnnotations)
		s.unsure = s.unsure || len(value) > 0 && string(value) != "{}"
	}
}

func (s *headScanner) annotation(text []byte, indent int) {
	if s.labelIndent == 0 {
		s.labelIndent = indent
	}
	if indent > s.labelIndent {
		return
	}
	key, value, ok := splitEntry(text)
	if !ok || indent < s.labelIndent {
		s.unsure = true
		return
	}
	switch string(bytes.Trim(key, `"'`)) {
	case HookAnnotation:
		s.head.hook = true
	case FilenameAnnotation:
		source, ok := plainScalar(value)
		s.head.source, s.unsure = string(source), !ok || len(source) == 0
	}
}

// splitEntry splits "key: value # comment" without interpreting the value. It
// refuses whatever is not a plain or quoted key that ends on the line.
func splitEntry(line []byte) (key, value []byte, ok bool) {
	if strings.IndexByte("{[&*!?|>%@`<,]}-", line[0]) >= 0 {
		return nil, nil, false
	}
	at := 0
	if q := line[0]; q == '"' || q == '\'' {
		end := bytes.IndexByte(line[1:], q)
		if end < 0 || bytes.IndexByte(line[:end+2], '\\') >= 0 {
			return nil, nil, false
		}
		at = end + 2
	}
	colon := bytes.IndexByte(line[at:], ':')
	if colon < 0 {
		return nil, nil, false
	}
	at += colon
	if at+1 < len(line) && !isBlank(line[at+1]) {
		return nil, nil, false
	}
	value = bytes.Trim(line[at+1:], " \t\r")
	if len(value) > 0 && value[0] == '#' {
		value = nil
	}
	return bytes.TrimRight(line[:at], " "), value, true
}

// plainScalar reads a scalar that stands on one line; ok is false for what
// needs a parser: escapes, anchors, tags, collections, block scalars.
func plainScalar(text []byte) (value []byte, ok bool) {
	switch string(text) {
	case "", "~", "null", "Null", "NULL":
		return nil, true
	}
	if q := text[0]; q == '"' || q == '\'' {
		end := bytes.IndexByte(text[1:], q) + 1
		if end == 0 || bytes.IndexByte(text[:end], '\\') >= 0 {
			return nil, false
		}
		rest := text[end+1:]
		blank := len(rest) == 0 || isBlank(rest[0]) && bytes.TrimLeft(rest, " \t")[0] == '#'
		return text[1:end], blank
	}
	if strings.IndexByte("|>&*!%@`{[]},?:-#", text[0]) >= 0 {
		return nil, false
	}
	if i := bytes.Index(text, []byte(" #")); i >= 0 {
		text = bytes.TrimRight(text[:i], " \t")
	}
	return text, bytes.IndexByte(text, '\t') < 0 && !bytes.Contains(text, []byte(": ")) && text[len(text)-1] != ':'
}

// treeHead reads the identity from the tree.
func treeHead(root *Node) head {
	metadata := child(root, "metadata")
	annotations := child(metadata, "annotations")
	return head{
		apiVersion: scalarText(child(root, "apiVersion")),
		kind:       scalarText(child(root, "kind")),
		name:       scalarText(child(metadata, "name")),
		namespace:  scalarText(child(metadata, "namespace")),
		source:     scalarText(child(annotations, FilenameAnnotation)),
		hook:       child(annotations, HookAnnotation) != nil,
	}
}
