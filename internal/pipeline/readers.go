package pipeline

import (
	"strings"
	"text/template/parse"

	"github.com/helmx-dev/helmx/charts"
	"github.com/helmx-dev/helmx/charts/chartutil"
	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/render/engine"
	"github.com/helmx-dev/helmx/render/reads"
)

// Readers knows which values the lines of a chart's templates read.
type Readers struct {
	layers *charts.UserValues
	reads  *reads.Reads
	values map[string]any
	texts  map[string]string // of templates, by their name
}

// NewReaders makes one of what a render has parsed.
func NewReaders(seen *engine.Observation, layers *charts.UserValues) *Readers {
	r := &Readers{layers: layers, reads: templateReads(seen, layers, true), values: finalValues(seen, chartutil.Values{}), texts: map[string]string{}}
	for _, s := range engine.Sources(layers.Chart().Chart) {
		r.texts[s.Name] = s.Text
	}
	return r
}

// Line returns the text of a template line, without the blanks around it.
func (r *Readers) Line(at diag.Span) string {
	for name, text := range r.texts {
		if r.layers.Chart().UserPath(name) != at.File {
			continue
		}
		if lines := strings.Split(text, "\n"); at.Start.Line >= 1 && at.Start.Line <= len(lines) {
			return strings.TrimSpace(lines[at.Start.Line-1])
		}
	}
	return ""
}

// At returns the values that a template line uses, with who set them.
func (r *Readers) At(at diag.Span) []charts.Leaf {
	var found []charts.Leaf
	for _, leaf := range r.layers.Trace(r.values) {
		keys := charts.KeysOf(leaf.Path)
		for n := range keys {
			if r.usedAt(keys[:n+1], at, n+1 < len(keys)) {
				found = append(found, leaf)
				break
			}
		}
	}
	return found
}

// usedAt reports whether a line uses a value, or a table around one as a whole.
func (r *Readers) usedAt(path []string, at diag.Span, table bool) bool {
	for _, u := range r.reads.UsesOf(path) {
		if (!table || u.How == reads.Whole) && r.place(u.Tree, u.Pos) == (diag.Span{File: at.File, Start: diag.Pos{Line: at.Start.Line}}) {
			return true
		}
	}
	return false
}

func (r *Readers) place(tree *parse.Tree, pos parse.Pos) diag.Span {
	text := r.texts[tree.ParseName]
	line := strings.Count(text[:min(int(pos), len(text))], "\n") + 1
	return diag.Span{File: r.layers.Chart().UserPath(tree.ParseName), Start: diag.Pos{Line: line}}
}
