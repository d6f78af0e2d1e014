package patch

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
	"go.yaml.in/yaml/v3"
)

// everywhere begins a patch for every object, which may find that all is so.
func (k *kustomization) everything(n *manifest.Node, what string) Patch {
	made := k.imported(n, what)
	made.targeted, made.anywhere, made.convenient = false, true, true
	return made
}

// pairs reads a map of strings.
func (k *kustomization) pairs(what string, n *manifest.Node) *manifest.Node {
	if !isMap(n) {
		k.report(codeShape, n, what+" is "+manifest.KindName(n)+", not a map", "")
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if v := manifest.Resolve(n.Content[i+1]); !isNull(v) {
			var text string
			k.into(&text)(n.Content[i], v)
		}
	}
	return manifest.Copy(n)
}

// commonLabels reads `commonLabels`, which go into selectors too.
func (k *kustomization) commonLabels(key, n *manifest.Node) []Patch {
	return k.setPairs(key, "commonLabels", n, selectorLabelSpecs)
}

func (k *kustomization) commonAnnotations(key, n *manifest.Node) []Patch {
	return k.setPairs(key, "commonAnnotations", n, annotationSpecs)
}

// setPairs makes a patch that sets pairs below each of the fields.
func (k *kustomization) setPairs(at *manifest.Node, what string, n *manifest.Node, specs []fieldSpec) []Patch {
	if isNull(n) {
		return nil
	}
	pairs := k.pairs(what, n)
	if pairs == nil || len(pairs.Content) == 0 {
		return nil
	}
	made := k.everything(at, what)
	made.changes = []change{{span: k.span(at), apply: func(o *object) ([]removal, *problem) {
		for _, spec := range specs {
			if !spec.fits(o.id) {
				continue
			}
			if p := spec.visit(o.root, yaml.MappingNode, func(field *manifest.Node) *problem { return setAll(field, pairs, spec) }); p != nil {
				return nil, p
			}
		}
		return nil, nil
	}}}
	return []Patch{made}
}

func setAll(field, pairs *manifest.Node, spec fieldSpec) *problem {
	if !isMap(field) {
		return &problem{code: codeClash, at: field, message: fmt.Sprintf("%s is %s, expected a map", spec.path, manifest.KindName(field))}
	}
	for i := 0; i+1 < len(pairs.Content); i += 2 {
		key, value := manifest.KeyText(pairs.Content[i]), pairs.Content[i+1]
		text := ""
		if !isNull(value) {
			text = value.Value
		}
		_, now := manifest.Lookup(field, key)
		if now == nil {
			manifest.SetKey(field, key, newText(text, value))
			continue
		}
		setScalar(owned(field, key, now), text, value)
	}
	return nil
}

// newText makes a string that a node of the patch gave.
func newText(text string, by *manifest.Node) *manifest.Node {
	made := manifest.NewString(text)
	made.Line, made.Column = by.Line, by.Column
	return made
}

// setScalar makes a node a string.
func setScalar(n *manifest.Node, text string, by *manifest.Node) {
	if made := newText(text, by); !manifest.Equal(n, made) {
		*n = *made
	}
}

// labelEntries reads `labels`.
func (k *kustomization) labelEntries(n *manifest.Node) []Patch {
	var patches []Patch
	k.items("labels", n, func(name string, item *manifest.Node) {
		var pairs *manifest.Node
		var selectors, templates, claims bool
		var specs []fieldSpec
		ok := k.entry(name, item, map[string]func(key, value *manifest.Node){
			"pairs":            func(_, v *manifest.Node) { pairs = v },
			"includeSelectors": k.flag(&selectors), "includeTemplates": k.flag(&templates), "includeVolumeClaimTemplates": k.flag(&claims),
			"fields": func(_, v *manifest.Node) { specs = k.fieldSpecs(name+".fields", v) },
		})
		if !ok || pairs == nil {
			return
		}
		for _, more := range labelSpecs(selectors, templates, claims) {
			same := slices.IndexFunc(specs, func(s fieldSpec) bool { return s.overlaps(more) })
			switch {
			case same < 0:
				specs = append(specs, more)
			case specs[same].create != more.create:
				k.report(codeShape, item, fmt.Sprintf("%s.fields has %s, which is a default of kustomize too, and the two differ in create", name, more.path), fmt.Sprintf("write create: %v, or leave the field out", more.create))
			}
		}
		patches = append(patches, k.setPairs(item, name, pairs, specs)...)
	})
	return patches
}

