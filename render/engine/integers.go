package engine

import (
	"strconv"
	"strings"
	"text/template"
)

// readIntegersAsHelm makes sprig's integer functions read strings as in Helm
// 3.22. Sprig leaves that to github.com/spf13/cast, and the release that the
// Istio module demands takes "1.5" for 1, where the one in Helm sees no number
// and so 0. Helm's is older, so go.mod cannot ask for it.
func readIntegersAsHelm(m template.FuncMap) {
	for _, name := range []string{"int", "int64", "add", "add1", "sub", "div", "mod", "mul", "max", "biggest", "min", "slice", "mustSlice"} {
		switch f := m[name].(type) {
		case func(any) int:
			m[name] = func(v any) int { return f(integer(v)) }
		case func(any) int64:
			m[name] = func(v any) int64 { return f(integer(v)) }
		case func(any, any) int64:
			m[name] = func(a, b any) int64 { return f(integer(a), integer(b)) }
		case func(...any) int64:
			m[name] = func(v ...any) int64 { return f(integers(v)...) }
		case func(any, ...any) int64:
			m[name] = func(a any, v ...any) int64 { return f(integer(a), integers(v)...) }
		case func(any, ...any) any:
			m[name] = func(list any, at ...any) any { return f(list, integers(at)...) }
		case func(any, ...any) (any, error):
			m[name] = func(list any, at ...any) (any, error) { return f(list, integers(at)...) }
		}
	}
}

func integers(values []any) []any {
	read := make([]any, len(values))
	for i, v := range values {
		read[i] = integer(v)
	}
	return read
}

// integer turns a string into the number that Helm's cast sees in it: an
// integer in Go's notation, with or without a fraction of zeros, else 0. Other
// values are returned as they are; the releases agree on them.
func integer(v any) any {
	s, ok := v.(string)
	if !ok {
		mustEnd(v) // cast puts what is no number into an error
		return v
	}
	if whole := strings.TrimRight(s, "0"); whole != s && strings.HasSuffix(whole, ".") {
		s = strings.TrimSuffix(whole, ".")
	}
	n, err := strconv.ParseInt(s, 0, 0)
	if err != nil {
		return int64(0)
	}
	return n
}
