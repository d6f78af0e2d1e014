package manifest

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

var yamlError = regexp.MustCompile(`^(?:yaml: )?(?:line (\d+): )?(.*)$`)

// explain turns an error of the YAML parser into one that names the right place
// and says what to do. The parser reports only a line, for some errors that of
// the construct around the mistake.
func explain(text []byte, err error) *SyntaxError {
	if err == nil {
		return &SyntaxError{Line: 1, Message: "more than one document where only one can be"}
	}
	m := yamlError.FindStringSubmatch(strings.TrimSpace(err.Error()))
	if m == nil {
		return &SyntaxError{Line: 1, Message: err.Error()}
	}
	if at := unreadable(text); at >= 0 && strings.Contains(m[2], "UTF-8") || at >= 0 && strings.HasPrefix(m[2], "control characters") {
		return unreadableAt(text, at)
	}
	if at := unclosed(text, m[2]); at >= 0 {
		return unclosedAt(text, at)
	}
	e := &SyntaxError{Line: max(1, atoi(m[1])), Message: m[2]}
	lines := bytes.SplitAfter(text, newline)
	if strings.HasPrefix(e.Message, "did not find expected key") || strings.HasPrefix(e.Message, "did not find expected '-'") || strings.Contains(e.Message, "<document start>") {
		e.Line = firstFailing(text, lines, e.Message)
	}
	e.Line = min(e.Line, len(lines))
	if bracket := strings.LastIndexAny(e.Message, "}]"); strings.HasPrefix(e.Message, "did not find expected ','") && bracket >= 0 {
		e.Line = lineOfBracket(lines, e.Line, e.Message[bracket]-2) // '{' and '[' stand two before
	} else if name, ok := unknownAnchor(e.Message); ok {
		e.Line = max(1, 1+bytes.Count(text[:max(0, bytes.Index(text, []byte("*"+name)))], newline))
		e.Message = "unknown anchor"
	}
	line := bytes.TrimRight(lines[e.Line-1], "\r\n")
	for _, k := range knownErrors {
		if strings.Contains(e.Message, k.says) {
			if at := k.at(line); at >= 0 {
				e.Column = utf8.RuneCount(line[:at]) + 1
			}
			e.Message = k.message(line, e.Message)
			return e
		}
	}
	return e
}

// unreadable returns where the first character stands that YAML does not take, or
// -1. The parser tells no place of it.
func unreadable(text []byte) int {
	for at := 0; at < len(text); {
		r, size := utf8.DecodeRune(text[at:])
		if r == utf8.RuneError && size == 1 || r < ' ' && r != '\t' && r != '\n' && r != '\r' || r >= 0x7f && r < 0xa0 && r != 0x85 || r == 0xfffe || r == 0xffff {
			return at
		}
		at += size
	}
	return -1
}

func unreadableAt(text []byte, at int) *SyntaxError {
	if text[at] >= utf8.RuneSelf {
		return syntaxErrorAt(text, at, fmt.Sprintf("a byte (0x%02x) that is not UTF-8: save the file as UTF-8", text[at]))
	}
	return syntaxErrorAt(text, at, fmt.Sprintf("a control character (%U), which YAML does not take: remove it, or write it as an escape in double quotes", text[at]))
}

// syntaxErrorAt is an error about what stands at a byte of the text.
func syntaxErrorAt(text []byte, at int, message string) *SyntaxError {
	return &SyntaxError{
		Line:    1 + bytes.Count(text[:at], newline),
		Column:  1 + utf8.RuneCount(text[bytes.LastIndexByte(text[:at], '\n')+1:at]),
		Message: message,
	}
}

