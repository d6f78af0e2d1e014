package patch

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func (p *parser) target(key, n *manifest.Node) Target {
	var patch Patch
	if !p.filledMap("target", key, n, "give at least a kind or a name") {
		return patch.Target
	}
	known := map[string]func(key, value *manifest.Node){}
	for _, k := range TargetKeys() {
		known[k.Name] = func(key, value *manifest.Node) { k.read(p, &patch, key, value) }
	}
	p.fields("a target", n, known)
	if p.lateTarget(n) {
		patch.Target.late = manifest.Copy(n)
		manifest.RemoveKey(patch.Target.late, "where") // that is asked of each object
	}
	patch.Target.Text = oneLine(n)
	return patch.Target
}

// oneLine writes a target as it could stand in a line: kind: Pod, name: [a, b].
func oneLine(n *manifest.Node) string {
	n = manifest.Resolve(n)
	var parts []string
	switch {
	case isMap(n):
		for i := 0; i+1 < len(n.Content); i += 2 {
			parts = append(parts, n.Content[i].Value+": "+oneLine(n.Content[i+1]))
		}
		return strings.Join(parts, ", ")
	case isList(n):
		for _, item := range n.Content {
			parts = append(parts, oneLine(item))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	return strings.Join(strings.Fields(n.Value), " ")
}

// lateTarget reports whether a field of a target, its condition aside, holds an
// expression.
func (p *parser) lateTarget(n *manifest.Node) bool {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value != "where" && p.isLate(manifest.Resolve(n.Content[i+1])) {
			return true
		}
	}
	return false
}

// isLate reports whether a part of a target can be read only when its
// expressions are evaluated.
func (p *parser) isLate(n *manifest.Node) bool { return !p.literal && hasExpression(n) }

func (p *parser) patterns(what string, n *manifest.Node) Patterns {
	var patterns Patterns
	if p.isLate(n) {
		return nil
	}
	for _, s := range p.texts(what, n) {
		pattern, err := ParsePattern(s)
		if err != nil {
			p.report(codeTargetSyntax, n, what+": "+err.Error(), "")
			continue
		}
		patterns = append(patterns, pattern)
	}
	return patterns
}

// plainPatterns reads patterns that are never expressions.
func (p *parser) plainPatterns(what string, n *manifest.Node) Patterns {
	was := p.literal
	defer func() { p.literal = was }()
	p.literal = true
	return p.patterns(what, n)
}

func (p *parser) selector(what string, n *manifest.Node) Selector {
	if !p.string(what, n, "a selector such as app=istiod") {
		return nil
	}
	if p.isLate(n) {
		return nil
	}
	s, err := ParseSelector(n.Value)
	if err != nil {
		p.report(codeTargetSyntax, n, what+": "+err.Error(), "")
	}
	return s
}

func (p *parser) hook(n *manifest.Node) Hook {
	if !p.scalar("hook", n, "true, false or any") {
		return HookByName
	}
	switch v := manifest.Value(n); v {
	case true:
		return HookOnly
	case false:
		return HookNever
	case "any":
		return HookAny
	}
	p.report(codeTargetSyntax, n, fmt.Sprintf("hook is %q: true, false and any are known", n.Value), "")
	return HookByName
}

var expectText = regexp.MustCompile(`^(\d+)(?:(\+)|-(\d+))?$`)

func (p *parser) expect(n *manifest.Node) *Expect {
	if !p.scalar("expect", n, "a number or bounds, such as 1, 1+ or 2-4") {
		return nil
	}
	m := expectText.FindStringSubmatch(strings.ReplaceAll(n.Value, " ", ""))
	if m == nil {
		p.report(codeTargetSyntax, n, fmt.Sprintf("expect is %q, which cannot be read", n.Value), `write a number ("1"), a lower bound ("1+") or both bounds ("2-4")`)
		return nil
	}
	e := &Expect{}
	var err error
	e.Min, err = strconv.Atoi(m[1])
	e.Max = e.Min
	if m[2] != "" {
		e.Max = -1
	} else if m[3] != "" && err == nil {
		e.Max, err = strconv.Atoi(m[3])
	}
	if err != nil {
		p.report(codeTargetSyntax, n, fmt.Sprintf("expect is %q, which is more than any stream holds", n.Value), "")
	}
	if e.Max >= 0 && e.Max < e.Min {
		p.report(codeTargetSyntax, n, fmt.Sprintf("expect is %q, and the upper bound is below the lower", n.Value), "")
	}
	return e
}

func (p *parser) bool(what string, n *manifest.Node) bool {
	b, ok := manifest.Value(n).(bool)
	if !ok {
		p.report(codeShape, n, what+" is "+manifest.KindName(n)+", expected true or false", "")
	}
	return b
}

func (p *parser) ensure(n *manifest.Node) Ensure {
	if !p.scalar("ensure", n, "update, create or absent") {
		return Update
	}
	names := []string{"update", "create", "absent"}
	i := slices.Index(names, n.Value)
	if i < 0 {
		p.report(codeTargetSyntax, n, fmt.Sprintf("ensure is %q: update, create and absent are known", n.Value), diag.DidYouMean(n.Value, names))
	}
	return Ensure(max(i, 0))
}
