package diff

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"strings"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
	"go.yaml.in/yaml/v3"
)

// What stands for a value of a Secret, the words being kubectl diff's. Equal
// values look alike on both sides; of others nothing shows but that they differ.
const (
	maskSame   = "***"
	maskBefore = "*** (before)"
	maskAfter  = "*** (after)"
)

// hidden is the text of a Secret that could not be masked.
const hidden = "# a Secret whose text cannot be read, not shown\n"

// masked returns the text of a document before and after, without the values of
// Secrets in it. Either may be nil. When an object is a Secret on one side only,
// its values count as secret on both.
func masked(old, renewed *document) (before, after string) {
	if !isSecret(old) && !isSecret(renewed) {
		return textOf(old), textOf(renewed)
	}
	secrets := open(old, nil).secrets
	maps.Copy(secrets, open(renewed, nil).secrets)
	a, b := open(old, secrets), open(renewed, secrets)
	before, after = a.masked(b, maskBefore), b.masked(a, maskAfter)
	if before == hidden && after == hidden && !bytes.Equal(old.raw, renewed.raw) {
		after += "# it differs\n"
	}
	return before, after
}

func textOf(d *document) string {
	if d == nil {
		return ""
	}
	return string(d.raw)
}

func isSecret(d *document) bool {
	return d != nil && manifest.New(d.raw, manifest.Origin{}).IsSecret()
}

// side is one side of a comparison.
type side struct {
	doc    *manifest.Document        // a copy to be masked; nil where there is no document
	values map[string]*manifest.Node // the secret values by their place

	// secrets are the objects that are Secrets, by place and by name, on this
	// side or, once that is known, on either.
	secrets map[string]bool
	broken  bool
}

// errLooked ends an edit that was only for a look at its tree.
var errLooked = errors.New("looked at")

func open(d *document, secrets map[string]bool) *side {
	s := &side{values: map[string]*manifest.Node{}, secrets: map[string]bool{}}
	maps.Copy(s.secrets, secrets)
	if d == nil {
		return s
	}
	s.doc = manifest.New(d.raw, manifest.Origin{Line: 1})
	_, err := s.doc.Edit(diag.Span{}, func(root *manifest.Node) error {
		s.eachSecret(root, func(place string, n *manifest.Node) { s.values[place] = n })
		return errLooked
	})
	s.broken = !errors.Is(err, errLooked)
	return s
}

// masked returns the text without the secret values; changed stands for those
// that the other side has otherwise.
func (s *side) masked(other *side, changed string) string {
	switch {
	case s.doc == nil:
		return ""
	case s.broken:
		return hidden
	}
	_, err := s.doc.Edit(diag.Span{}, func(root *manifest.Node) error {
		s.eachSecret(root, func(place string, n *manifest.Node) {
			mask := maskSame
			if v := other.values[place]; v != nil && !manifest.Equal(v, s.values[place]) {
				mask = changed
			}
			*n = yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: mask, Style: yaml.SingleQuotedStyle}
		})
		return nil
	})
	if err != nil {
		return hidden
	}
	root, err := s.doc.Root()
	if err != nil {
		return hidden
	}
	return withoutComments(string(s.doc.Raw()), root)
}

// eachSecret visits every value in a document that may be secret, with its place.
func (s *side) eachSecret(root *manifest.Node, visit func(place string, n *manifest.Node)) {
	for place, object := range s.objects(root, "", false) {
		for i := 0; i+1 < len(object.Content); i += 2 {
			key, value := manifest.KeyText(object.Content[i]), object.Content[i+1]
			switch key {
			case "apiVersion", "kind", "type", "immutable":
			case "metadata":
				metadata(value, place+"/metadata", visit)
			default:
				eachScalar(value, place+"/"+key, visit)
			}
		}
	}
}

// objects finds the objects whose values are secret: the document itself, or
// the Secrets among the items of a List. One without a kind counts, since the
// document is known to be or hold a Secret and a SecretList leaves the kind out.
func (s *side) objects(n *manifest.Node, place string, item bool) map[string]*manifest.Node {
	found := map[string]*manifest.Node{}
	if n.Kind != yaml.MappingNode {
		return found
	}
	kind := textAt(n, "kind")
	if _, items := manifest.Lookup(n, "items"); strings.HasSuffix(kind, "List") && items != nil && items.Kind == yaml.SequenceNode {
		for i, n := range items.Content {
			maps.Copy(found, s.objects(n, fmt.Sprintf("%s[%d]", place, i), true))
		}
		return found
	}
	name := objectName(n)
	if !item || kind == "" || kind == "Secret" || s.secrets[place] || s.secrets[name] {
		found[place] = n
		s.secrets[place], s.secrets[name] = true, true
	}
	return found
}

// objectName is a name that no place is written like.
func objectName(n *manifest.Node) string {
	_, metadata := manifest.Lookup(n, "metadata")
	return "metadata " + textAt(metadata, "namespace") + " " + textAt(metadata, "name")
}

func textAt(n *manifest.Node, key string) string {
	_, v := manifest.Lookup(n, key)
	text, _ := manifest.Value(v).(string)
	return text
}

// secretName finds annotations that may hold a secret: kubectl keeps the whole
// object in one.
var secretName = regexp.MustCompile(`last-applied|` + diag.SecretWords)

// metadata of a Secret is no secret, except for some annotations.
func metadata(n *manifest.Node, place string, visit func(place string, n *manifest.Node)) {
	_, annotations := manifest.Lookup(n, "annotations")
	if annotations == nil || annotations.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i+1 < len(annotations.Content); i += 2 {
		if key := manifest.KeyText(annotations.Content[i]); secretName.MatchString(key) {
			eachScalar(annotations.Content[i+1], place+"/"+key, visit)
		}
	}
}

func eachScalar(n *manifest.Node, place string, visit func(place string, n *manifest.Node)) {
	switch n.Kind {
	case yaml.ScalarNode:
		visit(place, n)
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			eachScalar(n.Content[i+1], place+"/"+manifest.KeyText(n.Content[i]), visit)
		}
	default:
		for i, item := range n.Content {
			eachScalar(item, fmt.Sprintf("%s[%d]", place, i), visit)
		}
	}
}

// withoutComments masks the comments of a document that holds Secrets: a value
// that was commented out is none less.
func withoutComments(text string, root *manifest.Node) string {
	comments := map[string]bool{}
	eachComment(root, comments)
	var b strings.Builder
	for line := range strings.Lines(text) {
		body := strings.TrimRight(line, "\r\n")
		for i := 0; i < len(body); i++ {
			if body[i] == '#' && comments[strings.TrimRight(body[i:], " \t")] {
				line = body[:i] + "# " + maskSame + line[len(body):]
				break
			}
		}
		b.WriteString(line)
	}
	return b.String()
}

func eachComment(n *manifest.Node, into map[string]bool) {
	for _, text := range []string{n.HeadComment, n.LineComment, n.FootComment} {
		for line := range strings.SplitSeq(text, "\n") {
			if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "# Source:") {
				into[line] = true
			}
		}
	}
	for _, c := range n.Content {
		eachComment(c, into)
	}
}
