// Package diff shows what has become of documents as a unified diff, one file
// for each template they came from. Values of Secrets are masked before
// anything is compared, so that they cannot get into the output. It changes no
// document and knows nothing of why one was changed.
package diff

import (
	"bytes"
	"cmp"
	"io"
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff/lcs"

	"github.com/helmx-dev/helmx/manifest"
)

// Snapshot is how documents were at one time.
type Snapshot struct{ docs []document }

// document is a document as it was. Edits make new bytes, so the ones that raw
// holds stay.
type document struct {
	is  *manifest.Document
	raw []byte
	// name is the template, else the file, that the document came from.
	name string
}

// Take remembers the documents as they are now. It copies nothing.
func Take(docs []*manifest.Document) Snapshot {
	var s Snapshot
	for _, d := range docs {
		s.docs = append(s.docs, document{is: d, raw: d.Raw(), name: nameOf(d)})
	}
	return s
}

func nameOf(d *manifest.Document) string {
	switch {
	case d.Origin.Source != "":
		return d.Origin.Source
	case d.Origin.File != "":
		return d.Origin.File
	}
	return manifest.Stdin
}

// Options say how a diff looks.
type Options struct {
	Context int // lines shown around each change
	Color   bool
	// Only says which templates are shown; nil means all.
	Only func(name string) bool
}

// Write writes what differs between the snapshot and docs, and reports whether
// anything does. A document is the same one as long as its pointer is. Line
// numbers are those of a file that holds all documents of one template, as
// `helm template --output-dir` writes it.
func (s Snapshot) Write(w io.Writer, docs []*manifest.Document, o Options) (bool, error) {
	now := Take(docs)
	var changed []file
	for _, f := range files(s.docs, now.docs) {
		if (o.Only == nil || o.Only(f.name)) && !same(f.old, f.renewed) {
			changed = append(changed, compare(f))
		}
	}
	hide := copies(changed, s.docs, now.docs)
	for _, f := range changed {
		if _, err := io.WriteString(w, f.text(o, hide)); err != nil {
			return true, err
		}
	}
	return len(changed) > 0, nil
}

// WriteFile writes what differs between the documents of a file and the same
// documents after an edit that left their number as it was.
func WriteFile(w io.Writer, before, after []*manifest.Document, o Options) error {
	old, renewed := Take(before).docs, Take(after).docs
	p := &pair{}
	for i := range min(len(old), len(renewed)) {
		renewed[i].is = old[i].is
		p.name = cmp.Or(old[i].is.Origin.File, p.name)
	}
	p.old, p.renewed = old, renewed
	changed := []file{compare(p)}
	_, err := io.WriteString(w, changed[0].text(o, copies(changed, old, renewed)))
	return err
}

// pair is a template with its documents on both sides.
type pair struct {
	name         string
	old, renewed []document
}

// files lists the templates of both sides in the order of the stream.
func files(old, renewed []document) []*pair {
	var list []*pair
	byName := map[string]*pair{}
	of := func(d document) *pair {
		f := byName[d.name]
		if f == nil {
			f = &pair{name: d.name}
			byName[d.name] = f
			list = append(list, f)
		}
		return f
	}
	for _, d := range old {
		f := of(d)
		f.old = append(f.old, d)
	}
	for _, d := range renewed {
		f := of(d)
		f.renewed = append(f.renewed, d)
	}
	return list
}

func same(a, b []document) bool {
	return slices.EqualFunc(a, b, func(a, b document) bool { return bytes.Equal(a.raw, b.raw) })
}

// file is one file of the diff: its lines on both sides, and where they differ.
type file struct {
	name         string
	old, renewed lines
	changes      []lcs.Diff
}

// lines are the lines of a file, and for each the object it belongs to.
type lines struct {
	text   []string
	object []string
}

func (l *lines) add(text, object string) {
	for line := range strings.Lines(text) {
		if !strings.HasSuffix(line, "\n") {
			line += "\n"
		}
		l.text = append(l.text, line)
		l.object = append(l.object, object)
	}
}

// compare compares document by document, so that lines of one are never taken
// for those of another. What was moved counts as removed and added.
func compare(p *pair) file {
	f := file{name: p.name}
	old, renewed := p.old, p.renewed
	for len(old) > 0 || len(renewed) > 0 {
		switch {
		case len(old) > 0 && len(renewed) > 0 && old[0].is == renewed[0].is:
			f.add(&old[0], &renewed[0])
			old, renewed = old[1:], renewed[1:]
		case len(old) > 0 && !slices.ContainsFunc(renewed, func(d document) bool { return d.is == old[0].is }):
			f.add(&old[0], nil)
			old = old[1:]
		default:
			f.add(nil, &renewed[0])
			renewed = renewed[1:]
		}
	}
	return f
}

// add appends one document on both sides; nil is none.
func (f *file) add(old, renewed *document) {
	fromOld, fromNew := len(f.old.text), len(f.renewed.text)
	a, b := masked(old, renewed)
	if old != nil {
		f.old.add(a, objectOf(old.raw))
	}
	if renewed != nil {
		f.renewed.add(b, objectOf(renewed.raw))
	}
	for _, d := range lcs.DiffLines(f.old.text[fromOld:], f.renewed.text[fromNew:]) {
		f.changes = append(f.changes, lcs.Diff{
			Start: d.Start + fromOld, End: d.End + fromOld, ReplStart: d.ReplStart + fromNew, ReplEnd: d.ReplEnd + fromNew,
		})
	}
}

func objectOf(raw []byte) string { return manifest.New(raw, manifest.Origin{}).Object().String() }
