package pipeline

import (
	"slices"
	"strings"

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

// templateLine is a line of a template, as offsets into its text.
type templateLine struct {
	name       string
	start, end int
}

func (r *Readers) line(at diag.Span) (templateLine, bool) {
	for name, text := range r.texts {
		if r.layers.Chart().UserPath(name) != at.File {
			continue
		}
		start := 0
		for range at.Start.Line - 1 {
			i := strings.IndexByte(text[start:], '\n')
			if i < 0 {
				return templateLine{}, false
			}
			start += i + 1
		}
		end := len(text)
		if i := strings.IndexByte(text[start:], '\n'); i >= 0 {
			end = start + i
		}
		return templateLine{name, start, end}, true
	}
	return templateLine{}, false
}

// Line returns the text of a template line, without the blanks around it.
func (r *Readers) Line(at diag.Span) string {
	l, ok := r.line(at)
	if !ok {
		return ""
	}
	return strings.TrimSpace(r.texts[l.name][l.start:l.end])
}

// At returns the values that a template line uses, with who set them.
func (r *Readers) At(at diag.Span) []charts.Leaf {
	l, ok := r.line(at)
	if !ok {
		return nil
	}
	var found []charts.Leaf
	for _, leaf := range r.layers.Trace(r.values) {
		keys := charts.KeysOf(leaf.Path)
		for n := range keys {
			if r.usedAt(keys[:n+1], l, n+1 < len(keys)) {
				found = append(found, leaf)
				break
			}
		}
	}
	return found
}

// usedAt reports whether a line uses a value, or a table around one as a whole.
func (r *Readers) usedAt(path []string, l templateLine, table bool) bool {
	return slices.ContainsFunc(r.reads.UsesOf(path), func(u reads.Use) bool {
		return (!table || u.How == reads.Whole) && u.Tree.ParseName == l.name && int(u.Pos) >= l.start && int(u.Pos) <= l.end
	})
}
