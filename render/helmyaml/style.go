package helmyaml

import (
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v2"
)

type style int

const (
	plain style = iota
	singleQuoted
	doubleQuoted
	literal
)

// styleOf says how the library writes a string. It fails at characters that
// need escapes other than those of quotes, backslashes and line breaks.
func styleOf(s string) (st style, ok bool) {
	if s == "" {
		return doubleQuoted, true
	}
	indicators := strings.HasPrefix(s, "---") || strings.HasPrefix(s, "...")
	switch c := s[0]; c {
	case '#', ',', '[', ']', '{', '}', '&', '*', '!', '|', '>', '\'', '"', '%', '@', '`':
		indicators = true
	case '?', ':', '-':
		indicators = indicators || len(s) == 1 || s[1] == ' '
	}
	breaks, spaceBreak := false, false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\n':
			breaks = true
			spaceBreak = spaceBreak || i > 0 && s[i-1] == ' '
		case c < 0x20 || c == 0x7f:
			return 0, false
		case c == ':':
			indicators = indicators || i+1 == len(s) || s[i+1] == ' '
		case c == '#':
			indicators = indicators || i > 0 && (s[i-1] == ' ' || s[i-1] == '\n')
		case c >= utf8.RuneSelf:
			r, size := utf8.DecodeRuneInString(s[i:])
			if r < 0xa0 || r == 0x2028 || r == 0x2029 || r == 0xfeff || r >= 0xfffd || r == utf8.RuneError {
				return 0, false
			}
			i += size - 1
		}
	}
	first, last := s[0] == ' ', s[len(s)-1] == ' '
	switch {
	case breaks && (last || spaceBreak):
		return doubleQuoted, true
	case breaks:
		return literal, true
	case !surelyString(s) && quotedAsWord(s):
		return doubleQuoted, true
	case first || last || indicators:
		return singleQuoted, true
	}
	return plain, true
}

// quotedAsWord reports whether the library quotes the string because plain it
// would be a number, a boolean, null or a date. It asks the library itself.
func quotedAsWord(s string) bool {
	out, err := yaml.Marshal(s)
	return err != nil || len(out) == 0 || out[0] == '"'
}
