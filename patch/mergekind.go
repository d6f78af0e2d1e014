package patch

import "github.com/helmx-dev/helmx/manifest"

// merge reads `merge: OBJECT`.
func (p *parser) merge(key, n *manifest.Node) []change {
	if !p.filledMap("merge", key, n, "write the part of the object to merge, such as spec: {replicas: 2}") {
		return nil
	}
	n = manifest.Copy(n)
	return []change{{span: p.span(key), apply: func(o *object) ([]removal, *problem) {
		value, p := o.value(n)
		if p != nil {
			return nil, p
		}
		m := &merger{apiVersion: o.id.APIVersion, kind: o.id.Kind, keys: o.run.options.ListKeys}
		p = m.merge(o.root, value, nil, nil)
		return m.removed, p
	}}}
}
