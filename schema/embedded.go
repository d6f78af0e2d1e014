package schema

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
	"github.com/helmx-dev/helmx/schema/internal/istio"
	"go.yaml.in/yaml/v3"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// embedded is a document that a string of an object holds: the settings of a mesh
// in a ConfigMap, those of a proxy in an annotation.
type embedded struct {
	object *object
	path   manifest.Path // of the document, which ends in a Decode step
	root   *manifest.Node
	value  any
	schema string
	found  diag.List
}

// settings is a type of settings that istiod reads from text.
type settings struct {
	name  string
	of    func() protoreflect.MessageDescriptor
	check istio.Check
}

var (
	meshSettings     = settings{"MeshConfig", istio.MeshType, istio.Mesh}
	networksSettings = settings{"MeshNetworks", istio.NetworksType, istio.Networks}
	proxySettings    = settings{"ProxyConfig", istio.ProxyType, istio.Proxy}
)

const (
	proxyAnnotation = "proxy.istio.io/config"
	classDefaults   = "gateway.istio.io/defaults-for-class"
)

// embeddedDocuments validates the documents of Istio that an object holds as text.
// Nobody else looks into them before istiod and the injector do.
func embeddedDocuments(o *object) diag.List {
	switch gvk := o.apiVersion + " " + o.kind; {
	case gvk == "v1 ConfigMap":
		return istioConfigMap(o)
	case podPaths[gvk] != nil:
		spec := podPaths[gvk]
		return proxyConfig(o, slices.Concat(spec[:len(spec)-1], []string{"metadata", "annotations", proxyAnnotation}))
	case strings.HasPrefix(gvk, "gateway.networking.k8s.io/") && o.kind == "Gateway":
		return proxyConfig(o, []string{"spec", "infrastructure", "annotations", proxyAnnotation})
	}
	return nil
}

// istioConfigMap recognises the ConfigMaps of a control plane by their names: those
// of a revision have its name behind a dash.
func istioConfigMap(o *object) diag.List {
	id := o.id()
	isNamed := func(name string) bool { return id.Name == name || strings.HasPrefix(id.Name, name+"-") }
	switch {
	case valueAt(o.value, manifest.Keys("metadata", "labels", classDefaults)) != nil:
		return gatewayClassDefaults(o)
	case isNamed("istio-sidecar-injector"):
		return append(injectorConfig(o), injectorValues(o)...)
	case isNamed("istio"):
		return append(meshSettings.validate(o, "data", "mesh"), networksSettings.validate(o, "data", "meshNetworks")...)
	}
	return nil
}

func proxyConfig(o *object, keys []string) diag.List { return proxySettings.validate(o, keys...) }

// validate checks settings strictly, and then asks istiod's code about them.
func (s settings) validate(o *object, keys ...string) diag.List {
	e, ok := openEmbedded(o, "yaml", keys...)
	if !ok {
		return e.found
	}
	e.schema = s.name + ", " + istioSchema
	for _, m := range istio.Misfits(e.value, s.of) {
		e.misfit(m)
	}
	settings, _ := e.value.(map[string]any)
	if settings == nil {
		return e.found
	}
	before := slices.Clone(e.found)
	for _, l := range istio.Locate(settings, s.check) {
		d := e.at(l.Path, false)
		finishIstio(o, &d, l, settings)
		d.Also = nil
		if d.Code = "SC214"; l.Warning {
			d.Code = "SC215"
		}
		if !(l.Kind == istio.Undecodable && before.HasErrors()) && !saidBefore(d, e.path, before) {
			e.found = append(e.found, d)
		}
	}
	return inOrder(e.found)
}

// openEmbedded parses the text that a string holds; ok is false when there is
// none, or when it is broken, which e.found says then.
func openEmbedded(o *object, format string, keys ...string) (e *embedded, ok bool) {
	at := manifest.Keys(keys...)
	path := append(at, manifest.Step{Kind: manifest.Decode, Key: format})
	e = &embedded{object: o, path: slices.Concat(o.path, path), schema: istioSchema}
	text, isString := valueAt(o.value, at).(string)
	node := manifest.Resolve(at.Get(o.node))
	if !isString || node == nil || node.Kind != yaml.ScalarNode || strings.TrimSpace(text) == "" {
		return e, false
	}
	root, err := o.doc.Embedded(node)
	if err != nil {
		e.broken(node, err)
		return e, false
	}
	if root == nil {
		return e, false
	}
	e.root = manifest.Resolve(root)
	e.value = manifest.Value(root)
	e.duplicateKeys()
	return e, true
}

