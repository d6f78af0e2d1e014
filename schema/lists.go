package schema

import (
	"sync"

	"github.com/helmx-dev/helmx/manifest"
	"github.com/helmx-dev/helmx/schema/internal/pack"
)

// Lists knows how the lists of custom resources are merged: what their
// CustomResourceDefinitions say in x-kubernetes-list-type and
// x-kubernetes-list-map-keys. It looks at those of the stream, at Options.CRDs,
// and at the built-in ones of Istio and the Gateway API, the first that
// describes the kind; nothing is read before the first question. Safe for
// concurrent use.
//
// Kubernetes' own kinds are not its business: their strategic merge goes by
// patchMergeKey, which differs from their list-map keys.
type Lists struct {
	docs    []*manifest.Document
	options Options

	once sync.Once
	v    *validator
}

// NewLists returns what is known about lists for a stream of documents. The
// documents are only read.
func NewLists(docs []*manifest.Document, o Options) *Lists { return &Lists{docs: docs, options: o} }

// ListKeys returns the keys that tell the items of a list apart, or set for a
// list of distinct scalars; neither when a patch replaces the list. path holds
// the names of the fields that lead to it, without list indexes.
// https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy
func (l *Lists) ListKeys(apiVersion, kind string, path []string) (keys []string, set bool) {
	l.once.Do(l.open)
	if l.v == nil {
		return nil, false
	}
	k := l.v.find(apiVersion, kind)
	if k == nil || !k.Custom() {
		return nil, false
	}
	_, n := k.load(l.v.target.release)
	for _, name := range path {
		if n = l.v.lib.field(n, name); n == nil {
			return nil, false
		}
	}
	if n = l.v.lib.resolve(n, custom); n.ListType == "map" {
		return n.ListKeys, false
	}
	return nil, n.ListType == "set"
}

func (l *Lists) open() {
	if lib, err := openLibrary(); err == nil { // a test opens it, so there is no error
		l.v, _ = newValidator(lib, l.options, l.docs)
	}
}

// field returns the schema of a field, of the items where n is a list; nil when
// there is none.
func (l *library) field(n *pack.Node, name string) *pack.Node {
	n = l.resolve(n, custom)
	for n != nil && n.Items != nil {
		n = l.resolve(n.Items, custom)
	}
	switch {
	case n == nil:
		return nil
	case n.Properties[name] != nil:
		return n.Properties[name]
	case n.Additional != nil:
		return n.Additional.Schema
	}
	return nil
}
