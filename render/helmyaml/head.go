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
	var h SimpleHead
	if err := sigs.Unmarshal([]byte(text), &h); err != nil {
		return SimpleHead{}, errors.New(strings.ReplaceAll(err.Error(), "helmyaml.SimpleHead", "releaseutil.SimpleHead"))
	}
	return h, nil
}
