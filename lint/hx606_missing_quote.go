package lint

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"text/template/parse"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX606", Title: "String that YAML reads as something else",
		Severity: diag.Warning,
		Tags:     []string{"chart", "template", "values"},
		Sources:  []Source{{"Helm: quoting strings", "https://helm.sh/docs/howto/charts_tips_and_tricks/#quote-strings-dont-quote-integers"}},
		Why:      "values.yaml holds a string in quotes, because YAML would read it as a number, a boolean or null, and the template prints it without: the quotes are lost and the object gets what they were to prevent. 1.30 becomes 1.3, 0123 becomes 83, no becomes false.",
		Remedy:   "Print it with quote.",
		Bad: `-- values.yaml --
version: "1.30"
-- templates/x.yaml --
metadata:
  labels:
    version: {{ .Values.version }}
`,
		Good: `-- values.yaml --
version: "1.30"
-- templates/x.yaml --
metadata:
  labels:
    version: {{ .Values.version | quote }}
`,
		Chart: missingQuotes,
	})
}

func missingQuotes(p *Pass, t *Templates) {
	for _, part := range t.Parts {
		for _, f := range part.Templates {
			if strings.HasSuffix(f.Name, ".txt") {
				continue
			}
			for _, a := range f.actions {
				path, ok := printedValue(a)
				if !ok {
					continue
				}
				value, isString := valueAt(part.Defaults, path).(string)
				if !isString || value == "" {
					continue
				}
				if kind := readAs(value); kind != "" {
					d := p.ReportAt(t, f, a.node.Pos, fmt.Sprintf("the string %s is printed without quotes, and YAML reads it as %s", strings.Join(path, "."), kind), "print it with quote")
					d.Fix = f.insert("print it with quote", f.closing(a.node.Pos), " | quote")
				}
			}
		}
	}
}

// plainValue matches what stands in front of a value of its own: a key or a dash.
var plainValue = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?m)(^|[ ])([\w./-]+:|-) +$`) })

// printedValue returns the path of the value when an action prints nothing else, as
// a plain scalar of its own.
func printedValue(a action) ([]string, bool) {
	cmds := a.node.Pipe.Cmds
	if len(cmds) != 1 || len(cmds[0].Args) != 1 || !plainValue().MatchString(lastLine(a.before)) || !standsAlone(a.after) {
		return nil, false
	}
	switch n := cmds[0].Args[0].(type) {
	case *parse.FieldNode:
		return behindValues(n.Ident)
	case *parse.VariableNode:
		return behindValues(n.Ident)
	}
	return nil, false
}

func lastLine(text string) string { return text[strings.LastIndexByte(text, '\n')+1:] }

func valueAt(values any, path []string) any {
	for _, key := range path {
		table, ok := values.(map[string]any)
		if !ok {
			return nil
		}
		values = table[key]
	}
	return values
}

// readAs says what YAML makes of a string without quotes, "" when it stays one. Helm and
// Kubernetes read YAML 1.1, where yes and no are booleans.
func readAs(text string) string {
	switch strings.ToLower(text) {
	case "yes", "no", "on", "off":
		return "a boolean"
	}
	n, err := manifest.Parse([]byte(text))
	if err != nil || n == nil || len(n.Content) > 0 || strings.ContainsAny(text, "\n#") {
		return ""
	}
	if _, isString := manifest.Value(n).(string); isString {
		return ""
	}
	return manifest.KindName(n)
}
