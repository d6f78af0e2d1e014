package patch

import (
	"slices"
	"strings"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
	"go.yaml.in/yaml/v3"
)

// creation is a `create: OBJECT`.
type creation struct {
	value *manifest.Node
	span  diag.Span
}

func (p *parser) creation(key, n *manifest.Node) *creation {
	if !p.filledMap("create", key, n, "write the whole object: apiVersion, kind, metadata and what it holds") {
		return nil
	}
	_, metadata := manifest.Lookup(n, "metadata")
	for _, field := range []struct {
		in   *manifest.Node
		name string
	}{{n, "apiVersion"}, {n, "kind"}, {manifest.Resolve(metadata), "name"}} {
		_, v := manifest.Lookup(field.in, field.name)
		if v = manifest.Resolve(v); isNull(v) {
			p.report(codeShape, key, "the object to create has no "+field.name, "write the whole object: apiVersion, kind, metadata.name and what it holds")
		} else {
			p.text(field.name+" of the object to create", v)
		}
	}
	return &creation{value: patchValue(n), span: p.span(key)}
}

// create puts new objects into the stream: one beside each object that the
// target matches, or one beside the last object of the chart, or of the stream.
func (r *run) create(p *Patch, beside []*object) ([]*object, error) {
	if beside == nil {
		beside = []*object{{evaluator: r.evaluator(p, nil), d: r.lastOf(p.Charts), run: r, patch: p}}
	}
	var made []*object
	ids := map[manifest.ID]*manifest.Document{}
	for _, o := range beside {
		before := len(r.docs)
		d, err := r.insert(p, o, ids)
		if err != nil {
			return made, err
		}
		if d != nil {
			deed := Created
			if len(r.docs) == before {
				deed = Unchanged
			}
			made = append(made, &object{d: d, applied: appliedObject(d, deed)})
			ids[r.identity(d)] = d
		}
	}
	r.index = nil
	return made, nil
}

