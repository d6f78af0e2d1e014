package helmyaml

import (
	"errors"
	"strings"

	sigs "sigs.k8s.io/yaml"
)

// SimpleHead is what Helm reads of a document. Its name shows in error texts.
type SimpleHead struct {
	Version  string `json:"apiVersion"`
	Kind     string `json:"kind,omitempty"`
	Metadata *struct {
		Name        string            `json:"name"`
		Annotations map[string]string `json:"annotations"`
	} `json:"metadata,omitempty"`
}

// Annotation returns an annotation of the object.
func (h SimpleHead) Annotation(name string) (string, bool) {
	if h.Metadata == nil {
		return "", false
	}
	value, ok := h.Metadata.Annotations[name]
	return value, ok
}

// ReadHead reads the head of a document. It returns an error, in Helm's words,
// exactly when Helm finds the document broken: it is not YAML, or not a mapping,
// or a field of the head has the wrong type.
func ReadHead(text string) (SimpleHead, error) {
	if h, ok := fastHead(text); ok {
		return h, nil
	}
	var h SimpleHead
	if err := sigs.Unmarshal([]byte(text), &h); err != nil {
		return SimpleHead{}, errors.New(strings.ReplaceAll(err.Error(), "helmyaml.SimpleHead", "releaseutil.SimpleHead"))
	}
	return h, nil
}

// visitor sees the keys of a mapping as they are read.
type visitor interface {
	want(key string) (keep, ok bool)
	set(key string, v any) bool
}

// fastHead reads the whole document for its syntax and keeps the head.
func fastHead(text string) (SimpleHead, bool) {
	var h headVisitor
	if !plainText(text) {
		return h.head, false
	}
	r := reader{s: text}
	if !r.line() {
		return h.head, false
	}
	if r.col < 0 {
		return h.head, true // comments only
	}
	if end, ok := r.keyEnd(); !ok || end < 0 || r.entry() {
		return h.head, false
	}
	_, ok := r.mapping(r.col, true, &h)
	return h.head, ok && r.col < 0
}

// headVisitor takes the fields of the head. It gives up where Helm's decoder
// does more than copying strings: it ignores the case of keys, makes strings of
// other scalars, and refuses other types.
type headVisitor struct {
	head SimpleHead
	seen [3]bool
}

var headKeys = [3]string{"apiVersion", "kind", "metadata"}

func (h *headVisitor) want(key string) (keep, ok bool) {
	for i, k := range headKeys {
		if key == k {
			twice := h.seen[i]
			h.seen[i] = true
			return true, !twice
		}
		if strings.EqualFold(key, k) {
			return false, false
		}
	}
	return false, true
}

func (h *headVisitor) set(key string, v any) (ok bool) {
	switch key {
	case "apiVersion":
		h.head.Version, ok = stringOrNull(v)
		return ok
	case "kind":
		h.head.Kind, ok = stringOrNull(v)
		return ok
	}
	if v == nil {
		return true
	}
	m, ok := v.(map[string]any)
	if !ok {
		return false
	}
	h.head.Metadata = &struct {
		Name        string            `json:"name"`
		Annotations map[string]string `json:"annotations"`
	}{}
	for key, v := range m {
		switch {
		case key == "name":
			if h.head.Metadata.Name, ok = stringOrNull(v); !ok {
				return false
			}
		case key == "annotations":
			if !h.annotations(v) {
				return false
			}
		case strings.EqualFold(key, "name"), strings.EqualFold(key, "annotations"):
			return false
		}
	}
	return true
}

func (h *headVisitor) annotations(v any) bool {
	if v == nil {
		return true
	}
	m, ok := v.(map[string]any)
	if !ok {
		return false
	}
	h.head.Metadata.Annotations = make(map[string]string, len(m))
	for key, v := range m {
		text, ok := v.(string)
		if !ok {
			return false
		}
		h.head.Metadata.Annotations[key] = text
	}
	return true
}

func stringOrNull(v any) (string, bool) {
	if v == nil {
		return "", true
	}
	s, ok := v.(string)
	return s, ok
}
