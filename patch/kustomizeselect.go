package patch

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// imports is what patches of a kustomization must know of those before.
type imports struct {
	previous map[*manifest.Document][]manifest.ID // the names that objects had
	replaced map[*replacement]taken               // parts of texts that replacements take
}

// selector chooses objects as kustomize does: by regular expressions for whole
// names, which also match what a name was before the kustomization changed it.
type selector struct {
	group, version, kind, name, namespace *regexp.Regexp // nil: any
	labels, annotations                   Selector
	target                                Target // the same for messages
}

// selector reads a target of a patch, or what a replacement selects or rejects.
func (k *kustomization) selector(n *manifest.Node) (*selector, bool) {
	s := &selector{target: Target{Hook: HookAny}}
	pattern := func(re **regexp.Regexp, shown *Patterns) func(_, v *manifest.Node) {
		return func(key, v *manifest.Node) {
			text := ""
			if k.into(&text)(key, v); text == "" {
				return
			}
			var err error
			if *re, err = wholeExpression(text, "^(?:"+text+")$"); err != nil {
				k.report(codeTargetSyntax, v, key.Value+" is no regular expression: "+plainError(err), "")
				return
			}
			*shown = Patterns{{text: text, re: *re}}
			if regexp.QuoteMeta(text) == text {
				(*shown)[0].re = nil
			}
		}
	}
	labels := func(into *Selector) func(key, v *manifest.Node) {
		return func(key, v *manifest.Node) {
			if !isNull(v) && v.Value != "" {
				*into = k.parser.selector(key.Value, v)
			}
		}
	}
	ok := k.entry("a target", n, map[string]func(key, value *manifest.Node){
		"group": pattern(&s.group, &s.target.Group), "version": pattern(&s.version, &s.target.Version), "kind": pattern(&s.kind, &s.target.Kind),
		"name": pattern(&s.name, &s.target.Name), "namespace": pattern(&s.namespace, &s.target.Namespace),
		"labelSelector": labels(&s.labels), "annotationSelector": labels(&s.annotations),
	})
	s.target.Labels, s.target.Annotations, s.target.Text = s.labels, s.annotations, oneLine(n)
	return s, ok
}

// wholeExpression compiles an expression that holds the user's, which is compiled
// alone first so that the error shows what the user wrote.
func wholeExpression(users, whole string) (*regexp.Regexp, error) {
	if _, err := regexp.Compile(users); err != nil {
		return nil, err
	}
	return regexp.Compile(whole)
}

// plainError is what is wrong with a regular expression.
func plainError(err error) string { return strings.TrimPrefix(err.Error(), "error parsing regexp: ") }

// selects reports whether an object is chosen, by the name it has or had first.
func (s *selector) selects(r *run, d *manifest.Document) bool {
	now := d.ID()
	first := r.ids(d)[0]
	either := func(re *regexp.Regexp, a, b string) bool {
		return re == nil || re.MatchString(a) || re.MatchString(b)
	}
	return either(s.namespace, r.effectiveNamespace(first), r.effectiveNamespace(now)) && either(s.name, first.Name, now.Name) &&
		s.matchesType(now) && s.matchesLabels(d)
}

func (s *selector) matchesType(id manifest.ID) bool {
	return (s.group == nil || s.group.MatchString(id.Group())) && (s.version == nil || s.version.MatchString(id.Version())) &&
		(s.kind == nil || s.kind.MatchString(id.Kind))
}

func (s *selector) matchesLabels(d *manifest.Document) bool {
	if len(s.labels) == 0 && len(s.annotations) == 0 {
		return true
	}
	root, err := d.Tree()
	return err == nil && s.labels.Match(stringsAt(root, "labels")) && s.annotations.Match(stringsAt(root, "annotations"))
}

// matchesID is how replacements choose: every name that the object had counts,
// and a namespace only where it is written.
func (s *selector) matchesID(id manifest.ID) bool {
	return s.matchesType(id) && (s.name == nil || s.name.MatchString(id.Name)) && (s.namespace == nil || s.namespace.MatchString(id.Namespace))
}

// isEmpty reports whether it says nothing about the name of an object.
func (s *selector) isEmpty() bool {
	return s.group == nil && s.version == nil && s.kind == nil && s.name == nil && s.namespace == nil
}

// ids returns the names that an object has had since the kustomization began,
// ending with the one it has.
func (r *run) ids(d *manifest.Document) []manifest.ID {
	return append(slices.Clone(r.previous[d]), d.ID())
}

// rememberID keeps the name that an object loses by a patch of a kustomization.
func (r *run) rememberID(o *object) {
	if o.patch.from == nil {
		return
	}
	if r.previous == nil {
		r.previous = map[*manifest.Document][]manifest.ID{}
	}
	r.previous[o.d] = append(r.previous[o.d], o.id)
	if now := o.d.ID(); now.Kind == o.id.Kind && now.Name != o.id.Name {
		r.leftBehind(o, now)
	}
}

// leftBehind warns of objects that hold the old name of an object: kustomize
// follows a change of name into them, helmx does not.
func (r *run) leftBehind(o *object, now manifest.ID) {
	word := regexp.MustCompile(`(^|[^\w.-])` + regexp.QuoteMeta(o.id.Name) + `($|[^\w.-])`)
	var holders []*manifest.Document
	for _, d := range r.docs {
		if d != o.d && word.Match(d.Raw()) {
			holders = append(holders, d)
		}
	}
	if holders == nil {
		return
	}
	object := now.Object()
	r.report(diag.Diagnostic{
		Code: codeImport, Severity: diag.Warning, Span: o.patch.Span, Object: &object,
		Message: fmt.Sprintf("%s: the object was %s, and the old name stays in %s", o.patch.Name, o.id.Name, objectList(holders)),
		Hint:    "kustomize would follow the change into what refers to the object; if these do, change them by patches too",
	})
}

// effectiveNamespace is where an object comes to be without a namespace given.
func (r *run) effectiveNamespace(id manifest.ID) string {
	switch {
	case slices.Contains(clusterKinds, id.Kind):
		return "_non_namespaceable_"
	case id.Namespace == "":
		return "default"
	}
	return id.Namespace
}

// sameObject reports whether two names are of one object.
func (r *run) sameObject(a, b manifest.ID) bool {
	return a.APIVersion == b.APIVersion && a.Kind == b.Kind && a.Name == b.Name && r.effectiveNamespace(a) == r.effectiveNamespace(b)
}

// selected returns the documents that a patch of a kustomization is for.
func (r *run) selected(p *Patch) []*manifest.Document {
	var matched []*manifest.Document
	for _, d := range r.docs {
		if id := d.ID(); id.Empty() || !p.selects(r, d) {
			continue
		}
		if root, err := d.Tree(); err == nil && isMap(root) {
			matched = append(matched, d)
		}
	}
	return matched
}
