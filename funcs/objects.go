package funcs

import "errors"

// ObjectFuncs are what package expr implements.
const (
	ObjectFunc     = "object"
	ObjectsFunc    = "objects"
	ObjectHashFunc = "objectHash"
	FileFunc       = "file"
)

func objectFuncs() []Func {
	kind := Param{Name: "kind", Doc: "as Kind, or Kind.group where several groups have it: ConfigMap, Gateway.networking.istio.io"}
	namespace := Param{Name: "namespace", Doc: "of the object; may be left out where one object of that name is enough to tell", Optional: true}
	name := Param{Name: "name", Doc: "of the object"}
	const stream = `ConfigMap shop/mesh with data: {zone: a}, ConfigMap shop/other`
	return []Func{
		{
			Name: ObjectFunc, Group: Objects, Where: Expressions, Fn: func(_ string, _ ...string) (map[string]any, error) { return nil, errNoObjects },
			Params: []Param{kind, namespace, name},
			Doc:    "One of the rendered objects, as the patches have left it and with its own expressions evaluated. Fails when there is none or more than one, and lists what there is.",
			Examples: []Example{
				{Template: `{{ (object "ConfigMap" "mesh").data.zone }}`, Objects: stream, Want: "a"},
				{Template: `{{ object "ConfigMap" "mehs" }}`, Objects: stream, Error: `there is no ConfigMap mehs; did you mean "mesh"? There are ConfigMaps shop/mesh and shop/other`},
			},
		},
		{
			Name: ObjectsFunc, Group: Objects, Where: Expressions, Fn: func(string, ...any) ([]any, error) { return nil, errNoObjects },
			Params: []Param{kind, {Name: "selector", Doc: "what their labels must meet, as for labelsMatch", Optional: true}},
			Doc:    "All rendered objects of a kind, in the order of the stream; the list may be empty.",
			Examples: []Example{
				{Template: `{{ range objects "ConfigMap" }}{{ .metadata.name }} {{ end }}`, Objects: stream, Want: "mesh other "},
			},
		},
		{
			Name: ObjectHashFunc, Group: Objects, Where: Expressions, Fn: func(_ string, _ ...string) (string, error) { return "", errNoObjects },
			Params: []Param{kind, namespace, name},
			Doc:    "A hash (SHA-256) of a rendered object, for an annotation that makes pods restart when the object changes: of its final form, patches and expressions included. It does not depend on the layout of the text. Fails as object does.",
			Examples: []Example{
				{Template: `{{ objectHash "ConfigMap" "shop" "mesh" | trunc 8 }}`, Objects: stream, Want: "9be08afa"},
			},
		},
		{
			Name: FileFunc, Group: Objects, Where: Expressions, Fn: func(string) (string, error) {
				return "", errors.New("file: a template reads files of its chart with .Files")
			},
			Params: []Param{{Name: "path", Doc: "of a file, from the folder of helmx.yaml"}},
			Doc:    "The text of a file of the project. helmx.yaml must allow it by name, expressions.allow: [\"file:GLOB\"], so that no manifest can read what it should not.",
			Examples: []Example{
				{Template: `{{ file "certs/ca.pem" | sha256sum | trunc 8 }}`, Objects: `expressions: {allow: ["file:certs/*.pem"]} and the text "ca" in the file`, Want: "69590970"},
				{Template: `{{ file "secret.pem" }}`, Error: `secret.pem is not allowed: helmx.yaml does not list it in expressions.allow`},
			},
		},
	}
}

var errNoObjects = errors.New("sees the rendered objects, which a running template cannot: use it in an expression, in a patch of helmx.yaml or as [[= ... ]]")
