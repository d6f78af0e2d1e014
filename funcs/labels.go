package funcs

import (
	"fmt"
	"slices"
	"strings"

	"github.com/helmx-dev/helmx/patch"
)

func labelFuncs() []Func {
	selector := Param{Name: "selector", Doc: "a text like app=web,tier in (a, b), a map of labels, or a map with matchLabels and matchExpressions"}
	return []Func{
		{
			Name: "labelsMatch", Group: Kubernetes, Fn: labelsMatch,
			Doc:    "Whether labels meet a selector, every requirement of it. An empty selector selects everything. Fails when the selector is malformed.",
			Params: []Param{selector, {Name: "labels", Doc: "a map of labels, or null for none"}},
			Examples: []Example{
				{Template: `{{ .Values.labels | labelsMatch "app=web,tier notin (back)" }}`, Values: "labels: {app: web, tier: front}", Want: "true"},
				{Template: `{{ dict "app" "db" | labelsMatch (dict "matchLabels" (dict "app" "web")) }}`, Want: "false"},
				{Template: `{{ dict | labelsMatch "app in web" }}`, Error: "selector: want a selector like app=web,tier in (a, b), got a string that is none"},
			},
		},
		{
			Name: "labelSelector", Group: Kubernetes, Fn: labelSelector,
			Doc:    "A selector as one line of text, as kubectl -l and many fields take it, sorted by key.",
			Params: []Param{selector},
			Examples: []Example{
				{
					Template: `{{ .Values.selector | labelSelector }}`,
					Values:   `selector: {matchLabels: {app: web}, matchExpressions: [{key: tier, operator: In, values: [front, back]}, {key: old, operator: DoesNotExist}]}`,
					Want:     "app=web,!old,tier in (back,front)",
				},
			},
		},
	}
}

const wantSelector = "a selector like app=web,tier in (a, b)"

func labelSelector(selector any) (string, error) {
	text, err := selectorText(selector)
	if err != nil {
		return "", err
	}
	if _, err := patch.ParseSelector(text); text != "" && err != nil {
		return "", formError("selector", selector, wantSelector)
	}
	return text, nil
}

func labelsMatch(selector, labels any) (bool, error) {
	text, err := labelSelector(selector)
	if err != nil {
		return false, err
	}
	have := map[string]string{}
	if labels != nil {
		m, err := mapArgument("labels", labels)
		if err != nil {
			return false, err
		}
		for key, value := range m {
			have[key] = scalarText(value)
		}
	}
	if text == "" {
		return true, nil
	}
	parsed, err := patch.ParseSelector(text)
	return err == nil && parsed.Match(have), err
}

// selectorText is a selector in Kubernetes' notation; that of a text as it is.
func selectorText(selector any) (string, error) {
	m, ok := asMap(selector)
	if !ok {
		return textArgument("selector", selector, wantSelector)
	}
	_, labels := m["matchLabels"]
	expressions, ok := asList(m["matchExpressions"])
	if !labels && !ok {
		return equalities(m)
	}
	plain, _ := asMap(m["matchLabels"])
	text, err := equalities(plain)
	if err != nil {
		return "", err
	}
	parts := []string{}
	for i, e := range expressions {
		part, err := requirement(e)
		if err != nil {
			return "", fmt.Errorf("selector: matchExpressions[%d]: %w", i, err)
		}
		parts = append(parts, part)
	}
	slices.Sort(parts)
	if text != "" {
		parts = append([]string{text}, parts...)
	}
	return strings.Join(parts, ","), nil
}

func equalities(labels map[string]any) (string, error) {
	parts := make([]string, 0, len(labels))
	for _, key := range sortedKeys(labels) {
		if !isScalar(labels[key]) {
			return "", argumentError("selector: label "+key, labels[key], "text")
		}
		parts = append(parts, key+"="+scalarText(labels[key]))
	}
	return strings.Join(parts, ","), nil
}

func requirement(expression any) (string, error) {
	m, _ := asMap(expression)
	key, _ := m["key"].(string)
	operator, _ := m["operator"].(string)
	list, _ := asList(m["values"])
	values := make([]string, len(list))
	for i, v := range list {
		values[i] = scalarText(v)
	}
	slices.Sort(values)
	switch {
	case key == "":
		return "", argumentError("key", m["key"], "a label")
	case (operator == "In" || operator == "NotIn") && len(values) > 0:
		return key + " " + strings.ToLower(operator) + " (" + strings.Join(values, ",") + ")", nil
	case operator == "Exists" && len(values) == 0:
		return key, nil
	case operator == "DoesNotExist" && len(values) == 0:
		return "!" + key, nil
	}
	return "", formError("operator", m["operator"], "In or NotIn with values, Exists or DoesNotExist without")
}
