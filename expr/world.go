package expr

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/template"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/funcs"
	"github.com/helmx-dev/helmx/manifest"
)

// world is what an expression can read beside its values and its object.
type world struct {
	*evaluator
	docs   []*manifest.Document
	stream *stream // evaluates what is read; nil: documents are read as they are
	files  files
}

func (w *world) functions() template.FuncMap {
	return template.FuncMap{
		funcs.ObjectFunc:     w.object,
		funcs.ObjectsFunc:    w.objects,
		funcs.ObjectHashFunc: w.objectHash,
		funcs.FileFunc:       w.files.read,
	}
}

// object is the template function of that name: the kind, then the name, or the
// namespace and the name.
func (w *world) object(kind string, at ...string) (map[string]any, error) {
	d, err := w.find(kind, at)
	if err != nil {
		return nil, err
	}
	return w.read(d)
}

func (w *world) objectHash(kind string, at ...string) (string, error) {
	object, err := w.object(kind, at...)
	if err != nil {
		return "", err
	}
	data, err := json.Marshal(object) // maps are sorted by key
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:]), err
}

func (w *world) objects(kind string, selector ...any) ([]any, error) {
	if len(selector) > 1 {
		return nil, fmt.Errorf("want objects KIND [SELECTOR], got %d arguments", 1+len(selector))
	}
	list := []any{}
	for _, d := range w.ofKind(kind) {
		read := w.read
		if w.stream.evaluates(d) {
			read = w.asItIs
		}
		object, err := read(d)
		if err != nil {
			return nil, err
		}
		if len(selector) == 1 {
			metadata, _ := object["metadata"].(map[string]any)
			if fits, err := selects(selector[0], metadata["labels"]); err != nil {
				return nil, err
			} else if !fits {
				continue
			}
		}
		list = append(list, object)
	}
	return list, nil
}

func selects(selector, labels any) (bool, error) {
	f, _ := funcs.Lookup("labelsMatch")
	return f.Fn.(func(selector, labels any) (bool, error))(selector, labels)
}

// read returns a document's object, with its expressions evaluated.
func (w *world) read(d *manifest.Document) (map[string]any, error) {
	if w.stream != nil {
		if p := w.stream.need(d); p != nil {
			return nil, p
		}
	}
	return w.asItIs(d)
}

// asItIs returns a document's object without a look at its expressions.
func (w *world) asItIs(d *manifest.Document) (map[string]any, error) {
	if d.IsSecret() || d.CopiesSecret() {
		w.evaluator.secret = true
	}
	root, err := d.Root()
	if err != nil {
		return nil, errors.New(nameOf(d) + " is not YAML")
	}
	object, ok := manifest.Value(root).(map[string]any)
	if !ok {
		return nil, errors.New(nameOf(d) + " is no object")
	}
	return object, nil
}

// ofKind returns the documents of a kind, "Kind" or "Kind.group".
func (w *world) ofKind(kind string) []*manifest.Document {
	name, group, hasGroup := strings.Cut(kind, ".")
	var found []*manifest.Document
	for _, d := range w.docs {
		if id := d.ID(); id.Kind == name && (!hasGroup || id.Group() == group) {
			found = append(found, d)
		}
	}
	return found
}

func (w *world) find(kind string, at []string) (*manifest.Document, error) {
	if len(at) < 1 || len(at) > 2 {
		return nil, fmt.Errorf("want KIND [NAMESPACE] NAME, got %d arguments", 1+len(at))
	}
	name := at[len(at)-1]
	all := w.ofKind(kind)
	var found []*manifest.Document
	for _, d := range all {
		if id := d.ID(); id.Name == name && (len(at) == 1 || id.Namespace == at[0]) {
			found = append(found, d)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return nil, &problem{code: "EX016", message: fmt.Sprintf("asks for %s %s, and there are %d: %s", kind, name, len(found), listed(found)), hint: "name the namespace too, and write Kind.group where two groups have the kind"}
	}
	return nil, w.missing(kind, strings.Join(at, "/"), name, all)
}

// missing says that there is no such object, and what there is instead.
func (w *world) missing(kind, asked, name string, all []*manifest.Document) *problem {
	p := &problem{code: "EX016", message: "asks for an object that is not there: there is no " + kind + " " + asked}
	var names, kinds []string
	for _, d := range all {
		names = append(names, d.ID().Name)
	}
	for _, d := range w.docs {
		if k := d.ID().Kind; k != "" && !slices.Contains(kinds, k) {
			kinds = append(kinds, k)
		}
	}
	slices.Sort(kinds)
	meant := diag.DidYouMean(name, names)
	there := "There are " + kind + "s " + listed(all)
	switch {
	case len(all) == 0 && len(kinds) == 0:
		there = "There are no objects at all"
	case len(all) == 0:
		meant, there = diag.DidYouMean(kind, kinds), "There are objects of the kinds "+join(kinds)
	case len(all) == 1:
		there = "There is " + nameOf(all[0])
	}
	if meant != "" {
		p.message += "; " + meant
		p.message += " " + there
		return p
	}
	p.message += ". " + there
	return p
}

// maxListed bounds how many objects a message names.
const maxListed = 8

func listed(docs []*manifest.Document) string {
	var names []string
	for _, d := range docs {
		names = append(names, strings.TrimPrefix(nameOf(d), d.ID().Kind+" "))
	}
	if len(names) > maxListed {
		names = append(names[:maxListed], fmt.Sprintf("%d more", len(docs)-maxListed))
	}
	return join(names)
}

func join(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// mark notes that an object holds what was read of a Secret.
func (w *world) mark(object any) {
	m, _ := object.(map[string]any)
	metadata, _ := m["metadata"].(map[string]any)
	for _, d := range w.docs {
		if id := d.ID(); id.Kind == m["kind"] && id.Name == metadata["name"] && (id.Namespace == "" || id.Namespace == metadata["namespace"]) {
			d.MarkSecret()
		}
	}
}
