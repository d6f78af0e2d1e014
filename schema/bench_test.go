package schema

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/helmx-dev/helmx/manifest"
	"github.com/helmx-dev/helmx/schema/internal/pack"
)

func BenchmarkOpen(b *testing.B) {
	for b.Loop() {
		if _, err := pack.Open(packIndex, packDefinitions); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFirstPod measures a process that validates one object: the pack is
// opened, and what the object needs of it is decoded and built.
func BenchmarkFirstPod(b *testing.B) {
	docs := manifest.Read("", []byte(pod))
	for b.Loop() {
		p, err := pack.Open(packIndex, packDefinitions)
		if err != nil {
			b.Fatal(err)
		}
		v, _ := newValidator(newLibrary(p), Options{}, docs)
		if found, err := v.document(docs[0], new(facts)); err != nil || len(found) > 0 {
			b.Fatal(found, err)
		}
	}
}

func BenchmarkPods(b *testing.B) {
	var stream strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&stream, "---\n%s", strings.Replace(pod, "name: a", fmt.Sprintf("name: a%d", i), 1))
	}
	data := []byte(stream.String())
	for b.Loop() {
		docs := manifest.Read("", data)
		if _, found, err := Validate(context.Background(), docs, Options{}); err != nil || len(found) > 0 {
			b.Fatal(found, err)
		}
	}
}
