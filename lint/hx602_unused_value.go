package lint

import (
	"slices"
	"strings"
	"text/template/parse"
	"unicode"
	"unicode/utf8"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
	"go.yaml.in/yaml/v3"
)

func init() {
	register(Rule{
		ID: "HX602", Title: "Value that nothing reads",
		Severity: diag.Info,
		Tags:     []string{"chart", "template", "values"},
		Sources:  []Source{{"Helm: values files", "https://helm.sh/docs/chart_template_guide/values_files/"}},
		Why:      "values.yaml declares a value that no template reads, so that setting it changes nothing. Most often the template that read it is gone, or one of the two names is misspelt.",
		Remedy:   "Remove it, or read it under this name.",
		Bad: `-- values.yaml --
replicas: 2
replicaCount: 2
-- templates/x.yaml --
replicas: {{ .Values.replicas }}
`,
		Good: `-- values.yaml --
replicas: 2
-- templates/x.yaml --
replicas: {{ .Values.replicas }}
`,
		Chart: unusedValues,
	})
}

func unusedValues(p *Pass, t *Templates) {
	part := t.Parts[0] // the values of subcharts may be read by the chart around them
	root, err := manifest.Parse(part.Values.Data)
	if part.Open || part.Library || len(part.Templates) == 0 || err != nil || root == nil {
		return
	}
	file := &Template{SourceFile: part.Values, text: string(part.Values.Data)}
	eachKey(root, nil, func(path []string, key, value *manifest.Node) bool {
		switch {
		case t.reads(part, path):
			return true
		case len(manifest.Resolve(value).Content) > 0 && readsInside(part, path):
			return false
		}
		d := p.ReportAt(t, file, parse.Pos(offset(file.text, key)), "no template reads "+strings.Join(path, "."), "remove it, or read it")
		d.Excerpt.Width = len([]rune(key.Value))
		return true
	})
}

// eachKey calls visit for each key of a map, and goes on below those for which it
// does not say that it is done.
func eachKey(n *manifest.Node, path []string, visit func(path []string, key, value *manifest.Node) (done bool)) {
	n = manifest.Resolve(n)
	if n == nil || n.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		below := append(slices.Clip(path), manifest.KeyText(n.Content[i]))
		if !visit(below, n.Content[i], n.Content[i+1]) {
			eachKey(n.Content[i+1], below, visit)
		}
	}
}

// offset is where a node begins in the text, in bytes.
func offset(text string, n *manifest.Node) int {
	at := 0
	for line := 1; line < n.Line; line++ {
		at += strings.IndexByte(text[at:], '\n') + 1
	}
	for range n.Column - 1 {
		_, size := utf8.DecodeRuneInString(text[at:])
		at += size
	}
	return at
}

// reads reports whether a template, or something else, may read a value as a whole.
func (t *Templates) reads(part *Part, path []string) bool {
	if slices.Contains(part.Subcharts, path[0]) || path[0] == istioDefaults || t.mentioned(path) {
		return true
	}
	for _, key := range part.Declared {
		if key != "" && (path[0] == key || strings.HasPrefix(key, strings.Join(path, "."))) {
			return true
		}
	}
	tested := false
	for _, r := range part.refs {
		if len(r.path) > len(path) || !slices.Equal(r.path, path[:len(r.path)]) {
			continue
		}
		if !r.tested || r.whole {
			return true
		}
		tested = tested || len(r.path) == len(path)
	}
	return tested && !readsInside(part, path)
}

// readsInside reports whether templates read something below a value.
func readsInside(part *Part, path []string) bool {
	return slices.ContainsFunc(part.refs, func(r ref) bool {
		return len(r.path) > len(path) && slices.Equal(r.path[:len(path)], path)
	})
}

// mentioned reports whether a text reads a value in a way that the tree does not
// show: a template in a value or a file.
func (t *Templates) mentioned(path []string) bool {
	full := "Values." + strings.Join(path, ".")
	return slices.ContainsFunc(t.texts, func(text string) bool {
		for {
			_, rest, found := strings.Cut(text, full)
			if !found {
				return false
			}
			if next, _ := utf8.DecodeRuneInString(rest); next != '.' && next != '_' && !unicode.IsLetter(next) && !unicode.IsDigit(next) {
				return true
			}
			text = rest
		}
	})
}
