package charts

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"helm.sh/helm/v3/pkg/chart"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

var (
	yamlLine      = regexp.MustCompile(`line (\d+)`)
	unknownAnchor = regexp.MustCompile(`unknown anchor '[^']*'( referenced)?`)
)

// brokenYAML says where in a file a YAML error is. doing is what Helm says in
// front of the parser's words.
func brokenYAML(code, doing, file string, data []byte, err error) *problem {
	words := unknownAnchor.ReplaceAllString(err.Error(), "unknown anchor") // the name may be a password without quotes
	p := refuse(code, "%s: %s", doing, words).in(file)
	var wrongType *json.UnmarshalTypeError
	if errors.As(err, &wrongType) {
		return p.wrongType(doing, data, wrongType)
	}
	var syntax *manifest.SyntaxError
	if _, parseErr := manifest.Parse(data); errors.As(parseErr, &syntax) {
		p.at(file, syntax.Line, syntax.Column).mark(data)
	} else if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
		line, _ := strconv.Atoi(m[1])
		p.at(file, line, 0).mark(data)
	}
	if tab := tabIndent(data, p.Span.Start.Line); tab > 0 {
		p.Span.Start = diag.Pos{Line: tab, Column: 1}
		p.mark(data)
		p.try("YAML is indented with blanks, never with tabs")
	}
	return p
}

// wrongType points at the value: the decoder tells the path, not the place.
func (p *problem) wrongType(doing string, data []byte, err *json.UnmarshalTypeError) *problem {
	p.Message = fmt.Sprintf("%s: %s is a %s, expected a %s", doing, strings.TrimPrefix(err.Field, "."), yamlKind(err.Value), yamlKind(err.Type.String()))
	if err.Field == "" {
		p.Message = fmt.Sprintf("%s: the file is a %s, expected a map", doing, yamlKind(err.Value))
	}
	p.Path = err.Field
	root, parseErr := yaml.Parse(string(data))
	if parseErr != nil {
		return p
	}
	if n := findWrong(root.YNode(), strings.Split(err.Field, "."), err.Value); n != nil {
		p.Span.Start = diag.Pos{Line: n.Line, Column: n.Column}
		p.mark(data)
	}
	return p
}

// yamlKind says what a JSON decoder calls a value in the words of YAML.
func yamlKind(goName string) string {
	switch {
	case goName == "object", strings.HasPrefix(goName, "map["), strings.HasPrefix(goName, "chart."), strings.HasPrefix(goName, "*chart."):
		return "map"
	case goName == "array", strings.HasPrefix(goName, "[]"):
		return "list"
	case strings.HasPrefix(goName, "number"):
		return "number"
	case goName == "bool":
		return "boolean"
	}
	return goName
}

// findWrong follows path through maps, and through every item of lists, to the
// value of the kind that the decoder could not use.
func findWrong(n *yaml.Node, path []string, kind string) *yaml.Node {
	if n.Kind == yaml.SequenceNode {
		for _, item := range n.Content {
			if found := findWrong(item, path, kind); found != nil {
				return found
			}
		}
	}
	if len(path) == 0 || path[0] == "" {
		if jsonKind(n) == strings.Fields(kind)[0] {
			return n
		}
		return nil
	}
	if n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == path[0] {
			return findWrong(n.Content[i+1], path[1:], kind)
		}
	}
	return nil
}

func jsonKind(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "object"
	case n.Kind == yaml.SequenceNode:
		return "array"
	case n.Tag == yaml.NodeTagInt, n.Tag == yaml.NodeTagFloat:
		return "number"
	case n.Tag == yaml.NodeTagBool:
		return "bool"
	}
	return "string"
}

// mark shows the line of the finding, without what may be a password.
func (p *problem) mark(data []byte) {
	lines := strings.Split(string(data), "\n")
	at := p.Span.Start
	if at.Line < 1 || at.Line > len(lines) {
		return
	}
	text, kept := maskSecret(lines, at.Line-1)
	column := at.Column
	if column == 0 {
		column = len(text) - len(strings.TrimLeft(text, " \t")) + 1
	}
	column = min(column, kept+1)
	p.Excerpt = &diag.Excerpt{Line: at.Line, Text: text, Column: column, Width: max(1, len([]rune(text))-column+1)}
}

// tabIndent finds a line that is indented with a tab, at or just before the
// line of the error: the parser's words for it are hard to read.
func tabIndent(data []byte, line int) int {
	lines := strings.Split(string(data), "\n")
	for l := line + 1; l >= line-1 && line > 0; l-- {
		if l >= 1 && l <= len(lines) && strings.HasPrefix(strings.TrimLeft(lines[l-1], " "), "\t") {
			return l
		}
	}
	return 0
}

// keyPosition finds a top-level key of a YAML file; zeros when it has none.
func keyPosition(data []byte, key string) (line, column int) {
	root, err := yaml.Parse(string(data))
	if err != nil || root.YNode().Kind != yaml.MappingNode {
		return 0, 0
	}
	content := root.YNode().Content
	for i := 0; i+1 < len(content); i += 2 {
		if content[i].Value == key {
			return content[i].Line, content[i].Column
		}
	}
	return 0, 0
}

var (
	metadataKey   = regexp.MustCompile(`chart\.metadata\.(\w+)`)
	dependencyKey = regexp.MustCompile(`(?:name or alias|dependency) "(.*?)"`)
)

// invalidMetadata places what Helm's validation of a Chart.yaml says.
func invalidMetadata(err error, c *chart.Chart, from source) error {
	data, name := rawData(c, "Chart.yaml"), "Chart.yaml"
	p := refuse("CH003", "%v", err)
	key := ""
	switch text := err.Error(); {
	case metadataKey.MatchString(text):
		key = metadataKey.FindStringSubmatch(text)[1]
	case strings.Contains(text, "maintainers"):
		key = "maintainers"
	default:
		key = "dependencies"
		if rawData(c, "requirements.yaml") != nil {
			data, name = rawData(c, "requirements.yaml"), "requirements.yaml"
		}
		if m := dependencyKey.FindStringSubmatch(text); m != nil {
			if line, column := lastDependency(data, m[1]); line > 0 {
				return p.at(from.file(name), line, column).shown(data)
			}
		}
	}
	line, column := keyPosition(data, key)
	if key == "version" && line > 0 {
		p.try("a version has three numbers: 1.2.3, perhaps with -rc.1 or +build")
	}
	return p.at(from.file(name), line, column).shown(data)
}

func (p *problem) shown(data []byte) *problem {
	p.mark(data)
	return p
}

// lastDependency finds the last item of dependencies with this name or alias.
func lastDependency(data []byte, name string) (line, column int) {
	eachDependency(data, func(item *yaml.Node) {
		for i := 0; i+1 < len(item.Content); i += 2 {
			key, value := item.Content[i].Value, item.Content[i+1]
			if (key == "name" || key == "alias") && value.Value == name {
				line, column = value.Line, value.Column
			}
		}
	})
	return line, column
}

func eachDependency(data []byte, visit func(item *yaml.Node)) {
	root, err := yaml.Parse(string(data))
	if err != nil {
		return
	}
	list := root.Field("dependencies")
	if list == nil || list.Value == nil {
		return
	}
	for _, item := range list.Value.YNode().Content {
		if item.Kind == yaml.MappingNode {
			visit(item)
		}
	}
}
