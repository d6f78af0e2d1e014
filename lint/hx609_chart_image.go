package lint

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"text/template/parse"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX609", Title: "Image that a chart does not pin",
		Severity: diag.Warning,
		Tags:     []string{"chart", "template", "supply-chain"},
		Sources:  []Source{{"Kubernetes: images", "https://kubernetes.io/docs/concepts/containers/images/"}},
		Why:      "A template or values.yaml names an image without a tag, or with latest, in a place that the values at hand may not lead to. What runs is then whatever the registry holds on that day, and no two installs are the same. HX506 says it of what is rendered.",
		Remedy:   "Name a released version or a digest.",
		Bad: `-- templates/x.yaml --
{{ if .Values.debug }}
image: busybox:latest
{{ end }}
-- values.yaml --
debug: false
`,
		Good: `-- templates/x.yaml --
{{ if .Values.debug }}
image: busybox:1.36.1
{{ end }}
-- values.yaml --
debug: false
`,
		Chart: chartImages,
	})
}

// imageLine matches a line that names an image in full, without a template.
var imageLine = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^[ -]*image:[ \t]+["']?([\w./:@-]+)["']?[ \t]*(?:#.*)?$`)
})

// injected is what Istio's injector replaces by the image of the proxy.
const injected = "auto"

// latestLine matches what leads to latest whatever the values are.
var latestLine = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?m)^[ -]*image:[ \t]+.*\}\}(:latest)["']?[ \t]*$`) })

func chartImages(p *Pass, t *Templates) {
	for _, part := range t.Parts {
		for _, f := range part.Templates {
			for _, m := range imageLine().FindAllStringSubmatchIndex(f.text, -1) {
				ref := f.text[m[2]:m[3]]
				if i := parseImage(ref); ref != injected && i.digest == "" && (i.tag == "" || i.tag == "latest") {
					p.ReportAt(t, f, parse.Pos(m[2]), fmt.Sprintf("image %q is not pinned", ref), "name a released version or a digest")
				}
			}
			for _, m := range latestLine().FindAllStringSubmatchIndex(f.text, -1) {
				p.ReportAt(t, f, parse.Pos(m[2]), "the image is always latest", "name a released version or a digest")
			}
		}
		imagesInValues(p, t, part)
	}
}

// imagesInValues looks for tag: latest beside the name of an image.
func imagesInValues(p *Pass, t *Templates, part *Part) {
	root, err := manifest.Parse(part.Values.Data)
	if err != nil || root == nil {
		return // loading reports it
	}
	file := &Template{SourceFile: part.Values, text: string(part.Values.Data)}
	eachKey(root, nil, func(path []string, key, value *manifest.Node) bool {
		if path[len(path)-1] != "tag" {
			return false
		}
		beside := root
		if len(path) > 1 {
			beside = manifest.Resolve(manifest.Keys(path[:len(path)-1]...).Get(root))
		}
		if text(value) == "latest" && namesImage(beside) {
			p.ReportAt(t, file, parse.Pos(offset(file.text, value)), fmt.Sprintf("%s is latest", strings.Join(path, ".")), "name a released version or a digest")
		}
		return true
	})
}

func namesImage(n *manifest.Node) bool {
	for _, key := range []string{"repository", "image", "registry", "hub"} {
		if _, v := manifest.Lookup(n, key); v != nil {
			return true
		}
	}
	return false
}
