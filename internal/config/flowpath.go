package config

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// unquotedPath finds the reason why patches often are not YAML: a path such as
// data["app.yaml"] without quotes inside { } or [ ]. To YAML the path ends at its
// bracket, and a comma is missing there. The parser names one of the brackets of
// the line, which may be another, so the line is read again from its start.
func unquotedPath(data []byte, err *manifest.SyntaxError) (at diag.Pos, path string, ok bool) {
	if !strings.Contains(err.Message, "is not closed, or a comma") {
		return at, "", false
	}
	lines := bytes.SplitAfter(data, []byte("\n"))
	if err.Line < 1 || err.Line > len(lines) {
		return at, "", false
	}
	text := bytes.Join(lines[err.Line-1:], nil)
	start := flowPath(text)
	if start < 0 && insidePath(lines[err.Line-1], err.Column) { // of a collection that begins on a line above
		start = bytes.LastIndexAny(text[:err.Column-1], " \t,[{") + 1
	}
	if start < 0 {
		return at, "", false
	}
	above, here := bytes.Count(text[:start], []byte("\n")), text[bytes.LastIndexByte(text[:start], '\n')+1:start]
	return diag.Pos{Line: err.Line + above, Column: 1 + utf8.RuneCount(here)}, pathAt(text[start:]), true
}

// flowPath returns where a plain scalar with a [ in it begins inside { } or [ ],
// or -1. Text is read from the start of a line that lies outside of both.
func flowPath(text []byte) int {
	depth, scalar := 0, -1 // scalar: where the plain scalar begins that is being read
	for i := 0; i < len(text); i++ {
		c := text[i]
		fresh := scalar < 0
		switch {
		case fresh && (c == '"' || c == '\''):
			i += quotedLength(text[i:]) - 1
		case c == '#' && (i == 0 || isBlank(text[i-1])):
			i += max(0, bytes.IndexByte(text[i:], '\n')-1)
		case isBlank(c):
			if c == '\n' || fresh || depth == 0 {
				scalar = -1
			}
		case c == '[' && !fresh && depth > 0:
			return scalar
		case (c == '[' || c == '{') && fresh:
			depth++
		case depth > 0 && (c == ']' || c == '}' || c == ','):
			if scalar = -1; c != ',' {
				depth--
			}
			if depth == 0 {
				return -1
			}
		case c == ':' && (i+1 == len(text) || isBlank(text[i+1])):
			scalar = -1
		case fresh:
			scalar = i
		}
	}
	return -1
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// quotedLength is the length of the quoted scalar at the start of text.
func quotedLength(text []byte) int {
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == '\\' && text[0] == '"':
			i++
		case text[i] == text[0]:
			return i + 1
		}
	}
	return len(text)
}

// insidePath says whether the bracket in a column continues a word.
func insidePath(line []byte, column int) bool {
	return column > 1 && column <= len(line) && line[column-1] == '[' && !bytes.ContainsRune([]byte(" \t,:[{-"), rune(line[column-2]))
}

// pathAt is the path at the start of text, up to what ends it in a flow
// collection: its brackets belong to it.
func pathAt(text []byte) string {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"' || c == '\'':
			i += quotedLength(text[i:]) - 1
		case c == '[':
			depth++
		case c == ']' && depth > 0:
			depth--
		case c == '\n', depth == 0 && (c == ',' || c == ']' || c == '}' || c == ' '), depth == 0 && c == ':' && (i+1 == len(text) || isBlank(text[i+1])):
			return string(text[:i])
		}
	}
	return string(text)
}
