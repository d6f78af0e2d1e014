package lint

import (
	"bytes"
	"encoding/json"
	"testing"
)

func TestAnnotationsFile(t *testing.T) {
	d := json.NewDecoder(bytes.NewReader(annotationsFile))
	d.DisallowUnknownFields()
	var p placement
	if err := d.Decode(&p); err != nil {
		t.Fatal(err)
	}
	if p.Source == "" || len(p.Annotations) < 50 || len(p.Labels) < 20 {
		t.Errorf("%d annotations, %d labels, source %q", len(p.Annotations), len(p.Labels), p.Source)
	}
	for name := range annotationValues {
		if p.Annotations[name] == nil {
			t.Errorf("%s has a check and is no annotation", name)
		}
	}
}
