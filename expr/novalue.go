package expr

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"text/template"

	"github.com/helmx-dev/helmx/diag"
)

const codeNoValue = "EX003"

// noValue is the hint for a value that is not set. In template, too, the
// defaults of the chart are out of reach without a Context: the post-renderer
// does not know them, and one helmx.yaml must mean the same in both.
const noValue = `.Values holds what helmx.yaml, -f and --set give, not the defaults of charts; set it there, write ... | default "x", or let the chart write a Context (docs/post-render.md)`

// nullProblem is an expression without a value; source is the expression where
// it is one of several in a text.
func nullProblem(source string) *problem {
	return &problem{code: codeNoValue, source: source, message: "has no value (null)", hint: noValue}
}

// The patterns below are compiled when the first expression is wrong.
var (
	objectChain = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\.Object((?:\.[A-Za-z_][A-Za-z0-9_]*)+)`) })
	noField     = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`can't evaluate field (\w+) in type (?:expr\.)?(.+)$`)
	})
	noPointer = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`nil pointer evaluating \S+( \{\})?\.(\w+)$`) })
)

// absentKey says which key of .Object an expression reads that is not there, ""
// when all are. Of a Secret it names nothing.
func absentKey(expression string, object func() any) string {
	for _, found := range objectChain().FindAllStringSubmatch(expression, -1) {
		at, in := object(), "the object"
		for key := range strings.SplitSeq(found[1][1:], ".") {
			m, ok := at.(map[string]any)
			if !ok {
				break
			}
			if next, ok := m[key]; ok {
				at, in = next, strings.TrimPrefix(strings.TrimPrefix(in+"."+key, "the object"), ".")
				continue
			}
			if isSecret(object) {
				return "the object has no such key"
			}
			hint := fmt.Sprintf("no key %s in %s", key, in)
			if meant := diag.DidYouMean(key, slices.Sorted(maps.Keys(m))); meant != "" {
				hint += "; " + meant
			}
			if strings.Contains(expression, ".Values") {
				hint += "; " + noValue
			}
			return hint
		}
	}
	return ""
}

// unknownField says in words of expressions what text/template says in words of
// Go; "" for any other error. Neither holds a value.
func unknownField(err error) string {
	var run template.ExecError
	if !errors.As(err, &run) {
		return ""
	}
	if found := noPointer().FindStringSubmatch(run.Error()); found != nil {
		return "what stands before ." + found[2] + " has no value"
	}
	found := noField().FindStringSubmatch(run.Error())
	if found == nil {
		return ""
	}
	switch name, of := found[1], found[2]; of {
	case "scope", "lazyScope":
		message := fmt.Sprintf("there is no .%s here; an expression sees .Values, .Release and .Object", name)
		if meant := diag.DidYouMean("."+name, []string{".Values", ".Release", ".Object"}); meant != "" {
			message += "; " + meant
		}
		return message
	case "release":
		return fmt.Sprintf("there is no .Release.%s here; .Release has Name, Namespace, Service, IsInstall, IsUpgrade and Revision", name)
	}
	return fmt.Sprintf("what stands before .%s is no map", found[1])
}
