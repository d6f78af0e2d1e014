package lint

import (
	"fmt"
	"text/template/parse"

	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX603", Title: "dict with arguments that are no pairs",
		Severity: diag.Warning,
		Tags:     []string{"chart", "template"},
		Sources:  []Source{{"Helm: template functions and pipelines", "https://helm.sh/docs/chart_template_guide/functions_and_pipelines/"}},
		Why:      "dict takes keys and values in turn. With an odd number of arguments the last key gets an empty string; one argument too many or too few in the middle makes keys of values, and what the dict is asked for later is not there. Nothing fails.",
		Remedy:   "Write one value behind each key.",
		Bad: `-- templates/x.yaml --
a: {{ include "labels" (dict "root" . "name") }}
{{ define "labels" }}{{ end }}
`,
		Good: `-- templates/x.yaml --
a: {{ include "labels" (dict "root" . "name" "web") }}
{{ define "labels" }}{{ end }}
`,
		Chart: dictPairs,
	})
}

func dictPairs(p *Pass, t *Templates) {
	for _, part := range t.Parts {
		for _, f := range part.Templates {
			for _, c := range f.calls {
				if c.name == "dict" && !c.piped() {
					checkPairs(p, t, f, c)
				}
			}
		}
	}
}

func checkPairs(p *Pass, t *Templates, f *Template, c call) {
	args := c.args()
	seen := map[string]bool{}
	for i := 0; i < len(args); i += 2 {
		key, isString := args[i].(*parse.StringNode)
		var value parse.Node
		if i+1 < len(args) {
			value = args[i+1]
		}
		_, valueIsString := value.(*parse.StringNode)
		switch {
		case isString && seen[key.Text]:
			p.ReportAt(t, f, key.Pos, fmt.Sprintf("dict gets the key %q twice", key.Text), "a value may be missing in front of it")
			return
		case isString:
			seen[key.Text] = true
		case isLiteral(args[i]) || valueIsString && i+1 < len(args) && isValue(args[i]):
			p.ReportAt(t, f, args[i].Position(), fmt.Sprintf("%s stands where dict expects a key", args[i]), "a key or a value is missing in front of it")
			return
		}
	}
	if len(args)%2 == 1 {
		p.ReportAt(t, f, c.cmd.Pos, fmt.Sprintf("dict gets %d arguments, so %s has no value", len(args), args[len(args)-1]), "write key and value in turn")
	}
}

// isLiteral reports whether a node is a constant that is no string.
func isLiteral(n parse.Node) bool {
	switch n.(type) {
	case *parse.NumberNode, *parse.BoolNode, *parse.NilNode:
		return true
	}
	return false
}

// isValue reports whether a node is the kind of thing that people put into a dict,
// not what they compute keys from.
func isValue(n parse.Node) bool {
	switch n.(type) {
	case *parse.DotNode, *parse.FieldNode:
		return true
	}
	return false
}
