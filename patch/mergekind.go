package patch

import (
	"slices"

	"github.com/helmx-dev/helmx/manifest"
)

// merge reads `merge: OBJECT`.
func (p *parser) merge(key, n *manifest.Node) []change {
	if !p.filledMap("merge", key, n, "write the part of the object to merge, such as spec: {replicas: 2}") {
		return nil
	}
	n = patchValue(n)
	return []change{{span: p.span(key), apply: func(o *object) ([]removal, *problem) {
		value, p := o.value(n)
		if p != nil {
			return nil, p
		}
		m := &merger{apiVersion: o.id.APIVersion, kind: o.id.Kind, keys: o.run.options.ListKeys}
		p = m.merge(o.root, value, nil, nil)
		o.replaced = m.whole
		return m.removed, p
	}}}
}

// mergePatch reads `mergePatch: OBJECT`.
func (p *parser) mergePatch(key, n *manifest.Node) []change {
	if !p.filledMap("mergePatch", key, n, "write the part of the object to merge, such as spec: {replicas: 2}") {
		return nil
	}
	n = patchValue(n)
	return []change{{span: p.span(key), apply: func(o *object) ([]removal, *problem) {
		value, p := o.value(n)
		if p != nil {
			return nil, p
		}
		return mergeJSON(o.root, value)
	}}}
}

// jsonPatch reads `jsonPatch`: a list of operations, or a string that holds one.
func (p *parser) jsonPatch(patch *Patch, key, n *manifest.Node) []change {
	ops := parseJSONPatch(p, n)
	if isList(n) && len(n.Content) == 0 {
		p.report(codeShape, key, "jsonPatch is an empty list", jsonPatchHint)
	}
	// Tests alone say what a later patch takes for granted.
	patch.convenient = !slices.ContainsFunc(ops, func(op jsonOp) bool { return op.op != "test" })
	return []change{{span: p.span(key), apply: func(o *object) ([]removal, *problem) {
		now := slices.Clone(ops)
		for i := range now {
			var p *problem
			if now[i].value, p = o.value(now[i].value); p != nil {
				return nil, p
			}
		}
		return applyJSONPatch(o.root, now)
	}}}
}
