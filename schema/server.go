package schema

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
	"github.com/helmx-dev/helmx/schema/internal/apiserver"
	gvk "k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// server asks Kubernetes' own code what the API server would say of an object.
// before is what was found already: what it says of the same places, in texts
// of its own, is left out.
func (v *validator) server(o *object, k *kind, before diag.List) diag.List {
	if !k.Custom() {
		v.forgive(o, k, before)
	}
	known := places(o, before, diag.Error)
	answer, ok := v.ask(o, k, without(o.value, known))
	if !ok {
		return nil
	}
	var found diag.List
	// What is looked for in vain comes last: it may be there, and broken.
	slices.SortStableFunc(answer.Errors, func(a, b *field.Error) int { return cmp.Compare(turn(a), turn(b)) })
	for _, err := range answer.Errors {
		p := serverPath(o.value, err.Field)
		if said(known, p) || follows(o, known, p, err) {
			continue
		}
		found = append(found, o.refusal(p, err, k.schemaName(v.target.release)))
		known = append(known, p)
	}
	known = places(o, before, diag.Info)
	for _, text := range answer.Warnings {
		if p, text := warningPath(o.value, text); !said(known, p) {
			found = append(found, o.serverWarning(p, text, k.schemaName(v.target.release)))
		}
	}
	return found
}

// doubtful are the codes about values that the schema and the server's code may
// see differently: schemas of some kinds demand more than the code, which reads
// what is missing as 0 or "", and bounds and names are not checked everywhere.
var doubtful = map[string]bool{"SC012": true, "SC013": true, "SC015": true, "SC019": true}

// forgive makes warnings of the errors found so far when all are doubtful and the
// server's code accepts the object as it is. A name is what apply cannot do
// without, whatever the server could make up.
func (v *validator) forgive(o *object, k *kind, found diag.List) {
	errors := 0
	for _, d := range found {
		if d.Severity < diag.Error {
			continue
		}
		if errors++; !doubtful[d.Code] || d.Path == "metadata.name" && v.options.Apply != ApplyClient {
			return
		}
	}
	if errors == 0 {
		return
	}
	if answer, ok := v.ask(o, k, o.value); !ok || len(answer.Errors) > 0 {
		return
	}
	for i := range found {
		found[i].Severity = min(found[i].Severity, diag.Warning)
	}
}

func turn(err *field.Error) int {
	if err.Type == field.ErrorTypeNotFound {
		return 1
	}
	return 0
}

// follows reports whether an error only says that another one is there: about a
// default that the server filled in beside it, about a field that is missing
// beside one that is misspelled, about a name that is looked for in what is
// broken, or about labels that do not match a broken selector.
func follows(o *object, known []manifest.Path, p manifest.Path, err *field.Error) bool {
	if len(known) == 0 || len(p) == 0 {
		return false
	}
	switch {
	case err.Type == field.ErrorTypeNotFound:
		return true
	case strings.Contains(err.Detail, "does not match template"):
		return slices.ContainsFunc(known, func(q manifest.Path) bool {
			return slices.ContainsFunc(q, func(s manifest.Step) bool { return s.Key == "selector" || s.Key == "labels" })
		})
	}
	if err.Type != field.ErrorTypeRequired {
		return valueAt(o.value, p) == nil
	}
	return slices.ContainsFunc(known, func(q manifest.Path) bool { return len(q) == len(p) && hasPrefix(q, p[:len(p)-1]) })
}

// ask sends an object to the code of the server; ok is false when that code
// does not know the kind.
func (v *validator) ask(o *object, k *kind, value map[string]any) (apiserver.Answer, bool) {
	r := apiserver.Request{
		Kind:      gvk.GroupVersionKind{Group: k.Group, Version: k.Version, Kind: k.Kind.Kind},
		Object:    value,
		Namespace: cmp.Or(v.options.Namespace, "default"),
		Apply:     v.options.Apply != ApplyClient,
	}
	version := apiserver.Version(v.target.release.Minor)
	if !k.Custom() {
		return apiserver.Builtin(version, r)
	}
	custom := k.asServed()
	if custom == nil {
		return apiserver.Answer{}, false
	}
	return custom.Create(version, r), true
}

