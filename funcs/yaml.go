package funcs

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
	kyaml "sigs.k8s.io/yaml"

	"github.com/helmx-dev/helmx/manifest"
)

func yamlFuncs() []Func {
	text := Param{Name: "text", Doc: "YAML or JSON"}
	return []Func{
		{
			Name: "mustFromYaml", Group: Structure, Fn: mustFromYaml,
			Doc: "Reads a YAML or JSON document: a map, a list or a scalar. Integers stay integers, where fromYaml and fromJson make every number a float, so that 12345678 comes out as 1.2345678e+07. " +
				"Fails when the text is no document, where fromYaml returns a map with the key Error.",
			Params: []Param{text},
			Examples: []Example{
				{Template: `{{ (mustFromYaml "id: 12345678").id }}`, Want: "12345678"},
				{Template: `{{ mustFromYaml "[1, a]" | last }}`, Want: "a"},
				{Template: `{{ mustFromYaml "a: [" }}`, Error: "text: want YAML, got a string that is none: see its line 1"},
			},
		},
		{
			Name: "fromYamlAll", Group: Structure, Fn: fromYamlAll,
			Doc:      "Reads all documents of a YAML stream into a list. Empty documents are left out, integers stay integers. Fails when one of them cannot be read.",
			Params:   []Param{{Name: "text", Doc: "YAML documents with lines of --- between them"}},
			Examples: []Example{{Template: `{{ range fromYamlAll "a: 1\n---\na: 2\n" }}{{ .a }};{{ end }}`, Want: "1;2;"}},
		},
		{
			Name: "toYamlDocs", Group: Structure, Fn: toYamlDocs,
			Doc:      "Writes every item of a list as a YAML document of its own, with a line of --- before each.",
			Params:   []Param{{Name: "list", Doc: "the documents"}},
			Examples: []Example{{Template: `{{ list (dict "a" 1) (dict "b" 2) | toYamlDocs }}`, Want: "---\na: 1\n---\nb: 2\n"}},
		},
		{
			Name: "toYamlOrdered", Group: Structure, Fn: toYamlOrdered,
			Doc: "Writes a value as YAML with some keys in front, in the order they are given, in every map; the others follow by name. " +
				"For files whose readers expect an order, which toYaml and toYamlPretty do not keep. Ends without a line break, as toYaml does.",
			Params: []Param{{Name: "keys", Doc: "the keys that come first, as a list"}, {Name: "value", Doc: "any value"}},
			Examples: []Example{
				{
					Template: `{{ dict "ports" (list 80) "name" "app" "args" (list) | toYamlOrdered (list "name" "ports") }}`,
					Want:     "name: app\nports:\n- 80\nargs: []",
				},
				{Template: `{{ toYamlOrdered "name" (dict) }}`, Error: "keys: want a list of keys, got a string"},
			},
		},
	}
}

func mustFromYaml(text any) (any, error) {
	s, err := textArgument("text", text, "YAML")
	if err != nil {
		return nil, err
	}
	root, err := manifest.Parse([]byte(s))
	if err != nil {
		return nil, yamlError(err)
	}
	return manifest.Value(root), nil
}

// yamlError names the line; the parser's own message may quote the text.
func yamlError(err error) error {
	if syntax := (*manifest.SyntaxError)(nil); errors.As(err, &syntax) && syntax.Line > 0 {
		return fmt.Errorf("text: want YAML, got a string that is none: see its line %d", syntax.Line)
	}
	return errors.New("text: want YAML, got a string that is none")
}

func fromYamlAll(text any) ([]any, error) {
	s, err := textArgument("text", text, "YAML documents")
	if err != nil {
		return nil, err
	}
	list := []any{}
	for _, d := range manifest.Read("", []byte(s)) {
		root, err := d.Root()
		if syntax := (*manifest.SyntaxError)(nil); errors.As(err, &syntax) {
			return nil, yamlError(&manifest.SyntaxError{Line: d.Origin.Line + syntax.Line - 1})
		}
		if err != nil {
			return nil, yamlError(err)
		}
		if root != nil {
			list = append(list, manifest.Value(root))
		}
	}
	return list, nil
}

func toYamlDocs(list any) (string, error) {
	items, ok := asList(list)
	if !ok {
		return "", argumentError("list", list, "a list of documents")
	}
	var b strings.Builder
	for _, item := range items {
		data, err := kyaml.Marshal(item)
		if err != nil {
			return "", errors.New("list: want documents of plain data: maps, lists and scalars")
		}
		b.WriteString("---\n")
		b.Write(data)
	}
	return b.String(), nil
}

func toYamlOrdered(keys, value any) (string, error) {
	list, ok := asList(keys)
	if !ok {
		return "", argumentError("keys", keys, "a list of keys")
	}
	first := make([]string, len(list))
	for i, key := range list {
		var err error
		if first[i], err = textArgument("keys", key, "a list of keys"); err != nil {
			return "", err
		}
	}
	data, err := kyaml.Marshal(value)
	if err != nil {
		return "", argumentError("value", value, "plain data: maps, lists and scalars")
	}
	var root yaml.Node
	if err := yaml.Unmarshal(data, &root); err != nil {
		return "", err
	}
	orderKeys(&root, first)
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	e.CompactSeqIndent()
	if err := e.Encode(&root); err != nil {
		return "", err
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}

func orderKeys(n *yaml.Node, first []string) {
	for _, c := range n.Content {
		orderKeys(c, first)
	}
	if n.Kind != yaml.MappingNode {
		return
	}
	rank := func(key string) int {
		if i := slices.Index(first, key); i >= 0 {
			return i
		}
		return len(first)
	}
	pairs := make([][2]*yaml.Node, 0, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		pairs = append(pairs, [2]*yaml.Node{n.Content[i], n.Content[i+1]})
	}
	slices.SortStableFunc(pairs, func(a, b [2]*yaml.Node) int { return rank(a[0].Value) - rank(b[0].Value) })
	for i, pair := range pairs {
		n.Content[2*i], n.Content[2*i+1] = pair[0], pair[1]
	}
}
