package lint

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// Mesh is everything that a run looks at, with the indexes that rules share.
// It is safe for concurrent use.
type Mesh struct {
	// Objects are those of the documents, in their order; the items of a List
	// are objects too.
	Objects []*Object
	// Releases are the charts that objects come from, as far as they are known.
	Releases []Release

	namespace string
	byKind    func() map[kind][]*Object
	version   func() version
	root      func() string

	install     func() install
	autoscalers func() map[scaled]*Object
	budgets     func() map[string][]*Object // by namespace
	parts       func() []*part              // the charts of all releases
	references

	paths sync.Map // of string to manifest.Path: what rules look up is parsed once
}

func newMesh(docs []*manifest.Document, o Options) *Mesh {
	m := &Mesh{Objects: make([]*Object, 0, len(docs)), namespace: o.Namespace, Releases: o.Releases}
	for _, d := range docs {
		object := &Object{Document: d, ID: d.ID(), mesh: m}
		m.Objects = append(m.Objects, object)
		if d.IsList() {
			m.Objects = append(m.Objects, object.items()...)
		}
	}
	m.byKind = sync.OnceValue(m.indexKinds)
	m.root = sync.OnceValue(m.findRootNamespace)
	m.install = sync.OnceValue(m.findInstall)
	m.references = m.newReferences()
	m.autoscalers = sync.OnceValue(m.findAutoscalers)
	m.budgets = sync.OnceValue(m.indexBudgets)
	m.parts = sync.OnceValue(m.findParts)
	m.version = sync.OnceValue(func() version {
		if o.IstioVersion != "" {
			v, _ := parseVersion(o.IstioVersion) // Validate has seen it
			return v
		}
		return m.findVersion()
	})
	return m
}

func (m *Mesh) indexKinds() map[kind][]*Object {
	index := make(map[kind][]*Object)
	for _, o := range m.Objects {
		index[kindOf(o.ID)] = append(index[kindOf(o.ID)], o)
	}
	return index
}

// Of returns the objects of the given kinds ("Deployment.apps"), in the order
// of the kinds and then of the documents.
func (m *Mesh) Of(kinds ...string) []*Object {
	var found []*Object
	for _, k := range kinds {
		found = append(found, m.byKind()[parseKind(k)]...)
	}
	return found
}

// RootNamespace returns the namespace whose configuration is that of the whole
// mesh, which is where istiod runs unless it is told otherwise.
func (m *Mesh) RootNamespace() string { return m.root() }

// path parses the paths that are written in rules. A test walks all rules
// through, so a path that does not parse never leaves the house; it finds nothing.
func (m *Mesh) path(text string) manifest.Path {
	if p, ok := m.paths.Load(text); ok {
		return p.(manifest.Path)
	}
	p, err := manifest.ParsePath(text)
	if err != nil {
		p = manifest.Keys("\x00" + text)
	}
	m.paths.Store(text, p)
	return p
}

// Object is an object as rules see it. Its document is parsed when a rule
// first looks inside: rules decide by ID and Mentions where they can.
type Object struct {
	Document *manifest.Document
	ID       manifest.ID

	mesh   *Mesh
	values *part         // the chart whose values it stands for; nil for a document
	path   manifest.Path // to an item of a List; nil for a document
	once   sync.Once
	root   *manifest.Node
	parsed bool // for the test that rules do not parse what they need not
}

// items returns the objects of a List.
func (o *Object) items() []*Object {
	var items []*Object
	for _, found := range o.Find("items[*]") {
		item := &Object{Document: o.Document, mesh: o.mesh, path: found.Path}
		item.once.Do(func() { item.root = manifest.Resolve(found.Node) })
		item.ID = manifest.ID{
			APIVersion: item.Text("apiVersion"), Kind: item.Text("kind"),
			Namespace: item.Text("metadata.namespace"), Name: item.Text("metadata.name"),
			Hook: o.ID.Hook, Source: o.ID.Source,
		}
		if kind, typed := strings.CutSuffix(o.ID.Kind, "List"); item.ID.Kind == "" && item.ID.APIVersion == "" && typed && kind != "" {
			item.ID.APIVersion, item.ID.Kind = o.ID.APIVersion, kind // need not be repeated there
		}
		items = append(items, item)
	}
	return items
}

// Namespace returns the object's namespace, or that of its release, or of the
// run, when it carries none.
func (o *Object) Namespace() string {
	return cmp.Or(o.ID.Namespace, o.Document.Origin.Namespace, o.mesh.namespace)
}

// Mentions reports whether the text of the document holds the word anywhere.
func (o *Object) Mentions(word string) bool {
	return bytes.Contains(o.Document.Raw(), []byte(word))
}

// Root returns the tree, or nil when the document is empty or does not parse.
func (o *Object) Root() *manifest.Node {
	o.once.Do(func() {
		o.parsed = true
		o.root, _ = o.Document.Root() // package schema reports the error
	})
	return o.root
}

// Finding begins a finding about a place in the object; a place without a Node
// is the object as a whole.
func (o *Object) Finding(at manifest.Found) diag.Diagnostic {
	if at.Node == nil {
		at = manifest.Found{Node: o.First("kind").Node}
	}
	node := at.Node
	if at.Key != nil && len(node.Content) > 0 {
		node = at.Key // a map or list begins where its key says what it is
	}
	d := o.Document.Finding(node, slices.Concat(o.path, at.Path))
	object := o.ID.Object()
	d.Object = &object
	return d
}

// Find returns what a path in the notation of package manifest leads to, such
// as spec.servers[*].hosts[*]; nothing when it leads nowhere.
func (o *Object) Find(path string) []manifest.Found {
	if o.path != nil {
		found, _ := o.mesh.path(path).Find(o.Root())
		return found
	}
	o.Root()
	found, _ := o.Document.Find(o.mesh.path(path)) // exact columns inside strings
	return found
}

// First returns the first of what Find finds. Its Node is nil when there is
// nothing.
func (o *Object) First(path string) manifest.Found {
	if found := o.Find(path); len(found) > 0 {
		return found[0]
	}
	return manifest.Found{}
}

// Text returns the text of the scalar that a path leads to, "" without one.
func (o *Object) Text(path string) string { return text(o.First(path).Node) }

// text returns the text of a scalar as it is meant, whatever its type; "" for
// null and for anything that is no scalar.
func text(n *manifest.Node) string {
	n = manifest.Resolve(n)
	if n == nil || len(n.Content) > 0 || manifest.Value(n) == nil {
		return ""
	}
	return n.Value
}

// below returns what a path finds below another finding, with the whole path.
func (o *Object) below(at manifest.Found, path string) []manifest.Found {
	found, _ := o.mesh.path(path).Find(at.Node)
	for i := range found {
		found[i].Path = slices.Concat(at.Path, found[i].Path)
	}
	return found
}

// entries returns the values of a map, in the order of the text.
func entries(at manifest.Found) []manifest.Found {
	n := manifest.Resolve(at.Node)
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	var list []manifest.Found
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		list = append(list, manifest.Found{Path: slices.Clone(at.Path).Child(manifest.KeyText(key)), Node: value, Key: key, Parent: n})
	}
	return list
}
