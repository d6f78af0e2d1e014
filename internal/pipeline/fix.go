package pipeline

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
	"github.com/helmx-dev/helmx/patch"
)

// Remedies are what the fixes of findings come to.
type Remedies struct {
	Files   []FixedFile // whose text they change, by name
	Patches string      // items of patches of helmx.yaml, for objects that were rendered; may be empty
}

// FixedFile is a file before and after.
type FixedFile struct {
	Name          string
	Before, After []byte
	Fixed         int // how many findings
}

// Remedy finds out what the fixes of findings mean: edits of the manifests, values and
// templates that the user owns, or patches for helmx.yaml where an object was
// rendered. It writes this into the fixes of the list, and nothing to disk. A fix
// that cannot be made in the text is taken out of its finding.
func Remedy(ctx context.Context, findings diag.List) (Remedies, error) {
	r := remedying{ctx: ctx, files: map[string]*fileFixes{}, seen: map[string]bool{}}
	for i := range findings {
		d := &findings[i]
		if d.Fix == nil {
			continue
		}
		fix := *d.Fix // rounds may share it
		d.Fix = &fix
		if len(fix.Changes) > 0 && !r.object(d) {
			d.Fix = nil
			continue
		}
		if len(fix.Changes) == 0 {
			r.edits(fix.Edits)
		}
	}
	out := Remedies{Patches: r.patches.String()}
	for _, f := range r.files {
		fixed, err := f.apply(ctx)
		if err != nil {
			return out, err
		}
		if fixed.Fixed > 0 && !bytes.Equal(fixed.Before, fixed.After) {
			out.Files = append(out.Files, fixed)
		}
	}
	slices.SortFunc(out.Files, func(a, b FixedFile) int { return strings.Compare(a.Name, b.Name) })
	return out, ctx.Err()
}

type remedying struct {
	ctx     context.Context
	files   map[string]*fileFixes
	seen    map[string]bool // changes that another finding has asked for
	names   map[string]int
	patches strings.Builder
}

// fileFixes are the fixes of one file: patches of its documents, or edits of its text.
type fileFixes struct {
	name    string
	patches []documentPatch
	edits   []diag.Edit
}

type documentPatch struct {
	target *manifest.Document
	text   string
}

func (r *remedying) file(name string) *fileFixes {
	if r.files[name] == nil {
		r.files[name] = &fileFixes{name: name}
	}
	return r.files[name]
}

// object turns changes of an object into edits of its file or into a patch.
func (r *remedying) object(d *diag.Diagnostic) bool {
	target, ok := d.Fix.Target.(*manifest.Document)
	if !ok || d.Object == nil || target.IsSecret() { // edits would show it
		return false
	}
	text, err := r.patchText(d)
	if err != nil {
		return false
	}
	after, ok := patched(r.ctx, target, text)
	if !ok {
		return false
	}
	at, _ := target.SpanAt(1, 0)
	key := at.String() + "\x00" + strings.SplitN(text, "\n", 2)[1]
	first := !r.seen[key]
	r.seen[key] = true
	if !ownFile(target) {
		d.Fix.Patch = text
		if first {
			r.patches.WriteString(text)
		}
		return true
	}
	d.Fix.Edits = []diag.Edit{lineEdit(at, target.Raw(), after)}
	if first {
		f := r.file(target.Origin.File)
		f.patches = append(f.patches, documentPatch{target, text})
	}
	return true
}

// ownFile reports whether a document is the text of a file, and not what something
// made of one.
func ownFile(d *manifest.Document) bool {
	return d.Origin.File != "" && d.Origin.File != manifest.Stdin && d.Origin.Lines == nil && !d.Changed()
}

// patchText writes the changes as an item of patches.
func (r *remedying) patchText(d *diag.Diagnostic) (string, error) {
	target := map[string]string{"kind": d.Object.Kind}
	for key, value := range map[string]string{"name": d.Object.Name, "namespace": d.Object.Namespace} {
		if value != "" {
			target[key] = value
		}
	}
	item := struct {
		Name    string            `yaml:"name"`
		Literal bool              `yaml:"literal,omitempty"`
		Target  map[string]string `yaml:"target,flow"`
		Set     map[string]any    `yaml:"set,omitempty"`
		Rename  map[string]string `yaml:"rename,omitempty"`
		Remove  []string          `yaml:"remove,omitempty"`
	}{Name: r.name(d), Target: target, Set: map[string]any{}, Rename: map[string]string{}}
	for _, c := range d.Fix.Changes {
		switch c.Kind {
		case diag.Set:
			var value any
			if err := yaml.Unmarshal([]byte(c.Value), &value); err != nil {
				return "", err
			}
			item.Set[c.Path] = value
			item.Literal = item.Literal || strings.Contains(c.Value, "{{")
		case diag.Rename:
			item.Rename[c.Path] = c.Value
		case diag.Remove:
			item.Remove = append(item.Remove, c.Path)
		}
	}
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	err := e.Encode([]any{item})
	return b.String(), err
}