// places lists what findings of at least a severity are about, with indexes for
// items.
func places(o *object, found diag.List, least diag.Severity) []manifest.Path {
	var all []manifest.Path
	for _, d := range found {
		p, err := manifest.ParsePath(d.Path)
		if err == nil && d.Severity >= least && len(p) > len(o.path) {
			all = append(all, withIndexes(o.value, p[len(o.path):]))
		}
	}
	return all
}

// withIndexes replaces [name=x] by the index it stands for.
func withIndexes(v any, p manifest.Path) manifest.Path {
	out := make(manifest.Path, 0, len(p))
	for _, step := range p {
		if step.Kind == manifest.Match {
			step = manifest.Step{Kind: manifest.Index, Index: matchIndex(v, step.Fields)}
		}
		out = append(out, step)
		v = valueAt(v, manifest.Path{step})
	}
	return out
}

func matchIndex(v any, fields []manifest.Field) int {
	for i, item := range asList(v) {
		matches := true
		for _, f := range fields {
			text, _ := asMap(item)[f.Name].(string)
			matches = matches && text == f.Value
		}
		if matches {
			return i
		}
	}
	return len(asList(v))
}

// said reports whether a place was spoken of: the place itself, or one so near
// that the two texts are about one mistake. A missing name of a container is
// said at the container by one and at the name by the other.
func said(places []manifest.Path, p manifest.Path) bool {
	const near = 2
	for _, q := range places {
		short, long := p, q
		if len(short) > len(long) {
			short, long = long, short
		}
		if len(long)-len(short) <= near && len(short) > 1 && hasPrefix(long, short) || len(p) == len(q) && hasPrefix(p, q) {
			return true
		}
	}
	return false
}

func hasPrefix(p, prefix manifest.Path) bool {
	for i, step := range prefix {
		if i >= len(p) || p[i].Kind != step.Kind || p[i].Key != step.Key || p[i].Index != step.Index {
			return false
		}
	}
	return true
}

// without copies an object without the values at some places, so that what is
// left decodes: the decoder stops at the first value of a wrong type.
func without(value map[string]any, places []manifest.Path) map[string]any {
	if len(places) == 0 {
		return value
	}
	out := copyValue(value, func(leaf any) any { return leaf }).(map[string]any)
	for _, p := range places {
		if len(p) == 0 {
			continue
		}
		last := p[len(p)-1]
		switch parent := valueAt(out, p[:len(p)-1]).(type) {
		case map[string]any:
			delete(parent, last.Key)
		case []any:
			if last.Index < len(parent) {
				parent[last.Index] = nil // the indexes of the others stay
			}
		}
	}
	return out
}

// serverPath reads a path as the server writes it: a.b[0].c[key], where keys
// may hold dots. It goes as far as the object has what the path names, and one
// step further.
func serverPath(v any, text string) manifest.Path {
	var p manifest.Path
	if text == "[]" {
		return nil // of the object as a whole
	}
	for server, written := range rewritten {
		if rest, ok := strings.CutPrefix(text, server); ok {
			text = written + rest
			break
		}
	}
	if before, ok := strings.CutSuffix(text, ".resources[storage]"); ok {
		text = before + ".resources.requests.storage"
	}
	for text != "" {
		var step manifest.Step
		step, text = serverStep(v, text)
		p = append(p, step)
		v = valueAt(v, manifest.Path{step})
	}
	return p
}

// rewritten are paths of the stored form of a CustomResourceDefinition, which
// keeps what all versions have in common in one place.
var rewritten = map[string]string{
	"spec.validation.":              "spec.versions[0].schema.",
	"spec.subresources.":            "spec.versions[0].subresources.",
	"spec.additionalPrinterColumns": "spec.versions[0].additionalPrinterColumns",
	"spec.selectableFields":         "spec.versions[0].selectableFields",
}

