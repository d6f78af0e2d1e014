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
	Beside  string // the JSON Schema of a patch that has the key: what it needs or rules out beside it; "" for nothing
	Example string // a value, as YAML

	read func(p *parser, patch *Patch, key, value *manifest.Node)
}

// The schemas that several keys share.
const (
	schemaText      = `{"type":"string"}`
	schemaFilled    = `{"type":"string","pattern":"\\S"}`
	schemaTexts     = `{"oneOf":[{"type":"string"},{"type":"array","items":{"type":"string"},"minItems":1}]}`
	schemaPaths     = `{"oneOf":[` + schemaFilled + `,{"type":"array","items":` + schemaFilled + `,"minItems":1}]}`
	schemaBool      = `{"type":"boolean"}`
	schemaMap       = `{"type":"object","minProperties":1}`
	schemaStrings   = `{"type":"object","minProperties":1,"additionalProperties":{"type":"string"}}`
	schemaItems     = `{"type":"object","minProperties":1,"additionalProperties":{"not":{"type":"array","maxItems":0}}}`
	schemaInsertion = `{"type":"object","required":["path","value"],"properties":{"path":` + schemaFilled + `,"before":{"type":["string","integer"]},"after":{"type":["string","integer"]},"value":true},"oneOf":[{"required":["before"]},{"required":["after"]}],"additionalProperties":false}`
	schemaInsert    = `{"oneOf":[` + schemaInsertion + `,{"type":"array","minItems":1,"items":` + schemaInsertion + `}]}`
	schemaCopy      = `{"type":"object","required":["from","to"],"properties":{"from":{"oneOf":[` + schemaFilled + `,{"type":"object","required":["target","path"],"properties":{"target":{"$ref":"#/definitions/target"},"path":` + schemaFilled + `},"additionalProperties":false}]},"to":` + schemaPaths + `},"additionalProperties":false}`
	schemaOverlay   = `{"type":"object","required":["path"],"properties":{"path":` + schemaFilled + `,"value":true},"additionalProperties":false}`
	schemaOverlays  = `{"oneOf":[{"type":"array","minItems":1,"items":` + schemaOverlay + `},{"type":"array","minItems":1,"items":{"type":"object","required":["kind","name","patches"],"properties":{"apiVersion":{"type":"string"},"kind":{"type":"string"},"name":{"type":"string"},"patches":{"type":"array","minItems":1,"items":` + schemaOverlay + `}},"additionalProperties":false}}]}`
	schemaImages    = `{"type":"array","minItems":1,"items":{"type":"object","required":["name"],"properties":{"name":{"type":"string"},"newName":{"type":"string"},"newTag":{"type":["string","number"]},"digest":{"type":"string"}},"anyOf":[{"required":["newName"]},{"required":["newTag"]},{"required":["digest"]}],"additionalProperties":false}}`
	schemaCount     = `{"oneOf":[{"type":"integer","minimum":0},{"type":"string","pattern":"\\{\\{"}]}`
	schemaReplicas  = `{"oneOf":[{"type":"integer","minimum":0},{"type":"string","pattern":"\\{\\{"},{"type":"array","minItems":1,"items":{"type":"object","required":["name","count"],"properties":{"name":` + schemaTexts + `,"count":` + schemaCount + `},"additionalProperties":false}}]}`
	schemaPointer   = `{"type":"string","pattern":"^(/([^~/]|~[01])*)*$"}`
	schemaOp        = `{"type":"object","required":["op","path"],"properties":{"op":{"enum":["add","remove","replace","move","copy","test"]},"path":` + schemaPointer + `,"from":` + schemaPointer + `,"value":true},"allOf":[` +
		`{"if":{"properties":{"op":{"enum":["add","replace","test"]}}},"then":{"required":["value"]}},` +
		`{"if":{"properties":{"op":{"enum":["move","copy"]}}},"then":{"required":["from"]}},` +
		`{"if":{"properties":{"op":{"const":"remove"}}},"then":{"properties":{"path":{"minLength":1}}}}]}`
	schemaJSONPatch = `{"oneOf":[` + schemaFilled + `,{"type":"array","minItems":1,"items":` + schemaOp + `}]}`
	schemaObject    = `{"type":"object","required":["apiVersion","kind","metadata"],"properties":{"apiVersion":{"type":"string"},"kind":{"type":"string"},"metadata":{"type":"object","required":["name"],"properties":{"name":{"type":"string"}}}}}`
	schemaCondition = `{"oneOf":[{"type":"boolean"},{"type":"string","pattern":"^\\s*\\{\\{.*\\}\\}\\s*$"}]}`

	besideTarget    = `{"required":["target"]}`
	besideCreate    = `{"if":{"required":["expect"]},"then":{"required":["target"]}}`
	besideOverlays  = `{"if":{"properties":{"overlays":{"items":{"required":["path"]}}}},"then":{"required":["target"]},"else":{"not":{"required":["target"]}}}`
	besideKustomize = `{"not":{"anyOf":[{"required":["target"]},{"required":["expect"]},{"required":["ensure"]},{"required":["literal"]}]}}`
	besideReplicas  = `{"if":{"properties":{"replicas":{"type":"array"}}},"else":{"required":["target"]}}`
	besideEnsure    = `{"allOf":[{"if":{"properties":{"ensure":{"const":"create"}}},"then":{"anyOf":[{"required":["set"]},{"required":["append"]},{"required":["prepend"]},{"required":["insert"]},{"required":["copy"]}]}},` +
		`{"if":{"properties":{"ensure":{"const":"absent"}}},"then":{"required":["target"]}}]}`
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
		{Name: "ensure", Doc: "update wants list items that a path names to be there, create makes those that are missing, and absent, in place of a kind of change, deletes the matched objects.", Shape: "update, create or absent", Schema: `{"enum":["update","create","absent"]}`, Beside: besideEnsure, Example: "create",
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
		{Name: "labels", Doc: "A label selector, as kubectl has it.", Shape: "SELECTOR", Schema: schemaFilled, Example: "app=istiod",
			read: func(p *parser, patch *Patch, _, v *manifest.Node) { patch.Target.Labels = p.selector("labels", v) }},
		{Name: "annotations", Doc: "The same for annotations.", Shape: "SELECTOR", Schema: schemaFilled, Example: `"!helm.sh/hook"`,
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
		{Name: "set", Kind: true, Doc: "Sets values at paths. Missing maps on the way are made; a missing list item is an error, unless ensure is create.", Shape: "{PATH: VALUE}", Schema: schemaMap, Beside: besideTarget, Example: "{spec.replicas: 2}",
			read: func(p *parser, patch *Patch, k, v *manifest.Node) { patch.changes = p.set(patch, k, v) }},
		{Name: "merge", Kind: true, Doc: "Merges a part of the object as Kubernetes' strategic merge does, with the list keys of built-in kinds and CRDs.", Shape: "OBJECT", Schema: schemaMap, Beside: besideTarget, Example: "{spec: {template: {spec: {containers: [{name: discovery, image: x}]}}}}",
			read: func(p *parser, patch *Patch, k, v *manifest.Node) { patch.changes = p.merge(k, v) }},
		{Name: "mergePatch", Kind: true, Doc: "Merges a part of the object as RFC 7386 says: maps are merged, null removes, and lists are replaced.", Shape: "OBJECT", Schema: schemaMap, Beside: besideTarget, Example: "{spec: {replicas: 2, paused: null}}",
			read: func(p *parser, patch *Patch, k, v *manifest.Node) { patch.changes = p.mergePatch(k, v) }},
		{Name: "jsonPatch", Kind: true, Doc: "Does the operations of a JSON Patch (RFC 6902), all or none, also from a string.", Shape: "[{op, path, value}]", Schema: schemaJSONPatch, Beside: besideTarget, Example: "[{op: replace, path: /spec/replicas, value: 2}]",
			read: func(p *parser, patch *Patch, k, v *manifest.Node) { patch.changes = p.jsonPatch(patch, k, v) }},
		{Name: "remove", Kind: true, Doc: "Removes what paths lead to: keys with their values, or items of lists.", Shape: "PATH or a list", Schema: schemaPaths, Beside: besideTarget, Example: "[spec.replicas]",
			read: func(p *parser, patch *Patch, _, v *manifest.Node) { patch.changes = p.remove(v) }},
		{Name: "append", Kind: true, Doc: "Adds items at the end of lists, which are made where they are missing.", Shape: "{PATH: VALUE or LIST}", Schema: schemaItems, Beside: besideTarget, Example: "{spec.template.spec.tolerations: {operator: Exists}}",
			read: func(p *parser, patch *Patch, k, v *manifest.Node) { patch.changes = p.extend("append", patch, k, v) }},
		{Name: "prepend", Kind: true, Doc: "Adds items at the beginning of lists.", Shape: "{PATH: VALUE or LIST}", Schema: schemaItems, Beside: besideTarget, Example: `{'spec.template.spec.containers[name=discovery].args': ["--keepaliveMaxServerConnectionAge", 30m]}`,
			read: func(p *parser, patch *Patch, k, v *manifest.Node) { patch.changes = p.extend("prepend", patch, k, v) }},
		{Name: "insert", Kind: true, Doc: "Puts items into a list beside one that is there: [name=x], an index, or the text of the item.", Shape: "{path, before or after, value} or a list", Schema: schemaInsert, Beside: besideTarget, Example: "{path: spec.template.spec.initContainers, before: '[name=istio-init]', value: {name: wait, image: busybox}}",
			read: func(p *parser, patch *Patch, _, v *manifest.Node) { patch.changes = p.insert(v) }},
		{Name: "rename", Kind: true, Doc: "Gives keys other names, in their places.", Shape: "{PATH: NEWKEY}", Schema: schemaStrings, Beside: besideTarget, Example: "{spec.selector.app: app.kubernetes.io/name}",
			read: func(p *parser, patch *Patch, k, v *manifest.Node) { patch.changes = p.rename(k, v) }},
		{Name: "copy", Kind: true, Doc: "Copies a value from a path of the object, or of the one object that another target matches.", Shape: "{from: PATH or {target, path}, to: PATH or a list}", Schema: schemaCopy, Beside: besideTarget, Example: "{from: {target: {kind: Service, name: istiod}, path: metadata.name}, to: metadata.labels.service}",
			read: func(p *parser, patch *Patch, k, v *manifest.Node) { patch.changes = p.copy(k, v) }},
		{Name: "jq", Kind: true, Doc: "Runs a jq program: the object in, the changed object out as its one result.", Shape: "PROGRAM", Schema: schemaFilled, Beside: besideTarget, Example: ".spec.replicas *= 2",
			read: func(p *parser, patch *Patch, k, v *manifest.Node) { patch.changes = p.jq(k, v) }},
		{Name: "create", Kind: true, Doc: "Makes an object, which must not be there: beside each object of the target, or beside the last of the chart or of the stream.", Shape: "OBJECT", Schema: schemaObject, Beside: besideCreate, Example: "{apiVersion: v1, kind: ConfigMap, metadata: {name: extra}, data: {a: b}}",
			read: func(p *parser, patch *Patch, k, v *manifest.Node) {
				patch.create, patch.anywhere = p.creation(k, v), true
			}},
		{Name: "overlays", Kind: true, Doc: "The k8s.overlays of an IstioOperator as they are: paths and values for the target, or whole overlays that name their objects.", Shape: "[{path, value}] or [{kind, name, patches}]", Schema: schemaOverlays, Beside: besideOverlays, Example: "[{path: 'spec.template.spec.containers.[name:discovery].args.[-1]', value: --log_as_json}]",
			read: func(p *parser, patch *Patch, k, v *manifest.Node) { p.overlays(patch, k, v) }},
		{Name: "kustomize", Kind: true, Doc: "Takes the patches, labels, annotations, namespace, images, replicas and replacements of a kustomization as they are; any other field in it is an error.", Shape: "FILE or FOLDER", Schema: schemaFilled, Beside: besideKustomize, Example: "kustomization.yaml",
			read: func(p *parser, patch *Patch, k, v *manifest.Node) { p.kustomize(patch, v) }},
		{Name: "labels", Kind: true, Doc: "Sets labels of every object, or of those of the target; pod templates and selectors stay.", Shape: "{KEY: TEXT}", Schema: schemaStrings, Example: "{team: mesh}",
			read: func(p *parser, patch *Patch, k, v *manifest.Node) { p.pairs("labels", patch, k, v, labelFields) }},
		{Name: "annotations", Kind: true, Doc: "Sets annotations of every object, or of those of the target.", Shape: "{KEY: TEXT}", Schema: schemaStrings, Example: "{example.org/owner: mesh}",
			read: func(p *parser, patch *Patch, k, v *manifest.Node) {
				p.pairs("annotations", patch, k, v, annotationFields)
			}},
		{Name: "namespace", Kind: true, Doc: "Sets the namespace of every object that has one, and of the subjects and webhooks that name these objects.", Shape: "NAME", Schema: schemaText, Example: "istio-system",
			read: func(p *parser, patch *Patch, k, v *manifest.Node) { p.namespace(patch, k, v) }},
		{Name: "images", Kind: true, Doc: "Changes name, tag or digest of images, wherever containers are.", Shape: "[{name, newName, newTag, digest}]", Schema: schemaImages, Example: "[{name: docker.io/istio/pilot, newName: registry.example.org/istio/pilot}]",
			read: func(p *parser, patch *Patch, _, v *manifest.Node) { p.images(patch, v) }},
		{Name: "replicas", Kind: true, Doc: "Sets spec.replicas of workloads by name, or of the objects of the target.", Shape: "[{name, count}] or N", Schema: schemaReplicas, Beside: besideReplicas, Example: "[{name: istiod, count: 2}]",
			read: func(p *parser, patch *Patch, k, v *manifest.Node) { p.replicas(patch, k, v) }},
	}
}

func kindNames() []string {
	var names []string
	for _, k := range Kinds() {
		names = append(names, k.Name)
	}
	return names
}