// insert makes one object, and reports what keeps it from that. The patch has
// made others already. Where helmx may run on its own output, it returns the
// object that is there, if that holds all that the new one would.
func (r *run) insert(p *Patch, o *object, made map[manifest.ID]*manifest.Document) (*manifest.Document, error) {
	value, b := o.value(p.create.value)
	if b != nil {
		r.report(diag.Diagnostic{Code: b.code, Severity: diag.Error, Span: placeOf(b.by, p.create.span), Message: p.Name + ": create: " + b.message, Hint: b.hint})
		return nil, nil
	}
	value = manifest.Copy(value)
	value.Style &^= yaml.FlowStyle // {...} over a whole document is for JSON
	r.remember(o.d)
	if len(r.docs) > 0 {
		r.remember(r.docs[len(r.docs)-1]) // it may get a line break
	}
	docs, d, err := manifest.Insert(r.docs, o.d, value, p.create.span)
	if b := unwritable(err); b != nil {
		r.report(diag.Diagnostic{Code: b.code, Severity: diag.Error, Span: p.create.span, Message: p.Name + ": create: " + b.message, Hint: b.hint})
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if made[r.identity(d)] != nil {
		r.report(sameTwice(p, d))
		return nil, nil
	}
	if other := r.another(d); other != nil {
		if f, wrong := r.exists(p, d, other); wrong {
			r.report(f)
			return nil, nil
		}
		return other, nil
	}
	r.docs = docs
	return d, nil
}

// sameTwice reports an object that would be made beside two objects.
func sameTwice(p *Patch, d *manifest.Document) diag.Diagnostic {
	object := d.Object()
	return diag.Diagnostic{
		Code: codeDuplicate, Severity: diag.Error, Span: p.create.span, Object: &object,
		Message: p.Name + ": the target matches several objects, and the same object would be made beside each of them",
		Hint:    "name it after each, such as {{ .Object.metadata.name }}-extra, or let the target match one object",
	}
}

// another returns a document with the identity of d that was there before the
// patch.
func (r *run) another(d *manifest.Document) *manifest.Document {
	id := r.identity(d)
	for _, other := range r.candidates(&Target{Name: Patterns{{text: id.Name}}}) {
		if r.identity(other) == id {
			return other
		}
	}
	return nil
}

// exists reports an object that cannot be made because it is there.
func (r *run) exists(p *Patch, d, other *manifest.Document) (diag.Diagnostic, bool) {
	mine, _ := d.Root()
	theirs, err := other.Root()
	object := d.Object()
	f := diag.Diagnostic{
		Code: codeDuplicate, Severity: diag.Error, Span: p.create.span, Object: &object,
		Message: p.Name + ": the object to create is there already",
		Hint:    "change the one that is there by set or merge, or give the new one another name",
		Related: []diag.Related{{Span: other.Finding(nil, nil).Span, Message: "the object that is there"}},
	}
	if err == nil && r.options.AllowNoop && (holdsAll(theirs, mine) || holdsAll(theirs, r.outlook(p, d, other))) {
		return f, false
	}
	if err == nil && manifest.Equal(mine, theirs) {
		f.Code, f.Message = CodeNoop, p.Name+": the object to create is there already, and the same"
		f.Hint = "remove the patch, if the chart now has the object itself, or pass --allow-noop"
	}
	return f, true
}

// outlook returns what the patches that follow would make of a new object in the
// place of one that is there: that one may be the work of an earlier run.
func (r *run) outlook(p *Patch, d, other *manifest.Document) *manifest.Node {
	later := slices.IndexFunc(r.options.Patches, func(q Patch) bool { return q.Name == p.Name && q.Span == p.Span }) + 1
	made := manifest.New(slices.Clone(d.Raw()), d.Origin)
	var docs []*manifest.Document
	for _, old := range r.docs {
		if old == other {
			docs = append(docs, made)
		} else {
			docs = append(docs, manifest.New(slices.Clone(old.Raw()), old.Origin))
		}
	}
	o := r.options
	o.Patches, o.Note, o.Explain = o.Patches[later:], nil, nil
	if docs, _, err := Apply(r.ctx, docs, o); err != nil || !slices.Contains(docs, made) {
		return nil
	}
	root, _ := made.Root()
	return root
}

// holdsAll reports whether a value holds another: later patches may have added
// keys to the maps of an object that an earlier one made.
func holdsAll(n, part *manifest.Node) bool {
	n, part = manifest.Resolve(n), manifest.Resolve(part)
	if !isMap(n) || !isMap(part) {
		return manifest.Equal(n, part)
	}
	for i := 0; i+1 < len(part.Content); i += 2 {
		_, v := manifest.Lookup(n, manifest.KeyText(part.Content[i]))
		if v == nil || !holdsAll(v, part.Content[i+1]) {
			return false
		}
	}
	return true
}

// lastOf returns the last document of one of the charts, hooks aside, or of the
// stream.
func (r *run) lastOf(charts []string) *manifest.Document {
	for _, d := range slices.Backward(r.docs) {
		id := d.ID()
		if id.Empty() || id.Hook || len(charts) > 0 && !slices.ContainsFunc(charts, func(c string) bool { return isOf(c, id.Source) }) {
			continue
		}
		return d
	}
	return nil
}

// isOf reports whether a template belongs to a chart or a subchart of that name.
func isOf(chart, source string) bool {
	return strings.HasPrefix(source, chart+"/") || strings.Contains(source, "/charts/"+chart+"/")
}

// delete takes the matched objects out of the stream.
func (r *run) delete(objects []*object) {
	for _, o := range objects {
		r.docs = manifest.Remove(r.docs, o.d)
		o.applied.Did = Deleted
	}
	r.index = nil
}

// misplaced reports what a patch says in vain.
func (p *parser) misplaced(n *manifest.Node, patch *Patch) {
	if _, expect := manifest.Lookup(n, "expect"); expect != nil && patch.create != nil && !patch.targeted {
		p.report(codeShape, expect, "expect counts the objects of a target, and there is none", "leave it out: create makes one object")
	}
	makers := []string{"set", "append", "prepend", "insert", "copy"}
	if _, ensure := manifest.Lookup(n, "ensure"); patch.Ensure == Create && !slices.Contains(makers, patch.Kind) {
		p.report(codeShape, ensure, "ensure: create makes missing list items, and "+patch.Kind+" has none to make", "leave it out; it goes with "+orList(makers))
	}
}
