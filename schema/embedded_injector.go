package schema

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"text/template"

	"github.com/Masterminds/sprig/v3"
	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
	"go.yaml.in/yaml/v3"
)

// injectorKeys are the fields of the injector's configuration, and what they hold.
var injectorKeys = map[string]string{
	"aliases": "a map", "alwaysInjectSelector": "a list", "defaultTemplates": "a list", "injectedAnnotations": "a map",
	"neverInjectSelector": "a list", "policy": "a string", "templates": "a map",
	"template": "a string", // of older versions; Istio's chart leaves a note there
}

var injectorPolicies = []string{"disabled", "enabled"}

// injectorFuncs are the functions that templates of the injector have besides those
// of Sprig.
var injectorFuncs = []string{
	"annotation", "appendMultusNetwork", "applicationPorts", "contains", "directory", "env", "excludeInboundPort", "excludeInterfaces",
	"formatDuration", "fromJSON", "includeInboundPorts", "indent", "isset", "kubevirtInterfaces", "mergeMaps", "omit", "omitNil",
	"otelResourceAttributes", "protoToJSON", "strdict", "structToJSON", "toJSON", "toJsonMap", "toLower", "toYaml", "valueOrDefault",
}

// injectorNames are all of these, to parse with: what they do plays no part.
var injectorNames = sync.OnceValue(func() template.FuncMap {
	m := template.FuncMap{}
	nothing := func(...any) string { return "" }
	for name := range sprig.TxtFuncMap() {
		m[name] = nothing
	}
	for _, name := range injectorFuncs {
		m[name] = nothing
	}
	return m
})

// injectorConfig checks the configuration of the sidecar injector. With a template
// that does not parse no pod is injected.
func injectorConfig(o *object) diag.List {
	e, ok := openEmbedded(o, "yaml", "data", "config")
	if !ok {
		return e.found
	}
	e.schema = "sidecar injector, " + istioSchema
	config, isMap := e.value.(map[string]any)
	if !isMap {
		e.add("SC213", nil, false, "expected a map, found "+describe(e.value), "")
		return e.found
	}
	for _, key := range sortedKeys(config) {
		e.injectorKey(key, config[key])
	}
	templates := asMap(config["templates"])
	for _, name := range sortedKeys(templates) {
		e.template(name, templates[name])
	}
	e.defaultTemplates(config, templates)
	return inOrder(e.found)
}

func (e *embedded) injectorKey(key string, value any) {
	want := injectorKeys[key]
	switch {
	case want == "":
		e.add("SC212", manifest.Keys(key), true, "unknown field "+strconv.Quote(key)+", which Istio passes over", diag.DidYouMean(key, sortedKeys(injectorKeys)))
	case value != nil && "a "+typeName(value) != want:
		e.add("SC213", manifest.Keys(key), false, "expected "+want+", found "+describe(value), "")
	case key == "policy" && value != nil && !slices.Contains(injectorPolicies, value.(string)):
		_, message, hint := enumText(asAny(injectorPolicies), value, describe(value))
		e.add("SC213", manifest.Keys(key), false, message, hint)
	}
}

// defaultTemplates checks that the templates that every pod gets are there.
func (e *embedded) defaultTemplates(config, templates map[string]any) {
	known := append(sortedKeys(templates), sortedKeys(asMap(config["aliases"]))...)
	for i, name := range asList(config["defaultTemplates"]) {
		p := manifest.Keys("defaultTemplates").At(i)
		text, isString := name.(string)
		if !isString {
			e.add("SC213", p, false, "expected a string, found "+describe(name), "")
			continue
		}
		if !slices.Contains(known, text) {
			e.add("SC214", p, false, "there is no template "+show(text)+", so that no pod is injected", diag.DidYouMean(text, known))
		}
	}
}

var templateError = regexp.MustCompile(`^template: [^:]*:(\d+):(?:\d+:)? ?(.*)$`)

// template parses one template as the injector does, and finds the line of what is
// wrong with it.
func (e *embedded) template(name string, value any) {
	p := manifest.Keys("templates", name)
	text, ok := value.(string)
	if !ok {
		if value != nil {
			e.add("SC213", p, false, "expected a string, found "+describe(value), "")
		}
		return
	}
	_, err := template.New("inject").Funcs(injectorNames()).Parse(text)
	if err == nil {
		return
	}
	d := e.at(p, false)
	message := err.Error()
	if words := templateError.FindStringSubmatch(message); words != nil {
		message = words[2]
		line, _ := strconv.Atoi(words[1])
		line = min(line, 1+strings.Count(strings.TrimSpace(text), "\n")) // an end that is missing is missed behind the text
		if node := manifest.Resolve(p.Get(e.root)); node != nil && node.Style&yaml.LiteralStyle != 0 && e.isLiteral() {
			d = e.atLine(node.Line+line, d)
		}
	}
	d.Code, d.Severity = "SC216", diag.Error
	d.Message = "the template does not parse, so that no pod is injected: " + message
	if words := unknownFunction.FindStringSubmatch(message); words != nil {
		d.Hint = diag.DidYouMean(words[1], sortedKeys(injectorNames()))
	}
	note(&d)
	e.found = append(e.found, d)
}

var unknownFunction = regexp.MustCompile(`function "([^"]+)" not defined`)

// isLiteral reports whether lines of the text are lines of the document.
func (e *embedded) isLiteral() bool {
	node := manifest.Resolve(e.path[len(e.object.path) : len(e.path)-1].Get(e.object.node))
	return node != nil && node.Style&yaml.LiteralStyle != 0
}

// injectorValues checks the values that templates of the injector see.
func injectorValues(o *object) diag.List {
	e, ok := openEmbedded(o, "yaml", "data", "values")
	if _, isMap := e.value.(map[string]any); ok && !isMap {
		e.add("SC213", nil, false, "expected a map, found "+describe(e.value), "")
	}
	return e.found
}
