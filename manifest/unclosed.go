package manifest

import (
	"bytes"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxProbed bounds the work of the parser to find out where something opens: the
// bytes, times the brackets that are open, as it looks at all of these for each.
const maxProbed = 16 << 20

// openBrackets is roughly how many brackets are open at the end of the text.
func openBrackets(text []byte) int {
	count := func(c string) int { return bytes.Count(text, []byte(c)) }
	return max(0, count("[")+count("{")-count("]")-count("}"))
}

// unclosed returns where the quote or bracket begins that the text never
// closes, or -1 when the parser's message is about something else. The parser
// itself names the line where it noticed, mostly the last.
func unclosed(text []byte, message string) int {
	switch {
	case strings.Contains(message, "unexpected end of stream"), strings.Contains(message, "unexpected document indicator"):
		return opening(text, `"'`, "unexpected end of stream")
	case strings.Contains(message, "did not find expected ','"), strings.Contains(message, "expected node content"):
		if at := opening(text, "[{", "did not find expected"); at >= 0 {
			return innermost(text, at)
		}
	}
	return -1
}

// opening returns the last of the marks with which the text begins to fail with
// the message. What stands behind it fails with or without its own marks.
func opening(text []byte, marks, message string) int {
	for probed, i := 0, len(text)-1; i >= 0 && probed < maxProbed; i-- {
		if strings.IndexByte(marks, text[i]) < 0 || !atValue(text, i) {
			continue
		}
		probed += (i + 1) * (1 + openBrackets(text[:i]))
		if strings.Contains(parserMessage(text[:i+1]), message) && !strings.Contains(parserMessage(text[:i]), message) {
			return i
		}
	}
	return -1
}

// atValue reports whether a value can begin at byte i.
func atValue(text []byte, i int) bool {
	return i == 0 || bytes.IndexByte([]byte(" \t\n[{,:"), text[i-1]) >= 0
}

// innermost returns the last bracket that is open where a flow collection,
// which begins at byte start, runs into the end of the text or a bracket of the
// other kind; -1 when every bracket is closed.
func innermost(text []byte, start int) int {
	var open []int
	for i := start; i < len(text); i++ {
		switch c := text[i]; {
		case (c == '"' || c == '\'') && atValue(text, i):
			i = quoteEnd(text, i)
		case c == '#' && (text[i-1] == ' ' || text[i-1] == '\n'):
			i += len(text[i:]) - len(bytes.TrimLeftFunc(text[i:], func(r rune) bool { return r != '\n' }))
		case c == '[' || c == '{':
			open = append(open, i)
		case c == ']' || c == '}':
			last := open[len(open)-1]
			if text[last] != c-2 { // '[' and '{' stand two before
				return last
			}
			if open = open[:len(open)-1]; len(open) == 0 {
				return -1
			}
		}
	}
	return open[len(open)-1]
}

// quoteEnd returns the place of the quote that closes the one at byte start.
func quoteEnd(text []byte, start int) int {
	for i := start + 1; i < len(text); i++ {
		switch {
		case text[i] == '\\' && text[start] == '"':
			i++
		case text[i] == text[start] && text[start] == '\'' && i+1 < len(text) && text[i+1] == '\'':
			i++
		case text[i] == text[start]:
			return i
		}
	}
	return len(text)
}

// parserMessage returns what the parser says of the text, "" when nothing.
func parserMessage(text []byte) string {
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	_, err := decode(decoder)
	if err == nil {
		_, err = decode(decoder)
	}
	if err == nil {
		return ""
	}
	return strings.TrimSpace(err.Error())
}

// unclosedAt is the error about what opens at a byte of the text.
func unclosedAt(text []byte, at int) *SyntaxError {
	what := "quote"
	if c := text[at]; c == '[' || c == '{' {
		what = `"` + string(c) + `"`
	}
	return syntaxErrorAt(text, at, "the "+what+" that opens here is never closed")
}