// labelSpecs are the fields that an entry of `labels` means beside its own.
func labelSpecs(selectors, templates, claims bool) []fieldSpec {
	if selectors {
		return selectorLabelSpecs
	}
	var specs []fieldSpec
	if templates {
		specs = append(specs, templateLabelSpecs...)
	}
	if claims {
		specs = append(specs, claimLabelSpecs...)
	}
	return append(specs, metadataLabelSpecs...)
}

func (k *kustomization) fieldSpecs(what string, n *manifest.Node) []fieldSpec {
	var specs []fieldSpec
	k.items(what, n, func(name string, item *manifest.Node) {
		var s fieldSpec
		ok := k.entry(name, item, map[string]func(key, value *manifest.Node){
			"group": k.into(&s.group), "version": k.into(&s.version), "kind": k.into(&s.kind), "path": k.into(&s.path), "create": k.flag(&s.create),
		})
		if ok && s.path == "" {
			k.report(codeShape, item, name+" has no path", "write path: spec/selector/matchLabels")
		}
		specs = append(specs, s)
	})
	return specs
}

// namespaces reads `namespace`.
func (k *kustomization) namespaces(n *manifest.Node) []Patch {
	name := ""
	if k.into(&name)(&manifest.Node{Value: "namespace"}, n); name == "" {
		return nil
	}
	made := k.everything(n, "namespace")
	n = manifest.Copy(n)
	made.changes = []change{
		{span: k.span(n), apply: func(o *object) ([]removal, *problem) { return nil, o.moveTo(n) }},
		{span: k.span(n), apply: func(o *object) ([]removal, *problem) { return nil, o.followMoved(k.span(n), n) }},
	}
	return []Patch{made}
}

// moveTo gives an object its namespace, and what else kustomize does with one.
func (o *object) moveTo(n *manifest.Node) *problem {
	if !o.run.isClusterScoped(o.id) {
		o.run.moved[moved{o.id.Kind, o.id.Namespace, o.id.Name}] = true
		o.run.moved[moved{o.id.Kind, o.run.effectiveNamespace(o.id), o.id.Name}] = true
		if p := (fieldSpec{path: "metadata/namespace", create: true}).visit(o.root, yaml.ScalarNode, textSetter(n)); p != nil {
			return p
		}
	}
	for _, spec := range namespaceSpecs {
		if !spec.fits(o.id) {
			continue
		}
		if p := spec.visit(o.root, yaml.ScalarNode, textSetter(n)); p != nil {
			return p
		}
	}
	if o.id.Kind == "RoleBinding" || o.id.Kind == "ClusterRoleBinding" {
		return o.moveDefaultSubjects(n)
	}
	return nil
}

// moveDefaultSubjects sets the namespace of subjects that are named default:
// every namespace has such a service account, without any object for it.
func (o *object) moveDefaultSubjects(n *manifest.Node) *problem {
	_, subjects := manifest.Lookup(o.root, "subjects")
	if !isList(subjects) {
		return nil
	}
	for _, subject := range subjects.Content {
		if _, name := manifest.Lookup(subject, "name"); isMap(subject) && isScalar(name) && name.Value == "default" {
			if p := (fieldSpec{path: "namespace", create: true}).visit(subject, yaml.ScalarNode, textSetter(n)); p != nil {
				return p
			}
		}
	}
	return nil
}

func textSetter(value *manifest.Node) func(*manifest.Node) *problem {
	return func(n *manifest.Node) *problem {
		if !isScalar(n) {
			return &problem{code: codeClash, at: n, message: "the namespace is " + manifest.KindName(n) + ", expected a string"}
		}
		setScalar(n, value.Value, value)
		return nil
	}
}

// replicaEntries reads `replicas`.
func (k *kustomization) replicaEntries(n *manifest.Node) []Patch {
	var patches []Patch
	k.items("replicas", n, func(what string, item *manifest.Node) {
		var name string
		var count *manifest.Node
		ok := k.entry(what, item, map[string]func(key, value *manifest.Node){
			"name": k.into(&name), "count": func(_, v *manifest.Node) { count = manifest.Copy(v) },
		})
		if !ok {
			return
		}
		if count == nil {
			count = manifest.NewNode(0)
		}
		if _, isInt := manifest.Value(count).(int64); !isInt {
			k.report(codeShape, count, "count of "+what+" is "+manifest.KindName(count)+", expected a whole number", "")
			return
		}
		patches = append(patches, k.replicaPatch(item, what, name, count))
	})
	return patches
}

