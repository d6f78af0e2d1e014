package patch

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// containerFields are the lists whose items have an `image`, wherever in an
// object they stand: that way custom resources with pod templates count, too.
var containerFields = []string{"containers", "initContainers", "ephemeralContainers"}

// image is one entry of `images`.
type image struct {
	name    Pattern
	newName *manifest.Node // nil: stays
	newTag  *manifest.Node
	digest  *manifest.Node
}

// images reads `images: [{name, newName, newTag, digest}]`.
func (p *parser) images(patch *Patch, n *manifest.Node) {
	p.everywhere(patch)
	if !isList(n) || len(n.Content) == 0 {
		p.report(codeShape, n, "images is "+manifest.KindName(n)+", expected a list with something in it", "write [{name, newTag}]")
		return
	}
	var names []Pattern
	for _, item := range n.Content {
		item = manifest.Resolve(item)
		im, ok := p.image(item)
		if !ok {
			continue
		}
		names = append(names, im.name)
		patch.changes = append(patch.changes, change{
			span: p.span(item), apply: im.apply,
			lacking: func(docs []*manifest.Document) diag.Diagnostic { return lackingImage(docs, []Pattern{im.name}) },
		})
	}
	patch.concerns = func(d *manifest.Document) bool {
		return slices.ContainsFunc(names, func(name Pattern) bool { return mentions(d.Raw(), name) })
	}
	patch.lacking = func(docs []*manifest.Document) diag.Diagnostic { return lackingImage(docs, names) }
}

func (p *parser) image(n *manifest.Node) (image, bool) {
	var im image
	before := len(p.found)
	if !p.filledMap("an image", n, n, "write {name, newTag}") {
		return im, false
	}
	named := false
	text := func(into **manifest.Node) func(_, v *manifest.Node) {
		return func(k, v *manifest.Node) {
			if k.Value != "newTag" || !isScalar(v) || isNull(v) { // 1.30 is a tag, too
				p.text(k.Value, v)
			}
			*into = manifest.Copy(v)
		}
	}
	p.fields("an image", n, map[string]func(key, value *manifest.Node){
		"name": func(_, v *manifest.Node) {
			named = true
			if isList(v) {
				p.report(codeShape, v, "name of an image is a list, expected a string", "write an entry of images for each name")
				return
			}
			for _, pattern := range p.plainPatterns("name", v) {
				im.name = pattern
			}
		},
		"newName": text(&im.newName), "newTag": text(&im.newTag), "digest": text(&im.digest),
	})
	switch {
	case len(p.found) > before:
	case !named:
		p.report(codeShape, n, "the image has no name", "name the image as the chart has it, without its tag")
	case im.newName == nil && im.newTag == nil && im.digest == nil:
		p.report(codeShape, n, "the image changes nothing", "add newName, newTag or digest")
	}
	return im, len(p.found) == before
}

// mentions reports whether a document can hold an image of that name.
func mentions(raw []byte, name Pattern) bool {
	if name.re == nil && !bytes.Contains(raw, []byte(name.text)) {
		return false
	}
	return bytes.Contains(raw, []byte("image")) && bytes.Contains(raw, []byte("ontainers"))
}

func (im image) apply(o *object) ([]removal, *problem) {
	matched := false
	var failed *problem
	var have []string
	eachContainer(o.root, func(n *manifest.Node) {
		name, tag, digest := splitImage(n.Value)
		have = append(have, name)
		if !im.name.Match(name) || failed != nil {
			return
		}
		matched = true
		var text string
		if text, failed = im.renamed(o, name, tag, digest); failed == nil {
			n.Value = text
		}
	})
	if failed != nil || matched {
		return nil, failed
	}
	return nil, &problem{code: codeTarget, absent: true, message: fmt.Sprintf("no container has the image %q", im.name.text), hint: diag.DidYouMean(im.name.text, have)}
}

// renamed is the new text of an image. A new tag does away with the digest, and
// a new digest with the tag, as in kustomize; both may be given.
func (im image) renamed(o *object, name, tag, digest string) (string, *problem) {
	if im.newTag != nil && im.digest == nil {
		digest = ""
	}
	if im.digest != nil && im.newTag == nil {
		tag = ""
	}
	for _, v := range []struct {
		from *manifest.Node
		into *string
	}{{im.newName, &name}, {im.newTag, &tag}, {im.digest, &digest}} {
		if v.from == nil {
			continue
		}
		text, p := o.text(v.from)
		if p != nil {
			return "", p
		}
		*v.into = text
	}
	return joinImage(name, tag, digest), nil
}

// splitImage splits name:tag@digest. A colon in front of a slash belongs to the
// registry's port.
func splitImage(s string) (name, tag, digest string) {
	name, digest, _ = strings.Cut(s, "@")
	if i := strings.LastIndexByte(name, ':'); i > strings.LastIndexByte(name, '/') {
		name, tag = name[:i], name[i+1:]
	}
	return name, tag, digest
}

// joinImage undoes splitImage.
func joinImage(name, tag, digest string) string {
	if tag != "" {
		name += ":" + tag
	}
	if digest != "" {
		name += "@" + digest
	}
	return name
}

// eachContainer calls visit with the image of every container below n.
func eachContainer(n *manifest.Node, visit func(image *manifest.Node)) {
	for i, c := range n.Content {
		if isMap(n) && i%2 == 1 && isList(c) && slices.Contains(containerFields, n.Content[i-1].Value) {
			for _, item := range c.Content {
				if _, image := manifest.Lookup(item, "image"); image != nil && isScalar(image) {
					visit(image)
				}
			}
		}
		eachContainer(c, visit)
	}
}

// lackingImage reports that no document holds any of the images.
func lackingImage(docs []*manifest.Document, names []Pattern) diag.Diagnostic {
	var have []string
	for _, d := range docs {
		if !bytes.Contains(d.Raw(), []byte("ontainers")) {
			continue
		}
		root, err := d.Root()
		if err != nil {
			continue
		}
		eachContainer(root, func(n *manifest.Node) {
			if name, _, _ := splitImage(n.Value); !slices.Contains(have, name) {
				have = append(have, name)
			}
		})
	}
	return lackingName("no container has the image ", names, have, "the stream holds no image")
}

// lackingName reports names that nothing has, with what comes near to them.
func lackingName(message string, names []Pattern, have []string, none string) diag.Diagnostic {
	var want, hints []string
	for _, name := range names {
		want = append(want, fmt.Sprintf("%q", name.text))
		if meant := diag.DidYouMean(name.text, have); meant != "" {
			hints = append(hints, meant)
		}
	}
	f := diag.Diagnostic{Message: message + orList(want), Hint: strings.Join(hints, " ")}
	switch {
	case len(have) == 0:
		f.Hint = none
	case hints == nil:
		f.Hint = "nearest: " + strings.Join(diag.NearestN(names[0].text, have, maxNamed), ", ")
	}
	return f
}
