package diff

import (
	"cmp"
	"encoding/base64"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/helmx-dev/helmx/manifest"
)

// shortest is the length from which on a value of a Secret is looked for in
// other objects: "true" and "admin" are there for reasons of their own.
const shortest = 6

// copies returns what masks values of Secrets in the text of a diff: a patch
// may have copied them to where nobody expects a secret.
func copies(lists ...[]document) func(string) string {
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
	if len(values) == 0 {
		return func(text string) string { return text }
	}
	longestFirst := slices.SortedFunc(maps.Keys(values), func(a, b string) int {
		return cmp.Or(len(b)-len(a), strings.Compare(a, b))
	})
	var pairs []string
	for _, value := range longestFirst {
		pairs = append(pairs, value, maskSame)
	}
	return strings.NewReplacer(pairs...).Replace
}

// addValue takes the lines of a value, and of what it is the base64 of.
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
		for line := range strings.Lines(text) {
			if line = strings.TrimSpace(line); len(line) >= shortest && line != maskBefore && line != maskAfter {
				into[line] = true
			}
		}
	}
}
