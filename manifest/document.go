// Package manifest holds Kubernetes manifests the way helmx passes them from
// step to step: as the bytes they arrived in, with their origin beside them and
// a tree of nodes on demand. It splits and joins streams, finds the identity of
// an object, walks paths into it - also into strings that hold YAML or JSON -
// and edits documents in place, so that only the lines of changed fields differ.
//
// It does not know what a kind means: no schemas, no defaults, no merge keys,
// no Helm, and it never reads or writes a file.
package manifest

import (
	"bytes"
	"sync"

	"github.com/helmx-dev/helmx/diag"
	"go.yaml.in/yaml/v3"
)

// Node is a node of a YAML tree. It is the very type that kyaml uses; importing
// it from its own module keeps kyaml's OpenAPI packages out of every start.
type Node = yaml.Node

// Stdin is the Origin.File of documents that came through standard input.
const Stdin = "<stdin>"

// FilenameAnnotation is what Helm 4 puts on every document it hands to a
// post-renderer, and wants back: the template the document came from.
const FilenameAnnotation = "postrenderer.helm.sh/postrender-filename"

// HookAnnotation marks an object as a Helm hook.
const HookAnnotation = "helm.sh/hook"

// Origin says where a document came from. It stands beside the tree, never
// inside the user's object.
type Origin struct {
	Source string // Helm's template name, "chart/templates/x.yaml"; "" unknown
	File   string // file or stream as the user knows it; "" when helmx rendered it
	Line   int    // 1-based line of the document's first byte in the stream
	// Namespace is that of the release, for an object that carries none; "" unknown.
	Namespace string
	Lines     LineMap // nil unless helmx rendered it
}

// LineMap knows the template line of each rendered line. Lines count from 1,
// from the document's first line as it was rendered.
type LineMap interface {
	Span(line int) diag.Span
}

// Document is one document of a stream. Methods that only read are safe for
// concurrent use, but for one that edits are staged of; Edit, Stage, Settle and
// Renumber are not.
type Document struct {
	Origin Origin

	raw      []byte
	fileLine int        // line in Origin.File, which Renumber leaves alone
	lines    []lineFrom // one for each line of raw once Edit has run, else nil
	changed  bool
	removed  map[string]diag.Span // what MarkRemoved was told, by the path as it is printed
	copies   bool                 // MarkSecret was called

	// Of an item of a List: how far it is indented there - only the first line
	// in flow style - and what the list says of all its items.
	item, flow bool
	krm        bool // within a ResourceList
	column     int
	implied    head
	heading    string // the `# Source:` of the list

	staged    *staged // edits that raw does not show yet, see Stage
	unsettled error   // why they cannot be made

	mu     sync.Mutex
	id     *ID
	root   *Node
	err    error
	parsed bool
}

// New makes a document of its bytes: separator, comments and content. The
// document owns raw from now on. A Source that o leaves empty is taken from
// Helm 4's annotation or a `# Source:` comment, if there is one.
func New(raw []byte, o Origin) *Document {
	return newDocument(raw, o, bytes.Contains(raw, []byte(FilenameAnnotation)))
}

// newDocument is New for a caller that knows whether Helm 4's annotation may be
// there.
func newDocument(raw []byte, o Origin, annotated bool) *Document {
	d := &Document{Origin: o, raw: raw, fileLine: o.Line}
	if o.Source != "" {
		return d
	}
	if annotated {
		d.Origin.Source = d.ID().Source
	}
	if d.Origin.Source == "" {
		d.Origin.Source = sourceComment(raw)
		d.id = nil
	}
	return d
}

// Raw returns the current bytes, which the caller must not modify. They are
// those the document was made of, byte for byte, until Edit changes it.
func (d *Document) Raw() []byte {
	d.settle()
	return d.raw
}

// Changed reports whether Edit has changed the bytes.
func (d *Document) Changed() bool { return d.changed }

// ID is the identity of an object in a stream. Two documents with the same
// name are different when one of them is a hook or when they come from
// different templates: Helm 4 streams legally hold both.
type ID struct {
	APIVersion string
	Kind       string
	Namespace  string // as written; empty when the object carries none
	Name       string
	Hook       bool
	Source     string
}

// Group returns the API group, "" for the core group.
func (id ID) Group() string {
	group, _ := splitAPIVersion(id.APIVersion)
	return group
}

// Version returns the API version without its group.
func (id ID) Version() string {
	_, version := splitAPIVersion(id.APIVersion)
	return version
}

// Object returns the identity as findings name it.
func (id ID) Object() diag.Object {
	return diag.Object{APIVersion: id.APIVersion, Kind: id.Kind, Namespace: id.Namespace, Name: id.Name}
}

// Empty reports whether the document holds no object at all.
func (id ID) Empty() bool { return id.APIVersion == "" && id.Kind == "" && id.Name == "" }

func splitAPIVersion(s string) (group, version string) {
	for i := range len(s) {
		if s[i] == '/' {
			return s[:i], s[i+1:]
		}
	}
	return "", s
}

// ID returns the identity of the object. It comes from a light scan of the
// lines where they are laid out plainly, and from the tree where not; a
// document that does not parse has as much of an identity as the scan finds.
func (d *Document) ID() ID {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.id == nil {
		id := d.findID()
		d.id = &id
	}
	return *d.id
}

// HasFilenameAnnotation reports whether Helm 4 handed the document over.
func (d *Document) HasFilenameAnnotation() bool {
	return bytes.Contains(d.Raw(), []byte(FilenameAnnotation))
}

// Object returns the identity as findings name it.
func (d *Document) Object() diag.Object { return d.ID().Object() }

func (d *Document) findID() ID {
	scan := d.head()
	if scan.source == "" {
		scan.source = d.Origin.Source
	}
	if scan.apiVersion == "" && scan.kind == "" {
		scan.apiVersion, scan.kind = d.implied.apiVersion, d.implied.kind
	}
	return scan.id()
}

func (d *Document) head() head {
	if d.Staged() {
		return treeHead(d.staged.want)
	}
	scan, sure := scanHead(d.raw[bodyStart(d.raw):])
	if !sure {
		if root, err := d.parse(); err == nil {
			return treeHead(root)
		}
	}
	return scan
}