// broken reports a text that is no YAML, at its line where that is known.
func (e *embedded) broken(node *manifest.Node, err error) {
	d := e.object.doc.Finding(node, e.path)
	message := err.Error()
	var syntax *manifest.SyntaxError
	if errors.As(err, &syntax) {
		message = syntax.Message
		if node.Style&yaml.LiteralStyle != 0 {
			d = e.atLine(node.Line+syntax.Line, d)
		}
	}
	d.Code, d.Severity, d.Message, d.Schema = "SC211", diag.Error, "the text is no YAML: "+message, e.schema
	e.found = append(e.found, d)
}

// atLine moves a finding to a line of the document.
func (e *embedded) atLine(line int, d diag.Diagnostic) diag.Diagnostic {
	moved := e.object.doc.FindingAt(line, 0)
	d.Span, d.Rendered, d.Excerpt = moved.Span, moved.Rendered, moved.Excerpt
	return d
}

func (e *embedded) duplicateKeys() {
	for _, dup := range manifest.Duplicates(e.root) {
		d := e.finding(dup.Second, dup.Path)
		d.Code, d.Severity = "SC211", diag.Error
		d.Message = fmt.Sprintf("key %q stands twice, and only the second one counts", manifest.KeyText(dup.Second))
		e.found = append(e.found, d)
	}
}

// at begins a finding about a place in the document.
func (e *embedded) at(p manifest.Path, key bool) diag.Diagnostic {
	node, named := locate(e.root, p, key)
	return e.finding(node, named)
}

func (e *embedded) finding(node *manifest.Node, p manifest.Path) diag.Diagnostic {
	d := e.object.doc.Finding(node, slices.Concat(e.path, p))
	if len(e.object.path) > 0 {
		id := e.object.id()
		d.Object = &id
	}
	d.Schema = e.schema
	return d
}

func (e *embedded) add(code string, p manifest.Path, key bool, message, hint string) {
	d := e.at(p, key)
	d.Code, d.Severity, d.Message, d.Hint = code, diag.Error, message, hint
	note(&d)
	e.found = append(e.found, d)
}

// misfit reports a field that does not fit its type.
func (e *embedded) misfit(m istio.Misfit) {
	switch {
	case m.Want == "":
		name := m.Path[len(m.Path)-1].Key
		e.add("SC212", m.Path, true, fmt.Sprintf("unknown field %q, which Istio passes over", name), e.unknownHint(name, m))
	case len(m.Known) > 0:
		_, message, hint := enumText(asAny(m.Known), m.Value, e.describe(m))
		e.add("SC213", m.Path, false, message, hint)
	default:
		hint := ""
		if m.Want == "a string" && isScalar(m.Value) {
			hint = "put it in quotes"
		}
		e.add("SC213", m.Path, false, fmt.Sprintf("expected %s, found %s", m.Want, e.describe(m)), hint)
	}
}

func (e *embedded) unknownHint(name string, m istio.Misfit) string {
	if hint := didYouMean(name, m.Known); hint != "" || len(m.Known) > listLimit {
		return hint
	}
	return "expected one of " + strings.Join(m.Known, ", ")
}

// describe names a value, unless its field is called like a secret.
func (e *embedded) describe(m istio.Misfit) string {
	secret := e.object.doc.CopiesSecret() || slices.ContainsFunc(m.Path, func(s manifest.Step) bool { return secretKey().MatchString(s.Key) })
	if secret {
		return "a " + typeName(m.Value)
	}
	return describe(m.Value)
}

func asAny(words []string) []any {
	out := make([]any, len(words))
	for i, w := range words {
		out[i] = w
	}
	return out
}

// gatewayOverlays are what istiod lays over the objects that it makes for a Gateway.
var gatewayOverlays = []string{"deployment", "horizontalPodAutoscaler", "podDisruptionBudget", "service", "serviceAccount"}

// gatewayClassDefaults checks the ConfigMap that changes what istiod makes for the
// Gateways of a class.
func gatewayClassDefaults(o *object) diag.List {
	var found diag.List
	data := asMap(o.value["data"])
	for _, key := range sortedKeys(data) {
		if !slices.Contains(gatewayOverlays, key) {
			d := o.at(manifest.Keys("data", key), true)
			d.Code, d.Severity, d.Schema = "SC212", diag.Error, istioSchema
			d.Message = fmt.Sprintf("istiod makes no %q for a Gateway, and fails", key)
			d.Hint = diag.DidYouMean(key, gatewayOverlays)
			note(&d)
			found = append(found, d)
			continue
		}
		e, ok := openEmbedded(o, "yaml", "data", key)
		if ok && !isContainer(e.value) {
			e.add("SC213", nil, false, "expected a map, found "+describe(e.value), "")
		}
		found = append(found, e.found...)
	}
	return found
}
