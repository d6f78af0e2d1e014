package patch

import (
	"errors"
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
	expression, err := "", error(nil)
	switch {
	case strings.HasPrefix(s, "/"):
		expression, err = slashed(s)
	case strings.ContainsAny(s, "*?["):
		expression, err = globExpression(s)
	default:
		return Pattern{text: s}, nil
	}
	if err != nil {
		return Pattern{}, fmt.Errorf("pattern %q: %w", s, err)
	}
	re, err := regexp.Compile("^(?:" + expression + ")$")
	if err != nil {
		return Pattern{}, fmt.Errorf("pattern %q: a range or expression that cannot be read", s)
	}
	return Pattern{text: s, re: re}, nil
}

// slashed returns the regular expression between slashes, which is compiled
// alone so that an error shows what the user wrote.
func slashed(s string) (string, error) {
	if len(s) < 2 || !strings.HasSuffix(s, "/") {
		return "", errors.New("a regular expression stands between two slashes, and the second is missing")
	}
	expression := s[1 : len(s)-1]
	if expression == "" {
		return "", errors.New("there is no regular expression between the slashes")
	}
	if _, err := regexp.Compile(expression); err != nil {
		return "", errors.New(plainError(err))
	}
	return expression, nil
}

// globExpression turns a glob into a regular expression.
func globExpression(glob string) (string, error) {
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
		case c == '[':
			class, err := globClass(glob[i:])
			if err != nil {
				return "", err
			}
			b.WriteString(class)
			i += strings.IndexByte(glob[i:], ']')
		default:
			b.WriteString(regexp.QuoteMeta(string(c)))
		}
	}
	return b.String(), nil
}

// globClass turns the [...] that a text begins with into a character class.
func globClass(s string) (string, error) {
	inside, _, closed := strings.Cut(s[1:], "]")
	if !closed {
		return "", errors.New(`the "[" is not closed`)
	}
	not, negated := strings.CutPrefix(inside, "!")
	if negated {
		inside = "^" + not
	}
	class := "[" + inside + "]"
	if _, err := regexp.Compile(class); err != nil || not == "" {
		return "", fmt.Errorf("%q is no set of characters", s[:strings.IndexByte(s, ']')+1])
	}
	return class, nil
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

// partly returns the regular expression that would match the text in full,
// where one of the patterns matches only a part of it, or "".
func (ps Patterns) partly(s string) string {
	for _, p := range ps {
		if !strings.HasPrefix(p.text, "/") {
			continue
		}
		expression := p.text[1 : len(p.text)-1]
		if re, err := regexp.Compile(expression); err != nil || !re.MatchString(s) || p.Match(s) {
			continue
		}
		if !strings.HasPrefix(expression, "^") {
			expression = ".*" + expression
		}
		if !strings.HasSuffix(expression, "$") {
			expression += ".*"
		}
		return "/" + expression + "/"
	}
	return ""
}
