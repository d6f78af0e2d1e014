package pipeline

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/helmx-dev/helmx/charts"
	"github.com/helmx-dev/helmx/manifest"
	"github.com/helmx-dev/helmx/patch"
)

// threeFields changes a field of istiod's Deployment, of its Service and of the
// mesh configuration, which is a string that holds YAML.
const threeFields = `
- name: replicas
  target: {kind: Deployment, name: istiod}
  set: {spec.template.spec.priorityClassName: high}
- name: service
  target: {kind: Service, name: istiod}
  set: {spec.internalTrafficPolicy: Local}
- name: mesh
  target: {kind: ConfigMap, name: istio}
  set: {data.mesh|yaml.accessLogFile: /dev/stdout}
`

// meshStream is what Helm hands over for istiod and Istio's CRDs: 1.1 MB.
func meshStream(b testing.TB) []byte {
	var stream bytes.Buffer
	for _, chart := range []string{"builtin:istio/base", "builtin:istio/istiod"} {
		o := ChartOptions{Resolve: charts.ResolveOptions{Release: charts.Release{Name: "mesh", Namespace: "istio-system"}}}
		o.Render.IncludeCRDs = true
		rendered, findings, err := RenderChart(b.Context(), chart, o)
		if err != nil {
			b.Fatal(findings, err)
		}
		if err := manifest.Write(&stream, rendered.Docs); err != nil {
			b.Fatal(err)
		}
	}
	return stream.Bytes()
}

func threeFieldPatches(b testing.TB) []patch.Patch {
	root, err := manifest.Parse([]byte(threeFields))
	if err != nil {
		b.Fatal(err)
	}
	patches, findings := patch.Parse(root, "helmx.yaml")
	if len(findings) > 0 {
		b.Fatal(findings)
	}
	return patches
}

// BenchmarkStream is the work of a post-renderer beyond the start of its process:
// read, split, patch, write. The goal is 10 ms, see docs/performance.md.
func BenchmarkStream(b *testing.B) {
	stream := meshStream(b)
	for name, patches := range map[string][]patch.Patch{"identity": nil, "3 fields": threeFieldPatches(b)} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(stream)))
			for b.Loop() {
				o := Options{SkipValidation: true, SkipLint: true}
				o.Patch.Patches = patches
				docs, findings, err := ProcessWith(b.Context(), manifest.Read(manifest.Stdin, stream), charts.ValuesOptions{}, o)
				if err != nil || len(findings) > 0 {
					b.Fatal(findings, err)
				}
				if err := manifest.Write(io.Discard, docs); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// TestStreamOfTheMesh: what the benchmark measures is what it says.
func TestStreamOfTheMesh(t *testing.T) {
	stream := meshStream(t)
	if len(stream) < 1_000_000 {
		t.Errorf("the stream has %d bytes", len(stream))
	}
	o := Options{SkipValidation: true, SkipLint: true}
	o.Patch.Patches = threeFieldPatches(t)
	docs, findings, err := ProcessWith(t.Context(), manifest.Read(manifest.Stdin, stream), charts.ValuesOptions{}, o)
	if err != nil || len(findings) > 0 {
		t.Fatal(findings, err)
	}
	var out bytes.Buffer
	if err := manifest.Write(&out, docs); err != nil {
		t.Fatal(err)
	}
	before, after := lineCounts(stream), lineCounts(out.Bytes())
	changed := 0
	for line, n := range after {
		changed += max(n-before[line], 0)
	}
	if changed != 3 {
		t.Errorf("%d lines changed", changed)
	}
}

func lineCounts(text []byte) map[string]int {
	counts := map[string]int{}
	for line := range strings.Lines(string(text)) {
		counts[line]++
	}
	return counts
}