// name makes a name for the patch of a finding that no other one of the call has.
func (r *remedying) name(d *diag.Diagnostic) string {
	if r.names == nil {
		r.names = map[string]int{}
	}
	name := strings.ToLower(strings.Join(slices.DeleteFunc([]string{"fix", d.Code, d.Object.Kind, d.Object.Name}, func(s string) bool { return s == "" }), "-"))
	r.names[name]++
	if n := r.names[name]; n > 1 {
		name = fmt.Sprintf("%s-%d", name, n)
	}
	return name
}

// patched returns the text of a document after a patch; ok is false when the patch
// fails, as it may in a document that says it in another way.
func patched(ctx context.Context, d *manifest.Document, text string) (after []byte, ok bool) {
	root, err := manifest.Parse([]byte(text))
	if err != nil {
		return nil, false
	}
	patches, wrong := patch.Parse(root, "fix")
	if wrong.HasErrors() {
		return nil, false
	}
	docs, lists := manifest.Lists([]*manifest.Document{manifest.New(slices.Clone(d.Raw()), d.Origin)})
	docs, findings, err := patch.Apply(ctx, docs, patch.Options{Patches: patches})
	if err != nil || findings.HasErrors() {
		return nil, false
	}
	if docs, err = manifest.JoinLists(docs, lists); err != nil || len(docs) != 1 {
		return nil, false
	}
	return docs[0].Raw(), true
}

// lineEdit is the edit that replaces the lines that differ.
func lineEdit(at diag.Span, before, after []byte) diag.Edit {
	old, renewed := strings.SplitAfter(string(before), "\n"), strings.SplitAfter(string(after), "\n")
	same := 0
	for same < min(len(old), len(renewed)) && old[same] == renewed[same] {
		same++
	}
	end := 0
	for end < min(len(old), len(renewed))-same && old[len(old)-1-end] == renewed[len(renewed)-1-end] {
		end++
	}
	first := max(at.Start.Line, 1) + same
	return diag.Edit{
		Span: diag.Span{File: at.File, Start: diag.Pos{Line: first, Column: 1}, End: diag.Pos{Line: first + len(old) - end - same, Column: 1}},
		Text: strings.Join(renewed[same:len(renewed)-end], ""),
	}
}

func (r *remedying) edits(list []diag.Edit) {
	for _, e := range list {
		if key := fmt.Sprint(e); !r.seen[key] {
			r.seen[key] = true
			f := r.file(e.Span.File)
			f.edits = append(f.edits, e)
		}
	}
}

// apply reads the file anew and makes the changes in it. Documents that are no longer
// what the findings are about stay as they are.
func (f *fileFixes) apply(ctx context.Context) (FixedFile, error) {
	data, err := os.ReadFile(f.name)
	if err != nil {
		return FixedFile{}, fmt.Errorf("reading %s to fix it: %w", f.name, err)
	}
	out := FixedFile{Name: f.name, Before: data, After: data}
	if len(f.edits) > 0 {
		out.After, out.Fixed = applyEdits(data, f.edits)
		return out, nil
	}
	docs := manifest.Read(f.name, data)
	for i, d := range docs {
		at, _ := d.SpanAt(1, 0)
		for _, p := range f.patches {
			was, _ := p.target.SpanAt(1, 0)
			if was.Start.Line != at.Start.Line || !bytes.Equal(p.target.Raw(), d.Raw()) {
				continue
			}
			if after, ok := patched(ctx, docs[i], p.text); ok {
				docs[i] = manifest.New(after, d.Origin)
				out.Fixed++
			}
		}
	}
	var b bytes.Buffer
	for _, d := range docs {
		b.Write(d.Raw())
	}
	out.After = b.Bytes()
	return out, nil
}

// applyEdits makes the edits from the last to the first; of two that overlap the
// later one is left out.
func applyEdits(data []byte, edits []diag.Edit) ([]byte, int) {
	edits = slices.Clone(edits)
	slices.SortStableFunc(edits, func(a, b diag.Edit) int {
		return cmp.Or(b.Span.Start.Line-a.Span.Start.Line, b.Span.Start.Column-a.Span.Start.Column)
	})
	text, fixed, last := string(data), 0, len(data)
	for _, e := range edits {
		from, to := offset(text, e.Span.Start), offset(text, e.Span.End)
		if from < 0 || to < from || to > last {
			continue
		}
		text, last = text[:from]+e.Text+text[to:], from
		fixed++
	}
	return []byte(text), fixed
}

// offset is the place of a position in bytes, -1 when the text does not reach there.
func offset(text string, p diag.Pos) int {
	at := 0
	for line := 1; line < p.Line; line++ {
		i := strings.IndexByte(text[at:], '\n')
		if i < 0 {
			return -1
		}
		at += i + 1
	}
	for range p.Column - 1 {
		_, size := utf8.DecodeRuneInString(text[at:])
		at += size
	}
	return at
}
