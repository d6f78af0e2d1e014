package patch

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Selector selects by labels, or by annotations, in the syntax of Kubernetes'
// label selectors: a=b, a==b, a!=b, a in (b, c), a notin (b, c), a, !a; commas
// mean and. The empty selector selects everything.
type Selector []requirement

type requirement struct {
	key    string
	values []string // nil: the key must be there
	not    bool
}

var (
	setRequirement = regexp.MustCompile(`^(\S+)\s+(in|notin)\s*\(([^()]*)\)$`)
	selectorKey    = regexp.MustCompile(`^([a-zA-Z0-9]([-a-zA-Z0-9.]*[a-zA-Z0-9])?/)?[a-zA-Z0-9]([-a-zA-Z0-9_.]*[a-zA-Z0-9])?$`)
)

// ParseSelector reads a selector.
func ParseSelector(s string) (Selector, error) {
	var selector Selector
	for part := range splitOutside(s) {
		r, err := parseRequirement(strings.TrimSpace(part))
		if err != nil {
			return nil, fmt.Errorf("selector %q: %w", s, err)
		}
		selector = append(selector, r)
	}
	return selector, nil
}

// splitOutside splits at the commas that are not in parentheses.
func splitOutside(s string) func(func(string) bool) {
	return func(yield func(string) bool) {
		depth, start := 0, 0
		for i, c := range s {
			switch {
			case c == '(':
				depth++
			case c == ')':
				depth--
			case c == ',' && depth == 0:
				if !yield(s[start:i]) {
					return
				}
				start = i + 1
			}
		}
		yield(s[start:])
	}
}

func parseRequirement(s string) (requirement, error) {
	r := requirement{key: s}
	if m := setRequirement.FindStringSubmatch(s); m != nil {
		r = requirement{key: m[1], not: m[2] == "notin", values: []string{}}
		for value := range strings.SplitSeq(m[3], ",") {
			r.values = append(r.values, strings.TrimSpace(value))
		}
	} else if key, value, ok := strings.Cut(s, "="); ok {
		r.not = strings.HasSuffix(key, "!")
		r.key = strings.TrimSpace(strings.TrimSuffix(key, "!"))
		r.values = []string{strings.TrimSpace(strings.TrimPrefix(value, "="))}
	} else if key, ok := strings.CutPrefix(s, "!"); ok {
		r = requirement{key: strings.TrimSpace(key), not: true}
	}
	if !selectorKey.MatchString(r.key) {
		return r, fmt.Errorf(`%q is no requirement: expected a=b, a!=b, a in (b, c), a notin (b, c), a or !a`, s)
	}
	return r, nil
}

// Match reports whether the labels meet every requirement.
func (s Selector) Match(labels map[string]string) bool {
	return !slices.ContainsFunc(s, func(r requirement) bool {
		value, there := labels[r.key]
		holds := there && (r.values == nil || slices.Contains(r.values, value))
		return holds == r.not
	})
}