func atoi(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

// knownError says where in its line a mistake is, and what it means.
type knownError struct {
	says    string
	at      func(line []byte) int
	message func(line []byte, was string) string
}

var knownErrors = []knownError{
	{"mapping values are not allowed", secondColon, say(`a second ": " on one line: quote the value, or put the key on a line of its own`)},
	{"cannot start any token", badStart, func(line []byte, was string) string {
		if i := badStart(line); i >= 0 && line[i] == '\t' {
			return "a tab where YAML wants spaces"
		} else if i >= 0 {
			return "a value must not begin with " + strconv.Quote(string(line[i:i+1])) + ": quote it"
		}
		return was
	}},
	{"tab character", firstTab, say("a tab where YAML wants spaces")},
	{"could not find expected ':'", firstText, func(line []byte, _ string) string {
		if bytes.IndexByte(line, '\t') >= 0 {
			return `a tab where YAML wants spaces, or a line without "key:"`
		}
		return `expected "key: value": the line has no ":" after its key`
	}},
	{"did not find expected key", firstText, say("expected a key of the mapping above: the indentation fits no line before, or a quote ended too early")},
	{"did not find expected '-'", firstText, say(`expected another "- " item: the indentation fits no line before`)},
	{"expected ',' or '}'", lastOf('{'), say(`the "{" is not closed, or a comma is missing after an entry`)},
	{"expected ',' or ']'", lastOf('['), say(`the "[" is not closed, or a comma is missing after an item`)},
	{"unexpected end of stream", openQuote, say("the quote that opens here is never closed")},
	{"unknown escape character", lastOf('\\'), say(`an escape that YAML does not know: double the backslash, or use single quotes`)},
	{"block sequence entries are not allowed", lastOf('-'), say(`a "- " item on the line of its key: put it on a line of its own`)},
	{"<document start>", firstText, say("text after the end of the document: the indentation fits no line before")},
	{"expected node content", firstText, say("a value is missing, or a bracket is not closed")},
	{"unknown anchor", lastOf('*'), say("an alias to an anchor that is not defined above it")},
}

// lineOfBracket finds the flow collection that an error is about. The parser
// names the line in front of it, or, on the first line, the one where it noticed.
func lineOfBracket(lines [][]byte, near int, open byte) int {
	for n := min(near+1, len(lines)); n > 0; n-- {
		if bytes.IndexByte(lines[n-1], open) >= 0 {
			return n
		}
	}
	return near
}

func unknownAnchor(message string) (name string, ok bool) {
	name, ok = strings.CutPrefix(message, "unknown anchor '")
	name, _, _ = strings.Cut(name, "'")
	return name, ok
}

func say(message string) func([]byte, string) string {
	return func([]byte, string) string { return message }
}

func firstText(line []byte) int { return len(line) - len(bytes.TrimLeft(line, " \t")) }

func firstTab(line []byte) int { return bytes.IndexByte(line, '\t') }

func lastOf(c byte) func([]byte) int {
	return func(line []byte) int { return bytes.LastIndexByte(line, c) }
}

// openQuote returns the first quote that stands where a value begins.
func openQuote(line []byte) int {
	for i, c := range line {
		if (c == '"' || c == '\'') && (i == 0 || bytes.IndexByte([]byte(" [{,"), line[i-1]) >= 0) {
			return i
		}
	}
	return -1
}

// badStart returns a tab in the indentation, or a reserved character where a
// value begins.
func badStart(line []byte) int {
	start := firstText(line)
	if tab := bytes.IndexByte(line[:start], '\t'); tab >= 0 {
		return tab
	}
	for i := start; i < len(line); i++ {
		if bytes.IndexByte([]byte("@`%"), line[i]) >= 0 && (i == 0 || line[i-1] == ' ') {
			return i
		}
	}
	return firstTab(line)
}

// secondColon returns the second ": " outside of quotes, or the first where
// there is only one.
func secondColon(line []byte) int {
	seen, at, quote := 0, -1, byte(0)
	for i, c := range line {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case (c == '"' || c == '\'') && i > 0 && line[i-1] == ' ':
			quote = c
		case c == ':' && (i+1 == len(line) || line[i+1] == ' '):
			seen, at = seen+1, i
		}
		if seen == 2 {
			break
		}
	}
	return at
}

// firstFailing returns the first line with which the text fails with the very
// same message: the parser works from the top, so every longer text does too.
func firstFailing(text []byte, lines [][]byte, message string) int {
	ends := make([]int, len(lines)+1)
	for i, l := range lines {
		ends[i+1] = ends[i] + len(l)
	}
	low, high := 1, len(lines)
	for low < high {
		middle := (low + high) / 2
		if failsWith(text[:ends[middle]], message) {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return low
}

func failsWith(text []byte, message string) bool {
	return strings.HasSuffix(parserMessage(text), message)
}