func serverStep(v any, text string) (step manifest.Step, rest string) {
	if inner, ok := strings.CutPrefix(text, "["); ok {
		key, rest := cutKey(v, inner)
		rest = strings.TrimPrefix(rest, ".")
		if i, err := strconv.Atoi(key); err == nil && !isMap(v) {
			return manifest.Step{Kind: manifest.Index, Index: i}, rest
		}
		return manifest.Step{Kind: manifest.Key, Key: key}, rest
	}
	end := strings.IndexAny(text, ".[")
	if end < 0 {
		return manifest.Step{Kind: manifest.Key, Key: text}, ""
	}
	return manifest.Step{Kind: manifest.Key, Key: text[:end]}, strings.TrimPrefix(text[end:], ".")
}

// cutKey ends a key in brackets at the bracket behind a key that the map has,
// or at the first one.
func cutKey(v any, text string) (key, rest string) {
	for key := range asMap(v) {
		if rest, ok := strings.CutPrefix(text, key+"]"); ok {
			return key, rest
		}
	}
	key, rest, _ = strings.Cut(text, "]")
	return key, rest
}

func isMap(v any) bool { _, ok := v.(map[string]any); return ok }

// refusal turns an error of the server into a finding.
func (o *object) refusal(p manifest.Path, err *field.Error, schema string) diag.Diagnostic {
	d := o.at(p, false)
	d.Severity, d.Schema = diag.Error, schema
	d.Code, d.Message = refusalText(o, p, err)
	note(&d)
	return d
}

// refusalText says what the server says, in the form of the other findings. The
// detail about a Secret's value is left out, as it may quote it.
func refusalText(o *object, p manifest.Path, err *field.Error) (code, message string) {
	value := valueAt(o.value, p)
	detail := decoderText.ReplaceAllString(strings.Join(strings.Fields(err.Detail), " "), "$2: expected a $3, found a $1")
	if o.isSecretValue(p) && err.Type != field.ErrorTypeRequired {
		return "SC026", "the API server does not accept the value of this field"
	}
	switch err.Type {
	case field.ErrorTypeRequired:
		if value != nil {
			return "SC026", cmp.Or(detail, "this must be set")
		}
		name := p.String()
		if len(p) > 0 && p[len(p)-1].Kind == manifest.Key {
			name = p[len(p)-1].Key
		}
		return "SC012", join(fmt.Sprintf("required field %q is missing", name), detail)
	case field.ErrorTypeDuplicate:
		return "SC017", join(describe(value)+" stands in the list twice", detail)
	case field.ErrorTypeNotSupported:
		return "SC013", join(describe(value)+" is not allowed here", detail)
	case field.ErrorTypeNotFound:
		return "SC026", join("there is no "+show(value), detail)
	case field.ErrorTypeForbidden:
		return "SC026", join("not allowed here", detail)
	case field.ErrorTypeTooLong, field.ErrorTypeTooMany:
		if isContainer(value) || value == nil {
			return "SC015", join("too large", detail)
		}
		return "SC015", join(describe(value)+" is too long", detail)
	case field.ErrorTypeTypeInvalid:
		return "SC011", cmp.Or(detail, "the value has the wrong type")
	}
	if isContainer(value) || value == nil {
		return "SC026", cmp.Or(detail, "the API server does not accept this")
	}
	return "SC026", join(describe(value)+" is not accepted", detail)
}

// decoderText is how the decoder reports a wrong type, with names of Go types
// that say nothing to a user.
var decoderText = regexp.MustCompile(`json: cannot unmarshal (\w+) into Go struct field \w+\.(\w+) of type (?:\w+\.)?(\w+)`)

func join(message, detail string) string {
	if detail == "" {
		return message
	}
	return message + ": " + detail
}

// warningPath splits the path off that most warnings of the server begin with.
func warningPath(v any, text string) (manifest.Path, string) {
	path, rest, found := strings.Cut(text, ": ")
	if !found || strings.ContainsAny(path, " \"") {
		return nil, text
	}
	return serverPath(v, path), rest
}

func (o *object) serverWarning(p manifest.Path, text, schema string) diag.Diagnostic {
	d := o.at(p, false)
	d.Code, d.Severity, d.Schema = "SC027", diag.Warning, schema
	d.Message = strings.Join(strings.Fields(text), " ")
	return d
}
