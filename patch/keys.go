package patch

import "github.com/helmx-dev/helmx/manifest"

// Key documents a key that a patch or its target can have. The parser reads by
// the same table that documentation and the JSON Schema of helmx.yaml are made
// from.
type Key struct {
	Name    string
	Kind    bool   // a kind of change, of which a patch has exactly one
	Doc     string // one sentence
	Shape   string // how the value looks, in a few words: "{PATH: VALUE}"
	Schema  string // the JSON Schema of the value, as JSON
	Example string // a value, as YAML

	read func(p *parser, patch *Patch, key, value *manifest.Node)
}

// The schemas that several keys share.
const (
	schemaText      = `{"type":"string"}`
	schemaTexts     = `{"oneOf":[{"type":"string"},{"type":"array","items":{"type":"string"},"minItems":1}]}`
	schemaBool      = `{"type":"boolean"}`
	schemaMap       = `{"type":"object","minProperties":1}`
	schemaStrings   = `{"type":"object","minProperties":1,"additionalProperties":{"type":"string"}}`
	schemaCondition = `{"oneOf":[{"type":"boolean"},{"type":"string","pattern":"^\\s*\\{\\{.*\\}\\}\\s*$"}]}`
)

// Keys returns the keys of a patch, in the order in which documentation has them.
func Keys() []Key { return append(patchKeys(), Kinds()...) }

func patchKeys() []Key {
	return []Key{
		{Name: "name", Doc: "The patch's own name, which every message about it begins with.", Shape: "TEXT", Schema: `{"type":"string","minLength":1}`, Example: "discovery-memory",
			read: func(*parser, *Patch, *manifest.Node, *manifest.Node) {}}, // patchName has read it
		{Name: "description", Doc: "Why the patch exists.", Shape: "TEXT", Schema: schemaText, Example: "the default is too small for our mesh",
			read: func(p *parser, patch *Patch, _, v *manifest.Node) { patch.Description = p.text("description", v) }},
		{Name: "target", Doc: "Which objects the patch is for: all given fields must match.", Shape: "{FIELD: PATTERN}", Schema: schemaMap, Example: "{kind: Deployment, name: istiod}",
			read: func(p *parser, patch *Patch, k, v *manifest.Node) { patch.Target = p.target(k, v) }},
		{Name: "chart", Doc: "The charts that the patch is for: in a stream without a document of one it is skipped.", Shape: "NAME or a list", Schema: schemaTexts, Example: "istiod",
			read: func(p *parser, patch *Patch, _, v *manifest.Node) {
				patch.Charts, patch.ChartSpan = p.texts("chart", v), p.span(v)
			}},
		{Name: "when", Doc: "A condition on .Values and .Release; where it is false the patch is skipped.", Shape: "CONDITION", Schema: schemaCondition, Example: `"{{ eq .Values.env \"prod\" }}"`,
			read: func(p *parser, patch *Patch, _, v *manifest.Node) { patch.When = p.condition("when", v) }},
		{Name: "literal", Doc: "Nothing in the patch is an expression: {{ }} stays text.", Shape: "true or false", Schema: schemaBool, Example: "true",
			read: func(p *parser, patch *Patch, _, v *manifest.Node) { patch.Literal = p.bool("literal", v) }},
		{Name: "expect", Doc: "How many objects the target must match: exactly, at least, or between two numbers; 1+ where it is left out.", Shape: "N, N+ or N-M", Schema: `{"oneOf":[{"type":"integer","minimum":0},{"type":"string","pattern":"^\\s*\\d+\\s*(\\+|-\\s*\\d+)?\\s*$"}]}`, Example: `"2-4"`,
			read: func(p *parser, patch *Patch, _, v *manifest.Node) { patch.Expect = p.expect(v) }},
		{Name: "ensure", Doc: "update wants list items that a path names to be there, create makes those that are missing, and absent, in place of a kind of change, deletes the matched objects.", Shape: "update, create or absent", Schema: `{"enum":["update","create","absent"]}`, Example: "create",
			read: func(p *parser, patch *Patch, _, v *manifest.Node) { patch.Ensure = p.ensure(v) }},
	}
}

// TargetKeys returns the keys of a target.
func TargetKeys() []Key {
	pattern := func(name, doc, example string, into func(*Target) *Patterns) Key {
		return Key{Name: name, Doc: doc, Shape: "PATTERN or a list", Schema: schemaTexts, Example: example, read: func(p *parser, patch *Patch, _, v *manifest.Node) {
			*into(&patch.Target) = p.patterns(name, v)
		}}
	}
	return []Key{
		pattern("group", `The API group; "" is the core group.`, "apps", func(t *Target) *Patterns { return &t.Group }),
		pattern("version", "The API version without its group.", "v1", func(t *Target) *Patterns { return &t.Version }),
		pattern("kind", "The kind.", "Deployment", func(t *Target) *Patterns { return &t.Kind }),
		pattern("name", "The name.", "istiod*", func(t *Target) *Patterns { return &t.Name }),
		pattern("namespace", "The namespace as the object has it.", "istio-system", func(t *Target) *Patterns { return &t.Namespace }),
		{Name: "labels", Doc: "A label selector, as kubectl has it.", Shape: "SELECTOR", Schema: schemaText, Example: "app=istiod",
			read: func(p *parser, patch *Patch, _, v *manifest.Node) { patch.Target.Labels = p.selector("labels", v) }},
		{Name: "annotations", Doc: "The same for annotations.", Shape: "SELECTOR", Schema: schemaText, Example: `"!helm.sh/hook"`,
			read: func(p *parser, patch *Patch, _, v *manifest.Node) {
				patch.Target.Annotations = p.selector("annotations", v)
			}},
		{Name: "hook", Doc: "Whether Helm hooks are meant: any where the name is exact, and none otherwise, unless it says so.", Shape: "true, false or any", Schema: `{"enum":[true,false,"any"]}`, Example: "false",
			read: func(p *parser, patch *Patch, _, v *manifest.Node) { patch.Target.Hook = p.hook(v) }},
		pattern("source", "The template that the document came from.", "istiod/templates/*", func(t *Target) *Patterns { return &t.Source }),
		{Name: "where", Doc: "A condition on .Object, the matched object.", Shape: "CONDITION", Schema: schemaCondition, Example: `"{{ gt (len .Object.spec.template.spec.containers) 1 }}"`,
			read: func(p *parser, patch *Patch, _, v *manifest.Node) { patch.Target.Where = p.condition("where", v) }},
	}
}

// Kinds returns the kinds of change.
func Kinds() []Key {
	return []Key{
		{Name: "set", Kind: true, Doc: "Sets values at paths. Missing maps on the way are made; a missing list item is an error, unless ensure is create.", Shape: "{PATH: VALUE}", Schema: schemaMap, Example: "{spec.replicas: 2}",
			read: func(p *parser, patch *Patch, k, v *manifest.Node) { patch.changes = p.set(patch, k, v) }},
		{Name: "merge", Kind: true, Doc: "Merges a part of the object as Kubernetes' strategic merge does, with the list keys of built-in kinds and CRDs.", Shape: "OBJECT", Schema: schemaMap, Example: "{spec: {template: {spec: {containers: [{name: discovery, image: x}]}}}}",
			read: func(p *parser, patch *Patch, k, v *manifest.Node) { patch.changes = p.merge(k, v) }},
	}
}

func kindNames() []string {
	var names []string
	for _, k := range Kinds() {
		names = append(names, k.Name)
	}
	return names
}
