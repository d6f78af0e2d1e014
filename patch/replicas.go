package patch

import (
	"fmt"
	"slices"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// replicaKinds are the kinds whose spec.replicas `replicas` sets.
var (
	replicaKinds = []string{"Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"}
	replicaField = manifest.Keys("spec", "replicas")
)

// replicas reads `replicas`: a number for the objects of the target, or [{name,
// count}] for workloads by name.
func (p *parser) replicas(patch *Patch, key, n *manifest.Node) {
	if isScalar(n) {
		patch.convenient = true
		patch.changes = append(patch.changes, p.replicaCount(p.span(key), n, nil))
		return
	}
	p.everywhere(patch)
	if !isList(n) || len(n.Content) == 0 {
		p.report(codeShape, n, "replicas is "+manifest.KindName(n)+", expected a number or a list", "write [{name, count}], or a number beside a target")
		return
	}
	var names Patterns
	for _, item := range n.Content {
		item = manifest.Resolve(item)
		if !p.filledMap("an item of replicas", item, item, "write {name, count}") {
			continue
		}
		var name Patterns
		var count *manifest.Node
		p.fields("an item of replicas", item, map[string]func(key, value *manifest.Node){
			"name":  func(_, v *manifest.Node) { name = p.plainPatterns("name", v) },
			"count": func(_, v *manifest.Node) { count = v },
		})
		if name == nil || count == nil {
			p.report(codeShape, item, "an item of replicas needs name and count", "write {name: istiod, count: 2}")
			continue
		}
		names = append(names, name...)
		c := p.replicaCount(p.span(item), count, name)
		c.lacking = func(docs []*manifest.Document) diag.Diagnostic { return lackingWorkload(docs, name) }
		patch.changes = append(patch.changes, c)
	}
	patch.concerns = func(d *manifest.Document) bool {
		id := d.ID()
		return slices.Contains(replicaKinds, id.Kind) && names.Match(id.Name)
	}
	patch.lacking = func(docs []*manifest.Document) diag.Diagnostic { return lackingWorkload(docs, names) }
}

// lackingWorkload reports that no workload has any of the names.
func lackingWorkload(docs []*manifest.Document, names Patterns) diag.Diagnostic {
	var have []string
	for _, d := range docs {
		if id := d.ID(); slices.Contains(replicaKinds, id.Kind) {
			have = append(have, id.Name)
		}
	}
	return lackingName("no workload has the name ", names, have, "the stream holds no workload with replicas")
}

// replicaCount sets the count where the name matches.
func (p *parser) replicaCount(span diag.Span, n *manifest.Node, name Patterns) change {
	n = manifest.Copy(n)
	if !p.isLate(n) && !isCount(n) {
		p.report(codeClash, n, "the number of replicas is "+manifest.KindName(n)+", expected a number", "")
	}
	return change{span: span, path: replicaField, apply: func(o *object) ([]removal, *problem) {
		if !name.Match(o.id.Name) {
			return nil, &problem{code: codeTarget, absent: true, message: fmt.Sprintf("no workload has the name %q", name.first()), by: n}
		}
		value, p := o.value(n)
		if p != nil {
			return nil, p
		}
		if !isCount(value) {
			return nil, &problem{code: codeExpression, by: n, message: "the number of replicas is " + manifest.KindName(value)}
		}
		return nil, assign(o.root, replicaField, value, false)
	}}
}

func isCount(n *manifest.Node) bool {
	count, ok := manifest.Value(n).(int64)
	return ok && count >= 0
}
