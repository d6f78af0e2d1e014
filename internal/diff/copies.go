package diff

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/helmx-dev/helmx/manifest"
	"go.yaml.in/yaml/v3"
)

// shortest is the length from which on a value of a Secret is looked for in
// other objects.
const shortest = 6

// copies returns what masks the values of Secrets that patches have brought into
// other objects. A value that stood in another object before is left: a user
// name such as postgres is in many places for reasons of its own.
func copies(changed []file, before, after []document) *strings.Replacer {
	added := addedText(changed)
	var found []string
	if added == "" {
		return strings.NewReplacer()
	}
	for value := range valuesOf(before, after) {
		if strings.Contains(added, value) && !shown(before, value) {
			found = append(found, value)
		}
	}
	slices.SortFunc(found, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) }) // the longest first
	var pairs []string
	for _, value := range found {
		pairs = append(pairs, value, maskSame)
	}
	return strings.NewReplacer(pairs...)
}

// addedText is all that the changes add; values in Secrets are masked in it.
func addedText(changed []file) string {
	var b strings.Builder
	for _, f := range changed {
		for _, c := range f.changes {
			for _, line := range f.renewed.text[c.ReplStart:c.ReplEnd] {
				b.WriteString(line)
			}
		}
	}
	return b.String()
}

// shown reports whether a text stands in a document that is no Secret.
func shown(docs []document, text string) bool {
	return slices.ContainsFunc(docs, func(d document) bool {
		return bytes.Contains(d.raw, []byte(text)) && !isSecret(&d)
	})
}

// valuesOf collects the values of all Secrets.
func valuesOf(lists ...[]document) map[string]bool {
	values := map[string]bool{}
	for _, docs := range lists {
		for _, d := range docs {
			if isSecret(&d) {
				for _, n := range open(&d, nil).values {
					addValue(values, n)
				}
			}
		}
	}
	return values
}

// addValue takes the lines of a value, those of what it is the base64 of, and the
// values in a document that either holds.
func addValue(into map[string]bool, n *manifest.Node) {
	text, ok := manifest.Value(n).(string)
	if !ok {
		text = n.Value
	}
	texts := []string{text}
	if decoded, err := base64.StdEncoding.DecodeString(text); err == nil && utf8.Valid(decoded) {
		texts = append(texts, string(decoded))
	}
	for _, text := range texts {
		addEmbedded(into, text)
		for line := range strings.Lines(text) {
			if line = strings.TrimSpace(line); len(line) >= shortest {
				into[line] = true
			}
		}
	}
}

// addEmbedded takes the values of a text that is YAML or JSON.
func addEmbedded(into map[string]bool, text string) {
	root, err := manifest.Parse([]byte(text))
	if err != nil || root == nil || root.Kind == yaml.ScalarNode {
		return
	}
	eachScalar(root, "", func(_ string, n *manifest.Node) { addValue(into, n) })
}
