package patch

import (
	"cmp"
	"errors"
	"maps"
	"math"
	"math/big"
	"slices"
	"strings"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
	"github.com/itchyny/gojq"
	"go.yaml.in/yaml/v3"
)

// jq reads `jq: EXPRESSION`.
func (p *parser) jq(key, n *manifest.Node) []change {
	if !p.string("jq", n, "a jq program, such as .spec.replicas *= 2") {
		return nil
	}
	late := p.isLate(n)
	var code *gojq.Code
	if !late {
		var err error
		if code, err = compileJQ(n.Value); err != nil {
			p.badJQ(n, err)
			return nil
		}
	}
	return []change{{span: p.span(key), apply: func(o *object) ([]removal, *problem) {
		code := code
		if late {
			text, p := o.text(n)
			if p != nil {
				return nil, p
			}
			var err error
			if code, err = compileJQ(text); err != nil {
				return nil, &problem{code: codeJQ, by: n, message: "jq: " + err.Error(), veiled: "the jq program cannot be read"}
			}
		}
		return nil, runJQ(code, o.root, n)
	}}}
}

// noClock takes away what would make the result depend on when and where helmx
// runs. The environment and input are out of reach without that.
const noClock = `def now: error("there is no clock here"); def localtime: error("there is no time zone here"); def strflocaltime(f): error("there is no time zone here"); `

func compileJQ(text string) (*gojq.Code, error) {
	query, err := gojq.Parse(noClock + text)
	if err != nil {
		return nil, err
	}
	return gojq.Compile(query)
}

// badJQ reports a program that cannot be read, with the place in it.
func (p *parser) badJQ(n *manifest.Node, err error) {
	p.report(codeJQ, n, "jq: "+err.Error(), "")
	var syntax *gojq.ParseError
	if !errors.As(err, &syntax) {
		return
	}
	at := max(0, min(syntax.Offset-len(noClock)-len(syntax.Token), len(n.Value)))
	line, column := strings.Count(n.Value[:at], "\n"), len([]rune(n.Value[strings.LastIndexByte(n.Value[:at], '\n')+1:at]))+1
	excerpt := &diag.Excerpt{Line: n.Line, Text: strings.Split(n.Value, "\n")[line], Column: column, Width: max(1, len([]rune(syntax.Token))), Note: err.Error()}
	if n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		excerpt.Line += line + 1
	}
	p.found[len(p.found)-1].Excerpt = excerpt
}

// runJQ replaces an object by what a program makes of it.
func runJQ(code *gojq.Code, root, by *manifest.Node) *problem {
	budget := NewJQBudget(maxSteps, errBudget)
	results := code.RunWithContext(budget, jqValue(root))
	result, ok := results.Next()
	if budget.Spent() {
		result, ok = errBudget, true
	}
	if !ok {
		return &problem{code: codeJQ, by: by, message: "the jq program gives no result", hint: "a patch needs the changed object as its one result: write `if ... then ... else . end` in place of select"}
	}
	if err, failed := result.(error); failed {
		return &problem{code: codeJQ, by: by, message: "jq: " + err.Error(), veiled: "the jq program fails"}
	}
	switch _, ok := results.Next(); {
	case budget.Spent():
		return &problem{code: codeJQ, by: by, message: "jq: " + errBudget.Error()}
	case ok:
		return &problem{code: codeJQ, by: by, message: "the jq program gives more than one result", hint: "a patch needs the changed object as its one result: `.a[] |= ...` changes each item in place, `.a[] | ...` lists them"}
	}
	made := jqNode(result)
	if !isMap(made) {
		return &problem{code: codeJQ, by: by, message: "the jq program gives " + manifest.KindName(made) + ", and not an object", hint: "assign with = or |=, which give the whole object; a path alone gives only what is there"}
	}
	manifest.Become(root, made)
	return nil
}

// jqValue is manifest.Value in the types of gojq; integers of any length keep
// their digits.
func jqValue(n *manifest.Node) any { return jqPlain(manifest.Value(n), manifest.Resolve(n)) }

func jqPlain(v any, n *manifest.Node) any {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			_, at := manifest.Lookup(n, key)
			v[key] = jqPlain(value, manifest.Resolve(at))
		}
		return v
	case []any:
		for i := range v {
			v[i] = jqPlain(v[i], manifest.Resolve(n.Content[i]))
		}
		return v
	case int64:
		return int(v)
	case uint64:
		return new(big.Int).SetUint64(v)
	case float64:
		if i, ok := new(big.Int).SetString(n.Value, 10); ok {
			return i
		}
	}
	return v
}

// jqNode is the inverse. jq knows one type of number, so a float without a
// fraction is an integer, as Kubernetes wants it in most fields.
func jqNode(v any) *manifest.Node {
	switch v := v.(type) {
	case map[string]any:
		n := manifest.NewNode(map[string]any{})
		for _, key := range slices.SortedFunc(maps.Keys(v), byCustom) {
			manifest.SetKey(n, key, jqNode(v[key]))
		}
		return n
	case []any:
		n := newList()
		for _, item := range v {
			n.Content = append(n.Content, jqNode(item))
		}
		return n
	case *big.Int:
		return &manifest.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: v.String()}
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1<<53 {
			return manifest.NewNode(int64(v))
		}
	}
	return manifest.NewNode(v)
}

// byCustom orders the keys of new maps, since jq has none: first what an object
// or an item is known by, the rest by name.
func byCustom(a, b string) int {
	first := []string{"name", "metadata", "kind", "apiVersion"}
	return cmp.Or(slices.Index(first, b)-slices.Index(first, a), strings.Compare(a, b))
}

// maxSteps bounds a program that does not end to a second or two.
const maxSteps = 10_000_000

var errBudget = errors.New("the program does not end within its bounds: 10 million steps, 256 MB")
