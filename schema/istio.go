package schema

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
	"github.com/helmx-dev/helmx/schema/internal/istio"
)

// istioSchema is who demands what Istio's own code checks.
const istioSchema = "Istio 1.31"

// istio asks Istio's validation what its webhook would say about an object, or
// istiod about the documents in it. The
// server asks the webhook only when its own checks have passed, so that what they
// have found is not said twice.
func (v *validator) istio(o *object, before diag.List) diag.List {
	if !istio.Checks(o.apiVersion, o.kind) {
		return embeddedDocuments(o)
	}
	namespace := cmp.Or(v.options.Namespace, "default")
	check := func(value map[string]any) []istio.Message {
		return istio.Object(o.apiVersion, o.kind, namespace, value)
	}
	var found diag.List
	for _, l := range istio.Locate(o.value, check) {
		if l.Kind == istio.Undecodable && before.HasErrors() {
			continue
		}
		if len(l.Path) == 0 {
			l.Path = manifest.Keys("spec")
		}
		d := o.at(l.Path, false)
		finishIstio(o, &d, l, o.value)
		d.Schema = o.apiVersion + " " + o.kind + ", webhook of " + istioSchema
		if !saidBefore(d, o.path, before) {
			found = append(found, d)
		}
	}
	return inOrder(found)
}

// finishIstio fills in code, severity and text of a finding about a field of value.
func finishIstio(o *object, d *diag.Diagnostic, l istio.Located, value any) {
	d.Code, d.Severity, d.Also = "SC201", diag.Error, []string{"IST0106"}
	if l.Warning {
		d.Code, d.Severity, d.Also = "SC202", diag.Warning, []string{"IST0133"}
	}
	d.Message = withoutSecrets(o, l, value)
	switch l.Kind {
	case istio.Unreachable:
		d.Code, d.Also = "SC203", []string{"IST0130"}
	case istio.Ineffective:
		d.Code, d.Also = "SC203", []string{"IST0131"}
	case istio.Undecodable:
		d.Message = "Istio cannot read this: " + d.Message
	case istio.Crashed:
		d.Message = "Istio's own validation crashes on this object, and its webhook would: " + d.Message
	}
	note(d)
}

var secretKey = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(diag.SecretWords + `|(?i:authorization|cookie|jwks$)`)
})

// withoutSecrets is the text of a message, in which Istio likes to quote values.
// Those of fields that are called like secrets are left out.
func withoutSecrets(o *object, l istio.Located, value any) string {
	if o.doc.CopiesSecret() {
		return "Istio does not accept this"
	}
	isSecret := slices.ContainsFunc(l.Path, func(s manifest.Step) bool { return secretKey().MatchString(s.Key) })
	if !isSecret {
		return l.Text
	}
	text := l.Text
	for _, s := range scalars(valueAt(value, l.Path)) {
		text = strings.ReplaceAll(text, s, "...")
	}
	return text
}

// scalars lists the strings in a value, the longest first.
func scalars(v any) []string {
	var out []string
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case string:
			if v != "" {
				out = append(out, v)
			}
		case []any:
			for _, x := range v {
				walk(x)
			}
		case map[string]any:
			for _, x := range v {
				walk(x)
			}
		}
	}
	walk(v)
	slices.SortFunc(out, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b)) })
	return out
}

// saidBefore reports whether an error has been found at the place of a finding: at
// the very field, in it, or around it. An error about the whole spec speaks for
// its fields, not for all that is below.
func saidBefore(d diag.Diagnostic, object manifest.Path, before diag.List) bool {
	depth := strings.Count(strings.TrimPrefix(d.Path, object.String()), ".")
	return slices.ContainsFunc(before, func(b diag.Diagnostic) bool {
		switch {
		case b.Severity != diag.Error || d.Object != nil && b.Object != nil && *b.Object != *d.Object:
			return false
		case b.Path == d.Path:
			return true
		case d.Severity != diag.Error:
			return false
		case isBelow(d.Path, b.Path):
			return depth <= 1 || strings.ContainsAny(strings.TrimPrefix(b.Path, object.String()), ".[")
		}
		return isBelow(b.Path, d.Path)
	})
}

// isBelow reports whether a path leads into what another one leads to.
func isBelow(path, above string) bool {
	rest, ok := strings.CutPrefix(path, above)
	return ok && rest != "" && (above == "" || strings.ContainsRune(".[|", rune(rest[0])))
}

// inOrder puts the findings of one object in the order of its text, each once.
func inOrder(found diag.List) diag.List {
	slices.SortStableFunc(found, func(a, b diag.Diagnostic) int {
		return cmp.Or(
			cmp.Compare(a.Rendered.Line, b.Rendered.Line), cmp.Compare(a.Rendered.Column, b.Rendered.Column),
			cmp.Compare(a.Path, b.Path), cmp.Compare(a.Message, b.Message),
		)
	})
	return slices.CompactFunc(found, func(a, b diag.Diagnostic) bool {
		return a.Path == b.Path && a.Message == b.Message
	})
}
