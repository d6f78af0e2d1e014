package patch

import (
	"regexp"
	"strings"

	"github.com/helmx-dev/helmx/diag"
)

// testExpressions stands for package expr: {{ .Values.a.b }} and {{ .Object.a }}
// look a value up, and {{ eq .Values.a "b" }} compares one.
type testExpressions struct{ values map[string]any }

var testValues = map[string]any{
	"env": "prod", "replicas": int64(3), "name": "istiod", "names": []any{"istiod"}, "resources": map[string]any{"cpu": "1", "memory": "2Gi"}, "kind": "Deployment",
}

var single = regexp.MustCompile(`\{\{\s*(.*?)\s*\}\}`)

func (e testExpressions) Value(text string, object func() any) (any, *diag.Diagnostic) {
	if m := single.FindStringSubmatch(text); m != nil && m[0] == text {
		return e.lookup(m[1], object)
	}
	var failed *diag.Diagnostic
	out := single.ReplaceAllStringFunc(text, func(s string) string {
		v, d := e.lookup(single.FindStringSubmatch(s)[1], object)
		if d != nil {
			failed = d
			return ""
		}
		s, _ = v.(string)
		return s
	})
	return out, failed
}

func (e testExpressions) lookup(expression string, object func() any) (any, *diag.Diagnostic) {
	path := strings.Split(strings.TrimPrefix(expression, "."), ".")
	var v any = e.values
	if path[0] == "Object" {
		if object == nil {
			return nil, &diag.Diagnostic{Code: "EX001", Message: ".Object: there is no object here"}
		}
		v = object()
	}
	for _, key := range path[1:] {
		m, _ := v.(map[string]any)
		if v = m[key]; v == nil {
			return nil, &diag.Diagnostic{Code: "EX003", Message: expression + " has no value", Hint: "set it in values"}
		}
	}
	return v, nil
}

func (e testExpressions) True(text string, object func() any) (bool, *diag.Diagnostic) {
	words := strings.Fields(single.FindStringSubmatch(text)[1])
	v, d := e.lookup(words[len(words)-2], object)
	return v == strings.Trim(words[len(words)-1], `"`), d
}