func (k *kustomization) replicaPatch(n *manifest.Node, what, name string, count *manifest.Node) Patch {
	made := k.imported(n, what)
	made.convenient = true
	made.Target = Target{Kind: Patterns{}, Name: Patterns{{text: name}}, Hook: HookAny, Text: "name: " + name + ", kind: " + strings.Join(replicaKinds, " or ")}
	for _, kind := range replicaKinds {
		made.Target.Kind = append(made.Target.Kind, Pattern{text: kind})
	}
	made.selects = func(r *run, d *manifest.Document) bool {
		return slices.ContainsFunc(r.ids(d), func(id manifest.ID) bool {
			return id.Name == name && slices.Contains(replicaKinds, id.Kind)
		})
	}
	made.changes = []change{{span: k.span(n), path: replicaField, apply: func(o *object) ([]removal, *problem) {
		for _, spec := range replicaSpecs {
			if !spec.fits(o.id) {
				continue
			}
			if p := spec.visit(o.root, yaml.ScalarNode, func(field *manifest.Node) *problem { return setCount(field, count) }); p != nil {
				return nil, p
			}
		}
		return nil, nil
	}}}
	return made
}

func setCount(field, count *manifest.Node) *problem {
	if !isScalar(field) {
		return &problem{code: codeClash, at: field, message: "spec.replicas is " + manifest.KindName(field) + ", expected a number"}
	}
	if !manifest.Equal(field, count) {
		*field = *manifest.Copy(count)
	}
	return nil
}

// kustomizeImage is an entry of `images`; its name is a regular expression.
type kustomizeImage struct {
	name, newName, newTag, digest, tagSuffix string
	matches                                  *regexp.Regexp
	by                                       *manifest.Node
}

// imageEntries reads `images`.
func (k *kustomization) imageEntries(n *manifest.Node) []Patch {
	var patches []Patch
	k.items("images", n, func(what string, item *manifest.Node) {
		im := kustomizeImage{by: item}
		ok := k.entry(what, item, map[string]func(key, value *manifest.Node){
			"name": k.into(&im.name), "newName": k.into(&im.newName), "newTag": k.into(&im.newTag), "digest": k.into(&im.digest), "tagSuffix": k.into(&im.tagSuffix),
		})
		if !ok {
			return
		}
		var err error
		if im.matches, err = wholeExpression(im.name, "^"+im.name+"(:[a-zA-Z0-9_.{}-]*)?(@[a-zA-Z0-9]+([.+_-][a-zA-Z0-9]+)*:[a-zA-Z0-9_.{}-]*)?$"); err != nil {
			k.report(codeTargetSyntax, item, "the name of "+what+" is no regular expression: "+plainError(err), "")
			return
		}
		made := k.everything(item, what)
		made.concerns = func(d *manifest.Document) bool { return bytes.Contains(d.Raw(), []byte("image")) }
		made.lacking = func([]*manifest.Document) diag.Diagnostic {
			return diag.Diagnostic{Message: "no object has an image"}
		}
		made.changes = []change{{span: k.span(item), apply: im.apply}}
		patches = append(patches, made)
	})
	return patches
}

func (im *kustomizeImage) apply(o *object) ([]removal, *problem) {
	found := false
	var have []string
	update := func(n *manifest.Node) *problem {
		if !isScalar(n) || isNull(n) {
			return nil
		}
		have = append(have, n.Value)
		if im.matches.MatchString(n.Value) {
			found = true
			if text := im.renamed(n.Value); text != n.Value {
				setScalar(n, text, im.by)
			}
		}
		return nil
	}
	if o.id.Kind != "CustomResourceDefinition" {
		im.inContainers(o.root, update)
		for _, spec := range imageSpecs {
			if p := spec.visit(o.root, 0, update); p != nil {
				return nil, p
			}
		}
	}
	if found {
		return nil, nil
	}
	return nil, &problem{code: codeTarget, absent: true, message: fmt.Sprintf("no container has the image %q", im.name), hint: diag.DidYouMean(im.name, have)}
}

// inContainers finds the images of containers and initContainers, wherever these
// stand.
func (im *kustomizeImage) inContainers(n *manifest.Node, update func(*manifest.Node) *problem) {
	for _, c := range n.Content {
		im.inContainers(c, update)
	}
	if !isMap(n) {
		return
	}
	for _, key := range []string{"containers", "initContainers"} {
		_, list := manifest.Lookup(n, key)
		if !isList(list) {
			continue
		}
		for _, item := range list.Content {
			if _, image := manifest.Lookup(item, "image"); image != nil {
				update(image)
			}
		}
	}
}

// renamed is the new text of an image: a new tag or digest replaces both.
func (im *kustomizeImage) renamed(text string) string {
	name, tag, digest := splitImage(text)
	if im.newName != "" {
		name = im.newName
	}
	switch {
	case im.newTag != "" || im.digest != "":
		tag, digest = im.newTag, im.digest
	case im.tagSuffix != "":
		tag, digest = tag+im.tagSuffix, ""
	}
	return joinImage(name, tag, digest)
}
