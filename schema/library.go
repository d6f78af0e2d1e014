package schema

import (
	_ "embed"
	"sync"

	"github.com/helmx-dev/helmx/schema/internal/pack"
	"github.com/santhosh-tekuri/jsonschema/v5"
)

//go:embed pack/index.txt
var packIndex string

//go:embed pack/definitions.gz
var packDefinitions string

// library is the opened pack with the schemas that were built from it so far.
type library struct {
	pack  *pack.Pack
	kinds map[string]*kind // by GVK

	mu   sync.Mutex
	defs map[defKey]*definition
}

// dialect says whose rules a schema follows.
type dialect bool

const (
	native dialect = true  // Go types: null is the zero value, no bounds
	custom dialect = false // structural schemas of CustomResourceDefinitions
)

type defKey struct {
	number int
	as     dialect
}

// definition is a schema of the pack, decoded and built on first use.
type definition struct {
	once   sync.Once
	node   *pack.Node
	schema *jsonschema.Schema
}

// openLibrary opens the embedded pack once per process: what is built from it
// never changes, and costs more than validating one object.
var openLibrary = sync.OnceValues(func() (*library, error) {
	p, err := pack.Open(packIndex, packDefinitions)
	if err != nil {
		return nil, err
	}
	return newLibrary(p), nil
})

func newLibrary(p *pack.Pack) *library {
	l := &library{pack: p, kinds: make(map[string]*kind, len(p.Kinds)), defs: map[defKey]*definition{}}
	for i := range p.Kinds {
		k := &p.Kinds[i]
		l.kinds[k.GVK()] = &kind{Kind: k, lib: l}
	}
	return l
}

// definition returns the node and the schema with this number. A pack that
// cannot be decoded was checked by a test, so it cannot come this far.
func (l *library) definition(number int, as dialect) *definition {
	l.mu.Lock()
	d := l.defs[defKey{number, as}]
	if d == nil {
		d = &definition{}
		l.defs[defKey{number, as}] = d
	}
	l.mu.Unlock()
	d.once.Do(func() {
		node, err := l.pack.Definition(number)
		if err != nil {
			node = &pack.Node{Preserve: true}
		}
		d.node, d.schema = node, l.compile(node, as, false)
	})
	return d
}

// resolve follows a reference into the pack.
func (l *library) resolve(n *pack.Node, as dialect) *pack.Node {
	if n != nil && n.Def != 0 {
		return l.definition(n.Def, as).node
	}
	return n
}
