package patch

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Patterns are alternatives; none at all matches everything.
type Patterns []Pattern

// Pattern is an exact text, a glob (* within a path segment, ** across, ?, and
// [a-z]) or, between slashes, a regular expression for the whole text.
type Pattern struct {
	text string
	re   *regexp.Regexp // nil: exact
}

// ParsePattern reads a pattern.
func ParsePattern(s string) (Pattern, error) {
	expression := ""
	switch {
	case len(s) > 1 && strings.HasPrefix(s, "/") && strings.HasSuffix(s, "/"):
		expression = s[1 : len(s)-1]
	case strings.ContainsAny(s, "*?["):
		expression = globExpression(s)
	default:
		return Pattern{text: s}, nil
	}
	re, err := regexp.Compile("^(?:" + expression + ")$")
	if err != nil {
		return Pattern{}, fmt.Errorf("pattern %q: %s", s, strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	return Pattern{text: s, re: re}, nil
}

// globExpression turns a glob into a regular expression.
func globExpression(glob string) string {
	var b strings.Builder
	for i := 0; i < len(glob); i++ {
		switch c := glob[i]; {
		case strings.HasPrefix(glob[i:], "**"):
			b.WriteString(".*")
			i++
		case c == '*':
			b.WriteString("[^/]*")
		case c == '?':
			b.WriteString("[^/]")
		case c == '[' && strings.IndexByte(glob[i:], ']') > 1:
			end := i + strings.IndexByte(glob[i:], ']')
			b.WriteString("[" + strings.Replace(glob[i+1:end], "!", "^", 1) + "]")
			i = end
		default:
			b.WriteString(regexp.QuoteMeta(string(c)))
		}
	}
	return b.String()
}

// Match reports whether the text matches.
func (p Pattern) Match(s string) bool {
	if p.re == nil {
		return p.text == s
	}
	return p.re.MatchString(s)
}

// Match reports whether one of the patterns matches, or there is none.
func (ps Patterns) Match(s string) bool {
	return len(ps) == 0 || slices.ContainsFunc(ps, func(p Pattern) bool { return p.Match(s) })
}

// exact reports whether the patterns name what they mean.
func (ps Patterns) exact() bool {
	return len(ps) > 0 && !slices.ContainsFunc(ps, func(p Pattern) bool { return p.re != nil })
}

func (ps Patterns) first() string {
	if len(ps) == 0 {
		return ""
	}
	return ps[0].text
}
