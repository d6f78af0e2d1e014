package patch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/helmx-dev/helmx/manifest"
	"github.com/rogpeppe/go-internal/txtar"
)

// outcome is all that a run tells of itself: its output, its findings, and where
// each line of the output is from.
func outcome(t *testing.T, stream []byte, o Options, together bool) string {
	t.Helper()
	docs := manifest.Read(manifest.Stdin, stream)
	r := &run{ctx: context.Background(), docs: docs, options: o, charts: chartsOf(docs), together: together}
	err := r.all()
	if errors.Is(err, manifest.ErrTogether) {
		r = r.again(docs)
		err = r.all()
	}
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := manifest.Write(&b, r.docs); err != nil {
		t.Fatal(err)
	}
	b.WriteString(describe(r.findings()))
	for _, d := range r.docs {
		for line := range bytes.Count(d.Raw(), []byte("\n")) {
			span, _ := d.SpanAt(line+1, 1)
			fmt.Fprintln(&b, d.ID(), span)
		}
	}
	return b.String()
}

// differing shows the lines that only one of two texts has.
func differing(a, b string) string {
	out := ""
	for _, side := range []struct{ mark, of, not string }{{"- ", a, b}, {"+ ", b, a}} {
		for line := range strings.Lines(side.of) {
			if !strings.Contains("\n"+side.not, "\n"+line) {
				out += side.mark + line
			}
		}
	}
	return out
}

// The cases of testdata/apply come to the same whether the text is edited once
// or for each change.
func TestTogetherIsTheSameAsOneByOne(t *testing.T) {
	files, err := filepath.Glob("testdata/apply/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var in, config []byte
		for _, f := range archive.Files {
			switch f.Name {
			case "in.yaml":
				in = f.Data
			case "helmx.yaml":
				config = f.Data
			}
		}
		patches, _ := patchesOf(t, string(config))
		o := Options{Patches: patches, AllowNoop: strings.Contains(string(archive.Comment), "allow-noop"), Namespace: namespaceIn(archive.Comment), Expressions: testExpressions{testValues}}
		if one, all := outcome(t, in, o, false), outcome(t, in, o, true); one != all {
			t.Errorf("%s: one by one and together:\n%s", file, differing(one, all))
		}
	}
}

// randomPatches writes patches of every kind for the objects of mixedObjects.
func randomPatches(r *rand.Rand) string {
	one := func(of ...string) string { return of[r.IntN(len(of))] }
	var text strings.Builder
	text.WriteString("patches:\n")
	for i := range 1 + r.IntN(8) {
		key := fmt.Sprintf("k%d", r.IntN(4))
		value := one("x", `"1"`, "'one'", "7", "true", "{a: 1}", "[a, b]", "{a: {b: [{name: c}]}}", `"several\nlines\n"`, `"{{ .Object.metadata.name }}"`)
		target := one("{name: 'object-*'}", "{kind: Deployment}", "{kind: ConfigMap}", "{name: object-1}", "{labels: app}", `{where: '{{ eq .Object.metadata.namespace "big" }}'}`, "{kind: [Service, ConfigMap]}")
		fmt.Fprintf(&text, "- name: p%d\n  target: %s\n  expect: 0+\n  ", i, target)
		text.WriteString(one(
			"set: {metadata.labels."+key+": "+value+"}\n",
			"set: {metadata.annotations."+key+": "+value+", spec."+key+": "+value+"}\n",
			"set: {data.key: "+value+"}\n",
			"set: {spec."+key+".deep: "+value+", spec."+key+".other: "+value+"}\n",
			"set: {data.text|yaml."+key+": "+value+"}\n",
			"remove: [metadata.labels."+key+"]\n",
			"remove: [metadata.labels.app, metadata.annotations]\n",
			"merge: {metadata: {labels: {"+key+": "+value+"}}}\n",
			"merge: {spec: {template: {spec: {containers: [{name: main, image: '"+key+"'}, {name: "+key+", image: x}]}}}}\n",
			"mergePatch: {metadata: {labels: {app: null, "+key+": "+value+"}}}\n",
			"jsonPatch: [{op: add, path: /metadata/labels/"+key+", value: "+value+"}]\n",
			"jsonPatch: [{op: move, from: /metadata/labels/app, path: /metadata/"+key+"}]\n",
			"rename: {metadata.labels.app: "+key+"}\n",
			"append: {spec.ports: {name: "+key+", port: 81}}\n",
			"prepend: {spec.template.spec.containers: {name: "+key+"}}\n",
			"copy: {from: metadata.name, to: metadata.labels."+key+"}\n",
			"copy: {from: {target: {name: object-1}, path: metadata.name}, to: metadata.annotations."+key+"}\n",
			"jq: '.metadata.labels."+key+" = \"j\" | .spec.replicas = 3'\n",
		))
		if r.IntN(4) == 0 {
			fmt.Fprintf(&text, "- name: c%d\n  %s\n", i, one("labels: {"+key+": x}", "annotations: {"+key+": '"+key+"'}", "namespace: "+key, "images: [{name: image, newTag: '"+key+"'}]", "replicas: [{name: 'object-*', count: 4}]"))
		}
		if r.IntN(6) == 0 {
			fmt.Fprintf(&text, "- name: m%d\n  create: {apiVersion: v1, kind: ConfigMap, metadata: {name: made-%s}, data: {key: a}}\n", i, key)
		}
	}
	return text.String()
}

