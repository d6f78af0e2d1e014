package schema

import (
	"fmt"
	"math"
	"slices"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
	"github.com/helmx-dev/helmx/schema/internal/pack"
)

// entry is an entry of a map.
type entry struct {
	of  map[string]any
	key string
}

// nullEntries lists the entries of maps that are null. The schema takes a null for
// nothing at all, and for fields so does the server; but an entry of a map it
// keeps, with an empty value.
func (l *library) nullEntries(n *pack.Node, v any) (found []entry) {
	n = l.resolve(n, native)
	switch v := v.(type) {
	case map[string]any:
		for _, key := range sortedKeys(v) {
			switch child := childNode(n, key); {
			case v[key] != nil:
				found = append(found, l.nullEntries(child, v[key])...)
			case n != nil && n.Properties[key] == nil && child != nil:
				found = append(found, entry{v, key})
			}
		}
	case []any:
		for _, item := range v {
			if n != nil && isContainer(item) {
				found = append(found, l.nullEntries(n.Items, item)...)
			}
		}
	}
	return found
}

// wrapped warns of integers that server-side apply cuts to 32 bits, where a
// creation refuses them, and puts into the object what the server will see.
func (v *validator) wrapped(o *object, n *pack.Node, schema string) (found diag.List) {
	var walk func(n *pack.Node, x any, p manifest.Path) any
	walk = func(n *pack.Node, x any, p manifest.Path) any {
		if n = v.lib.resolve(n, native); n == nil {
			return x
		}
		switch x := x.(type) {
		case map[string]any:
			for _, key := range sortedKeys(x) {
				x[key] = walk(childNode(n, key), x[key], append(p, manifest.Step{Kind: manifest.Key, Key: key}))
			}
		case []any:
			for i := range x {
				x[i] = walk(n.Items, x[i], append(p, manifest.Step{Kind: manifest.Index, Index: i}))
			}
		default:
			stored, cut := cutTo32(n, x)
			if !cut {
				return x
			}
			d := o.at(slices.Clone(p), false)
			d.Code, d.Severity, d.Schema = "SC016", diag.Warning, schema
			d.Message = fmt.Sprintf("%s does not fit into 32 bits, and server-side apply makes it %d", describe(x), stored)
			note(&d)
			found = append(found, d)
			return stored
		}
		return x
	}
	walk(n, o.value, make(manifest.Path, 0, 16))
	return found
}

// cutTo32 is the conversion of Kubernetes' unstructured converter: what is beyond
// 64 bits becomes their lowest number, and only the low half of that is kept.
func cutTo32(n *pack.Node, x any) (stored int64, cut bool) {
	if n.Format != "int32" && n.Format != ownFormats+"file-mode" && n.Format != ownFormats+"node-port" || intProblem(x, 32) == "" {
		return 0, false
	}
	switch x := x.(type) {
	case int64:
		return int64(int32(x)), true
	case float64:
		if x == math.Trunc(x) && math.Abs(x) < math.MaxInt64 {
			return int64(int32(int64(x))), true
		}
	}
	return 0, true
}
