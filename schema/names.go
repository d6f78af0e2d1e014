package schema

import (
	"fmt"
	"slices"
	"strings"

	"github.com/helmx-dev/helmx/diag"
)

// Rules of names, from k8s.io/apimachinery/pkg/util/validation and the
// strategies of the kinds.
var (
	dnsLabel     = lazily(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`)
	dnsSubdomain = lazily(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`)
)

const (
	labelRule     = "lower case letters, digits and '-', at most 63, beginning and ending with a letter or digit"
	subdomainRule = "lower case letters, digits, '-' and '.', at most 253, beginning and ending with a letter or digit"
)

func labelProblem(s string) string {
	if len(s) > 63 || !dnsLabel().MatchString(s) {
		return "no valid name: " + labelRule
	}
	return ""
}

func subdomainProblem(s string) string {
	if len(s) > 253 || !dnsSubdomain().MatchString(s) {
		return "no valid name: " + subdomainRule
	}
	return ""
}

// freeNames are groups whose objects may be called nearly anything, such as
// system:node-reader; and kinds whose name is a value of its own.
var freeNames = []string{"rbac.authorization.k8s.io", "certificates.k8s.io", "internal.apiserver.k8s.io", "flowcontrol.apiserver.k8s.io", "events.k8s.io", "policy", " Event", "networking.k8s.io IPAddress"}

// nameless are groups whose objects are questions to the server, and have none.
var nameless = []string{"authentication.k8s.io", "authorization.k8s.io"}

// nameFindings checks the name and the namespace of an object.
func nameFindings(o *object, k *kind) diag.List {
	meta, ok := o.value["metadata"].(map[string]any)
	if o.value["metadata"] != nil && !ok {
		return nil // the wrong type is reported already
	}
	var found diag.List
	if namespace, _ := meta["namespace"].(string); namespace != "" && k.Namespaced {
		found = misnamed(o, "namespace", namespace, "no name of a namespace", namespaceProblem)
	}
	if slices.Contains(nameless, k.Group) {
		return found
	}
	name, isString := meta["name"].(string)
	prefix, _ := meta["generateName"].(string)
	if name == "" {
		if prefix != "" || meta["name"] != nil && !isString {
			return found
		}
		d := o.finding("SC012", diag.Error, "metadata", "name")
		d.Message = `required field "name" is missing`
		return append(found, d)
	}
	of := func(name string) string { return nameProblem(k, name) }
	return append(found, misnamed(o, "name", name, "no name of a "+o.kind, of)...)
}

// misnamed reports a name or a namespace that problem finds fault with.
func misnamed(o *object, field, text, isNo string, problem func(string) string) diag.List {
	why := problem(text)
	if why == "" {
		return nil
	}
	d := o.finding("SC019", diag.Error, "metadata", field)
	d.Message = fmt.Sprintf("%s is %s: %s", show(text), isNo, why)
	if strings.Contains(text, "<no value>") {
		d.Hint = "the template prints a value that is not set"
	} else if fixed := strings.Trim(strings.ReplaceAll(strings.ToLower(text), "_", "-"), "-."); problem(fixed) == "" {
		d.Hint = fmt.Sprintf("did you mean %q?", fixed)
	}
	note(&d)
	return diag.List{d}
}

func namespaceProblem(name string) string {
	if len(name) > 63 || !dnsLabel().MatchString(name) {
		return labelRule
	}
	return ""
}

func nameProblem(k *kind, name string) string {
	switch {
	case name == "." || name == ".." || strings.ContainsAny(name, "/%"):
		return "it must not be . or .. or hold '/' or '%'"
	case slices.Contains(freeNames, k.Group), slices.Contains(freeNames, k.Group+" "+k.Kind.Kind):
		return ""
	case k.Group == "" && (k.Kind.Kind == "Service" || k.Kind.Kind == "Namespace"):
		return namespaceProblem(name)
	case len(name) > 253 || !dnsSubdomain().MatchString(name):
		return subdomainRule
	}
	return ""
}