func checkTogether(t *testing.T, seed uint64) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 8))
	stream := mixedObjects(8)
	if r.IntN(3) == 0 {
		stream = bytes.TrimRight(stream, "\n")
	}
	text := randomPatches(r)
	patches, found := patchesOf(t, text)
	if found.HasErrors() {
		t.Fatalf("seed %d: %s\n%s", seed, describe(found), text)
	}
	o := Options{Patches: patches, AllowNoop: r.IntN(2) == 0, Expressions: testExpressions{testValues}}
	if one, all := outcome(t, stream, o, false), outcome(t, stream, o, true); one != all {
		t.Errorf("seed %d:\n%s\none by one and together:\n%s", seed, text, differing(one, all))
	}
}

func TestRandomPatchesTogether(t *testing.T) {
	for seed := range uint64(300) {
		if checkTogether(t, seed); t.Failed() {
			break
		}
	}
}

func FuzzTogether(f *testing.F) {
	f.Add(uint64(1))
	f.Fuzz(checkTogether)
}

// mixedObjects returns a stream of n objects of several kinds, with comments.
func mixedObjects(n int) []byte {
	var b bytes.Buffer
	for i := range n {
		kind, version := "ConfigMap", "v1"
		switch i % 4 {
		case 0:
			kind, version = "Deployment", "apps/v1"
		case 1:
			kind = "Service"
		}
		fmt.Fprintf(&b, "---\n# Source: big/templates/object-%d.yaml\napiVersion: %s\nkind: %s\nmetadata:\n  name: object-%d # the name\n  namespace: big\n  labels: {app: \"object-%d\"}\n", i, version, kind, i, i)
		switch kind {
		case "Deployment":
			fmt.Fprintf(&b, "spec:\n  replicas: 1\n  selector:\n    matchLabels: {app: \"object-%d\"}\n  template:\n    metadata:\n      labels: {app: \"object-%d\"}\n    spec:\n      containers:\n      - name: main\n        image: \"image:1\" # pinned\n        resources:\n          requests: {cpu: 10m}\n", i, i)
		case "Service":
			fmt.Fprintf(&b, "spec:\n  selector: {app: \"object-%d\"}\n  ports:\n  - name: http # plain\n    port: 80\n", i)
		default:
			fmt.Fprintf(&b, "data:\n  key: \"value %d\"\n  text: |\n    several\n    lines\n", i)
		}
	}
	return b.Bytes()
}

func BenchmarkApplyEverywhere(b *testing.B) {
	for _, size := range []int{1, 50, 5000} {
		data := mixedObjects(size)
		text := "patches:\n"
		for i := range 20 {
			text += fmt.Sprintf("- {name: label-%d, target: {name: \"object-*\"}, set: {metadata.labels.l%d: x}}\n", i, i)
		}
		patches, findings := patchesOf(b, text)
		if len(findings) > 0 {
			b.Fatal(findings)
		}
		b.Run(fmt.Sprintf("20 patches/%d documents", size), func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				_, findings, err := Apply(context.Background(), manifest.Read("x", data), Options{Patches: patches})
				if err != nil || findings.HasErrors() {
					b.Fatal(findings, err)
				}
			}
		})
	}
}
