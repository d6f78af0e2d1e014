package lint

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/template/parse"

	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX601", Title: "Value that the chart does not declare",
		Severity: diag.Warning,
		Tags:     []string{"chart", "template", "values"},
		Sources:  []Source{{"Helm: values files", "https://helm.sh/docs/chart_template_guide/values_files/"}},
		Why:      "A template prints a value that values.yaml does not declare and that nothing guards. What is missing renders as nothing, and what is misspelt stays missing whatever the user sets. Values that a condition asks for first, or that have a default in the template, are left alone.",
		Remedy:   "Declare the value in values.yaml, with its default or empty, or correct its name.",
		Bad: `-- values.yaml --
image:
  tag: 1.30.0
-- templates/x.yaml --
tag: {{ .Values.image.tga }}
`,
		Good: `-- values.yaml --
image:
  tag: 1.30.0
-- templates/x.yaml --
tag: {{ .Values.image.tag }}
`,
		Chart: undefinedValues,
	})
}

func undefinedValues(p *Pass, t *Templates) {
	for _, part := range t.Parts {
		declared := declaredValues(t, part)
		guarded := map[string]bool{}
		for _, r := range part.refs {
			if r.tested {
				guarded[strings.Join(r.path, ".")] = true
			}
		}
		for _, f := range part.Templates {
			for _, r := range f.refs {
				if r.tested || isGuarded(guarded, r.path) || slices.Contains(part.Subcharts, r.path[0]) || r.path[0] == "global" {
					continue
				}
				if n, known := undeclared(declared, r.path); n > 0 {
					name := strings.Join(r.path[:n], ".")
					hint := "declare it in values.yaml"
					if best := diag.DidYouMean(r.path[n-1], known); best != "" {
						hint = best
					}
					p.ReportAt(t, f, r.pos, fmt.Sprintf("values.yaml does not declare %s, and nothing stands in for it", name), hint)
				}
			}
		}
	}
}

// isGuarded reports whether a value, or what it is part of, is asked for somewhere.
func isGuarded(guarded map[string]bool, path []string) bool {
	for n := 1; n <= len(path); n++ {
		if guarded[strings.Join(path[:n], ".")] {
			return true
		}
	}
	return false
}

// undeclared returns how much of a path leads to what nobody declares, 0 when all
// of it is declared or may be: below an empty table or a null anything is possible.
func undeclared(declared any, path []string) (n int, known []string) {
	for i, key := range path {
		table, ok := declared.(map[string]any)
		if !ok || len(table) == 0 && i > 0 {
			return 0, nil
		}
		if declared, ok = table[key]; !ok {
			return i + 1, slices.Sorted(maps.Keys(table))
		}
	}
	return 0, nil
}

// istioDefaults is where Istio's charts keep their defaults, which a template of
// theirs merges below everything else.
const istioDefaults = "_internal_defaults_do_not_set"

// declaredValues are those of values.yaml, with what its schema names and what a
// user has set. Istio's charts keep their defaults below a key of their own.
func declaredValues(t *Templates, part *Part) map[string]any {
	declared := map[string]any{}
	addDeclared(declared, part.Defaults)
	if inner, ok := part.Defaults[istioDefaults].(map[string]any); ok {
		addDeclared(declared, inner)
	}
	addSchema(declared, part.Schema)
	for _, f := range part.Templates {
		for _, c := range f.calls {
			if key, ok := keySet(c); ok {
				declared[key] = nil // anything may be below
			}
		}
	}
	if part == t.Parts[0] {
		for _, u := range t.Chart.Values {
			addDeclared(declared, u.Map)
		}
	}
	return declared
}

// keySet returns the key that `set .Values "key"` adds.
func keySet(c call) (string, bool) {
	if c.name != "set" || len(c.args()) < 2 {
		return "", false
	}
	key, ok := c.args()[1].(*parse.StringNode)
	if !ok {
		return "", false
	}
	return key.Text, true
}

func addDeclared(to, from map[string]any) {
	for key, value := range from {
		table, isTable := value.(map[string]any)
		if have, ok := to[key].(map[string]any); ok && isTable && len(have) > 0 && len(table) > 0 {
			addDeclared(have, table)
			continue
		}
		if have, there := to[key]; there && (have == nil || !isTable) {
			continue
		}
		if isTable {
			inner := map[string]any{}
			addDeclared(inner, table)
			value = inner
		}
		to[key] = value
	}
}

func addSchema(to, schema map[string]any) {
	properties, _ := schema["properties"].(map[string]any)
	for key, value := range properties {
		if _, there := to[key]; !there {
			to[key] = nil // anything may be below
			continue
		}
		below, isTable := to[key].(map[string]any)
		inner, _ := value.(map[string]any)
		if isTable {
			addSchema(below, inner)
		}
	}
}
