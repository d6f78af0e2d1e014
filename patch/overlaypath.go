package patch

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// overlayPath is a path of an IstioOperator overlay: keys, and in brackets an
// index, key:value or :value. It is read as Istio's operator reads it
// (operator/pkg/util/path.go), which is not how a manifest.Path is: dots split
// inside of brackets too, unless a backslash stands in front of them, and a
// value is a regular expression that may match a part of the item.
type overlayPath []overlayStep

type overlayStep struct {
	text  string // as written
	key   string // of a map; "" in brackets
	index *int
	field string         // of [field:value]
	value string         // of [field:value]
	item  *regexp.Regexp // of [:value] and [value], for items that are scalars
}

var overlayField = regexp.MustCompile("^[a-zA-Z0-9_-]+$")

// CheckOverlayPath says what is wrong with a path of an overlay.
func CheckOverlayPath(text string) error {
	_, err := parseOverlayPath(text)
	return err
}

func parseOverlayPath(text string) (overlayPath, error) {
	clean := strings.TrimSuffix(strings.TrimPrefix(path.Clean(text), "."), ".")
	var steps overlayPath
	for _, part := range splitUnescaped(clean, '.') {
		part = strings.ReplaceAll(part, `\.`, ".")
		if i := strings.IndexByte(part, '['); i > 0 {
			steps = append(steps, overlayStep{text: part[:i], key: part[:i]})
			part = part[i:]
		}
		if part == "" {
			continue
		}
		step, err := parseOverlayStep(part)
		if err != nil {
			return nil, err
		}
		steps = append(steps, step)
	}
	if len(steps) == 0 {
		return nil, errors.New("an empty path")
	}
	return steps, nil
}

func parseOverlayStep(part string) (overlayStep, error) {
	s := overlayStep{text: part, key: part}
	if !strings.HasPrefix(part, "[") {
		return s, nil
	}
	if !strings.HasSuffix(part, "]") {
		return s, fmt.Errorf(`%q is not closed: a dot inside of brackets needs a backslash, "\."`, part)
	}
	s.key = ""
	inside := part[1 : len(part)-1]
	if n, err := strconv.Atoi(inside); err == nil && n >= -1 {
		s.index = &n
		return s, nil
	}
	if kv := splitUnescaped(inside, ':'); len(kv) == 2 && overlayField.MatchString(kv[0]) && kv[1] != "" {
		s.field, s.value = kv[0], kv[1]
	}
	pattern := inside
	if len(inside) > 1 {
		pattern = strings.TrimPrefix(inside, ":")
	}
	if pattern == "" || pattern == ":" {
		return s, fmt.Errorf("%q selects nothing", part)
	}
	item, err := regexp.Compile(pattern)
	if err != nil {
		return s, fmt.Errorf("%q: %s", part, strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	s.item = item
	return s, nil
}

// splitUnescaped splits at a character that has no backslash in front of it.
func splitUnescaped(s string, at rune) []string {
	var parts []string
	start, last := 0, rune(0)
	for i, c := range s {
		if c == at && last != '\\' {
			parts = append(parts, s[start:i])
			start = i + 1
		}
		last = c
	}
	return append(parts, s[start:])
}
